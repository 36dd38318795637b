from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Activity, Course

from ..access import LEADERS, staff_in_reach, staff_to_manage, workplaces_in_reach
from ..admin.base import ActionView, AskFirstView
from ..models import ActivityCompletion, CourseCompletion, Employment, LedgerEntry, Role, StaffMember
from ..people.known import Known
from ..people.sentences import sentence
from ..people.views import STAFF, PersonMixin
from ..progress import current_enrolment, give_attempt, move, void
from ..progress.attempts import attempts_left
from ..rehearsal import rehearse
from ..requirements.views import REQUIREMENTS, RuleMixin
from ..wording import day_text
from . import foresight
from .forms import AttemptForm, ConfirmForm, MoveForm, ReasonForm, WhatForm
from .undo import Remedy, is_undone, jobs_changed, remedy_for, undo


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

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "courses": self.courses, "parts": self.parts}


class MoveCompletion(CompletionMixin, AskFirstView):
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
        return foresight.foresee_move(data["what"], to=data["to"], reason=data["reason"], actor=self.request.user)

    def act(self, data):
        try:
            move(completion=data["what"], to=data["to"], reason=data["reason"], recorded_by=self.request.user)
        except ValueError as error:
            raise ValidationError(foresight.too_late()) from error
        return _("It is moved from %(name)s to %(other)s.") % {"name": self.person, "other": data["to"]}


class VoidCompletion(CompletionMixin, AskFirstView):
    form_class = WhatForm
    header_icon = "rotate"
    confirm_label = gettext_lazy("Take it back")
    explanation = gettext_lazy(
        "When something was recorded that never happened. If it was somebody else, choose “It was not …” instead."
    )

    def get_title(self):
        return _("Take back what %(name)s has done") % {"name": self.person.given_name}

    def foresee(self, data):
        return foresight.foresee_void(data["what"], reason=data["reason"], actor=self.request.user)

    def act(self, data):
        if not void(completion=data["what"], reason=data["reason"], recorded_by=self.request.user):
            raise ValidationError(foresight.too_late())
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

    def take_up(self, entries):
        """The entry in the address, out of those that this view is about; 404 where nothing can be done about it."""
        self.entry = get_object_or_404(entries, uuid=self.kwargs["entry"])
        remedy = remedy_for(self.entry)
        if remedy is None:
            raise Http404
        self.remedy = remedy

    def get_form_class(self):
        return ReasonForm if self.remedy.wants_reason else ConfirmForm

    def why_not(self) -> str:
        """Why it cannot be undone now, if it cannot: found out by trying."""
        if self.remedy.undo is None:
            return ""
        try:
            rehearse(lambda: undo(entry=self.entry, actor=self.request.user, reason="-"))
        except ValidationError as error:
            return " ".join(error.messages)
        return ""

    def get_context_data(self, **kwargs):
        undone = is_undone(self.entry)
        return {
            **super().get_context_data(**kwargs),
            "sentence": self.get_sentence(),
            "words": self.remedy.words,
            "can_be_undone": self.remedy.undo is not None,
            "why_not": _("This is undone already.") if undone else self.why_not(),
            "back": self.get_success_url(),
        }

    def get_sentence(self) -> str:
        """What the entry tells of."""
        return ""

    def act(self, data):
        undo(entry=self.entry, actor=self.request.user, reason=data.get("reason", ""))
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

    def get_sentence(self):
        words = {
            "requirement.opened": _("The requirement of “%(course)s” was made on %(day)s."),
            "requirement.changed": _("The requirement of “%(course)s” was changed on %(day)s."),
            "requirement.ended": _("The requirement of “%(course)s” was ended on %(day)s."),
        }
        return words[self.entry.verb] % {"course": self.rule.about, "day": day_text(timezone.localdate(self.entry.at))}
