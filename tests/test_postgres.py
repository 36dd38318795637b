"""What only PostgreSQL can show: our migrations from nothing, and two people's taps at the same time."""

import datetime
import os
import subprocess
import sys
import threading
import uuid

import psycopg
import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone
from psycopg import sql

from lms.models import CourseCompletion, Enrolment, EventKind, LearningEvent, QuizAttempt, StaffMember
from lms.people.actions import add_staff
from lms.progress import move
from lms.tablet.actions import pair_tablet
from tests import builders, outbox, people
from tests.builders import answer_for, complete, course_of, take_quiz, tell, version_of
from tests.test_house import PRODUCTION

pytestmark = pytest.mark.postgres


@pytest.fixture
def empty_database():
    """The address of a database with nothing in it."""
    name = f"larpunkt_empty_{os.getpid()}"
    where = f"{os.environ.get('PGUSER', '')}:{os.environ.get('PGPASSWORD', '')}@{os.environ['PGHOST']}"
    address = f"postgres://{where}:{os.environ.get('PGPORT', '5432')}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield f"{address}/{name}"
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_migrations_build_the_whole_database_and_nothing_is_left_to_change(empty_database, tmp_path):
    environment = {**os.environ, **PRODUCTION, "DATABASE_URL": empty_database, "LMS_DATA_DIR": str(tmp_path)}
    for command in (["migrate", "-v0"], ["migrate", "--check"], ["makemigrations", "--check", "--dry-run"]):
        done = subprocess.run([sys.executable, "manage.py", *command], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'lms%'"
    with psycopg.connect(empty_database) as migrated:
        [(in_migrated,)] = migrated.execute(tables).fetchall()
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert in_migrated == sum(name.startswith("lms") for name in ours)


# Two at the same time


def twice_at_once(act, **values):
    """What each of two calls gives, begun at the same moment, each on a connection of its own."""
    start, given = threading.Barrier(2), []

    def run():
        try:
            start.wait()
            given.append(act(**{name: each() if callable(each) else each for name, each in values.items()}))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


@pytest.fixture
def world(transactional_db):
    """As `cast` and `course`, but committed: other connections see it."""
    ContentType.objects.clear_cache()  # the tables were emptied before
    builders.build_site()
    yield people.gather()
    ContentType.objects.clear_cache()


TIMES = 5


def test_two_taps_at_once_cannot_both_begin_the_last_attempt(world):
    for _time in range(TIMES):
        quiz = builders.make_quiz(builders.make_course(), max_attempts=2)
        take_quiz(world.maja, quiz, right=False)
        receipts = twice_at_once(
            tell, learner=world.maja, page=quiz, kind=EventKind.ATTEMPT, payload=lambda: {"attempt": uuid.uuid4()}
        )
        assert [receipt.outcome for receipt in receipts] == ["applied", "applied"]
        assert len({receipt.attempt.pk for receipt in receipts}) == 1
        assert QuizAttempt.objects.filter(activity__uuid=quiz.translation_key).count() == 2


def test_a_test_that_is_handed_in_twice_at_once_is_graded_once(world):
    for _time in range(TIMES):
        quiz, attempt = builders.make_quiz(builders.make_course(), max_attempts=1), uuid.uuid4()
        version = version_of(quiz)
        tell(world.maja, quiz, EventKind.ATTEMPT, {"attempt": attempt})
        for question in version.content["questions"]:
            answer = answer_for(question, version.key[question["key"]], right=True)
            payload = {"attempt": attempt, "question": question["key"], "answer": answer}
            tell(world.maja, quiz, EventKind.ANSWER, payload)
        receipts = twice_at_once(
            tell, learner=world.maja, page=quiz, kind=EventKind.SUBMIT, payload={"attempt": attempt}
        )
        assert sorted(receipt.outcome for receipt in receipts) == ["applied", "needs_review"]
        assert sum(receipt.course_completion is not None for receipt in receipts) == 1


def test_a_double_tap_on_the_first_step_counts_once(world):
    """The same event id twice at once; and it is the event that the enrolment is born of."""
    for _time in range(TIMES):
        course = builders.make_course()
        lesson, event = builders.make_lesson(course), uuid.uuid4()
        step = {"step": version_of(lesson).steps[0]["id"]}
        receipts = twice_at_once(
            tell, learner=world.maja, page=lesson, kind=EventKind.STEP, payload=step, event_id=event
        )
        assert sorted(receipt.outcome for receipt in receipts) == ["applied", "duplicate"]
        assert LearningEvent.objects.filter(event_id=event).count() == 1
        assert Enrolment.objects.filter(staff=world.maja, course=course_of(course)).count() == 1


def test_a_double_click_on_add_adds_one_person_when_both_arrive_at_once(world):
    for number in range(TIMES):
        first, second = twice_at_once(
            add_staff,
            given_name="Tuva",
            family_name=f"Nordin {number}",
            workplace=world.brattfors,
            role=world.roles["biträde"],
            start=timezone.localdate(),
            form_id=uuid.uuid4(),
            actor=world.petra,
        )
        assert first == second
        assert StaffMember.objects.filter(family_name=f"Nordin {number}").count() == 1


def move_or_refuse(**values):
    try:
        return move(**values)
    except ValueError as error:
        return str(error)


def test_one_completion_moved_to_two_people_at_once_goes_to_one_of_them(world):
    for _time in range(TIMES):
        page = builders.make_course()
        builders.make_lesson(page)
        done = complete(world.maja, page)
        read_by_both = iter([CourseCompletion.objects.select_related("enrolment").get(pk=done.pk) for _each in "ab"])
        to = iter([world.bo, world.birgitta])
        given = twice_at_once(
            move_or_refuse,
            completion=lambda copies=read_by_both: next(copies),
            to=lambda people=to: next(people),
            reason="Fel",
            recorded_by=world.petra,
        )
        assert given.count("Nothing to move.") == 1
        assert CourseCompletion.objects.filter(course=course_of(page), voided_at=None).count() == 1


def test_two_people_whose_completions_change_places_do_not_wait_for_each_other(world):
    for _time in range(TIMES):
        page = builders.make_course()
        builders.make_lesson(page)
        both = {person: complete(person, page) for person in (world.maja, world.bo)}
        crossed = iter([(both[world.maja], world.bo), (both[world.bo], world.maja)])

        def move_next(pair, by):
            return move_or_refuse(completion=pair[0], to=pair[1], reason="Fel", recorded_by=by)

        given = twice_at_once(move_next, pair=lambda pairs=crossed: next(pairs), by=world.petra)
        assert [type(receipts) for receipts in given] == [list, list]


# Two batches


def test_the_same_batch_sent_twice_at_once_is_taken_in_once(world):
    """A reply was lost, and the tablet sends again while the first is still being written; it is all new to us."""
    tablet, _token = pair_tablet(workplace=world.brattfors, name="Vid disken", actor=world.ada)
    for _time in range(TIMES):
        page = builders.make_course()
        lesson, quiz = builders.make_lesson(page), builders.make_quiz(page)
        at = timezone.now() - datetime.timedelta(hours=1)
        events = [
            said
            for person in (world.maja, world.birgitta)
            for said in [*outbox.reading(tablet, person, lesson, at=at), *outbox.sitting(tablet, person, quiz, at=at)]
        ]
        given = twice_at_once(outbox.send, events=lambda told=events: list(told))
        assert sorted(sorted(set(outbox.outcomes(results))) for results in given) == [["applied"], ["duplicate"]]
        assert CourseCompletion.objects.filter(course=course_of(page)).count() == 2
        assert QuizAttempt.objects.filter(activity__uuid=quiz.translation_key).count() == 2


def test_two_tablets_that_tell_of_the_same_people_in_another_order_do_not_wait_for_each_other(world):
    tablets = [
        pair_tablet(workplace=world.brattfors, name=name, actor=world.ada)[0] for name in ("Vid disken", "Lagret")
    ]
    for _time in range(TIMES):
        pages = [builders.make_course(), builders.make_course()]
        lessons = [builders.make_lesson(page) for page in pages]
        each = [(world.maja, lessons[0]), (world.birgitta, lessons[1]), (world.birgitta, lessons[0])]
        told = iter(
            [
                [said for person, lesson in order for said in outbox.reading(tablet, person, lesson)]
                for tablet, order in zip(tablets, (each, each[::-1]), strict=True)
            ]
        )
        given = twice_at_once(outbox.send, events=lambda batches=told: next(batches))
        assert [set(outbox.outcomes(results)) for results in given] == [{"applied"}, {"applied"}]
        assert CourseCompletion.objects.filter(course__in=[course_of(page) for page in pages]).count() == 3
