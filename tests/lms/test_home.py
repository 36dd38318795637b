"""The leader's home page and menu: who is late, what waits, what must be done first; and nothing for anyone else."""

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Page

from lms.admin.first_steps import STEPS, first_steps
from lms.admin.menu import training_menu
from lms.conf import public_address_is_set
from lms.models import JobRole, LearningEvent, TrainingSettings
from lms.people.actions import move_employment
from lms.requirements.actions import require
from lms.wording import what_can_be_done, why_not_counted
from lms.workplaces.actions import add_workplace, give_responsibility
from tests import builders, people
from tests.builders import course_of, read, take_quiz, tell

HOME = "/admin/"


@pytest.fixture
def late(cast, course):
    """A rule that everyone at work has missed by ten days."""
    today = timezone.localdate()
    require(
        course=course_of(course),
        valid_from=today - datetime.timedelta(days=300),
        due_on=today - datetime.timedelta(days=10),
        actor=cast.ada,
    )


def late_names(response):
    return [(worker.full_name, worker.workplace) for worker in response.context["late"]]


# Who is late


def test_who_is_late_is_named_with_workplace_and_leads_to_the_person(petra, cast, late):
    response = petra.get(HOME)
    assert late_names(response) == [
        ("Birgitta Forsberg", "Brattfors"),
        ("Maja Lindgren", "Brattfors"),
        ("Bo Ek", "Gräsmyr"),
    ]
    text = response.content.decode()
    assert "3 personer har en försenad kurs" in text
    assert f'<a href="/admin/training/staff/{cast.maja.pk}/">Maja Lindgren</a>' in text
    assert "och 1 till" not in text


def test_eight_are_named_and_the_rest_are_in_the_matrix(petra, cast, late):
    for number in range(9):
        people.hire(cast, f"Person {number}", "Test", "brattfors")
    response = petra.get(HOME)
    assert len(response.context["late"]) == 8
    assert '<a href="/admin/reports/training-matrix/?only=late">och 4 till</a>' in response.content.decode()
    assert len(petra.get("/admin/reports/training-matrix/?only=late").context["object_list"]) == 12


def test_someone_with_two_jobs_is_named_once(petra, cast, late):
    from lms.people.actions import employ

    employ(
        staff=cast.maja,
        workplace=cast.grasmyr,
        role=cast.roles["biträde"],
        start=timezone.localdate() - datetime.timedelta(days=100),
        actor=cast.ada,
    )
    assert [name for name, _place in late_names(petra.get(HOME))].count("Maja Lindgren") == 1


def test_nobody_late_and_nobody_who_needs_help_is_said(petra, rule):
    text = petra.get(HOME).content.decode()
    assert "Ingen har en försenad kurs" in text
    assert "Ingen behöver hjälp just nu" in text


@pytest.mark.parametrize("who", ["petra", "kajsa"])
def test_a_leader_sees_their_own_people_alone(sign_in, cast, late, far, who):
    tell(far, builders.make_lesson(builders.make_course("Annan")), "step", {"step": "borta"})
    response = sign_in(who).get(HOME)
    assert [name for name, _place in late_names(response)] == ["Birgitta Forsberg", "Maja Lindgren", "Bo Ek"]
    assert calls(response) == []
    assert "Fjärran" not in response.content.decode()


@pytest.mark.parametrize("who", ["eva", "birgitta", "maja", "nisse"])
def test_nobody_else_sees_anyone(sign_in, cast, late, who):
    text = sign_in(who).get(HOME).content.decode()
    assert "lms-home" not in text
    assert "Bo Ek" not in text


# Who needs help


def calls(response):
    return [(call.worker.full_name, call.course.title, call.help.value) for call in response.context["calls"]]


@pytest.fixture
def stuck(cast, rule, course):
    """Maja has used up the only attempt at a required test."""
    quiz = builders.make_quiz(course, "Slutprov", max_attempts=1)
    take_quiz(cast.maja, quiz, right=False)
    return quiz


@pytest.mark.parametrize("who", ["petra", "kajsa", "ada"])
def test_who_is_out_of_attempts_needs_help(sign_in, cast, stuck, who):
    response = sign_in(who).get(HOME)
    assert calls(response) == [("Maja Lindgren", "Ett gott värdskap", "attempts")]
    assert "Alla försök på testet är använda." in response.content.decode()
    assert f'<a href="/admin/training/staff/{cast.maja.pk}/">Maja Lindgren</a>' in response.content.decode()


def test_an_attempt_begun_too_many_is_told_of_once(petra, cast, stuck):
    import uuid

    tell(cast.maja, stuck, "attempt", {"attempt": uuid.uuid4()})
    assert LearningEvent.objects.get(outcome="needs_review").reason == "attempts_used_up"
    assert calls(petra.get(HOME)) == [("Maja Lindgren", "Ett gott värdskap", "attempts")]


def test_what_could_not_be_counted_is_told_once(petra, cast, rule, pages):
    for _again in range(2):
        tell(cast.maja, pages[0], "step", {"step": "borta"})
    response = petra.get(HOME)
    assert calls(response) == [("Maja Lindgren", "Ett gott värdskap", "review")]
    assert (response.context["needing_help"], response.context["to_review"]) == (1, 1)
    assert "Behöver hjälp (1)" in response.content.decode()


