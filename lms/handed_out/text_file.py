"""The report as CSV: comma-separated values, or with semicolons and a byte order mark for a Swedish Excel."""

import csv
import datetime
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ..spreadsheets import harmless, harmless_row
from ..status import Status
from .report import Report, Tell, count_heading, count_lines, count_values, course_shares, dated_words, walked


def write_csv(
    report: Report, out: BinaryIO, *, names: bool, tell: Tell | None = None, delimiter: str = ",", mark: bool = False
) -> None:
    """UTF-8. What is said of the figures stands below them, so that the first row is the heading."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    if mark:
        text.write("\ufeff")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows(_people(report, tell) if names else _counts(report))
    writer.writerow([])
    for words in (report.sentence, *(f"{what}: {words}" for what, words in (*report.about, *report.about_file))):
        writer.writerow(harmless_row([words]))
    text.flush()
    text.detach()


def people_heading(report: Report) -> list[str]:
    return [
        *(_("First name"), _("Family name"), _("Workplace"), _("Job role"), _("First day")),
        *(course.title for course in report.courses),
        *(pgettext("courses", "Completed"), pgettext("courses", "Required"), pgettext("courses", "Late")),
    ]


def people_totals(report: Report) -> list[Any]:
    people = report.totals.people
    return [report.total_label, "", "", "", "", *course_shares(report), people.done, people.counted, people.late]


def _people(report: Report, tell: Tell | None) -> Iterator[list[Any]]:
    """What stands in half a million cells is made harmless once: there are few that differ."""

    def say(status: Status, told: tuple[datetime.date | None, bool]) -> str:
        return str(harmless(dated_words(status, told)))

    yield harmless_row(people_heading(report))
    for line in walked(report.lines(say), tell):
        worker = line.worker
        words = (worker.given_name, worker.family_name, worker.workplace, worker.role)
        yield [*harmless_row(words), worker.job.start, *line.said, line.done, line.counted, line.late]
    yield harmless_row(people_totals(report))


def _counts(report: Report) -> Iterator[list[Any]]:
    yield harmless_row(count_heading())
    for line in count_lines(report):
        yield harmless_row(count_values(line))
