"""The outbox of a tablet, sent: what becomes of each event."""

import datetime
import uuid

import pytest
import time_machine
from django.utils import timezone

from lms.models import ActivityCompletion, CourseCompletion, Employment, Enrolment, LearningEvent, QuizAttempt
from lms.people.merging import merge
from lms.progress import begin_again
from lms.requirements.actions import require
from lms.tablet.tickets import give_ticket
from tests import builders, people
from tests.builders import course_of, read, version_of
from tests.outbox import ADDRESS, batch, event, outcomes, post, reading, send, sitting

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


def test_a_whole_course_without_network_is_sent_at_once(cast, paired, course, pages):
    start = timezone.now() - 2 * HOUR
    events = [*reading(paired, cast.maja, pages[0], at=start), *reading(paired, cast.maja, pages[1], at=start + MINUTE)]
    events += sitting(paired, cast.maja, pages[2], at=start + HOUR)
    results = send(events)
    assert [row["id"] for row in results] == [said["id"] for said in events]
    assert outcomes(results) == ["applied"] * len(events)
    assert [row["course_done"] for row in results] == [False] * (len(events) - 1) + [True]
    completion = CourseCompletion.objects.get()
    assert (completion.staff, completion.course) == (cast.maja, course_of(course))
    assert completion.occurred_at == start + HOUR + 3 * MINUTE
    attempt = QuizAttempt.objects.get()
    assert (attempt.offline, attempt.passed, attempt.percent) == (True, True, 100)
    assert (attempt.started_at, attempt.submitted_at) == (start + HOUR, start + HOUR + 3 * MINUTE)
    assert {row.tablet for row in LearningEvent.objects.select_related("tablet")} == {paired}
    assert outcomes(send(events)) == ["duplicate"] * len(events)
    assert LearningEvent.objects.count() == len(events)


def test_two_people_on_one_tablet_whoever_is_signed_in_now(at_tablet, cast, lesson):
    """Maja is signed in; both their events carry their own tickets."""
    events = reading(at_tablet.tablet, cast.maja, lesson) + reading(at_tablet.tablet, cast.birgitta, lesson)
    response = at_tablet.post(ADDRESS, batch(events), content_type="application/json")
    assert outcomes(response.json()["results"]) == ["applied"] * 4
    assert not response.cookies
    assert sorted(ActivityCompletion.objects.values_list("enrolment__staff", flat=True)) == sorted(
        [cast.maja.pk, cast.birgitta.pk]
    )


def test_nothing_of_the_browser_is_read(cast, paired, lesson):
    """Neither a session nor a cookie of another tablet says anything here."""
    events = reading(paired, cast.maja, lesson)
    response = post(batch(events), headers={"cookie": "sessionid=påhittad; lms_tablet=x.y; lms_person=z"})
    assert outcomes(response.json()["results"]) == ["applied"] * 2
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_the_same_event_twice_in_one_batch_is_one(cast, paired, lesson):
    first, second = reading(paired, cast.maja, lesson)
    results = send([first, first, second, {**second, "kind": "attempt", "attempt": str(uuid.uuid4())}])
    assert outcomes(results) == ["applied", "duplicate", "applied", "rejected: unknown_kind"]
    assert LearningEvent.objects.count() == 2


def test_an_id_that_is_taken_by_something_else_is_rejected(cast, paired, pages):
    first, second = reading(paired, cast.maja, pages[0])
    taken = {**second, "id": first["id"], "ticket": give_ticket(paired, cast.bo)}
    assert outcomes(send([first, taken])) == ["applied", "rejected: id_taken"]
    assert outcomes(send([taken, second])) == ["rejected: id_taken", "applied"]
    assert not Enrolment.objects.filter(staff=cast.bo).exists()


# Tickets


def test_a_ticket_that_slept_all_winter_is_kept_for_a_leader(cast, paired, lesson):
    with time_machine.travel(timezone.now() - 31 * DAY, tick=False):
        events = reading(paired, cast.maja, lesson)
    assert outcomes(send(events)) == ["needs_review: old_ticket"] * 2
    assert set(LearningEvent.objects.values_list("outcome", "reason")) == {("needs_review", "old_ticket")}


