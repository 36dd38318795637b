"""Two rows that are one person: nothing that was complete is incomplete afterwards, and nothing is lost."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from certificates.models import Certificate, State
from courses.models import QuizPage
from lms.models import (
    ActivityCompletion,
    CourseCompletion,
    Employment,
    Enrolment,
    ExtraAttempt,
    LearningEvent,
    LedgerEntry,
    LoginCard,
    QuizAttempt,
    Role,
    StaffMember,
)
from lms.people.actions import employ, end_employment
from lms.people.cards import issue_card
from lms.people.merging import merge
from lms.requirements.actions import excuse
from lms.tablet.pins import set_pin
from lms.workplaces.actions import give_responsibility
from tests import builders, people
from tests.builders import activity_of, complete, read, take_quiz, tell

BASE = "/admin/training"
TODAY = timezone.localdate


@pytest.fixture
def twin(cast):
    """Maja once more, as somebody else wrote her down."""
    return people.hire(cast, "Maja", "Lindgrén", "grasmyr", days_ago=30)


def ago(days):
    return timezone.now() - datetime.timedelta(days=days)


def test_all_that_hangs_on_the_one_row_is_the_others_afterwards(cast, twin, course):
    complete(twin, course)
    excuse(staff=twin, course=None, reason="leave", valid_from=TODAY(), actor=cast.petra)
    twin.phone = "070-1"
    twin.save()
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    kept = StaffMember.objects.get(pk=cast.maja.pk)
    assert kept.phone == "070-1"
    assert set(kept.employments.values_list("workplace__name", flat=True)) == {"Brattfors", "Gräsmyr"}
    done = CourseCompletion.objects.get()
    certificate = Certificate.objects.get()
    assert (done.staff, done.enrolment.staff, certificate.staff) == (kept, kept, kept)
    assert (certificate.state, certificate.holder_name) == (State.VALID, "Maja Lindgrén")
    assert kept.exemptions.count() == 1
    twin.refresh_from_db()
    assert (twin.merged_into, twin.user, twin.pin_hash) == (kept, None, "")


def test_nothing_but_the_ledger_points_at_the_row_that_is_gone(cast, twin, course):
    """A new table about people that merging forgets fails here."""
    complete(twin, course)
    issue_card(staff=twin, actor=cast.ada)
    excuse(staff=twin, course=None, reason="leave", valid_from=TODAY(), actor=cast.petra)
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    pointing = {
        relation.related_model.__name__
        for relation in StaffMember._meta.related_objects
        if relation.related_model._default_manager.filter(**{relation.field.name: twin}).exists()
    }
    assert pointing == {"LedgerEntry"}


def test_parts_done_under_each_name_make_a_course_together(cast, twin, course, pages):
    read(cast.maja, pages[0])
    read(cast.maja, pages[1])
    take_quiz(twin, pages[2])
    events = LearningEvent.objects.count()
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    done = CourseCompletion.objects.get()
    assert (done.staff, done.enrolment.current) == (cast.maja, True)
    assert Certificate.objects.get().staff == cast.maja
    assert LearningEvent.objects.filter(enrolment=done.enrolment).count() == events


def test_steps_of_one_lesson_read_under_each_name_make_the_lesson_with_the_next(cast, twin, pages):
    first, last = builders.version_of(pages[0]).steps
    tell(cast.maja, pages[0], "step", {"step": first["id"]})
    merge(keep=twin, gone=cast.maja, actor=cast.petra)
    tell(StaffMember.objects.get(pk=twin.pk), pages[0], "step", {"step": last["id"]})
    assert ActivityCompletion.objects.get().enrolment.staff == twin


def test_a_part_done_twice_is_kept_once_and_the_other_row_stays_marked(cast, twin, pages):
    read(cast.maja, pages[0])
    read(twin, pages[0])
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    standing = ActivityCompletion.objects.get(voided_at=None)
    marked = ActivityCompletion.objects.exclude(voided_at=None).get()
    assert standing.enrolment == marked.enrolment
    assert marked.void_reason == "Två rader för samma person slogs ihop: det var redan gjort."


def test_a_course_done_under_each_name_becomes_two_cycles_with_both_certificates(cast, twin, course):
    complete(cast.maja, course, at=ago(100))
    complete(twin, course, at=ago(10))
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    cycles = Enrolment.objects.filter(staff=cast.maja).order_by("cycle")
    assert [(row.cycle, row.current) for row in cycles] == [(1, False), (2, True)]
    assert cycles[1].completions.get().completed_on == timezone.localdate(ago(10))
    assert {certificate.state for certificate in Certificate.objects.all()} == {State.VALID}


def test_what_only_the_earlier_cycle_held_is_carried_into_the_one_that_goes_on(cast, twin, course):
    extra = builders.make_lesson(course, "Frivillig", required=False)
    read(cast.maja, extra, at=ago(101))
    complete(cast.maja, course, at=ago(100))
    for page in course.get_activity_pages().specific():
        if page.pk != extra.pk:
            take_quiz(twin, page) if isinstance(page, QuizPage) else read(twin, page)
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    current = Enrolment.objects.get(staff=cast.maja, current=True)
    carried = current.activity_completions.get(activity=activity_of(extra))
    assert (carried.earned, timezone.localdate(carried.occurred_at)) == ("carried", timezone.localdate(ago(101)))


def test_a_renewal_that_was_begun_under_the_other_name_goes_on(cast, twin, course, pages):
    complete(cast.maja, course, at=ago(1100))
    read(twin, pages[0], at=ago(5))
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    current = Enrolment.objects.get(staff=cast.maja, current=True)
    assert current.cycle == 2
    assert current.activity_completions.count() == 1


def test_nobody_loses_an_attempt_by_being_merged(cast, twin, pages):
    quiz = pages[2]
    quiz.max_attempts = 3
    quiz.save_revision().publish()
    quiz = QuizPage.objects.get(pk=quiz.pk)
    for person in (cast.maja, cast.maja, twin, twin):
        take_quiz(person, quiz, right=False)
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    attempts = QuizAttempt.objects.filter(enrolment__staff=cast.maja).order_by("number")
    assert [attempt.number for attempt in attempts] == [1, 2, 3, 4]
    assert ExtraAttempt.objects.count() == 2
    take_quiz(cast.maja, quiz, right=False)
    receipt = tell(cast.maja, quiz, "attempt", {"attempt": uuid.uuid4()})
    assert receipt.reason == "attempts_used_up"


def test_two_employments_at_one_place_at_the_same_time_become_one(cast, twin):
    employ(
        staff=twin,
        workplace=cast.brattfors,
        role=cast.roles["ägare"],
        start=TODAY() - datetime.timedelta(days=700),
        end=TODAY() - datetime.timedelta(days=200),
        actor=cast.petra,
    )
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    jobs = cast.maja.employments.filter(voided_at=None, workplace=cast.brattfors)
    job = jobs.get()
    assert (job.start, job.end, job.role) == (TODAY() - datetime.timedelta(days=700), None, cast.roles["biträde"])
    assert Employment.objects.filter(staff=cast.maja).count() == 4  # two are kept, voided


def test_an_employment_within_the_other_adds_nothing(cast, twin):
    end_employment(job=twin.employments.get(), last_day=TODAY(), actor=cast.petra)
    begun = TODAY() - datetime.timedelta(days=60)
    employ(staff=cast.maja, workplace=cast.grasmyr, role=cast.roles["biträde"], start=begun, actor=cast.petra)
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    job = cast.maja.employments.get(voided_at=None, workplace=cast.grasmyr)
    assert (job.start, job.end) == (begun, None)


@pytest.mark.parametrize("days_ago", [30, 500])
def test_a_staff_list_knows_the_one_job_again_by_the_number_of_either(cast, twin, days_ago):
    """Whether the row that stays had the longer job or the shorter."""
    begun = TODAY() - datetime.timedelta(days=days_ago)
    employ(staff=cast.maja, workplace=cast.grasmyr, role=cast.roles["biträde"], start=begun, actor=cast.petra)
    start = TODAY() - datetime.timedelta(days=60)
    twin.employments.update(employer="Byns Handel AB", employee_id="17", start=start)
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    job = cast.maja.employments.get(voided_at=None, workplace=cast.grasmyr)
    assert (job.start, job.employer, job.employee_id) == (min(begun, start), "Byns Handel AB", "17")


def test_one_unused_card_is_left_and_it_is_that_of_the_row_that_stays(cast, twin):
    issue_card(staff=cast.maja, actor=cast.petra)
    mine = LoginCard.objects.get(replaced_at=None)
    issue_card(staff=twin, actor=cast.petra)
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    assert LoginCard.objects.get(used_at=None, replaced_at=None) == mine
    assert LoginCard.objects.filter(staff=cast.maja).count() == 2


def test_the_account_goes_along_when_the_row_that_stays_has_none(cast, twin):
    merge(keep=twin, gone=cast.maja, actor=cast.petra)
    twin.refresh_from_db()
    assert twin.user == cast.users["maja"]


def test_an_account_that_is_responsible_for_something_is_not_left_without_its_person(cast, twin):
    twin.user = cast.users["nisse"]
    twin.save()
    give_responsibility(user=cast.users["nisse"], role=Role.SHOP_OWNER, workplace=cast.grasmyr, actor=cast.users["ada"])
    with pytest.raises(ValidationError, match="Behåll raden som har det kontot"):
        merge(keep=cast.maja, gone=twin, actor=cast.petra)
    give_responsibility(
        user=cast.users["maja"], role=Role.SHOP_OWNER, workplace=cast.brattfors, actor=cast.users["ada"]
    )
    with pytest.raises(ValidationError, match="Be en administratör"):
        merge(keep=cast.maja, gone=twin, actor=cast.petra)
    assert not StaffMember.objects.exclude(merged_into=None).exists()


def test_a_row_is_merged_once_and_never_with_itself(cast, twin):
    with pytest.raises(ValidationError, match="samma rad"):
        merge(keep=twin, gone=twin, actor=cast.petra)
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    with pytest.raises(ValidationError, match="redan hopslagen"):
        merge(keep=cast.bo, gone=twin, actor=cast.petra)


def test_pointers_never_lead_to_a_pointer(cast, twin):
    third = people.hire(cast, "Maja", "Lindgren-Ek", "grasmyr")
    merge(keep=twin, gone=third, actor=cast.petra)
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    third.refresh_from_db()
    assert third.merged_into == cast.maja


def test_what_comes_late_for_the_row_that_is_gone_lands_with_the_person(cast, twin, pages):
    stale = StaffMember.objects.get(pk=twin.pk)
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    event_id = uuid.uuid4()
    first = builders.version_of(pages[0]).steps[0]["id"]
    receipt = tell(stale, pages[0], "step", {"step": first}, event_id=event_id)
    assert receipt.event.enrolment.staff == cast.maja
    assert tell(stale, pages[0], "step", {"step": first}, event_id=event_id).outcome == "duplicate"
    assert not Enrolment.objects.filter(staff=twin).exists()


# The page


def path_of(person):
    return f"{BASE}/staff/{person.pk}/merge/"


def test_both_are_shown_and_what_becomes_of_them_before_anything_happens(petra, cast, twin, course, pages):
    complete(cast.maja, course)
    read(twin, pages[0])
    set_pin(staff=twin, pin="2580")
    before = LedgerEntry.objects.count()
    shown = petra.post(path_of(twin), {"other": cast.maja.pk, "keep": ""})
    keep, gone = (row["person"] for row in shown.context["rows"])
    assert (keep, gone) == (cast.maja, twin)  # the row with more to it is kept
    told = shown.context["told"]
    assert told[1] == "Maja Lindgren arbetar sedan på Brattfors och Gräsmyr."
    assert told[2].startswith("”Ett gott värdskap”: slutförd, gäller till och med")
    assert told[-1] == "Pinkoden på den andra raden slutar fungera. Pinkoden på raden som blir kvar fungerar som förut."
    assert LedgerEntry.objects.count() == before
    assert not StaffMember.objects.exclude(merged_into=None).exists()
    seal, keep_field = shown.context["seal"], shown.context["form"]["keep"].value()
    answer = petra.post(path_of(twin), {"other": cast.maja.pk, "keep": keep_field, "seen": seal})
    assert answer["Location"] == f"{BASE}/staff/{cast.maja.pk}/"
    assert StaffMember.objects.get(merged_into=cast.maja) == twin


def test_the_other_row_can_be_kept_instead(petra, cast, twin):
    form = {"other": twin.pk, "keep": "this"}
    shown = petra.post(path_of(cast.maja), form)
    swapped = petra.post(path_of(cast.maja), {**form, "seen": shown.context["seal"], "again": "swap"})
    assert [row["person"] for row in swapped.context["rows"]] == [twin, cast.maja]
    assert swapped.context["form"]["keep"].value() == "other"
    petra.post(path_of(cast.maja), {"other": twin.pk, "keep": "other", "seen": swapped.context["seal"]})
    assert StaffMember.objects.get(merged_into=twin) == cast.maja


def test_what_cannot_be_merged_says_why_and_offers_the_other_way(petra, cast, twin):
    birgitta = cast.staff["birgitta"]
    form = {"other": birgitta.pk, "keep": "this"}
    shown = petra.post(path_of(cast.maja), form)
    text = shown.content.decode()
    assert "Behåll raden som har det kontot i stället." in text
    assert "Slå ihop dem</button>" not in text
    assert 'value="swap"' in text
    forced = petra.post(path_of(cast.maja), {**form, "seen": shown.context["seal"]})
    assert forced.status_code == 422
    assert not StaffMember.objects.exclude(merged_into=None).exists()


def test_names_that_are_alike_come_first(petra, cast, twin):
    field = petra.get(path_of(cast.maja)).context["form"].fields["other"]
    label, people_in_it = field.choices[1]
    assert (label, people_in_it) == ("Samma namn, eller nästan", [(twin.pk, "Maja Lindgrén · Gräsmyr")])


def test_somebody_out_of_reach_cannot_be_merged(petra, cast, far):
    answer = petra.post(path_of(cast.maja), {"other": far.pk, "keep": "this"})
    assert list(answer.context["form"].errors) == ["other"]
    assert petra.get(path_of(far)).status_code == 404


def test_an_old_link_leads_to_the_person_and_the_row_is_on_no_list(petra, sign_in, cast, twin):
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    answer = petra.get(f"{BASE}/staff/{twin.pk}/")
    assert answer["Location"] == f"{BASE}/staff/{cast.maja.pk}/"
    for leader in (petra, sign_in("ada")):
        text = leader.get(f"{BASE}/staff/?left=on").content.decode()
        assert "Lindgrén" not in text
    text = petra.get(f"{BASE}/staff/{cast.maja.pk}/").content.decode()
    assert "Hopslagen med den andra raden för Maja Lindgrén. Det var samma person." in text
    assert text.count("Kom med i personallistan.") == 2  # both histories


@pytest.mark.parametrize("who", ["kajsa", "eva", "maja"])
def test_an_old_link_opens_no_more_than_the_new_one(sign_in, cast, twin, far, who):
    merge(keep=far, gone=twin, actor=cast.ada)
    Employment.objects.filter(staff=far, workplace=cast.grasmyr).update(voided_at=timezone.now())
    assert sign_in(who).get(f"{BASE}/staff/{twin.pk}/").status_code in (302, 404)
    assert sign_in(who).get(f"{BASE}/staff/{twin.pk}/").get("Location", "/admin/login") != f"{BASE}/staff/{far.pk}/"
