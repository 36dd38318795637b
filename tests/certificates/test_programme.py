"""The certificate of a programme: issued when all its courses are done, renewed with them, and fallen with them."""

import datetime

import pytest
from django.utils import timezone

from certificates.issuing import replace, revoke
from certificates.models import Basis, Certificate, Declined, How, RevocationReason, State
from certificates.programmes import settle
from certificates.rules import change_rule
from lms.equivalence.actions import equate
from lms.models import LedgerEntry, Programme
from lms.people.actions import change_details
from lms.people.merging import merge
from lms.programmes.actions import change_programme, create_programme
from lms.progress import move, void
from lms.progress.enrolments import renew_if_due
from lms.requirements.actions import excuse
from tests import builders, people, retraining
from tests.builders import complete, course_of

DAY = datetime.timedelta(days=1)


def today():
    return timezone.localdate()


def small(title, **fields):
    page = builders.make_course(title, **fields)
    builders.make_lesson(page, f"Lektion i {title}", steps=1)
    return page


@pytest.fixture
def hosting(index):
    return small("Värdskap", valid_months=12)


@pytest.fixture
def crisis(index):
    return small("Kris", valid_months=24)


def make(cast, *pages, **changes):
    values = {"title_sv": "Grunden", "title_en": "The basics", "valid_from": today(), "actor": cast.ada, **changes}
    return create_programme(courses=[course_of(page) for page in pages], **values)


@pytest.fixture
def programme(cast, hosting, crisis):
    return make(cast, hosting, crisis)


def of_programme():
    return Certificate.objects.filter(basis=Basis.PROGRAMME).order_by("pk")


def test_all_courses_bring_one_certificate_that_lists_them(cast, programme, hosting, crisis):
    complete(cast.maja, crisis)
    assert not of_programme()
    complete(cast.maja, hosting)
    certificate = of_programme().get()
    assert (certificate.holder_name, certificate.title, certificate.staff) == ("Maja Lindgren", "Grunden", cast.maja)
    assert (certificate.subject_uuid, certificate.programme) == (programme.uuid, programme)
    assert [part["title"] for part in certificate.parts] == ["Värdskap", "Kris"]
    assert {part["completed_on"] for part in certificate.parts} == {str(today())}
    first = Certificate.objects.get(title="Värdskap")
    assert (certificate.completed_on, certificate.valid_until) == (today(), first.valid_until)
    entry = LedgerEntry.objects.get(verb="certificate.issued", subject=f"certificate:{certificate.pk}")
    assert (entry.data, entry.staff) == ({"programme": str(programme.uuid)}, cast.maja)


def test_in_the_language_of_the_person(cast, programme, hosting, crisis):
    change_details(staff=cast.maja, language="en", actor=None)
    for page in (hosting, crisis):
        complete(cast.maja, page)
    certificate = of_programme().get()
    assert (certificate.language, certificate.title) == ("en", "The basics")


def test_some_are_enough_and_those_that_last_longest_are_named(cast, hosting, crisis):
    forever = small("Blanketter", valid_months=None)
    programme = make(cast, hosting, crisis, forever, at_least=2)
    complete(cast.maja, hosting)
    complete(cast.maja, crisis)
    first = of_programme().get()
    assert [part["title"] for part in first.parts] == ["Värdskap", "Kris"]
    complete(cast.maja, forever)
    first.refresh_from_db()
    second = Certificate.objects.current().get(programme=programme)
    assert [part["title"] for part in second.parts] == ["Kris", "Blanketter"]
    assert second.valid_until > first.valid_until
    assert (first.state, first.superseded_by, first.revocation_reason) == (State.REPLACED, second, "renewed")


def test_a_course_that_is_excused_is_not_done(cast, programme, hosting, crisis):
    excuse(staff=cast.maja, course=course_of(crisis), reason="other", valid_from=today(), actor=cast.ada)
    complete(cast.maja, hosting)
    assert not of_programme()


def test_a_course_that_counts_for_another_is_enough(cast, programme, hosting, crisis):
    older = small("Krishantering förr", valid_months=24)
    equate(kind="counts", sources=[course_of(older)], target=course_of(crisis), valid_from=today(), actor=cast.ada)
    complete(cast.maja, hosting)
    done = complete(cast.maja, older)
    certificate = of_programme().get()
    assert [part["title"] for part in certificate.parts] == ["Värdskap", "Kris"]
    void(completion=done, reason="Fel", recorded_by=cast.ada)
    certificate.refresh_from_db()
    assert certificate.state is State.REVOKED


