"""The matrix at 10,000 staff by 50 courses: each thing against the least that the database and the format can do.

The bare peers do what cannot be done without: the same rows with SQL written by hand, turned round and written out.
They know no rules, no reasons, no permissions and no words.
"""

import csv
import datetime
import gc
import io
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any
from unittest.mock import patch

import xlsxwriter
from django.db import connection
from django.test import Client
from django.utils import timezone, translation
from xlsxwriter.worksheet import Worksheet

from courses.models import Course
from lms.handed_out import selection as handed_out
from lms.handed_out.building import report_of, write
from lms.models import Requirement, Workplace
from lms.rehearsal import rehearse
from lms.reports.figures import Figures
from lms.reports.selection import Selection
from lms.requirements.actions import require
from lms.requirements.foresight import foresee_rule
from tests import builders, people

from . import region
from .measure import Case, Count

MATRIX = "/admin/reports/training-matrix/"
AT_MOST_QUERIES = 15

#: What, against the sum of what, at most so many times.
WANTED = [
    ("page of 100 x 50", ("lesson page", "bare SQL, page"), 3.0),
    ("page of 100 x 50", ("page of 100 x 50, 100 staff",), 1.2),
    ("page 50 of 100", ("page of 100 x 50",), 1.2),
    ("page of 100 x 50, a past date", ("page of 100 x 50",), 3.0),
    ("totals, one workplace", ("bare SQL, one workplace",), 5.0),
    ("totals, all workplaces", ("bare SQL, all workplaces",), 1.5),
    ("totals, a past date", ("totals, all workplaces",), 3.0),
    ("CSV of everything", ("bare CSV",), 3.0),
    ("XLSX, 1000 staff", ("bare XLSX, 1000 staff",), 1.3),
]
#: What, and at most so many milliseconds.
WANTED_MS = [("a rule for everyone, saved", 1000), ("a rule for everyone, dry run", 5000)]
#: (what, against what, at most): the most memory that Python held at once.
WANTED_MEMORY = [("CSV, 10000 staff", "CSV, 1000 staff", 1.5)]

JOBS = """
    FROM lms_employment e JOIN lms_workplace w ON w.id = e.workplace_id JOIN lms_staffmember s ON s.id = e.staff_id
    JOIN lms_jobrole r ON r.id = e.role_id
    WHERE e.voided_at IS NULL AND e.start <= %s AND (e."end" IS NULL OR e."end" >= %s) {where}"""
ROWS = "SELECT e.id, e.staff_id, s.given_name, s.family_name, w.name, r.name, e.start" + JOBS
DONE = (
    "SELECT staff_id, course_id, completed_on, valid_until FROM lms_coursecompletion c"
    " WHERE voided_at IS NULL AND completed_on <= %s AND staff_id IN ({staff})"
)
SUMS = """
    SELECT e.workplace_id, c.course_id,
        CASE WHEN c.valid_until < %s THEN 0 WHEN c.valid_until < %s THEN 1 ELSE 2 END, count(*)
    FROM lms_employment e JOIN lms_coursecompletion c ON c.staff_id = e.staff_id
    WHERE e.voided_at IS NULL AND e.start <= %s AND (e."end" IS NULL OR e."end" >= %s) {where}
        AND c.voided_at IS NULL AND c.completed_on <= %s
    GROUP BY 1, 2, 3"""


