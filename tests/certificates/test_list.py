"""The leader's list: who sees which certificates, found by name, number and state, at a fixed cost."""

import datetime
import re

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from certificates.issuing import replace, revoke
from certificates.making import ensure_drawn
from certificates.models import Basis, Certificate, RevocationReason
from lms.models import Programme
from lms.people.actions import change_details
from tests import people
from tests.builders import complete, course_of, make_course
from tests.certificates.many import issue_for

LIST = "/admin/certificates/"


@pytest.fixture
def certificate(cast, course):
    complete(cast.maja, course)
    return Certificate.objects.get()


def shown(browser, **asked):
    return [one.pk for one in browser.get(LIST, asked).context["certificates"]]


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_list_says_whose_of_what_until_when_and_in_which_state(petra, certificate):
    text = text_of(petra.get(LIST))
    for words in ("1 intyg", "Maja Lindgren", certificate.printed_serial, "Ett gott värdskap", "✓ Giltigt"):
        assert words in text
    assert "inte framställd än" in text


@pytest.mark.parametrize("number", [1, 120])
def test_it_costs_the_same_at_any_size(petra, cast, number, django_assert_num_queries):
    for one in range(number):
        issue_for(cast.maja, f"Kurs {one}")
    petra.get(LIST)
    with django_assert_num_queries(QUERIES):
        petra.get(LIST)
    with django_assert_num_queries(QUERIES + 1):  # the names
        petra.get(LIST, {"q": "Maja"})


QUERIES = 15


def test_fifty_on_a_page_and_the_rest_on_the_next(petra, cast):
    for one in range(60):
        issue_for(cast.maja, f"Kurs {one}")
    assert len(shown(petra)) == 50
    assert len(shown(petra, p=2)) == 10
    assert "Alla 60 som är valda ovan" in text_of(petra.get(LIST))


def test_empty_lists_say_why(petra, certificate):
    assert "Inget intyg är som du har valt" in text_of(petra.get(LIST, {"q": "Ingen Alls"}))
    Certificate.objects.all().delete()
    assert "Inget intyg är utfärdat än" in text_of(petra.get(LIST))


def test_each_leader_sees_those_of_the_own_area(sign_in, cast, certificate, far):
    beyond = issue_for(far)
    shop = issue_for(None, "Utbildad servicepunkt", holder_name="Brattfors", basis=Basis.WORKPLACE,
                     workplace=cast.brattfors)  # fmt: skip
    other = issue_for(None, "Utbildad servicepunkt", holder_name="Annorstädes", basis=Basis.WORKPLACE,
                      workplace=cast.places["annorstades"])  # fmt: skip
    for who in ("petra", "kajsa"):
        assert set(shown(sign_in(who))) == {certificate.pk, shop.pk}
    assert set(shown(sign_in("ada"))) == {certificate.pk, shop.pk, beyond.pk, other.pk}


@pytest.mark.parametrize("who", ["birgitta", "maja", "eva", "nisse", None])
def test_nobody_else_sees_the_list(client, sign_in, certificate, who):
    response = (sign_in(who) if who else client).get(LIST)
    assert response.status_code in (302, 403)
    assert b"Lindgren" not in response.content


@pytest.mark.parametrize("words", ["maja", "LIND maj", "Lindgren"])
def test_found_by_name(petra, certificate, cast, words):
    issue_for(cast.staff["bo"])
    assert shown(petra, q=words) == [certificate.pk]


def test_found_by_the_name_printed_and_by_the_name_of_today_whatever_the_letters(petra, certificate, cast):
    change_details(staff=cast.maja, family_name="Öhrström", actor=cast.ada)
    assert shown(petra, q="lindgren") == [certificate.pk]
    assert shown(petra, q="öhrSTRÖM") == [certificate.pk]


def test_found_by_number_as_printed_or_as_it_stands_in_the_address(petra, certificate, cast):
    issue_for(cast.staff["bo"])
    assert shown(petra, q=certificate.printed_serial) == [certificate.pk]
    assert shown(petra, q=certificate.serial[:6]) == [certificate.pk]


def test_found_by_state(petra, cast):
    today = timezone.localdate()

    def in_days(number):
        return today + datetime.timedelta(days=number)

    early = {"completed_on": in_days(-400)}
    good, for_ever = issue_for(cast.maja), issue_for(cast.maja, valid_until=None)
    soon = issue_for(cast.maja, valid_until=in_days(10))
    gone = issue_for(cast.maja, valid_until=in_days(-1), **early)
    revoked = revoke(certificate=issue_for(cast.maja), reason=RevocationReason.ISSUER, actor=cast.petra)
    assert set(shown(petra, state="valid")) == {good.pk, for_ever.pk}
    assert set(shown(petra, state="counts")) == {good.pk, for_ever.pk, soon.pk}
    assert shown(petra, state="expiring") == [soon.pk]
    assert shown(petra, state="expired") == [gone.pk]
    assert shown(petra, state="revoked") == [revoked.pk]


def test_found_by_course_programme_and_kind(petra, cast, certificate, course):
    programme = Programme.objects.create(title_sv="Grundpaketet")
    whole = issue_for(
        cast.maja, "Grundpaketet", basis=Basis.PROGRAMME, programme=programme, subject_uuid=programme.uuid
    )
    assert shown(petra, about=str(course_of(course).uuid)) == [certificate.pk]
    assert shown(petra, about=str(programme.uuid)) == [whole.pk]
    assert shown(petra, basis="programme") == [whole.pk]