def test_an_unpaired_tablets_events_are_set_aside(cast, paired, lesson):
    events = reading(paired, cast.maja, lesson)
    paired.unpaired_at = timezone.now()
    paired.save()
    seen = paired.last_seen_at
    assert outcomes(send(events, unsent=7)) == ["needs_review: unpaired_tablet"] * 2
    paired.refresh_from_db()
    assert (paired.unsent, paired.last_seen_at) == (0, seen)


def test_a_tablet_whose_row_is_gone_is_unpaired(cast, paired, lesson):
    events = reading(paired, cast.maja, lesson)
    paired.delete()
    assert outcomes(send(events)) == ["needs_review: unpaired_tablet"] * 2


def test_what_was_learned_under_a_merged_row_is_the_kept_rows(cast, paired, lesson):
    again = people.hire(cast, "Maja", "Lindgren", "grasmyr")
    events = reading(paired, again, lesson)
    merge(keep=cast.maja, gone=again, actor=cast.ada)
    assert outcomes(send(events)) == ["applied"] * 2
    assert {row.enrolment.staff for row in LearningEvent.objects.all()} == {cast.maja}


def test_who_is_merged_after_it_was_sent_is_still_the_one_who_sent_it(cast, paired, lesson):
    again = people.hire(cast, "Maja", "Lindgren", "grasmyr")
    events = reading(paired, again, lesson)
    send(events)
    merge(keep=cast.maja, gone=again, actor=cast.ada)
    assert outcomes(send(events)) == ["duplicate"] * 2


def test_who_is_in_no_list_is_unknown(cast, paired, lesson):
    events = reading(paired, type(cast.maja)(given_name="Ingen"), lesson)
    assert outcomes(send(events)) == ["rejected: unknown_person"] * 2
    assert not LearningEvent.objects.exists()


# What is theirs to learn


def test_a_course_for_others_waits_and_opens_nothing(cast, paired, index):
    lesson = builders.make_lesson(builders.make_course(access="assigned"))
    for _time in "twice":
        results = send(reading(paired, cast.maja, lesson))
        assert outcomes(results) == ["needs_review: not_for_them"] * 2
    assert not Enrolment.objects.filter(current=True).exists()
    assert Enrolment.objects.get().cycle == Enrolment.ASIDE


def test_a_course_that_is_required_of_them_is_theirs(cast, paired, index):
    course = builders.make_course(access="assigned")
    require(course=course_of(course), valid_from=timezone.localdate() - 3 * DAY, due_on=None, actor=cast.ada)
    assert outcomes(send(reading(paired, cast.maja, builders.make_lesson(course)))) == ["applied"] * 2


def test_who_has_begun_it_goes_on(cast, paired, index):
    lesson = builders.make_lesson(builders.make_course(access="assigned"))
    read(cast.maja, lesson)
    assert outcomes(send(reading(paired, cast.maja, lesson))) == ["applied"] * 2


@pytest.mark.parametrize("access", ["staff", "assigned"])
def test_who_has_left_since_did_it_all_the_same(cast, paired, index, access):
    course = builders.make_course(access=access)
    require(course=course_of(course), valid_from=timezone.localdate() - 99 * DAY, due_on=None, actor=cast.ada)
    Employment.objects.filter(staff=cast.maja).update(end=timezone.localdate() - DAY)
    events = reading(paired, cast.maja, builders.make_lesson(course), at=timezone.now() - 2 * DAY)
    assert outcomes(send(events)) == ["applied"] * 2


def test_a_withdrawn_lesson_waits(cast, paired, lesson):
    events = reading(paired, cast.maja, lesson)
    lesson.unpublish()
    assert outcomes(send(events)) == ["needs_review: withdrawn"] * 2


# Clocks


def test_a_wrong_clock_is_put_right_and_what_it_said_is_kept(cast, paired, lesson):
    now = timezone.now()
    first, second = reading(paired, cast.maja, lesson, at=now + 2 * DAY - HOUR)
    with time_machine.travel(now, tick=False):
        send([first, second], sent_at=(now + 2 * DAY).isoformat())
    assert set(LearningEvent.objects.values_list("occurred_at", flat=True)) == {now - HOUR}
    assert LearningEvent.objects.first().payload == {"claimed_at": (now + 2 * DAY - HOUR).isoformat()}


def test_a_clock_that_is_about_right_is_believed(cast, paired, lesson):
    now = timezone.now()
    [first, _second] = reading(paired, cast.maja, lesson, at=now - HOUR)
    send([first], sent_at=(now - 50 * datetime.timedelta(seconds=1)).isoformat())
    told = LearningEvent.objects.get()
    assert (told.occurred_at, told.payload) == (now - HOUR, {})


