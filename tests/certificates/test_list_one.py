"""One certificate in the admin: its page, its file, and what a project leader does about it. And nobody else."""

import re

import pytest
from django.utils import timezone

from certificates import letters
from certificates.issuing import replace, revoke
from certificates.making import ensure_drawn
from certificates.models import Basis, Certificate, RevocationReason, State
from certificates.sharing import share
from lms.models import LedgerEntry
from lms.people.actions import change_details
from tests.builders import complete
from tests.certificates.many import issue_for

MAIL = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def certificate(cast, course, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        complete(cast.maja, course)
    return Certificate.objects.get()


def at(certificate, act=""):
    return f"/admin/certificates/{certificate.uuid}/{act}"


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def confirm(browser, path, data=None):
    """Ask, see what will happen, and agree to it."""
    response = browser.post(path, data) if data else browser.get(path)
    return browser.post(path, {**(data or {}), "seen": response.context["seal"]}, follow=True)


EVERY_DOOR = [
    ("get", "", {"petra", "kajsa", "ada"}),
    ("get", "file/", {"petra", "kajsa", "ada"}),
    ("get", "correct/", {"petra", "ada"}),
    ("get", "revoke/", {"petra", "ada"}),
    ("get", "send/", {"petra", "ada"}),
    ("get", "issue/", {"petra", "ada"}),
]


@pytest.mark.parametrize("who", ["petra", "kajsa", "ada", "birgitta", "maja", "bo", "eva", "nisse", None])
def test_every_door_opens_to_those_it_is_for_and_to_nobody_else(client, sign_in, certificate, who):
    browser = sign_in(who) if who else client
    for method, act, allowed in EVERY_DOOR:
        response = getattr(browser, method)(at(certificate, act))
        opened = response.status_code == 200
        assert opened is (who in allowed), (act, response.status_code)
        content = response.getvalue()
        if not opened:
            assert b"Lindgren" not in content


@pytest.mark.parametrize("who", ["kajsa", "birgitta", "eva", None])
def test_many_at_once_are_the_project_leaders_alone(client, sign_in, certificate, who):
    browser = sign_in(who) if who else client
    for path in ("zip/", "revoke/", "missing/"):
        response = browser.post(f"/admin/certificates/{path}", {"which": "all", "reason": "issuer", "seen": "x"})
        assert response.status_code in (302, 403)
        assert b"Lindgren" not in response.content
    assert Certificate.objects.current().count() == 1


def test_every_address_is_behind_one_of_those_doors():
    from certificates.admin.urls import urlpatterns

    ours = {"list", "missing", "fetch_many", "revoke_many"}
    tried = {act.strip("/").replace("issue", "issue_again") or "certificate" for _method, act, _allowed in EVERY_DOOR}
    assert ours | tried <= {pattern.name for pattern in urlpatterns}


def test_another_areas_certificates_cannot_be_reached(petra, far):
    beyond = issue_for(far)
    for method, act, _allowed in EVERY_DOOR:
        assert getattr(petra, method)(at(beyond, act)).status_code == 404, act
        assert petra.post(at(beyond, act)).status_code in (404, 405)
    assert beyond.pk in Certificate.objects.current().values_list("pk", flat=True)


def test_who_has_gone_on_to_another_leaders_workplace_is_seen_and_not_changed(petra, cast, certificate):
    from lms.people.actions import move_employment

    move_employment(
        job=cast.maja.employments.get(), workplace=cast.places["annorstades"], role=cast.roles["biträde"],
        first_day=timezone.localdate(), actor=cast.ada,
    )  # fmt: skip
    page = petra.get(at(certificate))
    assert page.status_code == 200
    assert at(certificate, "revoke/") not in page.content.decode()
    assert petra.get(at(certificate, "revoke/")).status_code == 404
    assert petra.get("/admin/certificates/").context["manageable"] == 0


def test_looking_changes_nothing(petra, certificate):
    before = LedgerEntry.objects.count()
    for method, act, _allowed in EVERY_DOOR:
        getattr(petra, method)(at(certificate, act)).getvalue()
    assert LedgerEntry.objects.count() == before
    assert Certificate.objects.current().count() == 1


def test_the_page_says_all_that_is_known_of_it(petra, certificate, django_assert_num_queries):
    petra.get(at(certificate))
    with django_assert_num_queries(14):
        text = text_of(petra.get(at(certificate)))
    for words in (
        "Maja Lindgren", "✓ Giltigt", certificate.printed_serial, certificate.sha256, "Ej signerat", "Utfärdat.",
        "Historik", certificate.verification_url,
    ):  # fmt: skip
        assert words in text


def test_a_file_is_fetched_as_it_was_issued_or_shown_to_be_printed(petra, certificate):
    response = petra.get(at(certificate, "file/"))
    assert response["Content-Disposition"].startswith("attachment")
    assert response.getvalue() == certificate.file.read()
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    response = petra.get(at(certificate, "file/?print"))
    assert response["Content-Disposition"].startswith("inline")
    response.close()


def test_of_an_erased_person_there_is_no_file(ada, certificate):
    Certificate.objects.update(holder_name="", file="")
    assert ada.get(at(certificate, "file/")).status_code == 404
    assert "raderats" in text_of(ada.get(at(certificate)))


# Correct


def test_a_correction_shows_what_will_differ_and_then_replaces(petra, cast, certificate):
    change_details(staff=cast.maja, family_name="Nyström", actor=cast.ada)
    text = text_of(petra.get(at(certificate, "correct/")))
    assert "Namn: ”Maja Lindgren” blir ”Maja Nyström”." in text
    assert "kan inte ångras" in text
    assert Certificate.objects.get().holder_name == "Maja Lindgren"
    response = confirm(petra, at(certificate, "correct/"))
    new = Certificate.objects.current().get()
    assert response.redirect_chain[-1][0] == at(new)
    assert new.holder_name == "Maja Nyström"
    assert at(certificate) in response.content.decode()
    old = petra.get(at(certificate))
    assert "⇄ Ersatt" in text_of(old)
    assert at(new) in old.content.decode()


def test_a_correction_without_difference_says_so(petra, certificate):
    assert "Inget av det som trycks blir annorlunda" in text_of(petra.get(at(certificate, "correct/")))


def test_what_has_changed_since_it_was_shown_is_shown_again(petra, cast, certificate):
    seal = petra.get(at(certificate, "correct/")).context["seal"]
    change_details(staff=cast.maja, family_name="Nyström", actor=cast.ada)
    response = petra.post(at(certificate, "correct/"), {"seen": seal})
    assert response.context["has_changed"]
    assert Certificate.objects.count() == 1


# Revoke


def test_it_is_revoked_with_a_reason_after_saying_what_that_means(petra, certificate):
    path = at(certificate, "revoke/")
    assert "Utfärdat av misstag" in text_of(petra.get(path))
    told = text_of(petra.post(path, {"reason": "mistake"}))
    assert "Utfärdat av misstag" in told
    assert "utfärda ett nytt" in told
    assert Certificate.objects.current().exists()
    response = confirm(petra, path, {"reason": "mistake"})
    certificate.refresh_from_db()
    assert (certificate.state, certificate.revocation_reason) == (State.REVOKED, RevocationReason.MISTAKE)
    assert certificate.revoked_by.username == "petra"
    assert "✕ Återkallat" in text_of(response)


@pytest.mark.parametrize("reason", ["", "erased", "voided", "corrected", "nonsense"])
def test_no_other_reason_can_be_given(petra, certificate, reason):
    assert petra.post(at(certificate, "revoke/"), {"reason": reason}).status_code == 422
    assert Certificate.objects.current().exists()


def test_what_no_longer_counts_can_only_be_issued_anew(petra, cast, certificate):
    revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=cast.petra)
    page = petra.get(at(certificate)).content.decode()
    assert at(certificate, "correct/") not in page
    assert at(certificate, "revoke/") not in page
    assert "gäller inte längre" in text_of(petra.get(at(certificate, "correct/")))
    assert at(certificate, "issue/") in page
    confirm(petra, at(certificate, "issue/"))
    new = Certificate.objects.current().get()
    assert new.pk != certificate.pk
    assert at(certificate, "issue/") not in petra.get(at(certificate)).content.decode()
    seal = petra.get(at(certificate, "issue/")).context["seal"]
    assert petra.post(at(certificate, "issue/"), {"seen": seal}).status_code == 422
    assert Certificate.objects.count() == 2