def test_found_by_workplace_also_of_those_who_have_left(petra, cast, certificate):
    gone = people.hire(cast, "Siv", "Borta", "grasmyr", end=timezone.localdate() - datetime.timedelta(days=3))
    left = issue_for(gone)
    assert shown(petra, workplace=cast.grasmyr.pk) == [left.pk]
    assert shown(petra, workplace=cast.brattfors.pk) == [certificate.pk]
    assert set(shown(petra, workplace=cast.places["kommun"].pk)) == {certificate.pk, left.pk}


def test_another_leaders_workplace_is_no_choice(petra, cast, certificate, far):
    issue_for(far)
    assert shown(petra, workplace=cast.places["annorstades"].pk) == []


def test_found_by_day_of_issue(petra, cast, certificate):
    old = issue_for(cast.maja, issued_on=datetime.date(2025, 3, 1), completed_on=datetime.date(2025, 3, 1))
    assert shown(petra, until="2025-12-31") == [old.pk]
    assert shown(petra, since="2026-01-01") == [certificate.pk]


@pytest.mark.parametrize("asked", [{"since": "igår"}, {"state": "x"}, {"workplace": "9" * 30}, {"about": "%00"}])
def test_what_cannot_be_understood_is_said_at_its_field(petra, certificate, asked):
    response = petra.get(LIST, asked)
    assert response.status_code == 200
    assert list(response.context["certificates"]) == []
    assert "error-message" in response.content.decode()


def test_found_by_what_is_wrong_with_the_file(petra, cast, certificate):
    drawn = ensure_drawn(issue_for(cast.staff["bo"]))
    Certificate.objects.filter(pk=drawn.pk).update(signature_level="")
    signed = issue_for(cast.staff["bo"], "En annan")
    signed.file.save("", ContentFile(b"%PDF"), save=False)
    Certificate.objects.filter(pk=signed.pk).update(sha256="1" * 64, signature_level="B-B")
    assert shown(petra, file="missing") == [certificate.pk]
    assert shown(petra, file="unsigned") == [drawn.pk]


def test_sorted_by_each_heading_and_back(petra, cast):
    first = issue_for(cast.maja, "A", issued_on=datetime.date(2026, 1, 1), completed_on=datetime.date(2026, 1, 1))
    last = issue_for(cast.staff["bo"], "B", valid_until=None)
    for key, order in (("name", [last, first]), ("title", [first, last]), ("issued", [first, last]),
                       ("until", [first, last])):  # fmt: skip
        expected = [one.pk for one in order]
        assert shown(petra, sort=key) == expected
        assert shown(petra, sort=f"-{key}") == expected[::-1]
    assert shown(petra) == shown(petra, sort="-issued") == shown(petra, sort="nonsense")
    assert 'aria-sort="descending"' in petra.get(LIST).content.decode()


def test_an_erased_holder_has_no_name_in_the_list(sign_in, certificate):
    Certificate.objects.update(holder_name="", file="")
    assert "Raderad" in text_of(sign_in("ada").get(LIST))


# Those that are missing

MISSING = "/admin/certificates/missing/"


@pytest.fixture
def without(cast, course, certificate):
    """Maja and Bo have completed the course; their certificates never came to be."""
    complete(cast.staff["bo"], course)
    Certificate.objects.all().delete()


def test_who_has_completed_and_has_no_certificate_is_found_and_gets_one(petra, cast, without):
    assert "2 slutförda kurser utan intyg" in text_of(petra.get(MISSING))
    done = cast.maja.completions.get()
    petra.post(MISSING, {"which": "ticked", "completion": [done.pk]})
    assert Certificate.objects.get().staff == cast.maja
    response = petra.post(MISSING, {"which": "all"}, follow=True)
    assert Certificate.objects.count() == 2
    assert "har ett intyg" in text_of(response)


@pytest.mark.parametrize("sent", [{}, {"completion": ["x", "9" * 40, "-1"]}])
def test_nothing_ticked_issues_nothing(petra, without, sent):
    response = petra.post(MISSING, {"which": "ticked", **sent}, follow=True)
    assert "Kryssa i minst en person" in text_of(response)
    assert not Certificate.objects.exists()


def test_very_many_are_issued_in_the_background(petra, without, monkeypatch):
    monkeypatch.setattr("certificates.bulk.AT_ONCE", 1)
    monkeypatch.setattr("certificates.bulk.PART", 1)
    response = petra.post(MISSING, {"which": "all"}, follow=True)
    assert "2 intyg utfärdas i bakgrunden" in text_of(response)
    assert Certificate.objects.count() == 2  # the tests' tasks are carried out at once


def test_what_was_revoked_on_purpose_or_is_approved_by_hand_is_not_missing(petra, cast, course, certificate):
    from certificates.models import IssueRule

    def missing():
        return petra.get(MISSING).context["completions"].paginator.count

    assert missing() == 0
    new = replace(certificate=certificate, actor=cast.petra)
    assert missing() == 0
    revoke(certificate=new, reason=RevocationReason.ISSUER, actor=cast.petra)
    assert missing() == 0
    Certificate.objects.all().delete()
    assert missing() == 1
    IssueRule.objects.create(basis="completion", course=course_of(course), how="approved")
    assert missing() == 0


def test_another_areas_people_get_none(petra, far, course):
    complete(far, course)
    Certificate.objects.all().delete()
    petra.post(MISSING, {"which": "all"})
    petra.post(MISSING, {"which": "ticked", "completion": [far.completions.get().pk]})
    assert not Certificate.objects.exists()


def test_a_second_course_is_offered_by_its_name(petra, certificate):
    make_course("Kris och beredskap")
    assert "Kris och beredskap" in petra.get(LIST).content.decode()
