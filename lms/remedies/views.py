import datetime
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Activity, Course

from ..access import LEADERS, staff_in_reach, staff_to_manage, workplaces_in_reach
from ..admin.base import ActionView
from ..foresight.reading import day_of_effect, foresee
from ..foresight.views import ActAboutPeopleView
from ..foresight.words import figures_told, tables, told
from ..models import (
    ActivityCompletion,
    CourseCompletion,
    Employment,
    LedgerEntry,
    Programme,
    Requirement,
    Role,
    StaffMember,
)
from ..people.known import Known
from ..people.sentences import sentence
from ..people.views import STAFF, PersonMixin
from ..programmes.lookup import courses_of
from ..progress import current_enrolment, give_attempt, move, void
from ..progress.attempts import attempts_left
from ..rehearsal import rehearse
from ..requirements.change import Change
from ..requirements.foresight import foresee as foresee_rules
from ..requirements.rules import ONE_DAY
from ..requirements.views import REQUIREMENTS, RuleMixin
from ..requirements.words import told as told_of_rule
from ..wording import day_text
from . import foresight
from .forms import AttemptForm, ConfirmForm, MoveForm, ReasonForm, WhatForm
from .undo import Remedy, is_undone, jobs_changed, remedy_for, undo

#: What opens something, and what ends it later: who takes the first back takes the second with it.
OPENED = {"employment.added": "employment.ended", "exemption.opened": "exemption.ended"}

#: Entries whose undoing may change the figures of the matrix.
ABOUT_FIGURES = ("attendance.", "completion.", "course.", "employment.", "evidence.", "exemption.")


def first_day_of(entry: LedgerEntry) -> datetime.date:
    """The first day on which what it decided made a difference; today, where it does not say."""
    data = entry.data
    if told := data.get("first_day") or data.get("valid_from") or data.get("start"):
        return datetime.date.fromisoformat(told)
    ends = [datetime.date.fromisoformat(data[name]) for name in ("last_day", "before") if data.get(name)]
    return min(ends) + ONE_DAY if ends else timezone.localdate()


class CompletionMixin(PersonMixin):
    """What the person has done of the course in the address; 404 where there is nothing."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.course = get_object_or_404(Course, pk=kwargs["course"])
        done = {"enrolment__staff": self.person, "enrolment__course": self.course, "voided_at": None}
        self.courses = list(
            CourseCompletion.objects.filter(**done)
            .select_related("enrolment__staff", "enrolment__course")
            .order_by("-completed_on")
        )
        self.parts = list(
            ActivityCompletion.objects.filter(**done, enrolment__current=True)
            .select_related("activity", "enrolment__staff", "enrolment__course")
            .order_by("occurred_at", "pk")
        )
        if not self.courses and not self.parts:
            raise Http404

    def get_page_title(self):
        return f"{self.get_title()}: {self.course}"

    def first_day(self, data):
        return timezone.localdate()

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "courses": self.courses, "parts": self.parts}


class MoveCompletion(CompletionMixin, ActAboutPeopleView):
    """It was not her: what was recorded goes to the right person, and the certificate with it."""

    form_class = MoveForm
    header_icon = "resubmit"
    confirm_label = gettext_lazy("Move it")
    explanation = gettext_lazy(
        "When somebody else was signed in, or the wrong name was ticked. First you see exactly what will happen."
    )

    def get_title(self):
        return _("It was not %(name)s") % {"name": self.person.given_name}

    def get_form_kwargs(self):
        others = staff_to_manage(self.request.user, self.roles).exclude(pk=self.person.pk)
        jobs = self.person.employments.filter(voided_at=None).select_related("workplace")
        return {**super().get_form_kwargs(), "people": others, "first": [job.workplace.name for job in jobs]}

    def foresee(self, data):
        super().foresee(data)
        sentences = foresight.foresee_move(data["what"], to=data["to"], reason=data["reason"], actor=self.request.user)
        return [*sentences, *figures_told(self.change)]

    def save(self, data):
        row = foresight.again(data["what"])
        try:
            move(completion=row, to=data["to"], reason=data["reason"], recorded_by=self.request.user)
        except ValueError as error:
            raise ValidationError(foresight.too_late()) from error

    def act(self, data):
        self.save(data)
        return _("It is moved from %(name)s to %(other)s.") % {"name": self.person, "other": data["to"]}


class VoidCompletion(CompletionMixin, ActAboutPeopleView):
    form_class = WhatForm
    header_icon = "rotate"
    confirm_label = gettext_lazy("Take it back")
    explanation = gettext_lazy(
        "When something was recorded that never happened. If it was somebody else, choose “It was not …” instead."
    )

    def get_title(self):
        return _("Take back what %(name)s has done") % {"name": self.person.given_name}

    def foresee(self, data):
        super().foresee(data)
        sentences = foresight.foresee_void(data["what"], reason=data["reason"], actor=self.request.user)
        return [*sentences, *figures_told(self.change)]

    def save(self, data):
        if not void(completion=foresight.again(data["what"]), reason=data["reason"], recorded_by=self.request.user):
            raise ValidationError(foresight.too_late())

    def act(self, data):
        self.save(data)
        return _("It is taken back.")


class GiveAttempt(PersonMixin, ActionView):
    """One more attempt for someone who has used up all. The course leader's to give, too."""

    roles = reach_roles = LEADERS
    page_title = gettext_lazy("Give one more attempt")
    submit_label = gettext_lazy("Give one more attempt")
    header_icon = "plus-inverse"
    form_class = AttemptForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.course = get_object_or_404(Course, pk=kwargs["course"])
        self.tests = used_up(self.person, self.course)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "tests": self.tests}

    @property
    def explanation(self):
        names = {"name": self.person, "course": self.course}
        if not self.tests:
            return _("%(name)s has attempts left in “%(course)s”, or has passed. You need not do anything.") % names
        return (
            _(
                "%(name)s has used up the attempts at the test in “%(course)s”. Go through the difficult questions "
                "together first. The new attempt can be begun at once, and %(name)s is told of it."
            )
            % names
        )

    def act(self, data):
        give_attempt(learner=self.person, activity=data["test"], reason=data["reason"], actor=self.request.user)
        return _("%(name)s has one more attempt.") % {"name": self.person}


