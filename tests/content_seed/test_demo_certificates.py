"""The demo has a certificate of each kind, and in each state that can be shown without erasing anybody. One that is
replaced comes with the whole packs: of a programme that was completed once more, with a course that lasts longer."""

import pytest

from certificates.models import Basis, Certificate, CertificateTemplate, How, IssueRule, State
from certificates.waiting import waiting
from certificates.workplaces import places
from lms.models import StaffMember, Workplace


@pytest.fixture
def certificates(demo):
    return Certificate.objects.all()


def test_there_is_one_of_each_kind_and_in_each_state(certificates):
    assert {certificate.basis for certificate in certificates} == set(Basis)
    assert {certificate.state for certificate in certificates} == {
        State.VALID,
        State.EXPIRING,
        State.EXPIRED,
        State.REVOKED,
    }


def test_one_shop_is_trained_and_has_its_certificate_for_the_wall(certificates):
    trained = [place for place in places(Workplace.objects.all()) if place.is_ready]
    assert [place.workplace.name for place in trained] == ["Servicepunkt Lögdeå (exempel)"]
    assert certificates.get(basis=Basis.WORKPLACE).workplace == trained[0].workplace
    assert "(exempel)" in certificates.get(basis=Basis.WORKPLACE).holder_name


def test_programmes_and_workplaces_look_like_the_municipality_and_courses_do_not(certificates):
    template = CertificateTemplate.objects.get()
    assert template.live
    assert "(exempel)" in template.name
    own = {certificate.basis for certificate in certificates if certificate.design_id == template.design_id}
    assert own == {Basis.PROGRAMME, Basis.WORKPLACE}
    assert set(certificates.filter(basis=Basis.COMPLETION).values_list("design", flat=True)) == {None}


def test_some_wait_for_a_leader(certificates):
    rule = IssueRule.objects.get(how=How.APPROVED, basis=Basis.COMPLETION)
    found = waiting(StaffMember.objects.all())
    assert {one.title for one in found} == {rule.course.title}
    assert "Birgitta" in {one.staff.given_name for one in found}