def test_what_waits_of_a_course_that_is_not_required_is_there_to_decide(petra, cast, pages):
    tell(cast.maja, pages[0], "step", {"step": "borta"})
    response = petra.get(HOME)
    assert (calls(response), response.context["to_review"]) == ([], 1)
    assert "Avgör om 1 sak räknas" in response.content.decode()


def test_what_is_settled_since_waits_no_more(petra, cast, rule, pages):
    tell(cast.maja, pages[0], "step", {"step": "borta"})
    read(cast.maja, pages[0])
    assert calls(petra.get(HOME)) == []


def test_who_needs_help_goes_with_who_moves_to_somebody_elses_workplace(sign_in, cast, rule, pages):
    tell(cast.maja, pages[0], "step", {"step": "borta"})
    move_employment(
        job=cast.maja.employments.get(), workplace=cast.annorstades, first_day=timezone.localdate(), actor=cast.ada
    )
    give_responsibility(user=cast.users["nisse"], role="project_leader", workplace=cast.grannkommun, actor=cast.ada)
    assert calls(sign_in("petra").get(HOME)) == []
    assert [name for name, _course, _help in calls(sign_in("nisse").get(HOME))] == ["Maja Lindgren"]


def test_eight_are_named_and_the_rest_are_on_the_page_of_those_who_need_help(petra, cast, rule, pages):
    for number in range(9):
        tell(people.hire(cast, f"Person {number}", "Test", "brattfors"), pages[0], "step", {"step": "borta"})
    response = petra.get(HOME)
    assert (len(response.context["calls"]), response.context["calls_more"], response.context["needing_help"]) == (
        8,
        1,
        9,
    )
    assert len(petra.get("/admin/training/needs-help/").context["calls"]) == 9
    assert len(petra.get("/admin/reports/training-matrix/?only=help").context["object_list"]) == 9


@pytest.mark.parametrize(
    "reason",
    [
        "withdrawn", "unknown_step", "unknown_version", "unknown_attempt", "unknown_question", "handed_in",
        "id_taken", "attempts_used_up", "must_wait", "not_for_them", "old_ticket", "unpaired_tablet",
    ],
)  # fmt: skip
def test_every_reason_has_its_words(reason):
    assert why_not_counted(reason).endswith(".")
    assert what_can_be_done(reason).endswith(".")


def test_a_reason_that_nobody_has_put_into_words_is_shown_as_it_is():
    assert why_not_counted("new_reason") == "new_reason"
    assert what_can_be_done("new_reason") == ""


# The first steps: pure


@given(st.dictionaries(st.sampled_from(list(STEPS)), st.booleans()))
def test_the_list_has_the_steps_asked_for_in_order_until_all_are_done(done):
    steps = first_steps(done)
    if all(done.values()):
        assert steps == []
    else:
        assert [step.key for step in steps] == [key for key in STEPS if key in done]
        assert {step.key: step.done for step in steps} == done


@pytest.mark.parametrize(
    ("address", "is_set"),
    [
        ("https://utbildning.example.se", True),
        ("http://utbildning.example.se", False),
        ("https://localhost:8000", False),
        ("https://larpunkt.localhost", False),
        ("https://127.0.0.1", False),
        ("https://[::1]:8000", False),
        ("", False),
    ],
)
def test_only_an_address_that_others_can_reach_is_the_sites_own(settings, address, is_set):
    settings.LMS_PUBLIC_BASE_URL = address
    assert public_address_is_set() is is_set


# The first steps: on the page


def steps_of(response):
    """Key to whether it is done; nothing where there is no list."""
    try:
        return {step.key: step.done for step, _address in response.context["steps"]}
    except KeyError:
        return {}


@pytest.fixture
def empty(index, client, settings):
    """A browser with the first administrator of a site where nothing is done yet."""
    settings.LMS_PUBLIC_BASE_URL = "http://127.0.0.1:8000"
    user = get_user_model().objects.create_superuser(username="första", password="hemligt-ord")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_on_an_empty_site_the_administrator_is_led_through_everything(empty):
    response = empty.get(HOME)
    assert steps_of(response) == dict.fromkeys(STEPS, False)
    for step, address in response.context["steps"]:
        assert str(step.words) in response.content.decode()
        assert address is None or empty.get(address, follow=True).status_code == 200, step.key
    assert [step.key for step, address in response.context["steps"] if address is None] == ["address"]


