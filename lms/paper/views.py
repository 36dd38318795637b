"""Tests on paper in the admin: print them, find one by its code, enter what was written."""

import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin import messages

from ..access import LEADERS, staff_to_manage
from ..admin.base import ActionView, AdminPage, LeaderMixin
from ..models import Employment, PaperTest, QuizAttempt, StaffMember
from ..people.cards import normalise
from ..qr import as_svg
from .actions import RefusedError, make_papers, record_paper
from .forms import EnterPaperForm, PrintTestsForm
from .sheets import address_of_entry, answers_of, asked_in, left_empty, read_answers, rules_of, with_course

HOME = (gettext_lazy("Tests on paper"), "lms_admin:paper_tests")
#: Where the day of the copy before this one is kept: an evening's copies were written on one day.
DAY = "lms_paper_day"
SHOWN = 50


def people_for(user: Any) -> Any:
    """Who works in reach today or soon, and who has left within a year: papers come late."""
    recent = timezone.localdate() - datetime.timedelta(days=365)
    jobs = Employment.objects.current_or_coming(recent)
    return staff_to_manage(user, LEADERS).filter(pk__in=jobs.values("staff"))


def copies_in_reach(user: Any) -> Any:
    """Copies that `user` may enter: those of people in reach, and blank ones, which anyone may have written."""
    return PaperTest.objects.filter(Q(staff=None) | Q(staff__in=staff_to_manage(user, LEADERS)))


class PaperTests(AdminPage, TemplateView):
    """By its code to a copy; and the copies that are still out."""

    template_name = "lms/paper/home.html"
    page_title = gettext_lazy("Tests on paper")
    header_icon = "doc-full"
    roles = LEADERS
    explanation = gettext_lazy(
        "For those who would rather write by hand, or where there is no network. Print the test, let them write, and "
        "enter the answers here. They are graded as on a screen."
    )

    def get(self, request, *args, **kwargs):
        code = normalise(request.GET.get("code", ""))
        found = copies_in_reach(request.user).filter(code=code).first() if code else None
        if found:
            return HttpResponseRedirect(reverse("lms_admin:paper_test", args=[found.uuid]))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        user = self.request.user
        out = copies_in_reach(user).filter(Q(staff__isnull=False) | Q(made_by=user), recorded_at=None)
        return {
            **super().get_context_data(**kwargs),
            "code": self.request.GET.get("code", ""),
            "copies": out.select_related("staff", "version__activity__course").order_by("-pk")[:SHOWN],
        }


class PrintTests(ActionView):
    page_title = gettext_lazy("Print tests")
    header_icon = "doc-full"
    roles = LEADERS
    parents = (HOME,)
    form_class = PrintTestsForm
    submit_label = gettext_lazy("Make the copies")
    explanation = gettext_lazy(
        "Each copy has a code of its own, by which its answers are entered once. Where the test draws or shuffles its "
        "questions, no two copies are the same."
    )

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "people": people_for(self.request.user)}

    def get_initial(self):
        return {**super().get_initial(), "people": self.request.GET.getlist("person")}

    def act(self, data):
        papers = make_papers(
            form_id=data["form_id"],
            activity=data["test"],
            people=list(data["people"]),
            blank=data["blank"] or 0,
            language=data["language"],
            made_by=self.request.user,
        )
        self.batch = papers[0].batch
        return ""

    def get_success_url(self):
        return reverse("lms_admin:paper_sheets", args=[self.batch])


class PaperSheets(LeaderMixin, View):
    """The copies that were made with one form, ready to print. For whoever made them."""

    http_method_names = ["get"]
    roles = LEADERS

    def get(self, request, batch):
        made = copies_in_reach(request.user).filter(batch=batch, made_by=request.user)
        return sheets_response(request, made, back=reverse(HOME[1]))