# Send


@pytest.fixture
def post_office(settings, cast):
    settings.EMAIL_BACKEND = MAIL
    settings.LMS_PUBLIC_BASE_URL = "https://larpunkt.example"
    change_details(staff=cast.maja, email="maja@example.se", actor=cast.ada)


def test_a_letter_goes_to_the_holder_with_a_link_that_opens_it(
    petra, client, certificate, post_office, mailoutbox, django_capture_on_commit_callbacks
):
    assert "maja@example.se" in text_of(petra.get(at(certificate, "send/")))
    with django_capture_on_commit_callbacks(execute=True):
        confirm(petra, at(certificate, "send/"))
    [letter] = mailoutbox
    assert (letter.to, letter.subject) == (["maja@example.se"], "Ditt intyg från Lärpunkt")
    path = re.search(r"https://larpunkt\.example(/intyg/\S+/brev/\S+/)", letter.body)[1]
    page = client.get(path)
    assert "äkta och giltigt" in text_of(page)
    assert client.get(f"{path}pdf/").getvalue() == certificate.file.read()
    told = text_of(petra.get(at(certificate)))
    assert "Mejlet har gått iväg" in told
    assert "maja@" not in str(list(LedgerEntry.objects.filter(verb__contains="letter").values_list("data", flat=True)))