def used_up(person: StaffMember, course: Course) -> list[Activity]:
    """The tests in the course that the person has not passed and may not begin again."""
    enrolment = current_enrolment(person, course)
    if enrolment is None:
        return []
    passed = enrolment.activity_completions.filter(voided_at=None).values("activity")
    tests = Activity.objects.live().filter(course=course, kind="quiz").exclude(pk__in=passed).in_tree_order()
    return [test for test in tests if attempts_left(enrolment, test) == 0]


class UndoView(ActionView):
    """What undoing one ledger entry would mean, or what to do instead. The view says whose entries it shows."""

    template_name = "lms/admin/undo.html"
    page_title = gettext_lazy("Undo")
    submit_label = gettext_lazy("Undo it")
    header_icon = "rotate"
    roles: tuple[str, ...] = LEADERS
    entry: LedgerEntry
    remedy: Remedy
    change: Change | None = None  # what it would do to the figures, as far as it does

    def take_up(self, entries):
        """The entry in the address, out of those that this view is about; 404 where nothing can be done about it."""
        self.entry = get_object_or_404(entries, uuid=self.kwargs["entry"])
        remedy = remedy_for(self.entry)
        if remedy is None:
            raise Http404
        self.remedy = remedy

    def get_form_class(self):
        return ReasonForm if self.remedy.wants_reason else ConfirmForm

    def undo(self, reason: str = "-") -> None:
        undo(entry=self.entry, actor=self.request.user, reason=reason)

    def look_ahead(self) -> list[str]:
        """What undoing it would do, in sentences; what it does to figures is kept in `change`. Nothing of it stays.

        Raises ValidationError where it cannot be undone now: found out by trying.
        """
        rehearse(self.undo)
        return []

    def get_context_data(self, **kwargs):
        can_be_undone = self.remedy.undo is not None
        told, why_not = [], _("This is undone already.") if is_undone(self.entry) else ""
        if can_be_undone and not why_not:
            try:
                told = self.look_ahead()
            except ValidationError as error:
                why_not = " ".join(error.messages)
        return {
            **super().get_context_data(**kwargs),
            "sentence": self.get_sentence(),
            "words": self.remedy.words,
            "can_be_undone": can_be_undone,
            "why_not": why_not,
            "told": [*told, *self.taken_along()],
            "seal": self._seal(told),
            "change": self.change,
            "tables": tables(self.change) if self.change else None,
            "back": self.get_success_url(),
        }

    def taken_along(self) -> list[str]:
        """What came after it and goes with it."""
        if self.entry.verb not in OPENED:
            return []
        later = LedgerEntry.objects.filter(subject=self.entry.subject, pk__gt=self.entry.pk, verb__in=OPENED.values())
        if not any(not is_undone(entry) for entry in later):
            return []
        return [_("What was changed in it since is taken away with it.")]

    def _seal(self, told: list[str]) -> str:
        """All that was shown: what is confirmed is that, or it is shown anew."""
        return sha256(f"{told} {self.change}".encode()).hexdigest()

    def form_valid(self, form):
        seen = self.request.POST.get("seen")
        if seen and not is_undone(self.entry):
            context = self.get_context_data(form=form, has_changed=True)
            if seen != context["seal"] and not context["why_not"]:
                return self.render_to_response(context)
        return super().form_valid(form)

    def get_sentence(self) -> str:
        """What the entry tells of."""
        return ""

    def act(self, data):
        self.undo(data.get("reason", ""))
        return _("It is undone. Both stand in the history.")


