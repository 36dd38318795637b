"""What an author is told before how long a course is valid changes: whose dates stay, and which come."""

import datetime
from collections import defaultdict
from typing import Any

from django.db.models import Q
from django.forms import Form
from django.forms.models import fields_for_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course, CoursePage
from courses.validity import VALIDITY_SETTINGS, ValidityKind, problems_with_validity

from .access import LEADERS, workplaces_in_reach
from .equivalence.lookup import standings_of
from .forecast import Forecast, coming_dates
from .matrix import Record
from .models import CourseCompletion, Employment, Exemption, StaffMember
from .requirements.choice import asked_of, chosen_among_with, merge, rules_about
from .requirements.lookup import jobs_in, rules_on
from .status import Completion
from .validity import Validity, term

#: A person, what they have completed of the course, and when it is due for them.
Standing = tuple[StaffMember, Completion | None, datetime.date | None]

ValidityForm = type("ValidityForm", (Form,), fields_for_model(CoursePage, fields=VALIDITY_SETTINGS))


def change_in(request: HttpRequest, page: CoursePage) -> tuple[Course, Validity, Validity] | None:
    """The course, how long it was valid and how long it will be, if the posted form of `page` changes that.

    None for what cannot be saved so: the editor says at its field what is wrong.
    """
    course = page.get_identity()
    if course is None or not course.live or page.is_translation():
        return None
    form = ValidityForm(request.POST)
    form.full_clean()
    if not set(VALIDITY_SETTINGS) <= form.cleaned_data.keys() or problems_with_validity(form.cleaned_data):
        return None
    before, after = Validity.of(course), Validity.among(form.cleaned_data)
    return (course, before, after) if before != after else None


def people_with(course: Course, workplaces: Any, day: datetime.date) -> list[Standing]:
    """Everyone who works at `workplaces` on `day` and has completed `course` or must: by name. Six queries."""
    rules = rules_about([course.pk], rules_on(day))
    read = [course.pk, *chosen_among_with([course.pk], rules)]
    asked = defaultdict(list)
    here = Employment.objects.covering(day).filter(workplace__in=workplaces)
    for job in jobs_in(here.order_by("pk")):
        asked[job.staff_id].append(asked_of(job, rules))
    record = Record(completions=standings_of(here.values("staff"), read, day))
    excused = Exemption.objects.in_force(day).filter(Q(course__in=read) | Q(course=None))
    for staff_id, course_id in excused.values_list("staff_id", "course_id"):
        record.exempt.setdefault(staff_id, set()).add(course_id)
    found = []
    for person in StaffMember.objects.filter(pk__in=asked).order_by("given_name", "family_name", "pk"):
        duty = record.duties(day, person.pk, merge(asked[person.pk])).get(course.pk)
        facts = record.facts(person.pk, course.pk, duty)
        if facts.completion or (duty and not facts.exempt):
            found.append((person, facts.completion, duty.due if duty else None))
    return found


def ask_about_validity(request: HttpRequest, page: CoursePage, *, publish: str, told: str) -> HttpResponse | None:
    """The question, if the form changes how long the course is valid. `told` is put in the form that asks again."""
    change = change_in(request, page)
    if change is None:
        return None
    course, before, after = change
    today = timezone.localdate()
    people = people_with(course, workplaces_in_reach(request.user, LEADERS), today)
    left = [row for row in people if not row[1]]
    left_out = ("csrfmiddlewaretoken", publish)
    context = {
        "page": page,
        "course": course,
        "before": in_words(before),
        "after": in_words(after),
        "example": term(after, today),
        "today": today,
        "completed": CourseCompletion.objects.standing(today).filter(course=course).values("staff").distinct().count(),
        "kept": _table(coming_dates([row for row in people if row[1]], after)),
        "left": len(left),
        "coming": _table(coming_dates(left, after)),
        "publish": request.POST[publish],
        "sent": [
            *((name, value) for name, values in request.POST.lists() for value in values if name not in left_out),
            (told, "1"),
        ],
    }
    return render(request, "lms/admin/confirm_validity.html", context)


def _table(forecast: Forecast) -> list[tuple[str, Any]]:
    """A row for each kind of date that somebody has, in the order in which they come."""
    labels = {
        "opens": _("May be renewed from"),
        "expires": _("Last valid day"),
    }
    return [(label, spread) for name, label in labels.items() if (spread := getattr(forecast, name))]


def in_words(validity: Validity) -> str:
    """How long it is valid, and from when it may be renewed."""
    if term(validity, datetime.date(2001, 1, 1)).valid_until is None:
        return _("Valid for good.")
    months = ngettext("%(number)s month", "%(number)s months", validity.months or 0) % {"number": validity.months}
    window = ngettext(
        "It may be renewed on the last day.", "It may be renewed in the last %(number)s days.", validity.window_days
    ) % {"number": validity.window_days}
    if validity.kind == ValidityKind.TO_DAY:
        day = f"{validity.to_day} {MONTHS[validity.to_month or 1]}"
        return _("Valid to %(day)s, for %(months)s at least.") % {"day": day, "months": months} + " " + window
    if validity.kind == ValidityKind.FROM_COMPLETION:
        return _("Valid for %(months)s from the day when it is completed.") % {"months": months} + " " + window
    words = [_("Valid for %(months)s from the last valid day before, when it is renewed in time.")]
    if validity.late_days:
        late = ngettext(
            "In time is also %(number)s day after the end.",
            "In time is also up to %(number)s days after the end.",
            validity.late_days,
        )
        words.append(late % {"number": validity.late_days})
    return " ".join([words[0] % {"months": months}, *words[1:], window])
