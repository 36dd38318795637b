"""The holder's own certificates: the list, printing, and the link that the holder alone turns on and off."""

import re

import pytest
import time_machine
from django.utils import timezone

from certificates import letters, sharing
from certificates.issuing import replace, revoke
from certificates.models import Basis, Certificate, RevocationReason
from lms.models import LedgerEntry, Programme
from tests.builders import complete, fields
from tests.certificates.many import issue_for


@pytest.fixture
def certificate(cast, course, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        complete(cast.maja, course)
    return Certificate.objects.get(staff=cast.maja)


@pytest.fixture
def shared(certificate):
    return sharing.share(certificate=certificate, actor=None)


def own(certificate, act="", where="/min-utbildning"):
    return f"{where}/intyg/{certificate.uuid}/{act}"


def link(certificate, act=""):
    return f"/intyg/delat/{certificate.share_token}/{act}"


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# My certificates


def test_the_list_says_state_and_last_day_in_words_and_puts_what_is_over_apart(maja, cast, certificate):
    programme = Programme.objects.create(title_sv="Grundpaketet")
    issue_for(cast.maja, "Grundpaketet", basis=Basis.PROGRAMME, programme=programme, valid_until=None)
    new = replace(certificate=certificate, actor=None)
    response = maja.get("/min-utbildning/intyg/")
    text = text_of(response)
    for words in ("Grundpaketet Giltigt, inget slutdatum", "Giltigt, till och med", "1 som inte längre gäller",
                  "Ett gott värdskap Ersatt"):  # fmt: skip
        assert words in text
    assert new in response.context["certificates"]
    assert response.context["gone"] == [certificate]


def test_the_list_costs_the_same_however_many(maja, cast, certificate, django_assert_num_queries):
    maja.get("/min-utbildning/intyg/")
    with django_assert_num_queries(6):
        maja.get("/min-utbildning/intyg/")
    for number in range(20):
        issue_for(cast.maja, f"Kurs {number}")
    with django_assert_num_queries(6):
        maja.get("/min-utbildning/intyg/")


def test_one_that_is_over_says_why_and_offers_nothing(maja, certificate):
    revoke(certificate=certificate, reason=RevocationReason.MISTAKE, actor=None)
    text = text_of(maja.get(own(certificate)))
    assert "✕ Återkallat" in text
    assert "Orsak: Utfärdat av misstag" in text
    assert "Ladda ner" not in text
    assert "delningslänk" not in text


def test_the_file_opens_to_be_printed(maja, certificate):
    response = maja.get(own(certificate, "skriv-ut/"))
    assert response["Content-Disposition"].startswith("inline")
    assert response.getvalue() == certificate.file.read()


# The link


def test_it_is_off_until_the_holder_turns_it_on_and_then_open_to_whoever_has_it(maja, client, certificate):
    assert "Sätt på delningslänken" in text_of(maja.get(own(certificate)))
    response = maja.post(own(certificate, "dela/"), fields(certificate.staff))
    assert response["Location"] == f"{own(certificate)}#dela"
    certificate.refresh_from_db()
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", certificate.share_token)
    page = maja.get(own(certificate)).content.decode()
    assert f"https://larpunkt.example{link(certificate)}" in page
    assert "mailto:?subject=Mitt%20intyg" in page
    shown = client.get(link(certificate))
    text = text_of(shown)
    for words in ("äkta och giltigt", "Maja Lindgren", "Ladda ner intyg (PDF)"):
        assert words in text
    assert client.get(link(certificate, "pdf/")).getvalue() == certificate.file.read()
    [entry] = LedgerEntry.objects.filter(verb="certificate.shared")
    assert (entry.actor.username, entry.staff) == ("maja", None)  # so that no leader reads it in her history
    assert certificate.share_token not in str(entry.data)


def test_nothing_on_the_way_keeps_or_spreads_it(client, shared):
    for act in ("", "pdf/"):
        response = client.get(link(shared, act))
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Referrer-Policy"] == "no-referrer"
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_turned_off_it_is_as_if_it_never_was(maja, client, shared):
    old = link(shared)
    assert "slutar fungera genast" in text_of(maja.get(own(shared)))
    maja.post(own(shared, "sluta-dela/"), fields(shared.staff))
    unknown = client.get(f"/intyg/delat/{'x' * 22}/")
    assert "Länken fungerar inte" in text_of(unknown)
    for act in ("", "pdf/", "meritbevis/"):
        response = client.get(old + act)
        assert (response.status_code, response.content) == (404, unknown.content)
        for header in ("X-Robots-Tag", "Referrer-Policy", "Cache-Control"):
            assert response[header] == unknown[header]
    maja.post(own(shared, "dela/"), fields(shared.staff))
    assert link(Certificate.objects.get()) != old
    assert LedgerEntry.objects.filter(verb="certificate.unshared").count() == 1


def test_guesses_are_limited_like_unknown_numbers(client, shared):
    statuses = [client.get(f"/intyg/delat/{'x' * 22}/").status_code for _number in range(31)]
    assert statuses == [404] * 30 + [429]
    assert client.get(link(shared)).status_code == 200


@pytest.mark.parametrize("token", ["x", "å" * 22, "x" * 500, "%00", "%00" * 22, "None"])
def test_malformed_answers_as_unknown(client, shared, token):
    Certificate.objects.exclude(pk=shared.pk).delete()
    assert client.get(f"/intyg/delat/{token}/").content == client.get(f"/intyg/delat/{'x' * 22}/").content


def test_turning_on_twice_is_the_same_link(shared):
    assert sharing.share(certificate=shared, actor=None).share_token == shared.share_token
    assert LedgerEntry.objects.filter(verb="certificate.shared").count() == 1


@pytest.mark.parametrize("who", ["bo", "birgitta", "petra", "ada", "nisse", None])
def test_nobody_else_turns_it_on_or_off(client, sign_in, certificate, cast, who):
    browser = sign_in(who) if who else client
    learner = cast.staff.get(who) or cast.maja
    for act in ("dela/", "sluta-dela/"):
        response = browser.post(own(certificate, act), fields(learner))
        assert response.status_code in (302, 403, 404)
    for act in ("skriv-ut/", "pdf/"):
        assert browser.get(own(certificate, act)).status_code in (302, 403, 404)
    assert Certificate.objects.get().share_token is None


def test_it_takes_a_form_of_ones_own(maja, cast, certificate):
    assert maja.get(own(certificate, "dela/")).status_code == 405
    assert maja.post(own(certificate, "dela/"), fields(cast.staff["bo"])).status_code == 409
    assert Certificate.objects.get().share_token is None


def test_shared_and_revoked_it_says_so_and_hands_nothing_out(client, shared):
    revoke(certificate=shared, reason=RevocationReason.ISSUER, actor=None)
    response = client.get(link(shared))
    assert "återkallat" in text_of(response)
    assert link(shared, "pdf/") not in response.content.decode()
    assert client.get(link(shared, "pdf/")).status_code == 404
    assert client.get(link(shared, "meritbevis/")).status_code == 404


def test_what_no_longer_counts_cannot_be_shared(certificate):
    revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=None)
    assert sharing.share(certificate=certificate, actor=None).share_token is None