class Bare:
    """The same rows without us."""

    def __init__(self, shop: Workplace) -> None:
        self.day, self.shop = timezone.localdate(), shop
        self.courses = region_courses()

    def fetch(self, sql: str, *told: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, told)
            return cursor.fetchall()

    def sums(self, *, where: str = "", told: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        soon = self.day + datetime.timedelta(days=60)
        return self.fetch(SUMS.format(where=where), self.day, soon, self.day, self.day, *told, self.day)

    def one_workplace(self, _none: Any) -> None:
        assert self.sums(where="AND e.workplace_id = %s", told=(self.shop.pk,))

    def page(self, _none: Any) -> None:
        jobs = self.fetch(
            ROWS.format(where="") + " ORDER BY w.name, s.given_name, s.family_name LIMIT 100", *[self.day] * 2
        )
        marks = ", ".join(["%s"] * len(jobs))
        assert self.fetch(DONE.format(staff=marks), self.day, *(job[1] for job in jobs))

    def lines(self) -> Iterator[list[Any]]:
        """Fetched and turned round: a line for each job, a date for each course."""
        jobs = self.fetch(ROWS.format(where="") + " ORDER BY w.name, s.given_name, s.family_name", *[self.day] * 2)
        done: dict[Any, dict[Any, Any]] = {}
        staff = "SELECT e.staff_id" + JOBS.format(where="")
        for person, course, completed_on, _until in self.fetch(DONE.format(staff=staff), *[self.day] * 3):
            done.setdefault(person, {})[course] = completed_on
        for _pk, person, *words in jobs:
            own = done.get(person, {})
            yield [*words, *(own.get(course, "") for course in self.courses)]

    def csv(self, _none: Any) -> None:
        csv.writer(io.StringIO(), delimiter=";").writerows(self.lines())


def region_courses() -> list[int]:
    return list(Course.objects.filter(titles__sv__startswith="Kurs ").values_list("pk", flat=True))


def cells_of(write_file: Callable[[Any], None]) -> list[tuple[str, int, int, Any]]:
    """Every cell of the workbooks that it writes: sheet, row, column and value."""
    cells: list[tuple[str, int, int, Any]] = []

    def noted(original: Any) -> Any:
        def write_one(sheet: Any, row: int, column: int, value: Any, *style: Any) -> Any:
            cells.append((sheet.name, row, column, value))
            return original(sheet, row, column, value, *style)

        return write_one

    with (
        patch.object(Worksheet, "write_number", noted(Worksheet.write_number)),
        patch.object(Worksheet, "write_string", noted(Worksheet.write_string)),
    ):
        write_file(None)
    return cells


def write_plain(cells: list[tuple[str, int, int, Any]]) -> None:
    """The same cells in a workbook, each as text or as a number."""
    book = xlsxwriter.Workbook(
        io.BytesIO(), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheets: dict[str, Any] = {}
    for name, row, column, value in cells:
        sheet = sheets.get(name) or sheets.setdefault(name, book.add_worksheet(name))
        if isinstance(value, str):
            sheet.write_string(row, column, value)
        else:
            sheet.write_number(row, column, value)
    book.close()


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def get(client: Client, path: str) -> Callable[[Any], int]:
    def act(_prepared: Any) -> int:
        response = client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return sum(map(len, response.streaming_content)) if response.streaming else len(response.content)

    return act


def file_of(leader: Any, kind: str) -> Callable[[Any], None]:
    """All rows as a file, as the background makes it: at this size it is not made within a request."""

    def act(_none: Any) -> None:
        with tempfile.TemporaryFile() as out:
            write(report_of(handed_out.Selection(leader, ""), names=True), out, kind=kind, names=True)

    return act


def cases(built: region.Region, cast: people.Cast) -> tuple[list[Case], list[Case]]:
    """The quick ones, and those that take seconds."""
    today, bare = timezone.localdate(), Bare(built.shop)
    past = today - datetime.timedelta(days=60)
    everything, hundred = client_of(built.leaders[10_000]), client_of(built.leaders[100])
    everyone = Workplace.objects.all()
    shop = Workplace.objects.filter(pk=built.shop.pk)
    asked = f"{MATRIX}?view=people"
    then = f"&date={past}&known={past}"

    def totals(reach: Any, day: datetime.date = today) -> Callable[[Any], None]:
        return lambda _none: Figures(Selection(day, reach)).totals and None

    def requires() -> Requirement:
        return require(course=built.course, valid_from=today, due_days=30, actor=cast.ada)

    def foreseen(_none: Any) -> None:
        foresee_rule(requires, courses=[built.course], day=today, workplaces=everyone)

    workbook = file_of(built.leaders[1_000], "xlsx")
    cells = cells_of(workbook)
    quick = [
        Case("lesson page", lesson_page(cast)),
        Case("bare SQL, page", bare.page),
        Case("page of 100 x 50, 100 staff", get(hundred, asked)),
        Case("page of 100 x 50", get(everything, asked)),
        Case("page 50 of 100", get(everything, f"{asked}&p=50")),
        Case("page of 100 x 50, a past date", get(everything, asked + then)),
        Case("bare SQL, one workplace", bare.one_workplace),
        Case("totals, one workplace", totals(shop)),
    ]
    slow = [
        Case("bare SQL, all workplaces", lambda _none: bare.sums() and None),
        Case("totals, all workplaces", totals(everyone)),
        Case("totals, a past date", totals(everyone, past)),
        Case("by workplace, 500 of them", get(everything, MATRIX)),
        Case("late first", get(everything, f"{asked}&order=late")),
        Case("bare CSV", bare.csv),
        Case("CSV of everything", file_of(built.leaders[10_000], "csv-excel")),
        Case("bare XLSX, 1000 staff", lambda _none: write_plain(cells)),
        Case("XLSX, 1000 staff", workbook),
        Case("a rule for everyone, saved", lambda _none: rehearse(requires) and None),
        Case("a rule for everyone, dry run", foreseen),
    ]
    return quick, slow


def lesson_page(cast: people.Cast) -> Callable[[Any], int]:
    """A lesson as a member of staff opens it."""
    lesson = builders.make_lesson(builders.make_course(), steps=6)
    return get(client_of(cast.users["maja"]), builders.address(lesson))


def peaks(built: region.Region) -> dict[str, float]:
    """What a case holds in memory at most, in MB; the answer is not kept, as none is that goes out in pieces."""
    found = {}
    for size in (1_000, 10_000):
        act = file_of(built.leaders[size], "csv-excel")
        gc.collect()
        tracemalloc.start()
        act(None)
        found[f"CSV, {size} staff"] = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
    return found


def report(*, rounds: int) -> int:
    """Prints the figures; returns how many of those wanted were missed."""
    builders.build_site()
    start = time.perf_counter()
    cast = people.gather()
    built = region.build(cast.ada)
    print(f"\n{connection.vendor}: 10,000 staff x 50 courses, written in {time.perf_counter() - start:.0f} s\n")
    return measure_all(built, cast, rounds=rounds)


def measure_all(built: region.Region, cast: people.Cast, *, rounds: int) -> int:
    with translation.override("sv"):
        quick, slow = cases(built, cast)
        gc.collect()
        gc.freeze()  # what the bench holds for itself is not ours to look through
        costs = timed(quick, rounds) | timed(slow, max(1, rounds // 5))
        memory = peaks(built)
    print(f"| {'':<32} | queries |     ms |\n|{'-' * 34}|--------:|-------:|")
    for name, (queries, ms) in costs.items():
        print(f"| {name:<32} | {queries:>7} | {ms:>6.0f} |")
    print()
    missed = 0
    for name, against, most in WANTED:
        ratio = costs[name][1] / sum(costs[other][1] for other in against)
        missed += tell(f"{ratio:4.2f} x (at most {most:.1f})  {name} / {' + '.join(against)}", kept=ratio <= most)
    for name, most_ms in WANTED_MS:
        missed += tell(f"{costs[name][1]:.0f} ms (at most {most_ms})  {name}", kept=costs[name][1] <= most_ms)
    for name, against, most in WANTED_MEMORY:
        ratio = memory[name] / memory[against]
        said = f"{name} {memory[name]:.0f} MB / {against} {memory[against]:.0f} MB"
        missed += tell(f"{ratio:4.2f} x (at most {most:.1f})  memory: {said}", kept=ratio <= most)
    for name in ("page of 100 x 50", "page of 100 x 50, 100 staff"):
        missed += tell(
            f"{costs[name][0]} queries (at most {AT_MOST_QUERIES})  {name}", kept=costs[name][0] <= AT_MOST_QUERIES
        )
    return missed


def tell(words: str, *, kept: bool) -> bool:
    print(f"{'kept  ' if kept else 'MISSED'}  {words}")
    return not kept


def timed(cases: list[Case], rounds: int) -> dict[str, tuple[int, float]]:
    """Queries and median milliseconds of each, in turns. PostgreSQL works in a process of its own: there the wall clock
    counts, which a busy machine stretches."""
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    queries, spent = {}, {case.name: [] for case in cases}
    for case in cases:
        count = Count()
        with connection.execute_wrapper(count):
            case.act(case.prepare())
        queries[case.name] = count.queries
    for _round, case in chain.from_iterable(((each, case) for case in cases) for each in range(rounds)):
        gc.collect()
        start = clock()
        case.act(None)
        spent[case.name].append((clock() - start) * 1000)
    return {name: (queries[name], statistics.median(times)) for name, times in spent.items()}
