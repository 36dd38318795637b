"""The demo's programme: a leader finds it in the matrix from the first minute. Nobody is late with it."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from content_seed.backends import DEMO_PASSWORD
from lms.models import Programme, Requirement, StaffMember, Workplace
from lms.reports import figures
from lms.requirements.terms import terms_of
from lms.status import Status

TITLE = "Servicepunkt: fördjupning"
TITLES = ["Turism i Nordmaling", "Blanketter och myndighetsärenden", "Marknadsföring för lanthandeln"]


@pytest.fixture
def leader(demo):
    browser = Client()
    browser.post("/logga-in/", {"username": "projektledare", "password": DEMO_PASSWORD})
    return browser


def statuses(found, given):
    """Title to status of what of the programme counts for that person."""
    [cells] = [row.cells for worker, row in found.rows(found.workers) if worker.given_name == given]
    return {
        course.title: cell.status
        for course, cell in zip(found.courses, cells, strict=True)
        if course.title in TITLES and cell.facts.required
    }


@pytest.fixture
def today(demo):
    return figures.gather(timezone.localdate(), Workplace.objects.all())


def test_two_of_three_are_enough_for_owners_shop_assistants_and_who_serves_coffee(demo):
    programme = Programme.objects.get()
    [contents] = programme.contents.all()
    assert (str(programme), programme.title_en) == (TITLE, "Service point: further courses")
    assert contents.at_least == 2
    assert [part.course.titles["sv"] for part in contents.parts.all()] == TITLES
    rule = Requirement.objects.get(programme=programme)
    assert {role.name for role in terms_of(rule).roles} == {"Butiksägare", "Butiksbiträde", "Kafévärd"}


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ("Maja", {TITLES[0]: Status.NOT_STARTED, TITLES[1]: Status.NOT_STARTED}),
        ("Elsa", {TITLES[0]: Status.COMPLETE, TITLES[1]: Status.COMPLETE}),
        # An owner has to take the course in marketing anyway: so that one counts.
        ("Gunnar", {TITLES[0]: Status.COMPLETE, TITLES[2]: Status.NOT_STARTED}),
        ("Margareta", {TITLES[0]: Status.COMPLETE, TITLES[1]: Status.COMPLETE, TITLES[2]: Status.NOT_STARTED}),
        ("Anders", {TITLES[0]: Status.COMPLETE, TITLES[1]: Status.NOT_STARTED}),
        ("Kerstin", {}),
    ],
)
def test_what_of_it_counts_for_whom(today, given, counts):
    assert statuses(today, given) == counts


def test_nobody_is_late_with_it_and_some_are_done(today):
    counted = [status for given in StaffMember.objects.values_list("given_name", flat=True).exclude(given_name="Linnea")
               for status in statuses(today, given).values()]  # fmt: skip
    assert Status.COMPLETE in counted
    assert not {Status.OVERDUE, Status.EXPIRED} & set(counted)


def test_a_leader_finds_it_in_the_matrix(leader):
    matrix = "/admin/reports/training-matrix/"
    assert TITLE in leader.get(matrix).content.decode()
    alone = leader.get(matrix, {"programme": Programme.objects.get().pk}).content.decode()
    assert "3 kurser, i kursprogrammet ”Servicepunkt: fördjupning”" in alone


def test_it_was_known_when_it_began(demo):
    then = timezone.now() - datetime.timedelta(days=60)
    found = figures.gather(timezone.localdate(then), Workplace.objects.all(), known=then)
    assert statuses(found, "Maja") == {TITLES[0]: Status.NOT_STARTED, TITLES[1]: Status.NOT_STARTED}
