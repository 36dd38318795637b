"""Verification for the public, the own certificate for its holder, and nothing for anyone else."""

import re

import pytest
import time_machine
from django.utils import timezone

from certificates import desk_views
from certificates.issuing import replace, revoke
from certificates.limits import UNKNOWN_PER_MINUTE
from certificates.models import Certificate, RevocationReason
from certificates.views import fetch_token
from tests.builders import complete


@pytest.fixture
def certificate(cast, course, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        complete(cast.maja, course)
    return Certificate.objects.get()


def look(client, serial, **more):
    return client.get(f"/intyg/{serial}/", **more)


def words(response):
    return re.sub(r"<[^>]+>", " ", response.content.decode())


def test_a_valid_certificate_says_so_with_the_least_about_its_holder(client, certificate, django_assert_num_queries):
    with django_assert_num_queries(2):  # the certificate, and whom to ask
        response = look(client, certificate.serial)
    text = words(response)
    assert response.status_code == 200
    assert "Intyget är äkta och giltigt" in text
    for shown in ("Maja Lindgren", "Ett gott värdskap", "Lärpunkt"):
        assert shown in text
    for hidden in ("maja@", "Brattfors", "Butiksbiträde", "%"):
        assert hidden not in text


def test_the_page_is_found_by_its_address_alone(client, certificate):
    response = look(client, certificate.serial)
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_each_state_is_said_in_words(client, certificate, cast):
    with time_machine.travel(timezone.now() + timezone.timedelta(days=1200)):
        assert "har gått ut" in words(look(client, certificate.serial))
    new = replace(certificate=certificate, actor=cast.users["petra"])
    assert "ersatt" in words(look(client, certificate.serial))
    assert "äkta och giltigt" in words(look(client, new.serial))
    revoke(certificate=new, reason=RevocationReason.ISSUER, actor=cast.users["petra"])
    assert "återkallat" in words(look(client, new.serial))


@pytest.mark.parametrize(
    "serial",
    [
        "2222222222222222",
        "kort",
        "0OIl0OIl0OIl0OIl",
        "x" * 200,
        "<script>alert(1)",
        "%00",
        "..",
        "åäöåäöåäöåäöåäöå",
    ],
)
def test_unknown_and_malformed_answer_alike(client, certificate, serial):
    unknown, other = look(client, "3333333333333333"), look(client, serial)
    assert (unknown.status_code, other.status_code) == (404, 404)
    assert other.content == unknown.content


def test_only_unknown_serials_are_limited(client, certificate):
    statuses = [look(client, "3333333333333333").status_code for _number in range(UNKNOWN_PER_MINUTE + 1)]
    assert statuses == [404] * UNKNOWN_PER_MINUTE + [429]
    assert look(client, "kort")["Retry-After"] == "60"
    assert {look(client, certificate.serial).status_code for _number in range(100)} == {200}
    assert look(client, "3333333333333333", REMOTE_ADDR="10.0.0.9").status_code == 404


def test_looking_up_forgives_spaces_and_misread_letters(client, certificate):
    typed = certificate.printed_serial.replace("o", "0").replace("1", "l")
    response = client.get("/intyg/", {"nummer": f" {typed} "})
    assert response["Location"] == f"/intyg/{certificate.serial}/"
    assert client.get("/intyg/").status_code == 200
    assert client.get("/intyg/", {"nummer": "///"})["Location"] == "/intyg/-/"


def test_only_reading_is_possible(client, certificate):
    for method in ("post", "put", "delete"):
        assert getattr(client, method)(f"/intyg/{certificate.serial}/").status_code == 405


# The holder


def paths(certificate, where="/min-utbildning"):
    return [f"{where}/intyg/{certificate.uuid}/", f"{where}/intyg/{certificate.uuid}/pdf/"]


def test_the_holder_sees_and_downloads_the_own_certificate(sign_in, certificate):
    maja = sign_in("maja")
    assert certificate.printed_serial in maja.get(paths(certificate)[0]).content.decode()
    response = maja.get(paths(certificate)[1])
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="intyg-{certificate.serial[:8]}.pdf"'
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert [one.pk for one in maja.get("/min-utbildning/intyg/").context["certificates"]] == [certificate.pk]


@pytest.mark.parametrize("who", ["bo", "birgitta"])
def test_nobody_else_gets_it(sign_in, certificate, who):
    for path in paths(certificate):
        assert sign_in(who).get(path).status_code == 404
    assert list(sign_in(who).get("/min-utbildning/intyg/").context["certificates"]) == []


@pytest.mark.parametrize("who", [None, "nisse", "petra", "eva"])
def test_who_does_not_learn_has_no_desk(client, sign_in, certificate, who):
    for path in paths(certificate):
        assert (sign_in(who) if who else client).get(path).status_code in (302, 403)


@pytest.mark.parametrize(
    ("address", "site"), [("https://ny.example/", "https://ny.example"), ("", "http://testserver")]
)
def test_the_code_for_the_own_phone_leads_to_where_the_site_is_today(
    maja, certificate, settings, monkeypatch, address, site
):
    drawn = []
    monkeypatch.setattr(desk_views, "as_svg", lambda url, label: drawn.append(url) or "")
    settings.LMS_PUBLIC_BASE_URL = address
    maja.get(paths(certificate)[0])
    assert drawn[0].startswith(f"{site}/intyg/{certificate.serial}/hamta/")


def test_at_the_tablet_it_is_shown_with_a_code_for_the_own_phone(at_tablet, certificate, client):
    page = at_tablet.get(paths(certificate, "/surfplatta/min-utbildning")[0])
    assert "<svg" in page.content.decode()
    response = client.get(f"/intyg/{certificate.serial}/hamta/{fetch_token(certificate)}/")
    assert response["Content-Type"] == "application/pdf"
    response.getvalue()


def test_at_the_tablet_it_is_never_saved_as_a_file(at_tablet, certificate):
    page, file = paths(certificate, "/surfplatta/min-utbildning")
    html = at_tablet.get(page).content.decode()
    assert file not in html
    assert certificate.verification_url not in html
    assert at_tablet.get(file)["Location"] == page


@pytest.mark.parametrize("how", ["revoked", "replaced"])
def test_what_is_no_longer_current_is_not_handed_out(sign_in, client, certificate, cast, how):
    maja, (page, file) = sign_in("maja"), paths(certificate)
    code = f"/intyg/{certificate.serial}/hamta/{fetch_token(certificate)}/"
    assert file in maja.get(page).content.decode()
    if how == "revoked":
        revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=cast.petra)
    else:
        replace(certificate=certificate, actor=cast.petra)
    html = maja.get(page).content.decode()
    assert file not in html
    assert "<svg" not in html
    assert maja.get(file)["Location"] == page
    assert client.get(code).status_code == 404