def test_a_second_press_sends_no_second_letter(petra, certificate, post_office, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        confirm(petra, at(certificate, "send/"))
    assert "för en stund sedan" in text_of(petra.get(at(certificate, "send/")))
    with pytest.raises(Exception, match="för en stund sedan"):
        letters.ask_to_send(certificate=certificate, actor=None)


def test_without_an_address_the_page_says_what_to_do_instead(petra, certificate, post_office, cast):
    change_details(staff=cast.maja, email="", actor=cast.ada)
    assert "Skriv ut intyget" in text_of(petra.get(at(certificate, "send/")))


def test_without_mail_the_page_says_so(petra, certificate, post_office, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "kan inte skicka e-post" in text_of(petra.get(at(certificate, "send/")))


def test_a_dead_mail_server_is_said_in_the_history_and_nowhere_else(
    petra, certificate, post_office, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def refuse(*args, **kwargs):
        raise OSError("maja@example.se refused")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        response = confirm(petra, at(certificate, "send/"))
    assert response.status_code == 200
    assert "Mejlet kunde inte skickas" in text_of(petra.get(at(certificate)))
    assert "maja@" not in caplog.text


def test_what_was_revoked_or_has_no_address_by_then_is_not_sent(certificate, post_office, cast, mailoutbox):
    entry = letters.ask_to_send(certificate=certificate, actor=cast.petra)
    revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=cast.petra)
    assert letters.send(entry.pk)
    assert not mailoutbox


def test_the_letter_is_in_the_holders_language(certificate, post_office, cast):
    change_details(staff=cast.maja, language="en", actor=cast.ada)
    letter = letters.letter(certificate, Certificate.objects.get().staff)
    assert letter.subject == "Your certificate from Lärpunkt"


def test_a_workplaces_certificate_is_not_sent_to_anyone(petra, cast):
    shop = issue_for(None, holder_name="Brattfors", basis=Basis.WORKPLACE, workplace=cast.brattfors)
    assert at(shop, "send/") not in petra.get(at(shop)).content.decode()


def test_history_tells_who_did_what(petra, cast, certificate):
    new = replace(certificate=ensure_drawn(certificate), actor=cast.users["petra"])
    revoke(certificate=new, reason=RevocationReason.MISTAKE, actor=cast.users["petra"])
    text = text_of(petra.get(at(new)))
    assert "Återkallat: Utfärdat av misstag. petra" in text
    assert "Ersatt av ett nytt intyg. petra" in text_of(petra.get(at(certificate)))


def test_what_cannot_be_corrected_says_so(petra, certificate, monkeypatch):
    def refuse(**_more):
        raise ValueError

    monkeypatch.setattr("certificates.issuing.replace", refuse)
    response = petra.get(at(certificate, "correct/"))
    assert "finns inte längre" in text_of(response)
    assert petra.post(at(certificate, "correct/"), {"seen": response.context["seal"]}).status_code == 422


def test_that_the_holder_shares_it_is_the_holders_own_matter(petra, certificate):
    share(certificate=certificate, actor=None)
    text = text_of(petra.get(at(certificate)))
    assert "elning" not in text
    assert "certificate.shared" not in text + text_of(petra.get(f"/admin/training/staff/{certificate.staff_id}/"))


def test_a_letter_stands_in_the_persons_history(petra, certificate, post_office):
    letters.ask_to_send(certificate=certificate, actor=None)
    assert "Intyget ska skickas med e-post" in text_of(petra.get(f"/admin/training/staff/{certificate.staff_id}/"))
