"""What a tablet's outbox costs: one event as it happens, and a hundred when the network is back."""

import itertools
import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from courses.models import LessonPage, QuizPage
from lms.models import StaffMember, Tablet
from lms.tablet.actions import pair_tablet
from tests import builders, outbox, people

from .measure import Case

#: At the counter there are four of them.
PEOPLE = 4

BATCHES = {"intake, 1 event": 1, "intake, 100 events": 100}


def cases(cast: people.Cast, lessons: list[LessonPage], quiz: QuizPage) -> list[Case]:
    tablet, _token = pair_tablet(workplace=cast.brattfors, name="Vid disken", actor=cast.ada)
    numbers = itertools.count(1)

    def colleague() -> StaffMember:
        """Someone who has begun the course: nothing is born but what the batch tells of."""
        person = people.hire(cast, "Kollega", f"Person {next(numbers)}", "brattfors")
        step = builders.version_of(lessons[-1]).steps[0]
        builders.tell(person, lessons[-1], "step", {"step": step["id"]})
        return person

    def prepared(size: int) -> Callable[[], str]:
        def prepare() -> str:
            each = [_told_by(colleague(), tablet, lessons, quiz, size) for _person in range(PEOPLE if size > 1 else 1)]
            # As they take turns at the counter.
            mixed = [said for turn in zip(*each, strict=True) for said in turn][:size]
            return json.dumps(outbox.batch(mixed))

        return prepare

    return [Case(name, _post, prepared(size)) for name, size in BATCHES.items()]


def _told_by(
    person: StaffMember, tablet: Tablet, lessons: list[LessonPage], quiz: QuizPage, size: int
) -> list[dict[str, Any]]:
    """A test of twelve questions, and as many steps as make a fourth of the batch."""
    test = outbox.sitting(tablet, person, quiz) if size > 1 else []
    steps = itertools.cycle(said for lesson in lessons for said in outbox.reading(tablet, person, lesson))
    read = [{**next(steps), "id": outbox.new_id()} for _step in range(max(1, size // PEOPLE - len(test)))]
    return [*read, *test]


def _post(body: str) -> None:
    results = Client().post(outbox.ADDRESS, body, content_type="application/json").json()["results"]
    assert {row["outcome"] for row in results} == {"applied"}, results
    assert len(results) in BATCHES.values()
