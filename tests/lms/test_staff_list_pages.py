"""The pages of a staff list: choose, look, answer, agree, wait, done; and the list as a file again."""

import csv
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.models import Employment, JobRole, LedgerEntry, StaffImport, StaffMember, Workplace
from lms.people.actions import add_staff, employ, end_employment
from lms.reports.exports import csv_response, xlsx_response
from lms.reports.figures import gather
from lms.spreadsheets import harmless, unguarded
from lms.staff_lists import actions, exports
from lms.staff_lists.files import read_table
from lms.staff_lists.views import SHOWN
from lms.workplaces.actions import add_workplace
from tests import people
from tests.staff_lists import HEADINGS, as_csv, as_xlsx, everything, plan_of, read_in, row

BASE = "/admin/training/staff"
TODAY = timezone.localdate


def upload(browser, content, name="lista.csv"):
    """Choose a file; returns the address of what comes of it."""
    response = browser.post(f"{BASE}/import/", {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


@pytest.fixture
def at_once(django_capture_on_commit_callbacks):
    """A worker that comes at once."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_list_is_looked_at_agreed_to_and_read_in(petra, cast, at_once):
    path = upload(petra, as_csv(row(), row(given="Kalle", end="2026-08-31")))
    before = everything()
    page = petra.get(path)
    assert [group["headline"] for group in page.context["groups"]] == ["2 nya"]
    assert "no-store" in page["Cache-Control"]
    assert everything() == before
    with at_once():
        response = petra.post(f"{path}confirm/", {"plan": page.context["plan"].digest})
    assert response["Location"] == path
    text = petra.get(path).content.decode()
    assert "Listan är inläst" in text
    assert "2 nya" in text
    assert StaffMember.objects.filter(family_name="Nordin").count() == 2
    assert path in petra.get(f"{BASE}/import/").content.decode()


def test_what_it_changes_in_figures_is_said_before_and_is_so_after(petra, cast, rule, at_once):
    place = Workplace.objects.filter(pk=cast.brattfors.pk)
    day = TODAY().isoformat()
    path = upload(petra, as_csv(row(start=day), row(given="Kalle", start=day)))
    before = everything()
    page = petra.get(path)
    assert everything() == before
    assert next(tuple(line) for line in page.context["tables"].places[0].lines)[1:] == ("0 av 2", "0 av 4")
    assert "Det gäller Kalle Nordin och Tuva Nordin." in page.context["told"]
    with at_once():
        petra.post(f"{path}confirm/", {"plan": page.context["plan"].digest})
    assert gather(TODAY(), place).totals.people.counted == 4


def test_what_stands_in_a_list_is_shown_and_never_run(petra, cast):
    text = petra.get(upload(petra, as_csv(row(given="<script>x</script>")))).content.decode()
    assert "<script>x" not in text
    assert "&lt;script&gt;x" in text


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"Namn;Butik\nAnna;\n", as_csv(row(start="x")), as_xlsx(row(given=""))]
)
def test_a_list_that_cannot_be_read_in_says_why_and_cannot_be_agreed_to(petra, cast, content, at_once):
    path = upload(petra, content)
    page = petra.get(path)
    assert page.context["problems"]
    assert "confirm/" not in page.content.decode()
    before = everything()
    with at_once():
        petra.post(f"{path}confirm/", {"plan": ""})
    assert everything() == before


def test_a_question_is_answered_and_then_it_can_be_read_in(petra, cast, at_once):
    path = upload(petra, as_csv(row(given="Bo", family="Ek")))
    page = petra.get(path)
    [(key, words, options)] = page.context["questions"]
    assert words == "Rad 2: Bo Ek, Brattfors. Är det någon som redan finns i personallistan?"
    assert [value for value, _words in options] == [f"same:{cast.bo.pk}", "new"]
    assert "confirm/" not in page.content.decode()
    petra.post(path, {key: f"same:{cast.bo.pk}", "2:who": "x; drop", "annat": "Maja"})
    petra.post(path, {key: f"same:{cast.bo.pk}", "annat": "Maja"})
    assert StaffImport.objects.get().answers == {"2:who": f"same:{cast.bo.pk}"}
    [(key, _words, options)] = petra.get(path).context["questions"]
    petra.post(path, {key: options[0][0]})
    page = petra.get(path)
    assert "Flyttar från Gräsmyr den 1 mars 2026." in page.content.decode()
    with at_once():
        petra.post(f"{path}confirm/", {"plan": page.context["plan"].digest})
    assert [job.workplace.name for job in cast.bo.employments.order_by("start")] == ["Gräsmyr", "Brattfors"]


def test_many_questions_can_be_answered_at_once(petra, cast):
    rows = []
    for number in range(6):
        people.hire(cast, f"Namne{number}", "Ek", "grasmyr")
        rows.append(row(given=f"Namne{number}", family="Ek"))
    path = upload(petra, as_csv(*rows))
    assert len(petra.get(path).context["questions"]) == 6
    petra.post(path, {"rest:who": "new"})
    assert petra.get(path).context["plan"].counts["new"] == 6


def test_a_list_with_nothing_new_offers_nothing_to_read_in(petra, cast):
    job = cast.maja.employments.get()
    page = petra.get(upload(petra, as_csv(row(given="Maja", family="Lindgren", start=str(job.start)))))
    assert "Inget i listan är nytt" in page.content.decode()
    assert "confirm/" not in page.content.decode()


def test_of_a_long_list_the_first_are_shown_and_the_rest_counted(petra, cast):
    page = petra.get(upload(petra, as_csv(*(row(given=f"Ny{number}") for number in range(SHOWN + 3)))))
    [group] = page.context["groups"]
    assert (len(group["rows"]), group["more"]) == (SHOWN, 3)


def test_when_the_staff_list_has_changed_the_new_preview_says_so(petra, cast, at_once):
    path = upload(petra, as_csv(row()))
    plan = petra.get(path).context["plan"].digest
    people.hire(cast, "Tuva", "Nordin", "grasmyr")
    with at_once():
        petra.post(f"{path}confirm/", {"plan": plan})
    page = petra.get(path)
    assert page.context["questions"]
    assert StaffMember.objects.filter(given_name="Tuva").count() == 1
    petra.post(path, {"2:who": "new"})
    text = petra.get(path).content.decode()
    assert "Någon ändrade i personallistan efter att du hade tittat" in text


def test_while_it_is_read_in_the_page_tells_how_far_it_has_come_and_what_to_do_without_a_worker(petra, cast):
    path = upload(petra, as_csv(row()))
    plan = petra.get(path).context["plan"].digest
    petra.post(f"{path}confirm/", {"plan": plan})  # no worker comes
    kept = StaffImport.objects.get()
    text = petra.get(path).content.decode()
    assert "Det börjar strax." in text
    assert "now/" not in text
    long_ago = timezone.now() - actions.SILENCE * 2
    StaffImport.objects.update(moved_on_at=long_ago)
    assert "Ingen har börjat med den än." in petra.get(path).content.decode()
    StaffImport.objects.update(state="running", progress=500, rows=1000, moved_on_at=timezone.now())
    assert "500 av 1" in petra.get(path).content.decode()
    petra.post(f"{path}now/")
    kept.refresh_from_db()
    assert kept.state == "running", "someone is at it"
    StaffImport.objects.update(moved_on_at=long_ago)
    assert "Inget har sparats." in petra.get(path).content.decode()
    petra.post(f"{path}now/")
    assert "Listan är inläst" in petra.get(path).content.decode()


def test_what_has_stopped_says_that_nothing_was_read_in(petra, cast):
    path = upload(petra, as_csv(row()))
    StaffImport.objects.update(state="stopped", moved_on_at=timezone.now())
    assert "Något gick fel, och inget lästes in" in petra.get(path).content.decode()


def test_put_aside_nothing_is_kept_and_what_was_read_in_cannot_be(petra, cast, at_once):
    path = upload(petra, as_csv(row()))
    kept = StaffImport.objects.get()
    assert petra.post(f"{path}put-aside/")["Location"] == f"{BASE}/import/"
    assert not StaffImport.objects.exists()
    assert not kept.file.storage.exists(kept.file.name)
    read_in(as_csv(row()), cast.users["petra"])
    done = StaffImport.objects.get()
    petra.post(f"{BASE}/import/{done.uuid}/put-aside/")
    assert StaffImport.objects.get() == done


def test_a_file_is_seen_by_whoever_chose_it_and_nobody_else(petra, sign_in, cast):
    path = upload(petra, as_csv(row(given="Hemlig")))
    for who in ("ada", "kajsa", "birgitta", "maja", "eva", "nisse"):
        response = sign_in(who).get(path)
        assert response.status_code in (302, 404)
        assert "Hemlig" not in response.content.decode()


def test_a_file_that_is_too_large_is_told_at_its_field(petra, cast):
    response = petra.post(f"{BASE}/import/", {"file": SimpleUploadedFile("l.csv", b"x" * 10_000_001)})
    assert list(response.context["form"].errors) == ["file"]
    assert list(petra.post(f"{BASE}/import/").context["form"].errors) == ["file"]


# The list as a file


def exported(browser, query=""):
    response = browser.get(f"{BASE}/export/{query}")
    assert "no-store" in response["Cache-Control"]
    return b"".join(response.streaming_content)


def lines(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_list_is_saved_as_it_can_be_read_in_and_with_all_whom_the_filter_leaves(petra, cast, far):
    for number in range(60):
        people.hire(cast, f"Nr{number}", "Ek", "grasmyr")
    heading, *rows = lines(exported(petra, "?export=csv"))
    with override("sv"):
        assert heading == exports.headings()
    assert len(rows) == 63
    assert "Fjärran" not in str(rows)
    start = str(cast.maja.employments.get().start)
    [maja] = lines(exported(petra, "?q=maja&export=csv"))[1:]
    assert maja == ["Maja", "Lindgren", "Brattfors", "Butiksbiträde", "Anställd", start, "", "", "", "", ""]
    workbook = openpyxl.load_workbook(io.BytesIO(exported(petra, f"?workplace={cast.brattfors.pk}&export=xlsx")))
    assert [cells[0] for cells in workbook.active.iter_rows(values_only=True)] == ["Förnamn", "Birgitta", "Maja"]


@pytest.mark.parametrize("export", ["csv", "xlsx"])
def test_read_in_again_it_changes_nothing(petra, cast, export):
    twin, _other = (people.hire(cast, "Anna", "Ek", "brattfors", days_ago=10) for _number in range(2))
    employ(staff=twin, workplace=cast.grasmyr, role=cast.roles["ägare"], start=TODAY(), employer="AB", actor=cast.ada)
    end_employment(job=cast.bo.employments.get(), last_day=TODAY(), actor=cast.ada)
    employ(staff=cast.bo, workplace=cast.annorstades, role=cast.roles["biträde"], start=TODAY(), actor=cast.ada)
    cast.places["norr"] = add_workplace(name="Norr", kind="municipality", parent=cast.kommun, actor=cast.ada)
    add_workplace(name="Brattfors", kind="service_point", parent=cast.norr, actor=cast.ada)
    content = exported(petra, f"?left=on&export={export}")
    plan = plan_of(content, cast.users["petra"])
    assert (plan.problems, plan.questions, plan.steps) == ([], [], [])
    assert plan.counts == {"new": 0, "changed": 0, "ended": 0, "unchanged": len(read_table(content).rows)}


FORMULA = ("=", "+", "-", "@", "\t", "\r")
NAMES = ["=1+1", "+46", "-Anna", "@SUM(A1)", "\tAnna", "\rAnna", "'=x", "''=x", "'Anna", '=A("x")', "Åsa; Öh", '"']


@pytest.mark.parametrize("export", ["csv", "xlsx"])
def test_a_name_like_a_formula_goes_out_harmless_and_comes_in_as_it_was(petra, cast, export):
    """Into an empty register: just the same names; and into the one it came from: nothing new."""
    for number, name in enumerate(NAMES):
        people.hire(cast, name, f"={number}", "brattfors", days_ago=number)
    content = exported(petra, f"?export={export}")
    if export == "csv":
        assert not [cell for line in lines(content) for cell in line if cell.startswith(FORMULA)]
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        assert {cell.data_type for cells in sheet.iter_rows() for cell in cells} <= {"s", "d", "n"}
    assert plan_of(content, cast.users["petra"]).steps == []
    Employment.objects.all().delete()
    LedgerEntry.objects.all().delete()
    StaffMember.objects.all().delete()
    read_in(content, cast.users["petra"])
    assert set(NAMES) <= set(StaffMember.objects.values_list("given_name", flat=True))


@given(st.text())
def test_what_is_guarded_is_given_back(text):
    assert unguarded(harmless(text)) == text
    assert not harmless(text).startswith(FORMULA)


letters = st.characters(
    exclude_categories=("Cc", "Cs", "Cn", "Co", "Nd", "Zs", "Zl", "Zp"), exclude_characters="\ufeff\u200b\u00ad"
)
names = st.text(letters, min_size=1, max_size=12).filter(lambda text: "Ã" not in text and not text.startswith("#"))
hired = st.tuples(names, names, st.sampled_from(["brattfors", "grasmyr"]))


@pytest.mark.parametrize("export", ["csv", "xlsx"])
@settings(max_examples=25)
@given(people_named=st.lists(hired, min_size=1, max_size=5))
def test_any_register_read_out_and_in_again_is_unchanged(cast, rf, export, people_named):
    from django.db import transaction

    with transaction.atomic():
        for given_name, family_name, place in people_named:
            people.hire(cast, given_name, family_name, place, days_ago=len(given_name))
        everyone = set(StaffMember.objects.values_list("pk", flat=True))
        table = exports.staff_table(user=cast.users["petra"], people=everyone, since=None)
        write = csv_response if export == "csv" else xlsx_response
        with override("sv"):
            content = b"".join(write(table, name="x").streaming_content)
        plan = plan_of(content, cast.users["petra"])
        assert (plan.problems, plan.questions, plan.steps) == ([], [], [])
        transaction.set_rollback(True)


def test_the_export_takes_as_many_queries_for_one_person_as_for_many(petra, cast, django_assert_num_queries):
    JobRole.objects.create(name="Kafévärd")
    for number in (1, 3):
        for each in range(number):
            people.hire(cast, f"Fler{each}", "Ek", "brattfors")
        with django_assert_num_queries(13):
            exported(petra, "?export=csv")


# The empty list


def test_the_template_has_the_headings_and_nothing_else_to_read_in(petra, cast):
    [heading] = lines(b"".join(petra.get(f"{BASE}/import/template.csv").streaming_content))
    content = b"".join(petra.get(f"{BASE}/import/template.xlsx").streaming_content)
    table = read_table(content)
    assert (table.headings, table.rows) == (heading, [])
    about = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    told = [list(filter(None, cells)) for cells in about.iter_rows(values_only=True, min_row=2, max_row=3)]
    assert told[0][2:] == ["Brattfors", "Butiksbiträde", "Ägare"]
    assert "Annorstädes" not in str(list(about.values))


def test_a_filled_in_template_is_read_in(petra, cast):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(petra.get(f"{BASE}/import/template.xlsx").streaming_content)))
    book.worksheets[0].append(["Tuva", "Nordin", "Brattfors", "Butiksbiträde", "Timanställd", TODAY()])
    output = io.BytesIO()
    book.save(output)
    assert petra.get(upload(petra, output.getvalue())).context["plan"].counts["new"] == 1


def test_our_helper_has_the_headings_that_it_needs():
    assert read_table(as_csv(row())).headings == HEADINGS


def test_a_person_added_by_hand_is_known_by_employer_and_employee_id(cast):
    add_staff(
        given_name="Tuva", family_name="Nordin", workplace=cast.brattfors, role=cast.roles["biträde"],
        start=TODAY(), employer="AB", employee_id="17", actor=cast.ada,
    )  # fmt: skip
    plan = plan_of(as_csv(row(family="Ny", start="", employer="ab", number="17")), cast.users["petra"])
    assert plan.counts["changed"] == 1
