"""Who may open a report that was handed out, and whom it names."""

import pytest

from lms.models import Responsibility, Role
from lms.workplaces.actions import give_responsibility
from tests.handed_out import BASE, fetch, hand_out, pdf_pages, sheets


def test_a_project_leader_of_all_of_it_may_open_it_and_nobody_else(sign_in, cast, rule, petra):
    of_all = hand_out(sign_in("ada"))
    of_shop = hand_out(sign_in("kajsa"), f"?workplace={cast.brattfors.pk}")
    seen = {
        "ada": {of_all, of_shop},
        "petra": {of_shop},  # the other is of the neighbours too
        "kajsa": {of_shop},
        "birgitta": None,
        "maja": None,
        "eva": None,
    }
    for who, reports in seen.items():
        browser = sign_in(who)
        page = browser.get(BASE)
        assert (page.status_code == 200) is (reports is not None)
        if reports is not None:
            assert set(page.context["object_list"]) == reports
        for report in (of_all, of_shop):
            may = reports is not None and report in reports
            assert (browser.get(f"{BASE}{report.uuid}/").status_code == 200) is may
            response = browser.get(f"{BASE}{report.uuid}/file/")
            assert (response.status_code == 200) is may
            assert may or b"Maja" not in response.getvalue()


def test_a_course_leader_opens_no_other_leaders_report(sign_in, cast, petra):
    report = hand_out(petra)
    assert sign_in("kajsa").get(f"{BASE}{report.uuid}/file/").status_code == 404


def test_who_answers_for_it_no_more_cannot_open_ones_own(petra, cast):
    report = hand_out(petra)
    give_responsibility(
        user=cast.users["petra"], role=Role.PROJECT_LEADER, workplace=cast.places["annorstades"], actor=cast.ada
    )
    Responsibility.objects.filter(user=cast.users["petra"], workplace=cast.places["kommun"]).delete()
    assert petra.get(f"{BASE}{report.uuid}/file/").status_code == 404


def test_nobody_outside_the_reach_is_in_it(petra, cast, far):
    for kind in ("csv-excel", "xlsx", "pdf"):
        report = hand_out(petra, f"?workplace={cast.places['annorstades'].pk}", format=kind)
        content = fetch(petra, report)
        text = {
            "xlsx": lambda content: str(sheets(content)),
            "pdf": lambda content: " ".join(pdf_pages(content)),
        }.get(kind, bytes.decode)(content)
        assert "Maja" in text
        assert "Fjärran" not in text
        assert "Annorstädes" not in text


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(petra, number, django_assert_num_queries):
    for _ in range(number):
        hand_out(petra, format="csv")
    petra.get(BASE)
    with django_assert_num_queries(12):
        petra.get(BASE)