def test_a_course_that_is_withdrawn_is_not_waited_for(cast, programme, hosting, crisis):
    type(crisis).objects.get(pk=crisis.pk).unpublish()
    complete(cast.maja, hosting)
    assert [part["title"] for part in of_programme().get().parts] == ["Värdskap"]


def test_a_course_renewed_brings_a_new_certificate_when_it_lasts_longer(cast, programme, hosting, crisis, time_machine):
    complete(cast.maja, hosting)
    complete(cast.maja, crisis)
    first = of_programme().get()
    time_machine.move_to(timezone.now() + datetime.timedelta(days=350))
    renew_if_due(learner=cast.maja, course=course_of(hosting), on=today(), actor=None)
    complete(cast.maja, hosting)
    first.refresh_from_db()
    second = Certificate.objects.current().get(programme=programme)
    assert (first.state, first.superseded_by) == (State.REPLACED, second)
    assert second.valid_until > first.valid_until
    assert [part["completed_on"] for part in first.parts] == [str(first.completed_on)] * 2
    time_machine.move_to(timezone.now() + datetime.timedelta(days=30))
    renew_if_due(learner=cast.maja, course=course_of(hosting), on=today(), actor=None)
    settle(staff=cast.maja)
    assert of_programme().count() == 2


def test_what_is_issued_stays_when_the_programme_changes(cast, programme, hosting, crisis):
    for page in (hosting, crisis):
        complete(cast.maja, page)
    before = of_programme().values().get()
    third = small("Turism")
    change_programme(
        programme=programme,
        first_day=today(),
        courses=[course_of(page) for page in (hosting, crisis, third)],
        actor=cast.ada,
    )
    settle(staff=cast.maja)
    assert of_programme().values().get() == before


def test_a_mistake_revokes_it_and_another_completion_brings_it_back(cast, programme, hosting, crisis):
    complete(cast.maja, hosting)
    done = complete(cast.maja, crisis)
    void(completion=done, reason="Fel person", recorded_by=cast.ada)
    first = of_programme().get()
    assert (first.state, first.revocation_reason) == (State.REVOKED, RevocationReason.VOIDED)
    complete(cast.maja, crisis)
    assert [one.state for one in of_programme()] == [State.REVOKED, State.VALID]


def test_a_mistake_elsewhere_touches_nothing(cast, programme, hosting, crisis):
    other = small("Turism")
    for page in (hosting, crisis):
        complete(cast.maja, page)
    void(completion=complete(cast.maja, other), reason="Fel", recorded_by=cast.ada)
    assert of_programme().get().state is State.VALID


def test_it_follows_when_it_was_not_her(cast, programme, hosting, crisis):
    complete(cast.maja, hosting)
    complete(cast.bo, hosting)
    done = complete(cast.maja, crisis)
    move(completion=done, to=cast.bo, reason="Det var Bo", recorded_by=cast.ada)
    assert [(one.staff, one.state) for one in of_programme()] == [(cast.maja, State.REVOKED), (cast.bo, State.VALID)]


def test_what_the_issuer_revoked_comes_back_only_with_something_new(cast, programme, hosting, crisis):
    complete(cast.maja, hosting)
    complete(cast.maja, crisis)
    revoke(certificate=of_programme().get(), reason=RevocationReason.ISSUER, actor=cast.ada)
    settle(staff=cast.maja)
    assert not Certificate.objects.current().filter(basis=Basis.PROGRAMME)
    cycle = Certificate.objects.get(title="Kris").completion.enrolment
    cycle.current = False
    cycle.save()
    complete(cast.maja, crisis)
    assert Certificate.objects.current().filter(basis=Basis.PROGRAMME).count() == 1


