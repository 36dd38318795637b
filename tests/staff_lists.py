"""Staff lists as somebody's spreadsheet would save them, and what comes of them."""

import csv
import io
from typing import Any

import openpyxl
from django.apps import apps

from lms.models import Employment, ForeseenFigures, LedgerEntry, StaffImport, StaffMember
from lms.staff_lists import actions
from lms.staff_lists.draft import Answers
from lms.staff_lists.plan import Plan

HEADINGS = "Förnamn Efternamn Arbetsplats Arbetsroll Anställningsform Startdatum Slutdatum Arbetsgivare Anställningsnr E-post Telefon".split()  # noqa: SIM905, E501
KEYS = "given family place role kind start end employer number email phone".split()  # noqa: SIM905


def row(**cells: str) -> list[str]:
    """A row under HEADINGS; Tuva Nordin in Brattfors where nothing else is said."""
    told = {"given": "Tuva", "family": "Nordin", "place": "Brattfors", "role": "Butiksbiträde", "start": "2026-03-01"}
    return [{**told, **cells}.get(key, "") for key in KEYS]


def as_csv(*rows: list[str], headings: list[str] = HEADINGS, delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    output = io.StringIO()
    csv.writer(output, delimiter=delimiter).writerows([headings, *rows])
    return output.getvalue().encode(encoding)


def as_xlsx(*rows: list[Any], headings: list[str] = HEADINGS) -> bytes:
    book = openpyxl.Workbook()
    for cells in [headings, *rows]:
        book.active.append(cells)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def plan_of(content: bytes, user: Any, **answers: Any) -> Plan:
    return actions.look_at(content, user=user, answers=Answers(**answers))[1]


def read_in(content: bytes, user: Any, **answers: Any) -> Plan:
    """As the page does it: kept, looked at, confirmed, carried out."""
    kept = actions.keep_file(content=content, actor=user)
    actions.answer(staff_import=kept, answers=answers)
    kept.refresh_from_db()
    _list, plan = actions.look_at(content, user=user, answers=actions.answers_of(kept))
    assert plan.is_ready, (plan.problems, plan.questions)
    StaffImport.objects.filter(pk=kept.pk).update(state="waiting", plan_sha256=plan.digest)
    actions.carry_out(kept.pk)
    return plan


def everything() -> tuple:
    """All that a staff list can change, as the database has it."""
    return (
        list(StaffMember.objects.order_by("pk").values()),
        list(Employment.objects.order_by("pk").values()),
        list(LedgerEntry.objects.order_by("pk").values_list("verb", "staff", "subject")),
    )


def contents() -> dict[str, list[str]]:
    """All that our tables hold, but for how far the figures of a list have come."""
    return {
        model._meta.label: sorted(map(str, model._default_manager.values_list()))
        for label in ("lms", "lms_certificates")
        for model in apps.get_app_config(label).get_models()
        if model is not ForeseenFigures
    }


def maja_row(cast, **cells):
    """What the register says of Maja."""
    start = cast.maja.employments.order_by("start").first().start
    return row(**{"given": "Maja", "family": "Lindgren", "kind": "anställd", "start": str(start), **cells})


def groups(plan):
    return {name: number for name, number in plan.counts.items() if number}


def told(plan):
    return [(problem.line, problem.column, problem.value, problem.advice) for problem in plan.problems]


def asked(plan):
    return [(question.key, question.values) for question in plan.questions]


def jobs_of(person):
    return list(person.employments.order_by("start", "pk").values_list("workplace__name", "start", "end", "role__name"))
