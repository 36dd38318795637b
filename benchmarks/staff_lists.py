"""Ten thousand rows: a staff list read in, against the same people and jobs written in bulk and nothing more."""

import csv
import datetime
import io
import itertools
from collections.abc import Callable
from typing import Any

import xlsxwriter
from django.db import transaction
from django.utils import timezone

from lms.models import Employment, JobRole, StaffImport, StaffMember, Workplace
from lms.staff_lists import actions
from lms.staff_lists.files import read_table
from lms.staff_lists.rows import read_rows

from .measure import Case

ROWS = 10_000
HEADINGS = ["Förnamn", "Efternamn", "Arbetsplats", "Arbetsroll", "Anställningsform", "Första dag", "Arbetsgivare",
            "Anställningsnummer", "E-post", "Telefon"]  # fmt: skip
START = datetime.date(2026, 3, 1)

Rows = list[list[str]]


def cases(actor: Any, role: JobRole, shops: list[Workplace]) -> list[Case]:
    """Each is taken back after it is measured, and each time has people of its own."""
    batches = itertools.count(1)
    by_name = {shop.name: shop for shop in shops}

    def rows() -> Rows:
        batch = next(batches)
        return [
            ["Anna", f"Ek{batch}-{number}", shops[number % len(shops)].name, role.name, "anställd", START.isoformat(),
             "Byns Handel AB", f"{batch}-{number}", f"anna{number}@example.se", "070-123 45 67"]
            for number in range(ROWS)
        ]  # fmt: skip

    def bare(rows: Rows) -> None:
        staff = StaffMember.objects.bulk_create(
            (
                StaffMember(given_name=given, family_name=family, email=email, phone=phone)
                for given, family, *_rest, email, phone in rows
            ),
            batch_size=1000,
        )
        Employment.objects.bulk_create(
            (
                Employment(
                    staff=person,
                    workplace=by_name[row[2]],
                    role=role,
                    start=START,
                    employer=row[6],
                    employee_id=row[7],
                )
                for person, row in zip(staff, rows, strict=True)
            ),
            batch_size=1000,
        )

    def read_in(content: bytes) -> None:
        """As the command and the worker do it: read, work out, write."""
        counts = actions.write(
            staff_list=read_rows(read_table(content)),
            answers=actions.Answers(),
            actor=actor,
            staff_import=StaffImport(uploaded_at=timezone.now(), file_sha256=actions.digest(content)),
        ).counts
        assert counts["new"] == ROWS, counts

    def look(content: bytes) -> None:
        assert actions.look_at(content, user=actor)[1].is_ready

    return [
        Case("bare bulk_create, 10,000 rows", taken_back(bare), rows),
        Case("staff list of 10,000, CSV", taken_back(read_in), lambda: as_csv(rows())),
        Case("staff list of 10,000, XLSX", taken_back(read_in), lambda: as_xlsx(rows())),
        Case("looking at it first, CSV", look, lambda: as_csv(rows())),
    ]


def taken_back(act: Callable[[Any], None]) -> Callable[[Any], None]:
    def acting(prepared: Any) -> None:
        with transaction.atomic():
            act(prepared)
            transaction.set_rollback(True)

    return acting


def as_csv(rows: Rows) -> bytes:
    output = io.StringIO()
    csv.writer(output, delimiter=";").writerows([HEADINGS, *rows])
    return output.getvalue().encode()


def as_xlsx(rows: Rows) -> bytes:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output)
    sheet = book.add_worksheet()
    for number, row in enumerate([HEADINGS, *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    return output.getvalue()
