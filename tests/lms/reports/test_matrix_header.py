"""What stands above the matrix's table: little in sight, the rest folded away, and what is chosen said in words."""

import datetime
import re

import pytest

from lms.programmes.actions import create_programme
from lms.reports import views
from tests import people
from tests.builders import course_of

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)

MATRIX = "/admin/reports/training-matrix/"


def parts(response):
    """The header, what of it is in sight, and what is folded away."""
    text = response.content.decode()
    header = text[text.index('<form class="lms-admin-filter"') : text.index('<div class="lms-scroll"')]
    folded = re.findall(r"<details.*?</details>", header, re.DOTALL)
    return re.sub(r"<details.*?</details>", "", header, flags=re.DOTALL), " ".join(folded)


def chosen(response):
    """The line that says what is chosen, and where its link leads."""
    found = re.search(
        r'<p class="lms-chosen"><span>(.*?)</span> <a href="(.*?)">Visa allt</a>', response.content.decode()
    )
    return found and (re.sub(r"<.*?>", "", found[1]), found[2].replace("&amp;", "&"))


@pytest.mark.parametrize("view", ["workplaces", "people"])
def test_what_is_done_every_day_is_in_sight_and_the_rest_is_folded_away(petra, view):
    seen, folded = parts(petra.get(MATRIX, {"view": view}))
    for name in ("workplace", "only", "q"):
        assert f'id="id_{name}"' in seen
    for name in ("date", "role", "course", "known", "compare"):
        assert f'id="id_{name}"' in folded
    assert ("Per arbetsplats" if view == "people" else "Person för person") in seen
    assert "Registrera närvaro" in seen
    for act in (
        "Lämna ut rapport",
        "Utveckling",
        "Listor för utskick",
        "Registrera tidigare utbildning",
        "Lägg till en person",
    ):
        assert act in folded
        assert act not in seen


def test_the_menu_has_what_its_leader_may_do_of_what_is_chosen(sign_in, rule, cast):
    """A course leader sends no lists of people and adds nobody."""
    query = f"workplace={cast.brattfors.pk}"
    _seen, folded = parts(sign_in("kajsa").get(f"{MATRIX}?{query}"))
    assert "Listor för utskick" not in folded
    assert "Lägg till en person" not in folded
    assert f'href="/admin/training/handed-out/new/?{query}">Lämna ut rapport' in folded


def test_nothing_is_said_where_nothing_is_chosen(petra):
    for query in ({}, {"view": "people"}, {"view": "people", "order": "late"}, {"workplace": "", "q": " "}):
        assert chosen(petra.get(MATRIX, query)) is None


def test_what_is_chosen_is_said_in_words_and_taken_away_by_one_link(noon, petra, cast, course):
    asked = {
        "view": "people",
        "date": "2026-11-20",
        "workplace": cast.brattfors.pk,
        "role": "Butiksbiträde",
        "course": course_of(course).pk,
        "only": "missing",
        "q": "Maja",
        "known": "2026-11-23T12:30:00Z",
        "compare": "2026-11-01",
        "order": "name",
    }
    words, address = chosen(petra.get(MATRIX, asked))
    assert words == (
        "Du har valt Läget den: 20 november 2026; Arbetsplats: Brattfors; Arbetsroll: Butiksbiträde; "
        "Kurs: Ett gott värdskap; Visa: De som har kurser kvar; Namn: Maja; "
        "Som det var känt den: 23 november 2026 kl. 13:30; Jämför med: 1 november 2026."
    )
    assert address == f"{MATRIX}?view=people&order=name"
    assert chosen(petra.get(address)) is None


def test_a_programme_whose_courses_are_shown_is_said_where_there_is_one(noon, petra, cast, course):
    held = create_programme(
        title_sv="Grunden", courses=[course_of(course)], valid_from=datetime.date(2026, 11, 1), actor=cast.ada
    )
    words, address = chosen(petra.get(MATRIX, {"programme": held.pk}))
    assert words == "Du har valt Visa kurserna i: Grunden."
    assert address == f"{MATRIX}?view=workplaces"
    assert chosen(petra.get(MATRIX, {"programme": held.pk, "date": "2026-10-01"}))[0] == (
        "Du har valt Läget den: 1 oktober 2026."
    )


def test_a_course_that_nobody_must_take_that_day_is_said_so_and_a_programme_that_is_none_is_not(petra, cast, course):
    create_programme(
        title_sv="Grunden", courses=[course_of(course)], valid_from=datetime.date(2026, 1, 1), actor=cast.ada
    )
    words, _address = chosen(petra.get(MATRIX, {"course": 999, "programme": 999}))
    assert words == "Du har valt Kurs: en som inte krävs den dagen."


def test_a_choice_that_makes_no_sense_opens_the_rest_and_is_not_said(petra):
    response = petra.get(MATRIX, {"date": "igår"})
    assert 'class="lms-admin-filter__more" open>' in response.content.decode()
    assert chosen(response) is None


def test_the_first_who_have_courses_left_are_named_and_the_others_are_a_link_away(petra, cast, monkeypatch):
    monkeypatch.setattr(views, "NAMED", 2)
    for name in ("Siv", "Tor"):
        people.hire(cast, name, "Ek", "brattfors")
    text = petra.get(MATRIX, {"workplace": cast.kommun.pk}).content.decode()
    found = re.search(r'<a href="\?([^"]*)">och 3 till</a>', text)
    assert found
    rows = petra.get(f"{MATRIX}?{found[1].replace('&amp;', '&')}")
    assert len(rows.context["object_list"]) == 5
    assert "Arbetsplats: Kommunen" in chosen(rows)[0]
