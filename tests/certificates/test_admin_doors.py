"""Every address of certificates in the CMS, tried by those who must see nothing; a new one is tried by itself."""

import pytest
from django.urls import reverse
from django.utils import timezone

from certificates.admin.urls import app_name, urlpatterns
from certificates.models import ArchiveExport
from lms.models import LedgerEntry
from lms.programmes.actions import create_programme
from tests.builders import course_of
from tests.certificates.many import issue_for


@pytest.fixture
def addresses(cast, course, far):
    """Every address, of a certificate in the municipality next door, and of what is there."""
    certificate = issue_for(far)
    archive = ArchiveExport.objects.create(sha256="0" * 64, size=1, made_by=cast.ada)
    archive.certificates.add(certificate)
    today = timezone.localdate()
    programme = create_programme(title_sv="Allt", courses=[course_of(course)], valid_from=today, actor=cast.ada)
    known = {
        "certificate": certificate.uuid,
        "archive": archive.uuid,
        "course": course_of(course).pk,
        "programme": programme.pk,
        "workplace": far.employments.get().workplace_id,
    }
    return {
        pattern.name: reverse(
            f"{app_name}:{pattern.name}", kwargs={name: known[name] for name in pattern.pattern.converters}
        )
        for pattern in urlpatterns
    }


@pytest.mark.parametrize("who", [None, "maja", "bo", "birgitta", "nisse"])
def test_nobody_but_leaders_has_a_door(client, sign_in, addresses, who):
    browser = sign_in(who) if who else client
    before = LedgerEntry.objects.count()
    for name, address in addresses.items():
        for method in ("get", "post"):
            response = getattr(browser, method)(address)
            assert response.status_code in (302, 403, 404, 405), (name, method)
            assert "Fjärran" not in response.content.decode(), (name, method)
            if response.status_code == 302:
                assert "/certificates/" not in response["Location"].split("?")[0], (name, method)
    assert LedgerEntry.objects.count() == before


@pytest.mark.parametrize("who", ["petra", "kajsa"])
def test_who_leads_elsewhere_sees_nothing_of_it(sign_in, addresses, who):
    leader = sign_in(who)
    before = LedgerEntry.objects.count()
    for name, address in addresses.items():
        response = leader.get(address)
        shown = b"".join(response.streaming_content) if response.streaming else response.content
        assert "Fjärran".encode() not in shown, name
        if any(character.isdigit() for character in address) or name == "workplace_rule":
            assert response.status_code in (302, 403, 404, 405), name
            assert leader.post(address).status_code in (302, 403, 404, 405), name
    assert LedgerEntry.objects.count() == before