class UndoOfPerson(PersonMixin, UndoView):
    reach_roles = LEADERS
    is_out_of_reach = False

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.take_up(LedgerEntry.objects.of(self.person))
        # Whoever leads projects elsewhere may be no more than the course leader of this person.
        if not staff_to_manage(request.user, self.remedy.roles).filter(pk=self.person.pk).exists():
            raise Http404
        # Nor is every job of theirs this leader's to change.
        jobs, reach = jobs_changed(self.entry), workplaces_in_reach(request.user, self.remedy.roles)
        if Employment.objects.filter(pk__in=jobs, workplace__in=reach).count() != len(jobs):
            raise Http404

    def look_ahead(self):
        if not self.entry.verb.startswith(ABOUT_FIGURES):
            return super().look_ahead()
        reach = workplaces_in_reach(self.request.user, self.roles)
        self.change = foresee(self.undo, day=day_of_effect(first_day_of(self.entry)), reach=reach)
        return [*told(self.change), *figures_told(self.change)]

    def act(self, data):
        message = super().act(data)
        # The job that was taken away may be all that brought the person into this project leader's reach.
        self.is_out_of_reach = not staff_in_reach(self.request.user).filter(pk=self.person.pk).exists()
        return message

    def get_success_url(self):
        return reverse(STAFF[1]) if self.is_out_of_reach else super().get_success_url()

    def get_sentence(self):
        act = self.entry.data.get("act")
        rows = LedgerEntry.objects.of(self.person).filter(data__act=act) if act else [self.entry]
        together = sorted(rows, key=lambda row: row.pk != self.entry.pk)
        return f"{self.person}: {sentence(together, Known.about(self.person, together))}"


class UndoOfRequirement(RuleMixin, UndoView):
    roles = (Role.PROJECT_LEADER,)
    parents = (REQUIREMENTS,)
    success_url = reverse_lazy("lms_admin:requirements")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.take_up(LedgerEntry.objects.filter(subject=f"requirement:{self.rule.pk}"))

    def look_ahead(self):
        about = self.rule.about
        self.change, _undone = foresee_rules(
            self.undo,
            courses=courses_of(about),
            day=day_of_effect(first_day_of(self.entry)),
            workplaces=workplaces_in_reach(self.request.user, self.roles),
        )
        return told_of_rule(self.change, several=isinstance(about, Programme))

    def taken_along(self):
        """All that it was changed into; whichever row of it tells of that."""
        later = LedgerEntry.objects.filter(verb="requirement.changed", pk__gt=self.entry.pk)
        series = Requirement.objects.filter(series=self.rule.series)
        rows = [f"requirement:{pk}" for pk in series.values_list("pk", flat=True)]
        if self.entry.verb != "requirement.opened" or all(is_undone(each) for each in later.filter(subject__in=rows)):
            return []
        return [_("What was changed in it since is taken away with it.")]

    def get_sentence(self):
        words = {
            "requirement.opened": _("The requirement of “%(course)s” was made on %(day)s."),
            "requirement.changed": _("The requirement of “%(course)s” was changed on %(day)s."),
            "requirement.ended": _("The requirement of “%(course)s” was ended on %(day)s."),
        }
        return words[self.entry.verb] % {"course": self.rule.about, "day": day_text(timezone.localdate(self.entry.at))}
