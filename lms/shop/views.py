"""Min butik: what a shop owner sees of those who work there. Outcomes, never answers; never why someone is excused."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail import hooks

from ..access import may_lead, workplaces_in_reach
from ..models import Employment, PinGuard, Role, StaffMember, Tablet
from ..people.cards import card_sheets, issue_card, last_day, who_needs_one
from ..prerequisites import courses_before
from ..programmes.groups import under_way
from ..reports import figures
from ..reports.cells import show_cell, summary_sentence, who_is_counted
from ..reports.help import help_needed, people_in
from ..reports.prerequisites import what_comes_first
from ..requirements.choice import programmes_asked_of
from ..status import TRAINED
from ..tablet.actions import unpair_tablet
from ..tablet.condition import unsent_text, warnings, what_unpairing_means
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
    found = figures.gather(day, _shops(request))
    everyone = found.everyone  # so that the rest is asked of what was read
    staff = StaffMember.objects.in_bulk({worker.job.staff_id for worker in found.workers})
    guards = PinGuard.objects.filter(staff__in=staff, blocked_until__gt=timezone.now())
    locked = set(guards.values_list("staff_id", flat=True))
    # Whom to help first: the late, then who has something left, then who is done.
    rows = sorted(everyone, key=lambda pair: (pair[1].done >= pair[1].counted, -pair[1].late))
    first = what_comes_first(found, [row for _worker, row in rows], courses_before(found.courses))
    calls, totals = help_needed(found), found.totals
    people = [
        {
            "worker": worker,
            "person": staff[worker.job.staff_id],
            "row": row,
            **_courses_of(found, worker, row, first),
            "locked": worker.job.staff_id in locked,
        }
        for worker, row in rows
    ]
    # Who begins later is not counted yet, but needs a card on the first day.
    later = Employment.objects.current_or_coming(day).filter(workplace__in=_shops(request), start__gt=day)
    return render(
        request,
        "lms/shop/my_shop.html",
        {
            "people": people,
            "calls": calls,
            "needing_help": people_in(calls),
            "coming": later.exclude(staff__in=staff).select_related("staff", "workplace").order_by("start", "pk"),
            "sentence": summary_sentence(totals),
            "counted": who_is_counted(totals),
            "totals": totals,
            "workplaces": sorted({worker.workplace for worker in found.workers}),
            "tablets": _tablets(request),
            # What apps that we cannot import show of those shops: asked with (request, workplaces), each gives HTML.
            "panels": [draw(request, _shops(request)) for draw in hooks.get_hooks("lms_shop_panels")],
        },
    )


def _courses_of(found, worker, row, first):
    """How it is with what is asked of them: programmes that they are in the middle of, what else is required of them,
    and what is recommended, which is counted nowhere."""
    asked = [
        (course, cell)
        for course, cell in zip(found.courses, row.cells, strict=True)
        if cell.facts.required or cell.facts.recommended
    ]
    programmes = under_way(
        programmes_asked_of([worker.job], found.rules),
        {course.pk: (course, cell) for course, cell in asked},
        is_done=lambda pair: pair[1].status in TRAINED,
        is_excused=lambda pair: pair[1].facts.exempt,
    )
    grouped = {course.pk for programme in programmes for course, _cell in programme.courses}

    def shown(pairs):
        key = worker.job.staff_id
        return [(course, show_cell(found.day, cell, first=first.get((key, course.pk), ()))) for course, cell in pairs]

    apart = [(course, cell) for course, cell in asked if course.pk not in grouped]
    return {
        "programmes": [(programme, shown(programme.courses)) for programme in programmes],
        "cells": shown(pair for pair in apart if pair[1].facts.required),
        "recommended": shown(pair for pair in apart if not pair[1].facts.required),
    }


def _tablets(request):
    now = timezone.now()
    return [
        {
            "tablet": tablet,
            "unsent": unsent_text(tablet),
            "warnings": warnings(tablet, now),
            "told": what_unpairing_means(tablet),
        }
        for tablet in Tablet.objects.paired().filter(workplace__in=_shops(request)).select_related("workplace")
    ]


def _person(request, uuid):
    people = StaffMember.objects.at_or_coming_to(_shops(request), timezone.localdate())
    return get_object_or_404(people, uuid=uuid)


@require_POST
@owner_required
def new_card(request, person):
    """A new login card, shown once."""
    found = _person(request, person)
    response = render(
        request,
        "lms/shop/card.html",
        {"person": found, "code": issue_card(staff=found, actor=request.user), "last_day": last_day()},
    )
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@owner_required
def new_cards(request):
    """Cards for the whole shop, on sheets to print. Chosen from the start: who has no way in, and no card either."""
    people = list(StaffMember.objects.at_or_coming_to(_shops(request), timezone.localdate()))
    if request.method == "POST":
        chosen = set(request.POST.getlist("person"))
        if wanted := [person for person in people if str(person.uuid) in chosen]:
            return card_sheets(request, wanted, back=reverse("lms:my_shop"))
        messages.warning(request, _("Choose at least one person."))
        return redirect("lms:shop_cards")
    return render(request, "lms/shop/cards.html", {"people": who_needs_one(people)})


@require_POST
@owner_required
def unlock(request, person):
    found = _person(request, person)
    unlock_pin(staff=found, actor=request.user)
    messages.success(request, _("%(name)s can try the PIN again.") % {"name": found.given_name})
    return redirect("lms:my_shop")


@require_POST
@owner_required
def unpair(request, tablet):
    found = get_object_or_404(Tablet.objects.paired(), uuid=tablet, workplace__in=_shops(request))
    unpair_tablet(tablet=found, actor=request.user)
    words = _("%(name)s is disconnected. Nobody can use it until it is connected again.")
    messages.success(request, words % {"name": found})
    return redirect("lms:my_shop")
