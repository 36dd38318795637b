import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from courses.models import Course

from ..access import leads_everywhere
from ..admin.base import AdminPage, AskFirstView
from ..models import CourseEquivalence, EquivalenceKind, LedgerEntry, Role
from ..people.sentences import name_of
from ..remedies.views import UndoView
from ..requirements.rules import ONE_DAY
from ..requirements.views import REQUIREMENTS
from ..wording import and_list, day_text
from . import actions
from .foresight import foresee
from .forms import EndEquivalenceForm, EquivalenceForm

EQUIVALENCES = (gettext_lazy("Equivalent courses"), "lms_admin:equivalences")


def in_words(row: CourseEquivalence) -> str:
    """Such as: “Hosting, basics” counts as “Hosting”."""
    return _in_words(row.kind, row.sources.all(), row.target)


def _in_words(kind: str, sources: Iterable[Course], target: Course) -> str:
    words = {
        EquivalenceKind.COUNTS: _("%(courses)s counts as “%(target)s”"),
        EquivalenceKind.RENEWS: _("%(courses)s renews “%(target)s”"),
    }
    courses = and_list([_("“%(course)s”") % {"course": course} for course in sources])
    return words[EquivalenceKind(kind)] % {"courses": courses, "target": target}


class EquivalenceList(AdminPage, TemplateView):
    template_name = "lms/admin/equivalence_list.html"
    page_title = gettext_lazy("Equivalent courses")
    header_icon = "tasks"
    parents = (REQUIREMENTS,)
    explanation = gettext_lazy(
        "When a course is replaced, split or joined, what people have completed can count for the new one. And a "
        "shorter course can renew a longer one."
    )

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        rows = list(
            CourseEquivalence.objects.select_related("target").prefetch_related("sources").order_by("valid_from", "pk")
        )
        histories = _histories(rows)
        shown = [(row, in_words(row), histories.get(row.pk, [])) for row in rows]
        return {
            **super().get_context_data(**kwargs),
            "may_change": leads_everywhere(self.request.user, self.roles),
            "current": [each for each in shown if not _has_ended(each[0], today)],
            "ended": [each for each in shown if _has_ended(each[0], today)],
        }


def _has_ended(row: CourseEquivalence, today: datetime.date) -> bool:
    return row.is_taken_back or (row.valid_to is not None and row.valid_to < today)


def _histories(rows: list[CourseEquivalence]) -> dict[int, list[tuple[LedgerEntry, str, bool]]]:
    """For each what was decided about it, by whom, and whether it would be undone now. One query."""
    words = {
        "equivalence.opened": _("Made %(day)s by %(name)s."),
        "equivalence.ended": _("Ended %(day)s by %(name)s."),
        "equivalence.taken_back": _("Taken back as a mistake %(day)s by %(name)s."),
        "equivalence.end_undone": _("In force again since %(day)s, changed by %(name)s."),
    }
    subjects = {f"courseequivalence:{row.pk}": row.pk for row in rows}
    entries = list(LedgerEntry.objects.filter(subject__in=subjects).select_related("actor").order_by("pk"))
    by_id = {row.pk: row for row in rows}
    found: dict[int, list[tuple[LedgerEntry, str, bool]]] = defaultdict(list)
    for entry in entries:
        name = name_of(entry.actor) if entry.actor else _("the system")
        text = words[entry.verb] % {"day": day_text(timezone.localdate(entry.at)), "name": name}
        row = subjects[entry.subject]
        goes_on = [by_id[pk] for pk in actions.with_twins(row, entries)]
        found[row].append((entry, text, actions.can_be_undone(entry, entries, goes_on)))
    return found


class EverywhereMixin:
    """Courses are everyone's: who leads a part of the tree sees what counts, and cannot change it."""

    request: Any
    roles: tuple[str, ...]
    parents = (REQUIREMENTS, EQUIVALENCES)
    success_url = reverse_lazy("lms_admin:equivalences")
    header_icon = "tasks"

    def dispatch(self, request, *args, **kwargs):
        if not leads_everywhere(request.user, self.roles):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class AddEquivalence(EverywhereMixin, AskFirstView):
    page_title = gettext_lazy("Let a course count for another")
    form_class = EquivalenceForm
    confirm_label = gettext_lazy("Let it count")
    explanation = gettext_lazy(
        "First you see for whom it changes anything. Nothing is written at any person: it is counted anew when "
        "somebody looks, and you can undo it."
    )

    def foresee(self, data):
        day = max(data["valid_from"], timezone.localdate())
        told = foresee(lambda: actions.equate(actor=self.request.user, **data), target=data["target"], day=day)
        words = _in_words(data["kind"], data["sources"], data["target"])
        return [_("%(words)s from %(day)s on.") % {"words": words, "day": day_text(data["valid_from"])}, *told]

    def act(self, data):
        return _("Saved: %(words)s.") % {"words": in_words(actions.equate(actor=self.request.user, **data))}


class RowMixin(EverywhereMixin):
    kwargs: dict[str, Any]

    def setup(self, request, *args, **kwargs):
        rows = CourseEquivalence.objects.select_related("target")
        self.row = get_object_or_404(rows, pk=kwargs["equivalence"])
        super().setup(request, *args, **kwargs)


class EndEquivalence(RowMixin, AskFirstView):
    page_title = gettext_lazy("Let it count no longer")
    form_class = EndEquivalenceForm
    confirm_label = gettext_lazy("End it")

    @property
    def explanation(self):
        words = _("%(words)s. After the last day nobody has the course through it. Earlier days stay as they were.")
        return words % {"words": in_words(self.row)}

    def _end(self, data):
        return actions.end_equivalence(equivalence=self.row, last_day=data["last_day"], actor=self.request.user)

    def foresee(self, data):
        day = max(data["last_day"] + ONE_DAY, timezone.localdate())
        return foresee(lambda: self._end(data), target=self.row.target, day=day)

    def act(self, data):
        self._end(data)
        return _("It counts to %(day)s.") % {"day": day_text(data["last_day"])}


class UndoOfEquivalence(RowMixin, UndoView):
    roles = (Role.PROJECT_LEADER,)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.take_up(LedgerEntry.objects.filter(subject=f"courseequivalence:{self.row.pk}"))

    def look_ahead(self):
        return foresee(self.undo, target=self.row.target, day=timezone.localdate())

    def get_sentence(self):
        words = {
            "equivalence.opened": _("%(words)s: made on %(day)s."),
            "equivalence.ended": _("%(words)s: ended on %(day)s."),
        }
        day = day_text(timezone.localdate(self.entry.at))
        return words[self.entry.verb] % {"words": in_words(self.row), "day": day}
