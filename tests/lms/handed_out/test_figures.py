"""The same figures in every format, and as the slow reference has them; and pages that can be read."""

import datetime
import io
import re
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import openpyxl
import pytest
from django.utils.translation import override
from hypothesis import given, settings

from lms.drawing.sheet import HEIGHT, WIDTH
from lms.handed_out.building import write
from lms.handed_out.report import Place, Report
from lms.handed_out.workbook import DAY_ZERO
from lms.matrix import Record, rows
from lms.reports.cells import date_of
from lms.reports.lines import Line
from lms.reports.workers import Worker
from lms.requirements.rules import Job, Rule
from lms.status import Completion, Status
from tests.certificates.test_drawing import word_boxes
from tests.handed_out import csv_rows, pdf_pages, shares, sheets
from tests.lms import reference, test_tally
from tests.lms.strategies import COURSES, PATHS, TODAY, worlds

NAMES = ["Åsa-Märta", "=1+1", "Áŋŋá", "Bo", "Anna-Lena Margareta Kristina Elisabet af Långhundra"]
FORMATS = ("csv-excel", "xlsx", "pdf")


@pytest.fixture(autouse=True, scope="module")
def remembering_reference():
    """It counts day by day, and is asked the same many times here."""
    slow = reference.first_day
    reference.first_day = cache(slow)
    yield
    reference.first_day = slow


class Taught(NamedTuple):
    """As much of a course as a file tells."""

    pk: int
    title: str


def report_of(jobs, rules, record, *, courses=COURSES) -> Report:
    """As `building.report_of` makes it, of plain values."""
    workers = [
        Worker(job, NAMES[job.id % len(NAMES)], f"Nr{job.id}", f"Plats {job.workplace_id}", "Biträde") for job in jobs
    ]
    found = [Taught(course, f"Kurs {chr(64 + course)}") for course in courses]
    built = rows(TODAY, jobs, courses, rules, record)
    places = sorted({job.workplace_id for job in jobs})

    def lines(say):
        for worker, row in zip(workers, built, strict=True):
            said = [say(cell.status, date_of(cell)) for cell in row.cells]
            yield Line(worker, said, row.counted, row.done, row.late)

    return Report(
        day=TODAY,
        courses=found,
        totals=test_tally.totals((jobs, rules, record), courses),
        total_label="Totalt",
        places=[Place(place, f"Plats {place}") for place in places],
        rows=lambda: iter(zip(workers, built, strict=True)),
        lines=lines,
        row_count=len(workers),
        about=[("Urval", "inget")],
        foot=["Uttagen av petra"],
        language="sv",
    )


def file_of(report, kind, *, names=True) -> bytes:
    out = io.BytesIO()
    with override("sv"):
        write(report, out, kind=kind, names=names)
    return out.getvalue()


def outcome(jobs, rules, record, courses=COURSES) -> tuple[int, int, int]:
    """(done, counted, late) people, each once, by the reference."""
    found = []
    for staff in {job.staff_id for job in jobs}:
        own = [job for job in jobs if job.staff_id == staff]
        counted, done, late = reference.person_outcome(TODAY, staff, own, rules, courses, record)
        found.append((done, counted, late))
    done, counted, late = (sum(each) for each in zip(*found, strict=True)) if found else (0, 0, 0)
    return done, counted, late


def row_outcome(job, rules, record) -> tuple[int, int, int]:
    """(done, counted, late) courses of one employment."""
    each = [outcome([job], rules, record, [course]) for course in COURSES]
    return tuple(sum(one) for one in zip(*each, strict=True))


def place_outcome(jobs, rules, record, courses=COURSES) -> tuple[int, int, int]:
    """The same of a workplace, where every employment counts."""
    found = [outcome([job], rules, record, courses) for job in jobs]
    return tuple(sum(each) for each in zip(*found, strict=True))


def label(job, course, rules, record) -> str:
    return str(Status(reference.status(TODAY, job.staff_id, course, [job], rules, record)).label)


