from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from ..access import staff_to_manage, workplaces_in_reach
from ..admin.base import AskFirstView
from ..models import Employment, LedgerEntry, LoginCard, Responsibility, StaffMember
from ..reader.journey import Journey
from ..reader.lookup import journeys
from ..rehearsal import rehearse
from ..wording import and_list, day_text
from .forms import MergeForm
from .merging import merge
from .views import PersonMixin


class Merge(PersonMixin, AskFirstView):
    """The same person twice on the list. First both are shown side by side, and what will become of them."""

    page_title = gettext_lazy("Merge two rows that are one person")
    header_icon = "collapse-down"
    form_class = MergeForm
    confirm_template_name = "lms/admin/confirm_merge.html"
    confirm_label = gettext_lazy("Merge them")
    explanation = gettext_lazy(
        "When somebody is on the list twice. Everything they have done is kept. It cannot be undone, so look "
        "carefully: two people may have the same name."
    )

    def get_form_kwargs(self):
        others = staff_to_manage(self.request.user, self.roles).exclude(pk=self.person.pk)
        return {**super().get_form_kwargs(), "people": others, "like": self.person}

    def pair(self, data):
        """(kept, gone): as chosen, else the row with more to it."""
        this, other = self.person, data["other"]
        chosen = data["keep"] or ("other" if _weight(other) > _weight(this) else "this")
        if self.request.POST.get("again") == "swap":
            chosen = "this" if chosen == "other" else "other"
        self.chosen = chosen
        return (this, other) if chosen == "this" else (other, this)

    def foresee(self, data):
        keep, gone = self.pair(data)
        language, today = get_language(), timezone.localdate()
        reach = workplaces_in_reach(self.request.user, self.roles)
        self.rows = [describe(row, reach) for row in (keep, gone)]
        self.could_not = ""

        def act():
            merge(keep=keep, gone=gone, actor=self.request.user)
            kept = StaffMember.objects.get(pk=keep.pk)
            jobs = kept.employments.filter(voided_at=None).select_related("workplace")
            return (
                [job for job in jobs if job.end is None or job.end >= today],
                journeys(kept, Q(), language=language),
            )

        try:
            (jobs, found), entries = rehearse(act)
        except ValidationError as error:
            self.could_not = " ".join(error.messages)
            return [self.could_not]
        return _told(keep, gone, jobs, found, entries)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if "told" in context:
            # The choice goes along, made by us or by the leader.
            context["form"].data = context["form"].data.copy()
            context["form"].data["keep"] = self.chosen
            context.update(rows=self.rows, could_not=self.could_not)
        return context

    def act(self, data):
        keep, gone = self.pair(data)
        self.person = merge(keep=keep, gone=gone, actor=self.request.user)
        return _("%(name)s is on the list once now.") % {"name": self.person}


def _weight(row: StaffMember) -> tuple[bool, bool, int]:
    """Which of two rows it is better to keep."""
    responsible = bool(row.user) and Responsibility.objects.filter(user=row.user).exists()
    return (responsible, bool(row.user or row.pin_hash), row.enrolments.aggregate(n=Count("events"))["n"])


def describe(row: StaffMember, reach: Any) -> dict[str, Any]:
    """What one row has, for the eye that compares, and for a leader of the workplaces in `reach`."""
    completions = row.completions.filter(voided_at=None).select_related("course").order_by("completed_on")
    counted = row.enrolments.aggregate(events=Count("events", distinct=True), attempts=Count("attempts", distinct=True))
    return {
        "person": row,
        "jobs": list(row.employments.filter(voided_at=None).telling_reach(reach).select_related("workplace", "role")),
        "completed": [f"{done.course} ({day_text(done.completed_on)})" for done in completions],
        "begun": row.enrolments.filter(current=True).exclude(pk__in=completions.values("enrolment")).count(),
        "events": counted["events"],
        "attempts": counted["attempts"],
        "card": LoginCard.objects.working(timezone.now()).filter(staff=row).exists(),
        "responsibilities": Responsibility.objects.filter(user=row.user).select_related("workplace")
        if row.user
        else [],
    }


def _told(
    keep: StaffMember,
    gone: StaffMember,
    jobs: list[Employment],
    found: list[Journey],
    entries: list[LedgerEntry],
) -> list[str]:
    """What became of it in the rehearsal."""
    told = [
        _("The row of %(name)s stays. The other becomes a pointer to it: old links and certificates still lead here.")
        % {"name": keep}
    ]
    places = and_list(sorted({job.workplace.name for job in jobs}))
    told.append(
        _("%(name)s then works at %(places)s.") % {"name": keep, "places": places}
        if places
        else _("%(name)s then works nowhere, as before.") % {"name": keep}
    )
    told += [words for journey in found if (words := _after(journey))]
    certificates = sum(entry.verb == "certificate.issued" for entry in entries)
    if certificates:
        told.append(
            ngettext(
                "Together the parts complete a course: %(number)s new certificate is issued.",
                "Together the parts complete courses: %(number)s new certificates are issued.",
                certificates,
            )
            % {"number": certificates}
        )
    told.append(_("Certificates that are issued already stay valid, with the name they were issued with."))
    if gone.pin_hash:
        told.append(
            _("The PIN of the other row stops working. The PIN of the row that stays goes on.")
            if keep.pin_hash
            else _("The PIN of the other row stops working. Print a new login card afterwards, to choose a new one.")
        )
    if gone.user and keep.user:
        told.append(
            _("The user account %(user)s belongs to nobody on the list afterwards. %(kept)s goes on.")
            % {"user": gone.user.get_username(), "kept": keep.user.get_username()}
        )
    elif gone.user:
        told.append(_("The user account %(user)s goes along.") % {"user": gone.user.get_username()})
    return told


def _after(journey: Journey) -> str:
    """Where a course stands afterwards; nothing of one that is not begun."""
    names = {"course": journey.course, "done": journey.done_count, "count": journey.required_count}
    done = journey.completion
    if done and done.valid_until:
        return _("“%(course)s”: completed, valid to %(day)s.") % {**names, "day": day_text(done.valid_until)}
    if done:
        return _("“%(course)s”: completed.") % names
    if journey.enrolment_id:
        return _("“%(course)s”: %(done)s of %(count)s parts done.") % names
    return ""