def test_the_credential_comes_along_where_there_is_one(client, shared):
    assert client.get(link(shared, "meritbevis/")).status_code == 404
    assert "meritbeviset" not in text_of(client.get(link(shared)))
    Certificate.objects.update(credential="a.b.c")
    assert link(shared, "meritbevis/") in client.get(link(shared)).content.decode()
    response = client.get(link(shared, "meritbevis/"))
    assert (response["Content-Type"], response.content) == ("application/vc+jwt", b"a.b.c")
    assert response["Content-Disposition"] == f'attachment; filename="intyg-{shared.serial[:8]}.jwt"'


def test_at_the_tablet_it_is_shown_as_a_code_and_no_file_is_saved(at_tablet, certificate):
    where = "/surfplatta/min-utbildning"
    response = at_tablet.post(own(certificate, "dela/", where), fields(certificate.staff))
    assert response["Location"] == f"{own(certificate, '', where)}#dela"
    page = at_tablet.get(own(certificate, "", where)).content.decode()
    assert page.count("<svg") == 2
    assert Certificate.objects.get().share_token not in re.sub(r"<svg.*?</svg>", "", page, flags=re.S)
    assert "mailto:" not in page
    assert at_tablet.get(own(certificate, "skriv-ut/", where))["Location"] == own(certificate, "", where)
    assert LedgerEntry.objects.get(verb="certificate.shared").actor is None
    at_tablet.post(own(certificate, "sluta-dela/", where), fields(certificate.staff))
    assert Certificate.objects.get().share_token is None