def sheets_response(request: Any, made: QuerySet[PaperTest], *, back: str, hand_over: bool = False) -> HttpResponse:
    """The copies of `made` on one page to print; 404 for none. `hand_over`: whoever prints them does not enter them."""
    copies = [
        {
            "paper": paper,
            "asked": asked,
            "rules": rules_of(paper.version, len(asked)),
            "qr": as_svg(address_of_entry(paper, request), _("Where the answers are entered")),
        }
        for paper in made.select_related("staff", "version__activity__course").order_by("pk")
        for asked in [asked_in(paper)]
    ]
    if not copies:
        raise Http404
    response = render(request, "lms/paper/tests.html", {"copies": copies, "back": back, "hand_over": hand_over})
    patch_cache_control(response, private=True, no_store=True)
    return response


class EnterPaper(ActionView):
    """All that a copy asks, on one page, to be filled in as the paper has it. What is entered already is told instead,
    without the answers."""

    template_name = "lms/paper/enter.html"
    header_icon = "doc-full"
    roles = LEADERS
    parents = (HOME,)
    form_class = EnterPaperForm
    submit_label = gettext_lazy("Grade and save")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        copies = copies_in_reach(request.user).select_related("version__activity__course", "staff", "recorded_by")
        self.paper = get_object_or_404(copies, uuid=kwargs["paper"])

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    def get_page_title(self):
        return with_course(self.paper.version.title, self.paper.version.activity.course)

    @property
    def explanation(self):
        return _("Copy %(code)s.") % {"code": self.paper.readable_code}

    def get_template_names(self):
        return ["lms/paper/entered.html"] if self.paper.recorded_at else [self.template_name]

    def get_form_kwargs(self):
        people = None if self.paper.staff else people_for(self.request.user)
        return {**super().get_form_kwargs(), "people": people}

    def get_initial(self):
        day = self.request.session.get(DAY)
        return {**super().get_initial(), **({"on": day} if day else {})}

    @cached_property
    def asked(self):
        asked = asked_in(self.paper)
        if self.request.method == "POST":
            read_answers(asked, self.request.POST)
        return asked

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | {"paper": self.paper}
        if self.paper.recorded_at:
            attempt = (
                QuizAttempt.objects.filter(uuid=self.paper.uuid).defer("answers").select_related("version").first()
            )
            return context | {"attempt": attempt}
        return context | {"asked": self.asked}

    def post(self, request, *args, **kwargs):
        if self.paper.recorded_at:
            return self._entered_already()
        return super().post(request, *args, **kwargs)

    def _entered_already(self):
        messages.warning(self.request, _("This copy is entered already. It is counted once."))
        return HttpResponseRedirect(self.get_success_url())

    def form_valid(self, form):
        for one in self.asked:
            if one.unreadable:
                words = _(
                    "Question %(number)s: this is no whole answer. Complete it, or leave the question empty if the "
                    "paper says no more."
                )
                form.add_error(None, words % {"number": one.number})
        if form.errors:
            return self.form_invalid(form)
        empty = ",".join(map(str, left_empty(self.asked)))
        if empty and self.request.POST.get("empty") != empty:
            return self.render_to_response(self.get_context_data(form=form, empty=empty, numbers=empty.split(",")))
        return super().form_valid(form)

    def act(self, data):
        learner: StaffMember = self.paper.staff or data["learner"]
        try:
            attempt = record_paper(
                paper=self.paper,
                learner=learner,
                on=data["on"],
                answers=answers_of(self.asked),
                recorded_by=self.request.user,
            )
        except RefusedError as refused:
            if refused.reason == "attempts_used_up":
                self.needs_attempt = learner
            raise
        self.request.session[DAY] = data["on"].isoformat()
        words = _("%(name)s: %(percent)s %%, passed.") if attempt.passed else _("%(name)s: %(percent)s %%, not passed.")
        return words % {"name": learner, "percent": attempt.percent}

    def get_success_url(self):
        return reverse("lms_admin:paper_test", args=[self.paper.uuid])
