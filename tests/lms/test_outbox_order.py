"""Two people's day on two tablets without network: whatever order it is heard in, it ends the same."""

import datetime
import random
from collections import defaultdict
from itertools import chain, zip_longest

import pytest
from django.db import transaction
from django.utils import timezone

from lms.models import ActivityCompletion, CourseCompletion, Enrolment, LearningEvent, QuizAttempt
from lms.tablet.actions import pair_tablet
from tests import builders, people
from tests.builders import version_of
from tests.outbox import event, send, sitting

MINUTE = datetime.timedelta(minutes=1)
SEEDS = 200
#: So many days are heard side by side, each by a couple of its own: a batch costs the same however much is in it.
COUPLES = 20


class TakenBackError(Exception):
    pass


@pytest.fixture
def world(cast, course):
    """Two tablets, a course of two lessons and a test; one of the lessons has been changed in the middle of it all."""
    tablets = [
        pair_tablet(workplace=cast.brattfors, name=name, actor=cast.ada)[0] for name in ("Vid disken", "På lagret")
    ]
    lesson, other, quiz = [page.specific for page in course.get_activity_pages()]
    before = version_of(lesson)
    lesson.body.append(("heading", "Ett steg till"))
    lesson.body.append(("text", "<p>Nytt.</p>"))
    lesson.save_revision().publish()
    return tablets, [[before, version_of(lesson)], [version_of(other)]], quiz


@pytest.fixture
def couples(cast):
    more = [people.hire(cast, f"Nr{number}", "Ek", "brattfors") for number in range(2 * COUPLES)]
    return [more[number : number + 2] for number in range(0, len(more), 2)]


def a_day(world, couple, chance: random.Random) -> list[dict]:
    """A random plausible day: both read here and there, again and again, and try the test a time or two."""
    tablets, lessons, quiz = world
    start = timezone.now().replace(hour=6, minute=0, second=0, microsecond=0) - datetime.timedelta(days=1)
    told = []
    for person in couple:
        for _visit in range(chance.randint(2, 5)):
            tablet, moment = chance.choice(tablets), start + chance.randint(0, 600) * MINUTE
            if chance.random() < 0.35:
                right = chance.random() < 0.6
                attempt = sitting(tablet, person, quiz, right=right, at=moment)
                # A tablet that is put down in the middle of a test has nothing more to say of it.
                told += attempt[: chance.choice([1, 2, len(attempt), len(attempt)])]
                continue
            version = chance.choice(chance.choice(lessons))
            for step in version.steps[: chance.choice([1, len(version.steps), len(version.steps)])]:
                told.append(event(tablet, person, None, "step", of=version, step=step["id"], at=moment))
                moment += chance.choice([0, 1, 3]) * MINUTE
    return sorted(told, key=lambda said: said["occurred_at"])


def as_it_may_come(told: list[dict], chance: random.Random) -> list[list[dict]]:
    """The same, shuffled, some of it sent again, in batches of any size."""
    mixed = [*told, *(said for said in told if chance.random() < 0.3)]
    chance.shuffle(mixed)
    batches = []
    while mixed:
        size = chance.choice([1, 2, 5, 100])
        batches.append(mixed[:size])
        del mixed[:size]
    return batches


def state() -> dict[int, dict]:
    """All that is known of each person, by their key."""
    done = ActivityCompletion.objects.filter(voided_at=None)
    events, attempts = LearningEvent.objects.all(), QuizAttempt.objects.all()
    whose = "enrolment__staff"
    attempt = ("uuid", "version", "started_at", "submitted_at", "percent", "passed", "offline", "answers")
    rows = {
        "events": events.values_list(whose, "event_id", "outcome", "reason").order_by("event_id"),
        "steps": events.steps_read().values_list(whose, "step").order_by("step").distinct(),
        "activities": done.values_list(whose, "activity", "earned", "occurred_at", "version").order_by("activity"),
        "courses": CourseCompletion.objects.values_list("staff", "course", "completed_on", "valid_until"),
        "attempts": attempts.values_list(whose, *attempt).order_by("uuid"),
        "begun": Enrolment.objects.values_list("staff", "course", "cycle", "current", "started_on").order_by("cycle"),
    }
    found: dict[int, dict] = defaultdict(lambda: {name: [] for name in rows})
    for name, known in rows.items():
        for person, *what in known:
            found[person][name].append(what)
    return found


def heard(batches: list[list[dict]]) -> dict[int, dict]:
    """The state that `batches` end in, from the same beginning each time."""
    found: dict[int, dict] = {}
    try:
        with transaction.atomic():
            for each in batches:
                send(each)
            found = state()
            raise TakenBackError
    except TakenBackError:
        return found


def test_any_order_and_any_repetition_ends_the_same(world, couples):
    completed = 0
    for first in range(0, SEEDS, COUPLES):
        days, mixed = [], []
        for seed, couple in enumerate(couples, start=first):
            chance = random.Random(seed)
            days.append(a_day(world, couple, chance))
            mixed.append(as_it_may_come(days[-1], chance))
        in_order = heard([list(chain(*days))])
        otherwise = heard([list(chain(*each)) for each in zip_longest(*mixed, fillvalue=[])])
        for seed, couple in enumerate(couples, start=first):
            for person in couple:
                assert otherwise[person.pk] == in_order[person.pk], f"seed {seed}"
            completed += any(in_order[person.pk]["courses"] for person in couple)
    assert completed > SEEDS / 10  # else it is no plausible day


def test_one_by_one_is_as_all_at_once(world, couples):
    told = a_day(world, couples[0], random.Random(7))
    assert heard([[said] for said in told]) == heard([told])
    assert heard([[said] for said in reversed(told)]) == heard([told])


def test_used_up_attempts_are_the_same_ones_however_the_batches_are_cut(cast, index):
    """In order of time: which attempt is the last is then not a matter of what a batch holds."""
    tablet = pair_tablet(workplace=cast.brattfors, name="Vid disken", actor=cast.ada)[0]
    quiz = builders.make_quiz(builders.make_course(), max_attempts=2)
    now = timezone.now()
    told = [
        said
        for hours in (4, 3, 2, 1)
        for said in sitting(tablet, cast.maja, quiz, right=False, at=now - datetime.timedelta(hours=hours))
    ]
    assert heard([told]) == heard([[said] for said in told])
    assert len(heard([told])[cast.maja.pk]["attempts"]) == 2
