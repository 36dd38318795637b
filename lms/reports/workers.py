"""Who is employed, with the words that a row shows of them, out of the database."""

import datetime
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import QuerySet

from ..models import Employment
from ..requirements.lookup import JOB_FIELDS, job_from, with_earlier
from ..requirements.rules import Job
from .recorded import NOTHING, Exempt, exempt_from, exempt_told

#: What a row shows of an employment, in the order in which Worker has it.
_WORDS = ("staff__given_name", "staff__family_name", "workplace__name", "role__name")


class Worker(NamedTuple):
    """An employment with the words that a row shows, and what the person is excused from."""

    job: Job
    given_name: str
    family_name: str
    workplace: str
    role: str
    exempt: Exempt = NOTHING

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


def workers_of(
    jobs: QuerySet[Employment], day: datetime.date, known: datetime.datetime | None, **also: Any
) -> Iterator[tuple[Any, ...]]:
    """A worker for each of `jobs`, in their order, which ends with the primary key; then the values of `also`.

    One query: where they worked before, and what they are excused from, comes along.
    """
    for job, exempt, *told in jobs_of(jobs, day, known, *_WORDS, **also):
        words, more = told[: len(_WORDS)], told[len(_WORDS) :]
        yield (Worker._make((job, *words, exempt)), *more)


def jobs_of(
    jobs: QuerySet[Employment], day: datetime.date, known: datetime.datetime | None, *words: str, **also: Any
) -> Iterator[tuple[Any, ...]]:
    """Each job, what the person is excused from, those `words` of its row, and the values of `also`. One query."""
    told = with_earlier(jobs, known=known).annotate(exempt=exempt_told(day, known), **also)
    found = told.values_list(*JOB_FIELDS, "exempt", *words, *also).iterator()
    for _pk, group in groupby(found, key=lambda row: row[0]):
        rows = list(group)
        exempt, *more = rows[0][len(JOB_FIELDS) :]
        yield (job_from(rows, known=known), exempt_from(exempt), *more)


def some_of(jobs: QuerySet[Employment], start: int, end: int | None) -> QuerySet[Employment]:
    """From one to another of `jobs`. A job has a row for each before it: what is cut out is jobs, and not such rows."""
    if not start and end is None:
        return jobs
    return Employment.objects.filter(pk__in=jobs.values("pk")[start:end]).order_by(*jobs.query.order_by)


def by_pk(employments: list[int]) -> QuerySet[Employment]:
    return Employment.objects.filter(pk__in=employments).order_by("pk")
