from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from courses.models import Course

from ..access import LEADERS, leads_everywhere, may_lead, workplaces_in_reach
from ..admin.base import AdminPage, AskFirstView, ConfirmView
from ..models import LedgerEntry, Retraining
from ..people.sentences import name_of
from ..progress.recheck import ready_to_complete, recheck
from ..remedies.views import UndoView
from ..wording import and_list, day_text, part_text
from .actions import demand_retraining
from .foresight import foresee, foresee_taken_back, told_taken_back
from .forms import RetrainingForm
from .offers import Offer, offers_for, offers_in
from .words import offer_text

CHANGES = (gettext_lazy("Changed courses"), "lms_admin:course_changes")

#: So many people are named; of the rest it is said how many they are.
NAMED = 12


class EverywhereMixin:
    """What a course asks holds for everyone: it takes a leader of the whole tree, of the project or of courses."""

    roles = LEADERS

    def dispatch(self, request, *args, **kwargs):
        if not (may_lead(request.user, *LEADERS) and leads_everywhere(request.user)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class CourseMixin(EverywhereMixin):
    parents = (CHANGES,)
    success_url = reverse_lazy("lms_admin:course_changes")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.course = get_object_or_404(Course.objects.live(), pk=kwargs["course"])


class CourseChanges(EverywhereMixin, AdminPage, TemplateView):
    """The courses: first what has changed since people did it, then the rest, with what has been demanded, by whom."""

    template_name = "lms/admin/course_changes.html"
    page_title = gettext_lazy("Changed courses")
    header_icon = "resubmit"
    explanation = gettext_lazy(
        "A change that you publish is a correction: what people have done goes on to count. When a change matters so "
        "much that the course must be done again, say so here. Only what has changed is done again."
    )

    def get_context_data(self, **kwargs):
        rows = Retraining.objects.select_related("course").prefetch_related("parts__activity").order_by("-pk")
        own = defaultdict(list)
        entries = _histories(rows)
        for row in rows:
            own[row.course_id].append(
                (row, and_list([part_text(part.activity) for part in row.parts.all()]), entries[row.pk])
            )
        courses = list(Course.objects.live().in_tree_order())
        offers = {course: _latest_first(found) for course, found in _offers_of(courses) if found}
        return {
            **super().get_context_data(**kwargs),
            "changed": [
                (course, [offer_text(offer) for offer in found], own[course.pk])
                for course, found in sorted(offers.items(), key=lambda pair: pair[1][0].since, reverse=True)
            ],
            "unchanged": [(course, own[course.pk]) for course in courses if course not in offers],
        }


def _offers_of(courses: list[Course]) -> Iterable[tuple[Course, list[Offer]]]:
    found = offers_in(courses)
    return ((course, [offer for offers in found[course.pk].values() for offer in offers]) for course in courses)


def _latest_first(offers: list[Offer]) -> list[Offer]:
    return sorted(offers, key=lambda offer: offer.since, reverse=True)


def _histories(rows: Iterable[Retraining]) -> dict[int, list[tuple[LedgerEntry, str, bool]]]:
    words = {
        "retraining.demanded": _("Demanded %(day)s by %(name)s."),
        "retraining.taken_back": _("Taken back %(day)s by %(name)s."),
    }
    subjects = {f"retraining:{row.pk}": row for row in rows}
    found = defaultdict(list)
    for entry in LedgerEntry.objects.filter(subject__in=subjects).select_related("actor").order_by("pk"):
        row = subjects[entry.subject]
        name = name_of(entry.actor) if entry.actor else _("the system")
        text = words[entry.verb] % {"day": day_text(timezone.localdate(entry.at)), "name": name}
        found[row.pk].append((entry, text, entry.verb == "retraining.demanded" and not row.is_taken_back))
    return found


class DemandRetraining(CourseMixin, AskFirstView):
    """ "Ny version": what has changed is to be done again, by a day."""

    template_name = "lms/admin/demand_retraining.html"
    header_icon = "resubmit"
    form_class = RetrainingForm
    confirm_label = gettext_lazy("Demand it")

    def get_page_title(self):
        return _("Demand that “%(course)s” is done again") % {"course": self.course}

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.offers = offers_for(self.course)

    @property
    def explanation(self) -> Any:
        if not self.offers:
            return _("Nothing in the course has changed since anybody did it. There is nothing to do again.")
        return _("Choose what is to be done again, and by whom. First you see exactly what will happen.")

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "course": self.course, "offers": self.offers}

    def form_valid(self, form):
        self.form = form
        return super().form_valid(form)

    def _demand(self, data: dict[str, Any], **more: Any) -> Retraining:
        return demand_retraining(
            course=self.course,
            parts={offer.activity: offer.since for offer in self.form.chosen},
            by_when=data["by_when"],
            notes=self.form.notes,
            also_begun=data["also_begun"],
            actor=self.request.user,
            **more,
        )

    def foresee(self, data):
        return foresee(self.course, self.form.chosen, data["by_when"], lambda: self._demand(data))

    def act(self, data):
        self._demand(data, form_id=data["form_id"])
        return _("It is to be done again by %(day)s. Who is to do it sees it at once.") % {
            "day": day_text(data["by_when"])
        }


class Recheck(CourseMixin, ConfirmView):
    """Complete the course for those who have done all that it takes now."""

    header_icon = "tick"

    def get_page_title(self):
        return _("Look over who has completed “%(course)s”") % {"course": self.course}

    confirm_label = gettext_lazy("Complete it for them")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        nobody = not ready_to_complete(self.course).exists()
        return {**context, "could_not": context["told"][0]} if nobody and "told" in context else context

    def foresee(self, data):
        rows = ready_to_complete(self.course).select_related("staff").order_by("staff__given_name", "pk")
        names = [str(row.staff) for row in rows[:NAMED]]
        number = rows.count() if len(names) == NAMED else len(names)
        if not names:
            return [_("Everyone who has done all that the course takes now has completed it. Nothing changes.")]
        words = ngettext(
            "%(number)s person has done all that it takes now, and gets it completed, with a certificate: %(names)s.",
            "%(number)s people have done all that it takes now, and get it completed, with a certificate: %(names)s.",
            number,
        )
        rest = number - len(names)
        if rest:
            names.append(ngettext("%(number)s more", "%(number)s more", rest) % {"number": rest})
        return [
            words % {"number": number, "names": and_list(names)},
            _("The day is that on which they had done the last of it. Nobody’s completion is taken back."),
        ]

    def act(self, data):
        born = recheck(self.course)
        words = ngettext(
            "%(number)s person has completed the course.", "%(number)s people have completed the course.", len(born)
        )
        return words % {"number": len(born)}


class UndoOfRetraining(EverywhereMixin, UndoView):
    parents = (CHANGES,)
    success_url = reverse_lazy("lms_admin:course_changes")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.retraining = get_object_or_404(Retraining.objects.select_related("course"), pk=kwargs["retraining"])
        self.take_up(LedgerEntry.objects.filter(subject=f"retraining:{self.retraining.pk}"))

    def look_ahead(self):
        reach = workplaces_in_reach(self.request.user, self.roles)
        self.change, released = foresee_taken_back(self.undo, retraining=self.retraining, reach=reach)
        return told_taken_back(self.change, released)

    def get_sentence(self):
        return _("It was demanded on %(day)s that “%(course)s” is done again.") % {
            "day": day_text(timezone.localdate(self.entry.at)),
            "course": self.retraining.course,
        }
