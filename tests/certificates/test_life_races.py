"""What only two at the same time can show: PostgreSQL, each on a connection of its own."""

import threading
import time
import uuid

import pytest
from django.db import connection, transaction
from django.utils import timezone

from certificates.bulk import issue_part
from certificates.issuing import erase_holder, issue
from certificates.models import Basis, Certificate, How
from certificates.rules import change_rule
from certificates.waiting import approve
from lms.models import CourseCompletion, LedgerEntry, StaffMember
from lms.programmes.actions import create_programme
from lms.progress import void
from tests import builders, people
from tests.builders import activity_of, complete, course_of, tell, version_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def world(transactional_db):
    """As `cast`, but committed: other connections see it."""
    builders.build_site()
    return people.gather()


def at_once(*acts):
    """Begins all at the same moment, each on a connection of its own; what they gave, and what they raised."""
    start, given, raised = threading.Barrier(len(acts)), [], []

    def run(act):
        try:
            start.wait()
            given.append(act())
        except Exception as error:  # noqa: BLE001 # told to the test, which wants none
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    return given


def small(title):
    page = builders.make_course(title)
    return page, builders.make_lesson(page, f"Lektion i {title}", steps=1)


def test_eight_completions_of_the_same_enrolment_bring_one_certificate(world):
    _page, lesson = small("Värdskap")
    step = version_of(lesson).steps[0]["id"]
    maja = StaffMember.objects.get(given_name="Maja")
    at_once(*[lambda: tell(maja, lesson, "step", {"step": step}, event_id=uuid.uuid4()) for _each in range(8)])
    assert CourseCompletion.objects.count() == 1
    assert Certificate.objects.count() == 1
    assert LedgerEntry.objects.filter(verb="certificate.issued").count() == 1


def test_eight_who_issue_the_same_get_the_same(world):
    page, _lesson = small("Värdskap")
    completion = complete(world.maja, page)
    Certificate.objects.all().delete()
    given = at_once(*[lambda: issue(completion=CourseCompletion.objects.get(pk=completion.pk)) for _each in range(8)])
    assert len({certificate.pk for certificate in given}) == 1
    assert Certificate.objects.count() == 1


def test_two_courses_done_at_once_bring_the_programme(world):
    """Neither transaction sees the other's completion until it has waited for it."""
    pages = [small("Värdskap"), small("Kris")]
    create_programme(
        title_sv="Allt",
        courses=[course_of(page) for page, _lesson in pages],
        valid_from=timezone.localdate(),
        actor=world.ada,
    )

    def finish(lesson):
        step = version_of(lesson).steps[0]["id"]
        return lambda: tell(StaffMember.objects.get(given_name="Maja"), lesson, "step", {"step": step})

    at_once(*[finish(lesson) for _page, lesson in pages])
    assert Certificate.objects.filter(basis=Basis.PROGRAMME).count() == 1


def test_two_leaders_who_approve_the_same_issue_one(world):
    page, lesson = small("Värdskap")
    change_rule(about=course_of(page), how=How.APPROVED, actor=world.ada)
    done = complete(world.maja, page)
    assert activity_of(lesson)
    at_once(*[lambda who=who: approve(keys=[f"c{done.pk}"], actor=world.users[who]) for who in ("petra", "kajsa")])
    assert Certificate.objects.count() == 1


def test_what_is_taken_back_while_it_is_issued_has_no_certificate_that_counts(world):
    """Whoever issues a long list has read it before."""
    page, _lesson = small("Värdskap")
    completion = complete(world.maja, page)
    Certificate.objects.all().delete()
    is_voided = threading.Event()

    def take_back():
        with transaction.atomic():
            void(completion=completion, reason="Fel person", recorded_by=world.ada)
            is_voided.set()
            time.sleep(0.5)

    def issue_it():
        is_voided.wait()
        issue_part([completion.pk], actor=world.ada)

    at_once(take_back, issue_it)
    assert not Certificate.objects.current().exists()


def test_who_is_erased_while_it_is_issued_leaves_no_name(world):
    page, _lesson = small("Värdskap")
    completion = complete(world.maja, page)
    Certificate.objects.all().delete()
    is_erased = threading.Event()

    def erase():
        with transaction.atomic():
            staff = StaffMember.objects.select_for_update().get(pk=world.maja.pk)
            erase_holder(staff=staff, actor=world.ada)
            StaffMember.objects.filter(pk=staff.pk).update(given_name="Raderad", erased_at=timezone.now())
            is_erased.set()
            time.sleep(0.5)

    def issue_it():
        is_erased.wait()
        issue_part([completion.pk], actor=world.ada)

    at_once(erase, issue_it)
    assert not Certificate.objects.exclude(holder_name="").exists()