# The link in a letter


def letter(certificate, act=""):
    return f"/intyg/{certificate.serial}/brev/{letters.token_of(certificate)}/{act}"


def test_the_link_in_a_letter_works_for_two_weeks_and_for_that_one_alone(client, certificate, cast):
    other = issue_for(cast.staff["bo"])
    assert client.get(letter(certificate)).status_code == 200
    token = letters.token_of(certificate)
    for path in (
        f"/intyg/{other.serial}/brev/{token}/", f"/intyg/{certificate.serial}/brev/{token}x/",
        f"/intyg/{certificate.serial}/brev/x/pdf/",
    ):  # fmt: skip
        response = client.get(path)
        assert response.status_code == 404
        assert "Länken är för gammal" in text_of(response)
    paths = letter(certificate), letter(certificate, "pdf/")
    with time_machine.travel(timezone.now() + timezone.timedelta(days=15)):
        assert {client.get(path).status_code for path in paths} == {404}


def test_a_letter_about_what_was_revoked_since_says_so_and_hands_nothing_out(client, certificate):
    path = letter(certificate, "pdf/")
    revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=None)
    assert "återkallat" in text_of(client.get(letter(certificate)))
    assert client.get(path).status_code == 404


# The shop's own


@pytest.fixture
def poster(cast):
    return issue_for(None, "Utbildad servicepunkt", holder_name="Brattfors", basis=Basis.WORKPLACE,
                     workplace=cast.brattfors)  # fmt: skip


def test_the_shop_owner_prints_the_shops_certificate(sign_in, poster):
    birgitta = sign_in("birgitta")
    page = birgitta.get("/min-utbildning/min-butik/")
    assert text_of(page).index("Skriv ut och häng upp") < text_of(page).index("Maja Lindgren"), "before all the people"
    path = f"/intyg/butik/{poster.uuid}/"
    assert path in page.content.decode()
    response = birgitta.get(path)
    assert response["Content-Disposition"].startswith("inline")
    assert response.getvalue().startswith(b"%PDF")


@pytest.mark.parametrize("who", ["maja", "bo", "kajsa", "eva", "nisse", None])
def test_nobody_else_gets_the_shops_certificate(client, sign_in, poster, who):
    response = (sign_in(who) if who else client).get(f"/intyg/butik/{poster.uuid}/")
    assert response.status_code in (302, 403)


def test_neither_another_shops_nor_a_persons_nor_one_that_is_over(sign_in, cast, poster, certificate):
    birgitta = sign_in("birgitta")
    other = issue_for(None, holder_name="Gräsmyr", basis=Basis.WORKPLACE, workplace=cast.grasmyr)
    for one in (other, certificate):
        assert birgitta.get(f"/intyg/butik/{one.uuid}/").status_code == 404
    revoke(certificate=poster, reason=RevocationReason.ISSUER, actor=None)
    assert birgitta.get(f"/intyg/butik/{poster.uuid}/").status_code == 404
    assert "Butikens intyg" not in text_of(birgitta.get("/min-utbildning/min-butik/"))
