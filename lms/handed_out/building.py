"""From a choice of people and courses to a report, and from a report to a file."""

import io
from collections.abc import Sequence
from functools import partial
from typing import Any, BinaryIO

from django.conf import settings
from django.http import FileResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..models import HandedOutReport, Workplace
from ..people.sentences import name_of
from ..reports.cells import known_text, who_is_counted
from ..reports.lines import lines_of
from ..sealing import Head
from ..wording import day_text
from .board import draw_board
from .report import Place, Report, Tell
from .text_file import write_csv
from .wall import draw_wall
from .workbook import write_workbook

Format = HandedOutReport.Format

#: So much is made within a request; what is larger, in the background. In units of a cell of CSV, its figures included:
#: 10,000 of them (1,000 people by 10 courses) took 0.7 s of one core of a small server, so this takes about 1.5 s.
AT_ONCE = 20_000
#: What a cell costs in each format: the same people took 2.8 s as XLSX, with the long list, and 2.9 s as PDF.
COSTS = {Format.CSV: 1, Format.CSV_EXCEL: 1, Format.XLSX: 4, Format.PDF: 4}

#: Content type and how the file's name ends.
FILES = {
    Format.XLSX: ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    Format.PDF: ("application/pdf", "pdf"),
    Format.CSV_EXCEL: ("text/csv; charset=utf-8", "csv"),
    Format.CSV: ("text/csv; charset=utf-8", "csv"),
}


def foreseen(selection: Any, kind: str, *, names: bool = True) -> int:
    """About how much work it is, before anyone is read: see AT_ONCE. Two queries, which the report asks as well."""
    figures = selection.figures
    return figures.overview.chosen * len(figures.courses) * (COSTS[Format(kind)] if names else 1)


def chosen_workplace(selection: Any) -> Workplace | None:
    """The one that is asked for, if it is in reach."""
    wanted = selection.chosen.get("workplace")
    return next((place for place in selection.workplaces if place.pk == wanted), None)


def topmost(places: Sequence[Workplace]) -> list[Workplace]:
    """Those of them that stand under no other of them. `places` are in the order of the tree."""
    found: list[Workplace] = []
    for place in places:
        if not found or not place.path.startswith(found[-1].path):
            found.append(place)
    return found


def report_of(selection: Any, *, names: bool, kept: HandedOutReport | None = None, head: Head | None = None) -> Report:
    """All rows of the choice, with the sums of the screen. `kept` is the row of what is handed out, if it is."""
    figures = selection.figures
    totals = figures.totals
    moment = timezone.localtime(kept.asked_at if kept else None)
    exported = _("%(moment)s by %(user)s") % {
        "moment": moment.strftime("%Y-%m-%d %H:%M"),
        "user": name_of(selection.request.user),
    }
    number = kept.number if kept else _("Not kept: made for one’s own work.")
    sealed = _("Seal %(number)s, %(hash)s") % {"number": head.number, "hash": head.hash} if head else ""
    reach = [place] if (place := chosen_workplace(selection)) else topmost(selection.workplaces)
    of_figures = [
        (_("Who is counted"), who_is_counted(totals)),
        (_("Where"), ", ".join(place.name for place in reach)),
        (_("As of"), day_text(figures.day)),
        (_("As known until"), known_text(selection.known or timezone.now())),
        (_("Selection"), selection.filters_in_words()),
        (_("Purpose"), kept.purpose if kept else ""),
    ]
    of_file = [(_("Exported"), exported), (_("Report"), number), (_("The ledger’s head"), sealed)]
    if names:
        words = _("Names and results. Keep it where only those who need it see it, and no longer than it is needed.")
        of_file.append((_("Personal data"), words))
    foot = [_("Exported %(exported)s. Report: %(number)s") % {"exported": exported, "number": number}]
    if head:
        foot.append(_("The ledger’s head: %(number)s, %(hash)s") % {"number": head.number, "hash": head.hash})
    return Report(
        day=figures.day,
        courses=figures.courses,
        totals=totals,
        total_label=selection.total_label,
        places=[Place(place.pk, place.name) for place in selection.workplaces if place.pk in totals.by_workplace],
        rows=figures.walk,
        lines=partial(lines_of, figures),
        row_count=figures.count if names else 0,
        about=[(what, words) for what, words in of_figures if words],
        about_file=[(what, words) for what, words in of_file if words],
        foot=foot,
        language=get_language() or settings.LANGUAGE_CODE,
    )


def write(report: Report, out: BinaryIO, *, kind: str, names: bool, tell: Tell | None = None) -> None:
    """The file of that format, written to `out`."""
    if kind == Format.XLSX:
        write_workbook(report, out, names=names, tell=tell)
    elif kind == Format.PDF and names:
        draw_board(report, out, tell=tell)
    elif kind == Format.PDF:
        draw_wall(report, out)
    else:
        excel = kind == Format.CSV_EXCEL
        write_csv(report, out, names=names, tell=tell, delimiter=";" if excel else ",", mark=excel)


def at_once(selection: Any, kind: str) -> FileResponse:
    """The matrix with names for one's own work: not kept."""
    report = report_of(selection, names=True)
    output = io.BytesIO()
    if kind == Format.CSV_EXCEL:
        # Semicolons in Swedish, where Excel expects them; the mark in any language.
        write_csv(report, output, names=True, delimiter=";" if report.language.startswith("sv") else ",", mark=True)
    else:
        write(report, output, kind=kind, names=True)
    output.seek(0)
    return to_save(output, kind=kind, name=str(report.day))


def to_save(file: BinaryIO, *, kind: str, name: str) -> FileResponse:
    """To be saved, under a name that tells of nobody, and kept nowhere on the way."""
    content_type, suffix = FILES[Format(kind)]
    filename = f"utbildningsmatris-{name}.{suffix}"
    response = FileResponse(file, content_type=content_type, as_attachment=True, filename=filename)
    patch_cache_control(response, private=True, no_store=True)
    return response
