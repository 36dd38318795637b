"""The staff list as a file that can be read in again, and the empty one to fill in."""

import datetime
import io
from collections.abc import Collection
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _

from ..models import EmploymentKind
from ..reports.exports import XLSX, ExportTable, csv_response, named
from . import register
from .columns import BY_KEY, COLUMNS

#: As many rows of the template as its lists to choose from reach.
TEMPLATE_ROWS = 1000


def headings() -> list[str]:
    return [str(column.label) for column in COLUMNS]


def staff_table(*, user: Any, people: Collection[int], since: datetime.date | None) -> ExportTable:
    """A row for each employment in the reach of `user` that `people` have; those that ended before `since` left out."""
    found = register.look_up(user)
    rows = [
        [
            person.given_name,
            person.family_name,
            job.place.label,
            found.roles[job.role],
            str(EmploymentKind(job.kind).label),
            job.start,
            job.end or "",
            job.employer,
            job.employee_id,
            person.email,
            person.phone,
        ]
        for person in sorted(found.people, key=lambda person: (person.given_name, person.family_name, person.id or 0))
        if person.id in people
        for job in sorted(person.jobs, key=lambda job: job.start)
        if since is None or job.end is None or job.end >= since
    ]
    return ExportTable(title=_("Staff"), heading=headings(), rows=rows)


def csv_template() -> HttpResponse:
    return csv_response(ExportTable(title="", heading=headings(), rows=[]), name=_("staff-list"))


def xlsx_template(*, user: Any) -> FileResponse:
    """An empty list, what stands in each column, and lists to choose workplace, role and kind from."""
    found = register.look_up(user)
    choices = {
        "workplace": sorted(place.label for place in found.places if place.takes_staff and not place.closed_on),
        "role": sorted(found.roles.values()),
        "kind": [str(label) for label in EmploymentKind.labels],
    }
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"strings_to_formulas": False, "strings_to_urls": False})
    bold, date = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    wrapped, text = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"num_format": "@"})
    sheet, about = book.add_worksheet(_("Staff")[:31]), book.add_worksheet(_("How to fill it in")[:31])
    sheet.freeze_panes(1, 2)
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 60)
    about.write_row(0, 0, [_("Column"), _("What to write")], bold)
    for place, column in enumerate(COLUMNS):
        style = date if column.key in ("start", "end") else text
        sheet.set_column(place, place, 22 if column.key in ("workplace", "email") else 16, style)
        sheet.write_string(0, place, str(column.label), bold)
        about.write_string(place + 1, 0, str(column.label), wrapped)
        about.write_string(place + 1, 1, str(column.help), wrapped)
    for number, (name, values) in enumerate(choices.items()):
        about.set_column(3 + number, 3 + number, 26)
        about.write_string(0, 3 + number, str(BY_KEY[name].label), bold)
        for row, value in enumerate(values, start=1):
            about.write_string(row, 3 + number, value)
        if values:
            letter = "DEF"[number]
            source = f"='{about.get_name()}'!${letter}$2:${letter}${len(values) + 1}"
            place = next(place for place, column in enumerate(COLUMNS) if column.key == name)
            sheet.data_validation(
                1, place, TEMPLATE_ROWS, place, {"validate": "list", "source": source, "error_type": "warning"}
            )
    book.close()
    output.seek(0)
    return named(FileResponse(output, content_type=XLSX), f"{_('staff-list')}.xlsx")
