"""Min butik: what a shop owner sees of those who work there. Outcomes, never answers; never why someone is excused."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from .. import matrix
from ..access import may_lead, workplaces_in_reach
from ..models import PinGuard, Role, StaffMember
from ..people.cards import issue_card
from ..reports import figures
from ..reports.cells import show_cell, summary_sentence, who_is_counted
from ..tablet.pins import unlock_pin

ROLES = (Role.SHOP_OWNER, Role.PROJECT_LEADER)


def owner_required(view):
    @wraps(view)
    @never_cache
    @login_required
    def inner(request, *args, **kwargs):
        if not may_lead(request.user, *ROLES):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return inner


def _shops(request):
    return workplaces_in_reach(request.user, ROLES)


@require_safe
@owner_required
def my_shop(request):
    day = timezone.localdate()
    rules = figures.rules_on(day)
    scope = figures.Scope(
        day=day,
        employments=figures.employments_on(day, _shops(request)),
        courses=list(figures.required_courses_on(rules)),
    )
    totals, jobs = figures.totals_for(scope, rules)
    record = figures.record_of(scope, {job.staff_id for job in jobs})
    rows = {row.job.id: row for row in matrix.rows(day, jobs, scope.course_ids, rules, record)}
    locked = set(
        PinGuard.objects.filter(
            staff__in={job.staff_id for job in jobs}, blocked_until__gt=timezone.now()
        ).values_list("staff_id", flat=True)
    )
    people = []
    for employment in scope.employments.select_related("staff", "workplace", "role"):
        row = rows[employment.pk]
        cells = [
            (course, show_cell(day, cell, {}))
            for course, cell in zip(scope.courses, row.cells, strict=True)
            if cell.facts.required
        ]
        people.append(
            {"job": employment, "person": employment.staff, "row": row, "cells": cells,
             "locked": employment.staff_id in locked}
        )
    people.sort(key=lambda entry: (entry["row"].done >= entry["row"].counted, -entry["row"].late))
    return render(
        request,
        "lms/shop/my_shop.html",
        {
            "people": people,
            "sentence": summary_sentence(totals),
            "counted": who_is_counted(totals),
            "totals": totals,
            "workplaces": sorted({entry["job"].workplace.name for entry in people}),
        },
    )


def _person(request, uuid):
    people = StaffMember.objects.at(_shops(request), timezone.localdate())
    return get_object_or_404(people, uuid=uuid)


@require_POST
@owner_required
def new_card(request, person):
    """A new login card, shown once."""
    found = _person(request, person)
    response = render(
        request, "lms/shop/card.html", {"person": found, "code": issue_card(staff=found, actor=request.user)}
    )
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@owner_required
def unlock(request, person):
    found = _person(request, person)
    unlock_pin(staff=found, actor=request.user)
    messages.success(request, _("%(name)s can try the PIN again.") % {"name": found.given_name})
    return redirect("lms:my_shop")