def test_one_that_has_expired_is_still_the_holders(sign_in, certificate):
    with time_machine.travel(timezone.now() + timezone.timedelta(days=1200)):
        maja = sign_in("maja")
        assert paths(certificate)[1] in maja.get(paths(certificate)[0]).content.decode()


def test_the_code_for_the_phone_works_for_a_quarter_of_an_hour_and_for_this_one_alone(client, certificate):
    token = fetch_token(certificate)
    assert client.get(f"/intyg/2222222222222222/hamta/{token}/").status_code == 404
    assert client.get(f"/intyg/{certificate.serial}/hamta/{token}x/").status_code == 404
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=16)):
        assert client.get(f"/intyg/{certificate.serial}/hamta/{token}/").status_code == 404


def test_who_has_left_still_reaches_the_own_certificates(sign_in, certificate, cast):
    from lms.people.actions import end_employment

    job = cast.maja.employments.get()
    end_employment(job=job, last_day=timezone.localdate() - timezone.timedelta(days=1), actor=cast.users["ada"])
    maja = sign_in("maja")
    assert maja.get("/min-utbildning/").status_code == 200
    assert maja.get(paths(certificate)[0]).status_code == 200


def test_the_leader_sees_the_certificate_among_what_the_cell_rests_on(sign_in, certificate, rule):
    done = certificate.completion
    response = sign_in("petra").get(f"/admin/training/staff/{done.staff_id}/course/{done.course_id}/")
    assert f"/intyg/{certificate.serial}/" in response.content.decode()


def test_a_name_that_cannot_be_printed_is_told_in_words(sign_in, cast, course):
    cast.maja.given_name = "安娜"
    cast.maja.save()
    complete(cast.maja, course)
    response = sign_in("maja").get(paths(Certificate.objects.get())[1])
    assert response.status_code == 500
    assert "安" in response.content.decode()