def test_no_time_lies_ahead_or_absurdly_far_back(cast, paired, lesson):
    now = timezone.now()
    first, second = reading(paired, cast.maja, lesson)
    first["occurred_at"], second["occurred_at"] = (now + HOUR).isoformat(), "1970-01-01T00:00:00Z"
    with time_machine.travel(now, tick=False):
        assert outcomes(send([first, second])) == ["applied"] * 2
    assert set(LearningEvent.objects.values_list("occurred_at", flat=True)) == {now}


# The tablet


def test_the_tablet_tells_how_it_is(cast, paired):
    now = timezone.now()
    since = now - 3 * DAY
    with time_machine.travel(now, tick=False):
        own = {"tablet": give_ticket(paired), "unsent": 12, "unsent_since": since.isoformat(), "refused": 2}
        assert send([], **own) == []
    paired.refresh_from_db()
    told = (paired.last_seen_at, paired.app_version, paired.unsent, paired.unsent_since, paired.refused)
    assert told == (now, "abc123", 12, since, 2)


def test_any_genuine_ticket_says_which_tablet_it_is(cast, paired, lesson):
    send(reading(paired, cast.maja, lesson), tablet="påhittad", unsent=3)
    paired.refresh_from_db()
    assert paired.unsent == 3


def test_a_made_up_ticket_tells_of_no_tablet(cast, paired):
    send([], tablet=give_ticket(paired) + "x", unsent=3)
    paired.refresh_from_db()
    assert paired.unsent == 0


# Cycles


def test_the_first_cycle_began_on_the_earliest_day_heard_of(cast, paired, lesson):
    first, second = reading(paired, cast.maja, lesson)
    second["occurred_at"] = (timezone.now() - 5 * DAY).isoformat()
    send([first])
    send([second])
    assert Enrolment.objects.get().started_on == timezone.localdate() - 5 * DAY


def test_what_happened_before_the_course_was_begun_again_belongs_to_the_cycle_before(cast, paired, course, pages):
    builders.complete(cast.maja, course)
    before = [*reading(paired, cast.maja, pages[0]), *sitting(paired, cast.maja, pages[2])]
    renewed = begin_again(learner=cast.maja, course=course_of(course), actor=None)
    after = reading(paired, cast.maja, pages[1])
    assert set(outcomes(send([*before, *after]))) == {"applied"}
    assert LearningEvent.objects.filter(enrolment=renewed).count() == 2
    assert renewed.attempts.count() == 0
    assert renewed.activity_completions.count() == 1


def test_a_lesson_is_read_when_its_last_step_was_first_read(cast, paired, lesson):
    now = timezone.now()
    first, second = version_of(lesson).steps
    at = {"of": version_of(lesson)}
    send([event(paired, cast.maja, lesson, "step", step=second["id"], at=now - 3 * HOUR, **at)])
    send([event(paired, cast.maja, lesson, "step", step=first["id"], at=now - HOUR, **at)])
    assert ActivityCompletion.objects.get().occurred_at == now - HOUR
    send([event(paired, cast.maja, lesson, "step", step=first["id"], at=now - 2 * HOUR, **at)])
    assert ActivityCompletion.objects.get().occurred_at == now - 2 * HOUR
    send([event(paired, cast.maja, lesson, "step", step=first["id"], at=now, **at)])
    assert ActivityCompletion.objects.get().occurred_at == now - 2 * HOUR


# How much it asks


@pytest.mark.parametrize(("size", "chunks"), [(1, 1), (100, 2)])
def test_a_batch_costs_the_same_however_many_steps(cast, paired, index, size, chunks, django_assert_num_queries):
    from django.db import connection

    lesson = builders.make_lesson(builders.make_course(), steps=size + 1)
    read(cast.maja, builders.make_lesson(lesson.get_parent().specific))
    events = reading(paired, cast.maja, lesson)[:size]
    own = batch(events, tablet=give_ticket(paired))
    # SQLite takes so many rows at a time as it has room for values.
    written = chunks if connection.vendor == "sqlite" else 1
    # tablets, people, versions, the tablet; begin, known ids, cycles, steps read, the insert, end
    known = 0 if size == 1 else 1
    with django_assert_num_queries(8 + known + written):
        assert set(outcomes(post(own).json()["results"])) == {"applied"}
