"""What a project leader does by hand, in a real browser: each in at most three clicks from the matrix or the person.

A click is what leads to another page; what is filled in or ticked on the way is not counted.
"""

import pytest
from django.core.management import call_command

from certificates.models import Certificate, State
from courses.models import CoursePage
from lms.models import (
    ActivityCompletion,
    CourseCompletion,
    Exemption,
    ExtraAttempt,
    LedgerEntry,
    LoginCard,
    StaffMember,
)
from tests import builders

MATRIX = "/admin/reports/training-matrix/"


class Leader:
    """Petra at her desk, who counts her clicks."""

    def __init__(self, visit):
        self.visit, self.page, self.clicks = visit, visit.page, 0
        visit.sign_in("projektledare")

    def at(self, path):
        self.visit.go(path)
        self.clicks = 0

    def at_the_page_of(self, given_name):
        person = StaffMember.objects.get(given_name=given_name)
        self.at(f"/admin/training/staff/{person.pk}/")
        return person

    def click(self, selector, *, name):
        self.visit.press(selector)
        self.clicks += 1
        self.visit.check(name)

    def was_told(self, words):
        assert words in self.visit.text(), self.visit.text()
        assert self.clicks <= 3, self.clicks


@pytest.fixture
def leader(server, visit):
    call_command("seed", "ett-gott-vardskap", demo=True, verbosity=0)
    builders.make_workshop(CoursePage.objects.get(locale__language_code="sv"), "Coachingkväll 1")
    return Leader(visit("desktop", viewport={"width": 1360, "height": 1100}))


def test_the_five_daily_acts(leader):
    page = leader.page

    # A paper evening for many, from the matrix.
    leader.at(MATRIX)
    leader.click(".lms-admin-actions a:has-text('Registrera närvaro')", name="record who came")
    page.select_option("#id_what", label="Coachingkväll 1")
    page.fill("[data-lms-people-search] input", "olle")
    page.locator("label:has-text('Olle Dahlberg')").click()
    assert page.locator(".lms-people__group:visible").count() == 1
    page.fill("[data-lms-people-search] input", "")
    page.locator(".lms-people__group:has(legend:has-text('Gräsmyr')) button").click()
    assert page.locator("[data-lms-people-count]").inner_text() == "Förkryssade: 6"
    leader.click("button[type=submit]:has-text('Visa vad som kommer att hända')", name="what recording it changes")
    leader.click("button:has-text('Ja, registrera')", name="the matrix again")
    leader.was_told("Närvaro är registrerad för 6 personer.")
    assert ActivityCompletion.objects.filter(earned="attended").count() == 6

    # It was not her.
    birgitta = leader.at_the_page_of("Birgitta")
    leader.visit.check("the page of a person")
    leader.click("a:has-text('Det var inte Birgitta')", name="it was not her")
    page.select_option("#id_to", label="Maja Lindgren")
    page.fill("#id_reason", "Maja hade glömt att byta person på surfplattan.")
    leader.click("button[type=submit]:has-text('Visa vad som kommer att hända')", name="what will happen")
    assert "Intyget för Birgitta Forsberg återkallas." in leader.visit.text()
    assert CourseCompletion.objects.filter(staff=birgitta, voided_at=None).exists()
    leader.click("button:has-text('Flytta det')", name="moved")
    leader.was_told("Det är flyttat från Birgitta Forsberg till Maja Lindgren.")
    assert Certificate.objects.get(staff=birgitta).state == State.REVOKED
    maja = leader.at_the_page_of("Maja")
    assert "Flyttat hit, eftersom det av misstag hade registrerats på Birgitta Forsberg" in leader.visit.text()
    assert LedgerEntry.objects.filter(verb="completion.moved", staff=maja).exists()

    # One more attempt, from the cell of the matrix.
    leader.at(f"{MATRIX}?view=people")
    page.locator("tr:has-text('Ingrid Berglund') summary:has-text('Behöver hjälp')").click()
    leader.clicks += 1
    leader.click("tr:has-text('Ingrid Berglund') a:has-text('Ge ett försök till')", name="one more attempt")
    page.fill("#id_reason", "Vi har gått igenom frågorna tillsammans.")
    leader.click("button[type=submit]:has-text('Ge ett försök till')", name="given")
    leader.was_told("Ingrid Berglund har ett försök till.")
    assert ExtraAttempt.objects.get().enrolment.staff.given_name == "Ingrid"

    # Excused.
    olle = leader.at_the_page_of("Olle")
    leader.click("a:has-text('Undanta')", name="excuse")
    page.select_option("#id_reason", "parental")
    leader.click("button[type=submit]:has-text('Visa vad som kommer att hända')", name="what excusing changes")
    assert "räknas Olle Dahlberg inte längre" in leader.visit.text()
    assert not Exemption.objects.filter(staff=olle).exists()
    leader.click("button:has-text('Ja, undanta')", name="excused")
    leader.was_told("Olle Dahlberg är undantagen.")
    assert Exemption.objects.filter(staff=olle).count() == 1

    # A new card.
    olle = leader.at_the_page_of("Olle")
    leader.click("button:has-text('Skriv ut ett nytt inloggningskort')", name="a card")
    leader.was_told("Olle Dahlberg")
    assert len(page.locator(".card-code").inner_text()) == 11
    assert LoginCard.objects.filter(staff=olle, used_at=None, replaced_at=None).count() == 1

    # And what was wrong is undone.
    leader.at_the_page_of("Olle")
    leader.click(".lms-history li:has-text('Undantagen från') a:has-text('Ångra')", name="undo")
    leader.click("button:has-text('Ångra det')", name="undone")
    leader.was_told("Det är ångrat. Båda delarna står i historiken.")


def test_message_lists_are_copied_with_one_tap_and_rows_merged_in_three(leader):
    page = leader.page
    StaffMember.objects.filter(given_name="Maja").update(phone="070-111 11 11")
    leader.at(MATRIX)
    page.locator("summary:has-text('Rapporter och mer')").click()
    leader.click("a:has-text('Listor för utskick')", name="message lists")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-lms-copy='telefon-1']").click()
    page.get_by_text("Kopierat.").first.wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "070-111 11 11"
    leader.was_told("Alla arbetsplatser (11)")

    nils = leader.at_the_page_of("Nils")
    leader.click("a:has-text('Slå ihop')", name="merge")
    page.select_option("#id_other", label="Karl-Erik Sundqvist")
    leader.click("button[type=submit]:has-text('Visa vad som kommer att hända')", name="both rows")
    leader.click("button:has-text('Slå ihop dem')", name="merged")
    leader.was_told("står nu bara en gång i listan.")
    assert StaffMember.objects.filter(merged_into=nils).count() == 1


def test_the_acts_work_without_javascript(visit, leader):
    plain = Leader(visit("desktop", java_script_enabled=False))
    ingrid = StaffMember.objects.get(given_name="Ingrid")
    plain.at(f"/admin/training/staff/{ingrid.pk}/")
    plain.visit.press("a:has-text('Ge ett försök till')")
    plain.page.fill("#id_reason", "Hjälp")
    plain.visit.press("button[type=submit]:has-text('Ge ett försök till')")
    assert ExtraAttempt.objects.count() == 1
    plain.at("/admin/training/attendance/")
    plain.page.select_option("#id_what", label="Coachingkväll 1")
    plain.page.locator("label:has-text('Olle Dahlberg') input").check()
    plain.visit.press("button[type=submit]:has-text('Visa vad som kommer att hända')")
    plain.visit.press("button:has-text('Ja, registrera')")
    assert ActivityCompletion.objects.filter(earned="attended").count() == 1