def test_each_step_is_ticked_when_it_is_done_and_the_list_goes_away_with_the_last(empty, settings):
    admin = get_user_model().objects.get()
    seen = {key for key, done in steps_of(empty.get(HOME)).items() if done}
    assert seen == set()

    def has_ticked(*keys):
        seen.update(keys)
        assert {key for key, done in steps_of(empty.get(HOME)).items() if done} == seen

    settings.LMS_PUBLIC_BASE_URL = "https://utbildning.example.se"
    has_ticked("address")
    said = TrainingSettings.load()
    said.organisation, said.contact_name = "Kommunen", "Petra"
    said.save()
    has_ticked()
    said.signatory_name, said.contact_phone = "Petra", "0930-123 45"
    said.save()
    has_ticked("issuer", "ask")
    said.privacy_page = Page.objects.get(slug="hem")
    said.save()
    has_ticked()
    said.accessibility_page = said.privacy_page
    said.save()
    has_ticked("law")
    kommun = add_workplace(name="Kommunen", kind="municipality", parent=None, actor=admin)
    has_ticked()
    place = add_workplace(name="Brattfors", kind="service_point", parent=kommun, actor=admin)
    has_ticked("workplace")
    role = JobRole.objects.create(name="Butiksbiträde")
    has_ticked("roles")
    cast = people.Cast(places={"b": place}, roles={"biträde": role}, users={"ada": admin})
    people.hire(cast, "Maja", "Lindgren", "b")
    has_ticked("staff")
    course = builders.make_full_course()
    has_ticked("course")
    require(course=course_of(course), valid_from=timezone.localdate(), actor=admin)
    has_ticked("requirement")
    give_responsibility(user=admin, role="project_leader", workplace=kommun, actor=admin)
    response = empty.get(HOME)
    assert steps_of(response) == {}
    assert "lms-steps" not in response.content.decode()


def test_a_project_leader_sees_what_a_project_leader_may_do(petra, cast, course):
    response = petra.get(HOME)
    assert steps_of(response) == {"workplace": True, "roles": True, "staff": True, "requirement": False}
    for _step, address in response.context["steps"]:
        assert petra.get(address).status_code == 200


def test_more_rights_are_more_steps(petra, cast):
    cast.petra.user_permissions.add(Permission.objects.get(codename="change_trainingsettings"))
    assert set(steps_of(petra.get(HOME))) == {"issuer", "ask", "law", "workplace", "roles", "staff", "requirement"}


def test_what_others_have_done_at_their_workplaces_ticks_nothing_here(sign_in, cast, course):
    """A new leader, of a municipality without a service point; and a rule that binds Petra's people alone."""
    empty = add_workplace(name="Tredje kommunen", kind="municipality", parent=None, actor=cast.ada)
    give_responsibility(user=cast.users["nisse"], role="project_leader", workplace=empty, actor=cast.ada)
    require(course=course_of(course), workplaces=[cast.kommun], valid_from=timezone.localdate(), actor=cast.ada)
    assert steps_of(sign_in("nisse").get(HOME)) == {
        "workplace": False,
        "roles": True,
        "staff": False,
        "requirement": False,
    }
    assert steps_of(sign_in("petra").get(HOME)) == {}


@pytest.mark.parametrize("who", ["kajsa", "eva"])
def test_the_list_is_for_administrators_and_project_leaders(sign_in, cast, who):
    assert steps_of(sign_in(who).get(HOME)) == {}


# The menu


def menu_of(user):
    request = RequestFactory().get(HOME)
    request.user = user
    shown = training_menu().menu.menu_items_for_request(request)
    return sorted(shown, key=lambda item: item.order)  # as Wagtail draws them


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        (
            "ada",
            [
                "Utbildningsmatris", "Utlämnade rapporter", "Att granska", "Behöver hjälp", "Intyg", "Kurser",
                "Ändrade kurser",
                "Registrera närvaro", "Registrera tidigare utbildning", "Test på papper", "Personal", "Krav",
                "Arbetsplatser", "Surfplattor", "Intygsmallar", "Arbetsroller", "Ansvariga",
            ],
        ),
        (
            "petra",
            [
                "Utbildningsmatris", "Utlämnade rapporter", "Att granska", "Behöver hjälp", "Intyg",
                "Registrera närvaro", "Registrera tidigare utbildning",
                "Test på papper", "Personal",
                "Krav", "Arbetsplatser", "Surfplattor", "Intygsmallar", "Arbetsroller",
            ],
        ),
        (
            "kajsa",
            [
                "Utbildningsmatris", "Utlämnade rapporter", "Att granska", "Behöver hjälp", "Intyg", "Kurser",
                "Registrera närvaro", "Registrera tidigare utbildning", "Test på papper", "Intygsmallar",
            ],
        ),
        ("birgitta", []),
        ("eva", []),
    ],
)  # fmt: skip
def test_the_menu_follows_the_work_and_shows_what_one_may_open(cast, who, labels):
    assert [str(item.label) for item in menu_of(cast.users[who])] == labels


def test_every_page_in_the_menu_opens_with_the_menus_icon_and_says_what_it_is_for(sign_in, cast, rule):
    ada = sign_in("ada")
    for item in menu_of(cast.ada):
        if item.url == reverse("lms_admin:courses"):  # leads on to Wagtail's own page
            assert ada.get(item.url, follow=True).status_code == 200
            continue
        response = ada.get(item.url)
        assert response.status_code == 200, item.url
        assert response.context["header_icon"] == item.icon_name, item.url
        explained = response.context.get("explanation") or "lms-explanation" in response.content.decode()
        assert explained or item.url == reverse("lms_training_matrix"), item.url
