"""The certificate of a workplace: all who work there are trained, by the matrix's own count. No names of staff."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.utils import timezone

from certificates.issuing import replace, revoke
from certificates.models import Basis, Certificate, How, RevocationReason, State
from certificates.rules import change_rule
from certificates.workplaces import issue_to_workplace, places
from lms.models import LedgerEntry, Workplace
from lms.progress import void
from lms.requirements.actions import excuse
from lms.workplaces.actions import rename_workplace
from tests.builders import complete

LIST = "/admin/certificates/workplaces/"


def today():
    return timezone.localdate()


@pytest.fixture
def grasmyr(cast, rule):
    return cast.places["grasmyr"]


def place_of(workplace):
    return places(Workplace.objects.filter(pk=workplace.pk))[0]


def of_workplaces():
    return Certificate.objects.filter(basis=Basis.WORKPLACE).order_by("pk")


def address(workplace):
    return f"{LIST}{workplace.pk}/issue/"


def confirm(browser, url):
    shown = browser.get(url)
    return browser.post(url, {"seen": shown.context["seal"]})


def test_all_who_work_there_are_trained(cast, grasmyr, course, petra):
    assert not place_of(grasmyr).is_ready
    done = complete(cast.bo, course)
    assert place_of(grasmyr).is_ready
    assert confirm(petra, address(grasmyr)).status_code == 302
    certificate = of_workplaces().get()
    assert (certificate.holder_name, certificate.title, certificate.workplace) == (
        "Gräsmyr",
        "Utbildad servicepunkt",
        grasmyr,
    )
    assert (certificate.staff, certificate.parts) == (None, [{"title": "Ett gott värdskap"}])
    assert (certificate.completed_on, certificate.issued_on) == (today(), today())
    assert certificate.valid_until == today().replace(year=today().year + 1)
    entry = LedgerEntry.objects.get(verb="certificate.issued", subject=f"certificate:{certificate.pk}")
    assert (entry.data, entry.actor, entry.staff) == ({"workplace": str(grasmyr.uuid)}, cast.petra, None)
    assert "Bo" not in str(Certificate.objects.filter(pk=certificate.pk).values().get())
    assert done


def test_not_while_somebody_is_left(cast, grasmyr, course, petra):
    with pytest.raises(ValidationError, match="Gräsmyr"):
        issue_to_workplace(workplace=grasmyr, actor=cast.petra)
    page = petra.get(address(grasmyr))
    assert page.status_code == 422
    assert not of_workplaces()


def test_nobody_to_train_is_not_all_trained(cast, course):
    assert not place_of(cast.places["grasmyr"]).is_ready  # nothing is required of anyone


def test_the_number_is_the_matrixs(cast, grasmyr, course):
    from lms.reports.figures import gather

    complete(cast.maja, course)
    excuse(staff=cast.birgitta, course=None, reason="leave", valid_from=today(), actor=cast.ada)
    brattfors = cast.places["brattfors"]
    share = gather(today(), Workplace.objects.all()).totals.by_workplace[brattfors.pk]
    assert place_of(brattfors).share == share
    assert (share.done, share.counted) == (1, 1)
    assert place_of(brattfors).is_ready


def test_only_who_leads_there(cast, grasmyr, course):
    complete(cast.bo, course)
    for name in ("kajsa", "birgitta", "eva", "nisse"):
        with pytest.raises(PermissionDenied):
            issue_to_workplace(workplace=grasmyr, actor=cast.users[name])
    with pytest.raises(PermissionDenied):
        issue_to_workplace(workplace=cast.places["annorstades"], actor=cast.petra)


def test_a_municipality_and_a_closed_shop_get_none(cast, grasmyr, course):
    complete(cast.bo, course)
    with pytest.raises(ValidationError):
        issue_to_workplace(workplace=cast.places["kommun"], actor=cast.petra)
    Workplace.objects.filter(pk=grasmyr.pk).update(closed_on=today())
    with pytest.raises(ValidationError):
        issue_to_workplace(workplace=grasmyr, actor=cast.petra)


def test_again_gives_the_same_one_until_its_end_is_near(cast, grasmyr, course, time_machine):
    complete(cast.bo, course)
    first = issue_to_workplace(workplace=grasmyr, actor=cast.petra)
    assert issue_to_workplace(workplace=grasmyr, actor=cast.petra) == first
    time_machine.move_to(datetime.datetime.combine(first.valid_until, datetime.time(12), tzinfo=datetime.UTC))
    second = issue_to_workplace(workplace=grasmyr, actor=cast.petra)
    first.refresh_from_db()
    assert (first.state, first.superseded_by, first.revocation_reason) == (State.REPLACED, second, "renewed")
    assert second.valid_until > first.valid_until


def test_a_mistake_afterwards_is_told_and_the_leader_decides(cast, grasmyr, course, petra):
    done = complete(cast.bo, course)
    certificate = issue_to_workplace(workplace=grasmyr, actor=cast.petra)
    void(completion=done, reason="Fel", recorded_by=cast.ada)
    certificate.refresh_from_db()
    assert certificate.state is State.VALID
    assert place_of(grasmyr).no_longer_holds
    assert "inte längre" in petra.get(LIST).content.decode()


def test_a_correction_has_the_new_name(cast, grasmyr, course):
    complete(cast.bo, course)
    old = issue_to_workplace(workplace=grasmyr, actor=cast.petra)
    rename_workplace(workplace=grasmyr, name="Gräsmyrs lanthandel", actor=cast.ada)
    new = replace(certificate=Certificate.objects.get(pk=old.pk), actor=cast.petra)
    assert (new.holder_name, new.valid_until, new.parts) == ("Gräsmyrs lanthandel", old.valid_until, old.parts)


def test_by_itself_where_the_rule_says_so(cast, grasmyr, course, time_machine):
    change_rule(about=None, how=How.AUTOMATIC, months=6, actor=cast.ada)
    complete(cast.bo, course)
    first = of_workplaces().get()
    assert first.revoked_by is None
    time_machine.move_to(datetime.datetime.combine(first.valid_until, datetime.time(12), tzinfo=datetime.UTC))
    call_command("issue_certificates")
    assert [one.state for one in of_workplaces()] == [State.REPLACED, State.VALID]
    call_command("issue_certificates")
    assert of_workplaces().count() == 2


def test_what_the_issuer_revoked_comes_back_by_a_leader_alone(cast, grasmyr, course):
    change_rule(about=None, how=How.AUTOMATIC, actor=cast.ada)
    complete(cast.bo, course)
    revoke(certificate=of_workplaces().get(), reason=RevocationReason.ISSUER, actor=cast.petra)
    call_command("issue_certificates")
    assert of_workplaces().count() == 1
    issue_to_workplace(workplace=grasmyr, actor=cast.petra)
    assert Certificate.objects.current().filter(basis=Basis.WORKPLACE).count() == 1


def test_none_where_the_rule_says_none(cast, grasmyr, course, petra):
    complete(cast.bo, course)
    change_rule(about=None, how=How.NONE, actor=cast.ada)
    with pytest.raises(ValidationError):
        issue_to_workplace(workplace=grasmyr, actor=cast.petra)
    assert address(grasmyr) not in petra.get(LIST).content.decode()


def test_it_survives_its_workplace(cast, index, course, client):
    from lms.requirements.actions import require
    from lms.workplaces.actions import add_workplace
    from tests import people
    from tests.builders import course_of

    cast.places["ny"] = add_workplace(name="Nyby", kind="service_point", parent=cast.places["kommun"], actor=cast.ada)
    person = people.hire(cast, "Siv", "Sand", "ny")
    require(course=course_of(course), valid_from=today(), due_days=30, actor=cast.ada)
    complete(person, course)
    issue_to_workplace(workplace=Workplace.objects.get(name="Nyby"), actor=cast.ada)
    person.employments.all().delete()
    Workplace.objects.get(name="Nyby").delete()
    certificate = of_workplaces().get()
    assert (certificate.workplace, certificate.holder_name, certificate.state) == (None, "Nyby", State.VALID)
    assert client.get(f"/intyg/{certificate.serial}/").status_code == 200


def test_the_page_counts_and_names_nobody(cast, grasmyr, course, petra):
    complete(cast.maja, course)
    page = petra.get(LIST).content.decode()
    assert "1 av 2" in page
    assert "Maja" not in page
    assert "Annorstädes" not in page


@pytest.mark.parametrize("number", [1, 4])
def test_the_page_costs_the_same_for_many_shops(cast, rule, course, number, django_assert_num_queries):
    from lms.workplaces.actions import add_workplace
    from tests import people

    for each in range(number):
        cast.places[f"n{each}"] = add_workplace(
            name=f"Nyby {each}", kind="service_point", parent=cast.places["kommun"], actor=cast.ada
        )
        people.hire(cast, "Siv", "Sand", f"n{each}")
    with django_assert_num_queries(6):
        places(Workplace.objects.all())
