"""The demo shows everything that the matrix can show, with people who do not exist and accounts that are dead without
DEBUG."""

import datetime

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.utils import timezone

from content_seed.backends import DEMO_PASSWORD, DemoBackend
from content_seed.demo import DEMO_PIN, PEOPLE
from content_seed.models import DemoAccount
from courses.models import CoursePage, LessonPage, QuizPage
from lms.models import StaffMember, Workplace
from lms.reports import figures
from lms.status import Status


def test_the_demo_needs_debug(index):
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("seed", "--demo")
    assert not StaffMember.objects.exists()


def test_twenty_seven_people_at_six_service_points_marked_as_examples(demo):
    assert demo[-1] == "demo          27 påhittade personer på 6 servicepunkter"
    assert StaffMember.objects.count() == 27
    points = Workplace.objects.filter(kind="service_point")
    assert points.count() == 6
    assert all("(exempel)" in point.name for point in points)


def test_the_demo_shows_every_status_that_there_is(demo):
    found = figures.gather(timezone.localdate(), Workplace.objects.all())
    statuses = {cell.status for _worker, row in found.rows(found.workers) for cell in row.cells}
    assert statuses == set(Status)
    assert 0 < found.totals.people.done < found.totals.people.counted


def test_the_demo_has_a_past_that_was_known_then(demo):
    now = timezone.now()
    then = now - datetime.timedelta(days=30)
    everywhere = Workplace.objects.all()
    done = [
        figures.gather(timezone.localdate(moment), everywhere, known=moment).totals.people.done
        for moment in (then, now)
    ]
    assert 0 < done[0] < done[1]


def test_seeding_the_demo_twice_adds_nobody(demo, seed):
    assert seed("--demo")[-1] == "Det finns redan personer här, så inga påhittade lades till."
    assert StaffMember.objects.count() == 27


def test_demo_accounts_work_with_debug_and_are_dead_without(demo, settings):
    request = RequestFactory().post("/")
    signed_in = {}
    for name in ("admin", "kursledare", "projektledare", "butik", "maja"):
        browser = Client()
        browser.post("/logga-in/", {"username": name, "password": DEMO_PASSWORD})
        assert browser.get("/").status_code == 302, name
        signed_in[authenticate(request, username=name, password=DEMO_PASSWORD)] = browser
    settings.DEBUG = False
    for user, browser in signed_in.items():
        assert authenticate(request, username=user.username, password=DEMO_PASSWORD) is None
        assert DemoBackend().get_user(user.pk) is None
        assert browser.get("/").status_code == 200, "the session is dead too"
        assert get_user_model().objects.get(pk=user.pk).has_usable_password() is False


def test_demo_accounts_are_shown_on_the_sign_in_page_only_with_debug(demo, settings, client):
    assert DEMO_PASSWORD in client.get("/logga-in/").content.decode()
    settings.DEBUG = False
    assert DEMO_PASSWORD not in client.get("/logga-in/").content.decode()
    assert DemoAccount.objects.count() == 5


def test_maja_gets_in_with_her_pin(demo):
    from lms.tablet.actions import pair_tablet
    from lms.tablet.pins import check_pin

    maja = StaffMember.objects.get(given_name="Maja")
    tablet, _token = pair_tablet(workplace=maja.employments.get().workplace, name="x", actor=None)
    assert maja.email == ""
    assert check_pin(staff=maja, tablet=tablet, pin=DEMO_PIN)


def test_the_demo_names_are_invented_and_none_is_from_the_old_project():
    names = {f"{given} {family}" for given, family, *_rest in PEOPLE}
    assert len(names) == 27
    assert not names & {"Madelene Blom", "Per Josephson"}


def test_a_course_leader_of_the_demo_may_write_but_not_see_settings(demo, settings):
    browser = Client()
    browser.post("/logga-in/", {"username": "kursledare", "password": DEMO_PASSWORD})
    for page in (LessonPage.objects.first(), QuizPage.objects.first(), CoursePage.objects.first()):
        assert browser.get(f"/admin/pages/{page.pk}/edit/").status_code == 200
    assert browser.get("/admin/users/").status_code == 302
    assert browser.get("/admin/training/staff/").status_code == 302