def test_a_correction_keeps_the_facts(cast, programme, hosting, crisis):
    for page in (hosting, crisis):
        complete(cast.maja, page)
    old = of_programme().get()
    change_details(staff=cast.maja, family_name="Nyström", actor=cast.ada)
    hosting.title = "Ett annat namn"
    hosting.save_revision().publish()
    old = Certificate.objects.get(pk=old.pk)
    new = replace(certificate=old, actor=cast.ada)
    assert (new.holder_name, new.title, new.parts) == ("Maja Nyström", "Grunden", old.parts)
    assert (new.completed_on, new.valid_until, new.programme) == (old.completed_on, old.valid_until, programme)
    old.refresh_from_db()
    assert (old.state, old.superseded_by, old.revocation_reason) == (State.REPLACED, new, RevocationReason.CORRECTED)


def test_two_rows_of_one_person_have_one_of_each_programme(cast, programme, hosting, crisis, time_machine):
    twin = people.hire(cast, "Maja", "Lindgrén", "grasmyr")
    for page in (hosting, crisis):
        complete(twin, page)
    time_machine.move_to(timezone.now() + DAY)
    for page in (hosting, crisis):
        complete(cast.maja, page)
    theirs, hers = of_programme()
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    theirs.refresh_from_db()
    assert (theirs.state, theirs.superseded_by, theirs.staff) == (State.REPLACED, hers, cast.maja)
    assert Certificate.objects.current().get(basis=Basis.PROGRAMME) == hers


def test_two_rows_that_have_half_each_have_it_together(cast, programme, hosting, crisis):
    twin = people.hire(cast, "Maja", "Lindgrén", "grasmyr")
    complete(twin, hosting)
    complete(cast.maja, crisis)
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    assert of_programme().get().holder_name == "Maja Lindgren"


def test_a_no_to_both_rows_is_one_no(cast, programme, hosting, crisis):
    twin = people.hire(cast, "Maja", "Lindgrén", "grasmyr")
    for person in (twin, cast.maja):
        Declined.objects.create(staff=person, programme=programme)
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    assert Declined.objects.get().staff == cast.maja


def test_it_survives_its_programme(cast, programme, hosting, crisis, client):
    for page in (hosting, crisis):
        complete(cast.maja, page)
    Programme.objects.all().delete()
    certificate = of_programme().get()
    assert (certificate.programme, certificate.title, certificate.state) == (None, "Grunden", State.VALID)
    assert client.get(f"/intyg/{certificate.serial}/").status_code == 200
    change_details(staff=cast.maja, family_name="Nyström", actor=cast.ada)
    new = replace(certificate=Certificate.objects.get(pk=certificate.pk), actor=cast.ada)
    assert (new.title, new.holder_name) == ("Grunden", "Maja Nyström")


def test_none_by_itself_where_a_leader_approves_or_none_is_issued(cast, programme, hosting, crisis):
    for how in (How.APPROVED, How.NONE):
        change_rule(about=programme, how=how, actor=cast.ada)
        for page in (hosting, crisis):
            complete(cast.staff["maja" if how == How.APPROVED else "bo"], page)
    assert not of_programme()


def test_a_completion_without_any_programme_costs_two_queries_more(cast, hosting, django_assert_num_queries):
    from certificates.rules import Rules

    with django_assert_num_queries(1):
        Rules.read(course=1)
    with django_assert_num_queries(1):
        settle(staff=cast.maja)


@pytest.mark.parametrize("number", [1, 3])
def test_looking_costs_the_same_for_many_programmes(cast, hosting, crisis, number, django_assert_num_queries):
    for each in range(number):
        make(cast, hosting, crisis, title_sv=f"Program {each}")
    complete(cast.maja, hosting)
    with django_assert_num_queries(10):  # two of them the savepoint
        settle(staff=cast.maja)


def test_a_course_to_be_done_again_counts_until_that_day(cast, hosting, crisis, time_machine):
    complete(cast.maja, hosting)
    time_machine.move_to(timezone.now() + DAY)
    lesson = hosting.get_activity_pages().specific().get()
    retraining.change(lesson)
    time_machine.move_to(timezone.now() + DAY)
    retraining.demand(cast, hosting, lesson, by=30)
    make(cast, hosting, crisis)
    complete(cast.maja, crisis)
    assert of_programme().get().valid_until == today() + 30 * DAY
    time_machine.move_to(timezone.now() + 40 * DAY)
    complete(cast.bo, hosting)
    Certificate.objects.filter(basis=Basis.PROGRAMME).delete()
    settle(staff=cast.maja)
    assert not of_programme()  # the day is over, and she has not done it again