@settings(max_examples=20)
@given(worlds())
def test_csv_and_xlsx_say_what_the_reference_says(world):
    jobs, rules, record = world
    report = report_of(jobs, rules, record)
    content = file_of(report, "xlsx")
    with override("sv"):
        labels = [[label(job, course, rules, record) for course in COURSES] for job in jobs]
    rows = csv_rows(file_of(report, "csv-excel"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    matrix = list(book.worksheets[0].iter_rows(min_row=2))
    for number, job in enumerate(jobs):
        line, cells = rows[number + 1], matrix[number]
        assert [int(value) for value in line[-3:]] == list(row_outcome(job, rules, record))
        assert [cell.value for cell in cells[-3:]] == [int(value) for value in line[-3:]]
        for said, cell, words in zip(line[5:-3], cells[5:-3], labels[number], strict=True):
            assert said.startswith(words)
            if isinstance(cell.value, datetime.datetime):
                assert cell.value.date().isoformat() == said[-10:]
                separator = "," if "sista datum" in said else ""
                assert said.startswith(f"{words}{separator} ")
                assert cell.number_format.startswith(f'"{words}{separator} ')
            else:
                assert cell.value == said == words
    done, counted, late = outcome(jobs, rules, record)
    total = rows[len(jobs) + 1]
    assert [int(value) for value in total[-3:]] == [done, counted, late]
    assert [cell.value for cell in matrix[len(jobs)][-3:]] == [done, counted, late]
    expected = [outcome(jobs, rules, record, [course])[:2] for course in COURSES]
    assert shares(" ".join(total[5:-3])) == expected
    # The long list: a row for each employment and course that some rule requires of it.
    settled = {job: reference.settled(TODAY, job.staff_id, [job], rules, record) for job in jobs}
    duties = [(job, course) for job in jobs for course in COURSES if reference.required(course, [job], settled[job])[0]]
    long_list = list(book.worksheets[1].values)[1:]
    assert [(row[6], row[10]) for row in long_list] == [
        (
            reference.status(TODAY, job.staff_id, course, [job], rules, record),
            int(reference.late(TODAY, job.staff_id, course, [job], rules, record)),
        )
        for job, course in duties
    ]
    due = [reference.required(course, [job], settled[job])[1] for job, course in duties]
    assert [row[7].date() if row[7] else None for row in long_list] == due


@settings(max_examples=12)
@given(worlds())
def test_pdf_and_counts_say_what_the_reference_says(world):
    jobs, rules, record = world
    report = report_of(jobs, rules, record)
    people = outcome(jobs, rules, record)
    by_course = [outcome(jobs, rules, record, [course]) for course in COURSES]
    here = {
        place: [job for job in jobs if job.workplace_id == place]
        for place in sorted({job.workplace_id for job in jobs})
    }

    expected = [row for row in (row_outcome(job, rules, record)[:2] for job in jobs) if row[1]]
    expected += [people[:2], *(each[:2] for each in by_course)]
    cover, *pages = pdf_pages(file_of(report, "pdf"))
    assert shares(without_numbers(" ".join(pages))) == expected
    if people[1] and people[0] < people[1]:
        assert shares(without_numbers(cover))[0] == people[:2]

    wall = []
    for some in here.values():
        wall += [place_outcome(some, rules, record, courses) for courses in (COURSES, *([each] for each in COURSES))]
    wall += [people, *by_course]
    total = 4  # of the total everything is said, of a workplace only what is counted
    shown = [each[:2] for each in wall[:-total] if each[1]] + [each[:2] for each in wall[-total:] if each[1]]
    [page] = pdf_pages(file_of(report, "pdf", names=False))  # all of it on one sheet
    assert report.late in page
    text = without_numbers(page.replace(report.sentence, ""))
    assert shares(text) == shown
    assert not [name for name in NAMES if name in text]

    lines = [row for row in csv_rows(file_of(report, "csv-excel", names=False))[1:] if len(row) == 6]
    sheet = list(next(iter(sheets(file_of(report, "xlsx", names=False)).values()))[1:])
    assert [[str(value) if value is not None else "" for value in row] for row in sheet] == lines
    assert [[int(row[number]) for number in (2, 3, 5)] for row in lines if row[1] == "Alla obligatoriska kurser"] == [
        *(list(place_outcome(some, rules, record)) for some in here.values()),
        list(people),
    ]


def without_numbers(text: str) -> str:
    """Without the numbers of the pages and the example under the table, which look like shares."""
    return re.sub(r"Sida \d+ av \d+|”3 av 5”", "", text)


def test_an_empty_report_is_a_file_all_the_same():
    report = report_of([], [], Record())
    for kind in FORMATS:
        for names in (True, False):
            assert file_of(report, kind, names=names)
    nothing = report_of([], [], Record(), courses=())
    assert "Ingen har några obligatoriska kurser" in pdf_pages(file_of(nothing, "pdf"))[0]


# Pages


def crowd(people: int, courses: int):
    """At three places; some have done some."""
    numbers = range(1, courses + 1)
    jobs = [
        Job(
            id=n,
            staff_id=n,
            workplace_id=1 + (n - 1) * 3 // people,
            path=PATHS[0],
            role_id=1,
            kind="employed",
            start=TODAY,
        )
        for n in range(1, people + 1)
    ]
    rules = [Rule(id=n, course_id=n, valid_from=datetime.date(2026, 1, 1), due_days=30) for n in numbers]
    done = {(n, course): Completion(TODAY) for n in range(1, people + 1) for course in numbers if (n + course) % 3}
    return report_of(jobs, rules, Record(completions=done), courses=tuple(numbers))


def test_every_page_repeats_heading_and_names_and_knows_how_many_there_are():
    pages = pdf_pages(file_of(crowd(60, 20), "pdf"))
    assert len(pages) > 6
    for number, text in enumerate(pages, start=1):
        assert f"Sida {number} av {len(pages)}" in text
        assert "Uttagen av petra" in text
    table = pages[1:]
    assert sum("Nr1 " in text for text in table) == 3  # 20 courses on three pages beside each other
    for text in table:
        assert "Namn Slutförda Kurs" in text
        assert "Försenad" in text  # the legend
    for course in "AHT":
        assert any(f"Kurs {course}" in text for text in table)
    assert any("Plats 1, fortsättning" in text for text in table)
    everyone = " ".join(table)
    assert all(everyone.count(f"Nr{number} ") == 3 for number in range(1, 61))


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("courses", [5, 9])
def test_no_two_words_overlap_and_none_leaves_the_page(names, courses, tmp_path):
    path = tmp_path / "r.pdf"
    path.write_bytes(file_of(crowd(12, courses), "pdf", names=names))
    # The boxes are of all pages: a page is told by its first word, the title.
    page, pages = [], []
    for box in word_boxes(path):
        if box[4] == "Utbildningsmatris":
            page = []
            pages.append(page)
        page.append(box)
    assert len(pages) > 1 or (courses == 5 and not names)
    for page in pages:
        for number, (left, top, right, bottom, word) in enumerate(page):
            assert left >= 30, word
            assert right <= WIDTH - 30, word
            assert bottom <= HEIGHT - 10, word
            for other_left, other_top, other_right, other_bottom, other in page[number + 1 :]:
                apart = right <= other_left + 0.5 or other_right <= left + 0.5
                shared = min(bottom, other_bottom) - max(top, other_top)
                assert apart or shared <= 0.4 * min(bottom - top, other_bottom - other_top), (word, other)


def test_a_letter_that_no_typeface_has_is_said_to_be_missing():
    report = crowd(3, 2)
    named = [(worker._replace(given_name="安娜"), row) for worker, row in report.rows()]
    pages = pdf_pages(file_of(_with(report, rows=lambda: iter(named)), "pdf"))
    assert "?? Nr1" in pages[1]
    assert "står för ett tecken" in pages[-1]
    assert "står för ett tecken" not in " ".join(pdf_pages(file_of(report, "pdf")))


def test_a_long_title_is_whole_on_the_wall():
    report = crowd(3, 5)
    title = "Krishantering och servicepunkten som samlingsplats och kriscentrum när strömmen är borta länge"
    report = replace(report, courses=[report.courses[0]._replace(title=title), *report.courses[1:]])
    [page] = pdf_pages(file_of(report, "pdf", names=False))
    assert set(title.split()) <= set(page.split())


@pytest.mark.parametrize(("places", "pages"), [(5, 1), (7, 1), (40, 5)])
def test_the_wall_is_one_sheet_where_it_has_room(places, pages):
    """With the sentence, the table and what is said of it; else a page in words first, and as many as it takes."""
    report = crowd(9, 3)
    of_one = report.places[0].id
    report = _with(report, places=[Place(of_one, f"Plats nr {number}.") for number in range(1, places + 1)])
    drawn = pdf_pages(file_of(report, "pdf", names=False))
    assert len(drawn) == pages
    assert report.sentence in drawn[0]
    assert "Urval inget" in drawn[0]
    assert "Totalt, varje person en gång" in drawn[-1]
    assert all(f"Plats nr {number}." in " ".join(drawn) for number in range(1, places + 1))


def _with(report, **changes):
    return replace(report, **changes)


def test_what_was_heard_of_on_a_later_day_is_said_to_be_recorded_afterwards():
    noon = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
    done = {1: noon, 2: noon + datetime.timedelta(days=3), 3: None}
    report = crowd(3, 1)
    rows = []
    for worker, row in report.rows():
        facts = row.cells[0].facts
        completion = Completion(TODAY, None, 1, recorded_at=done[worker.job.staff_id])
        cell = row.cells[0]._replace(facts=facts._replace(completion=completion), status=Status.COMPLETE)
        rows.append((worker, replace(row, cells=(cell,))))
    long_list = sheets(file_of(_with(report, rows=lambda: iter(rows)), "xlsx"))["Lång lista"]
    assert long_list[0][-1] == "Registrerad i efterhand"
    assert [row[-1] and row[-1].date() for row in long_list[1:]] == [None, datetime.date(2026, 11, 26), None]


def test_the_long_list_can_be_sorted_out_by_its_heading():
    book = openpyxl.load_workbook(io.BytesIO(file_of(crowd(6, 2), "xlsx")))
    long_list = book["Lång lista"]
    assert long_list.auto_filter.ref == f"A1:L{long_list.max_row}"


def test_progress_is_told_and_ends_with_all_rows():
    told = []
    with override("sv"):
        write(crowd(450, 2), io.BytesIO(), kind="csv", names=True, tell=told.append)
    assert told == [200, 400, 450]


def test_a_day_is_a_number_of_days_since_the_spreadsheets_day_zero():
    assert (datetime.date(1900, 3, 1) - DAY_ZERO).days == 61


def test_plain_csv_has_commas_and_no_mark():
    content = file_of(crowd(2, 1), "csv")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert csv_rows(content, delimiter=",")[0][:4] == ["Förnamn", "Efternamn", "Arbetsplats", "Arbetsroll"]


def test_a_long_list_that_fills_a_sheet_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr("lms.handed_out.workbook.MOST_ROWS", 5)
    found = sheets(file_of(crowd(3, 3), "xlsx"))
    assert {name: len(rows) for name, rows in found.items() if name.startswith("Lång")} == {
        "Lång lista": 5, "Lång lista 2": 5, "Lång lista 3": 2,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["csv-excel", "xlsx"])
def test_no_workplace_becomes_a_formula(kind):
    report = _with(crowd(2, 1), places=[Place(1, '=HYPERLINK("http://x")')])
    content = file_of(report, kind, names=False)
    rows = csv_rows(content) if kind == "csv-excel" else next(iter(sheets(content).values()))
    if kind == "csv-excel":
        assert rows[1][0].startswith("'=")
    else:
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert book.worksheets[0].cell(2, 1).data_type == "s"
