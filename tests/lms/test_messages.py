"""Whom to write to: lists of those with courses left, to copy. Contact details are the project leader's alone."""

import datetime

import pytest
from django.utils import timezone

from lms.models import Employment, Role, StaffMember
from lms.people.actions import employ
from lms.people.fields import by_workplace, with_jobs_today
from lms.requirements.actions import require
from lms.workplaces.actions import add_workplace, give_responsibility
from tests.builders import complete, course_of, make_quiz, take_quiz

PATH = "/admin/training/messages/"
MATRIX = "/admin/reports/training-matrix/"


@pytest.fixture
def reachable(cast, rule):
    """Maja has both a phone and an address, Bo a phone, Birgitta neither."""
    for name, phone, email in (("maja", "070-111", "maja@example.se"), ("bo", "070-222", "")):
        person = cast.staff[name]
        person.phone, person.email = phone, email
        person.save()


def lists(response):
    return {each.workplace: each for each in response.context["lists"]}


def test_those_with_courses_left_by_workplace_and_all_together(petra, cast, reachable):
    found = lists(petra.get(PATH))
    assert list(found) == ["Alla arbetsplatser", "Brattfors", "Gräsmyr"]
    assert found["Alla arbetsplatser"].names == "Birgitta Forsberg\nMaja Lindgren\nBo Ek"
    assert found["Alla arbetsplatser"].phones == "070-111, 070-222"
    brattfors = found["Brattfors"]
    assert (brattfors.addresses, brattfors.without_address) == ("maja@example.se", ["Birgitta Forsberg"])
    assert found["Gräsmyr"].addresses == ""


def test_two_workplaces_of_one_name_are_two_lists(petra, cast, reachable):
    elsewhere = add_workplace(name="Norra", kind="municipality", parent=cast.kommun, actor=cast.ada)
    other = add_workplace(name="Brattfors", kind="service_point", parent=elsewhere, actor=cast.ada)
    Employment.objects.filter(staff=cast.bo).update(workplace=other)
    found = lists(petra.get(PATH))
    assert found["Kommunen / Brattfors"].names == "Birgitta Forsberg\nMaja Lindgren"
    assert found["Norra / Brattfors"].names == "Bo Ek"
    groups = dict(by_workplace(with_jobs_today(StaffMember.objects.all())))
    assert [name for _pk, name in groups["Norra / Brattfors"]] == ["Bo Ek"]


def test_whoever_is_done_is_not_written_to_and_filters_hold(petra, cast, course, reachable):
    complete(cast.maja, course)
    assert lists(petra.get(PATH))["Brattfors"].names == "Birgitta Forsberg"
    [only] = lists(petra.get(f"{PATH}?workplace={cast.grasmyr.pk}")).values()
    assert (only.workplace, only.names) == ("Gräsmyr", "Bo Ek")


def test_the_late_alone(petra, cast, course, reachable):
    require(
        course=course_of(course),
        valid_from=timezone.localdate() - datetime.timedelta(days=90),
        due_on=timezone.localdate() - datetime.timedelta(days=1),
        roles=[cast.roles["ägare"]],
        actor=cast.ada,
    )
    [only] = lists(petra.get(f"{PATH}?only=late")).values()
    assert only.names == "Birgitta Forsberg"


def test_those_who_need_help_alone_and_it_says_so(petra, cast, course, reachable):
    quiz = make_quiz(course, max_attempts=1)
    shown = petra.get(f"{PATH}?only=help")
    assert shown.context["lists"] == []
    assert "behöver hjälp" in shown.context["nobody"]
    take_quiz(cast.bo, quiz, right=False)
    shown = petra.get(f"{PATH}?only=help")
    [only] = lists(shown).values()
    assert only.names == "Bo Ek"
    assert "behöver hjälp" in shown.context["whom"]
    assert "har kurser kvar" not in shown.context["whom"]


def test_someone_with_two_jobs_stands_at_both_and_once_among_all(petra, cast, reachable):
    start = timezone.localdate() - datetime.timedelta(days=30)
    employ(staff=cast.maja, workplace=cast.grasmyr, role=cast.roles["biträde"], start=start, actor=cast.ada)
    found = lists(petra.get(PATH))
    assert [found[place].names.count("Maja") for place in found] == [1, 1, 1]


def test_it_is_text_to_select_without_javascript_and_a_button_with_it(petra, reachable):
    text = petra.get(PATH).content.decode()
    assert ">070-111, 070-222</textarea>" in text
    assert 'data-lms-copy="telefon-1"' in text
    assert "Uppgift saknas för Birgitta Forsberg" in text


def test_when_nobody_is_missing_it_says_so(petra, cast, course, reachable):
    for name in ("maja", "bo", "birgitta"):
        complete(cast.staff[name], course)
    assert "Det finns ingen att skriva till." in petra.get(PATH).content.decode()


def test_the_matrix_leads_there_with_what_is_chosen_but_not_the_course_leader(petra, sign_in, reachable):
    assert f'href="{PATH}?only=late"' in petra.get(f"{MATRIX}?only=late").content.decode()
    assert PATH not in sign_in("kajsa").get(MATRIX).content.decode()


@pytest.mark.parametrize("who", ["kajsa", "birgitta", "maja", "eva", "nisse", None])
def test_nobody_else_sees_an_address(client, sign_in, reachable, who):
    text = (sign_in(who) if who else client).get(PATH, follow=True).content.decode()
    assert "070-111" not in text
    assert "maja@example.se" not in text


def test_who_leads_projects_elsewhere_and_courses_here_sees_no_address_here(sign_in, cast, reachable, far):
    give_responsibility(
        user=cast.users["kajsa"], role=Role.PROJECT_LEADER, workplace=cast.annorstades, actor=cast.users["ada"]
    )
    kajsa = sign_in("kajsa")
    assert [each.names for each in kajsa.get(PATH).context["lists"]] == ["Fjärran Person"]
    assert "070-111" not in kajsa.get(f"{PATH}?workplace={cast.brattfors.pk}").content.decode()
