"""Pages on paper: all of the page, and nothing that is to be pressed."""

import re

import pytest
from django.core.management import call_command

from courses.models import Course
from lms.models import StaffMember


@pytest.fixture
def seeded(server):
    call_command("seed", "ett-gott-vardskap", demo=True, verbosity=0)


def pages(visit):
    """How many pages of paper it takes."""
    return len(re.findall(rb"/Type\s*/Page\b", visit.page.pdf(format="A4")))


def pressed(visit):
    """The words of what is to be pressed, as they would stand on paper."""
    visit.page.emulate_media(media="print")
    found = visit.page.locator("main :is(button, .button, .lms-button), .sidebar a").all()
    return [one.inner_text() for one in found if one.is_visible()]


def test_a_leader_prints_whole_pages_without_buttons(seeded, visit):
    leader = visit("desktop")
    leader.sign_in("projektledare")
    person, course = StaffMember.objects.get(given_name="Birgitta"), Course.objects.live().first()
    for path in (f"staff/{person.pk}/", f"staff/{person.pk}/course/{course.pk}/", f"course/{course.pk}/", "staff/"):
        leader.go(f"/admin/training/{path}")
        assert pressed(leader) == [], path
        assert pages(leader) > 1, path
        leader.page.emulate_media(media="screen")
    leader.go("/admin/training/requirements/")
    assert pressed(leader) == []


def test_what_learners_print_has_no_buttons(seeded, visit):
    owner = visit("desktop")
    owner.sign_in("butik")
    for path in ("", "min-butik/", "intyg/"):
        owner.go(f"/min-utbildning/{path}")
        assert pressed(owner) == [], path
        owner.page.emulate_media(media="screen")
