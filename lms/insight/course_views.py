from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.models import Page

from courses.models import Course
from courses.models.identities import ActivityKind

from ..access import LEADERS, staff_in_reach, workplaces_in_reach
from ..admin.base import AdminPage
from ..wording import and_list, day_text, part_text
from .course import FEWEST, PAUSE, Funnel, Pace, Period, funnel, pace, parts_of, tries
from .forms import PeriodForm
from .questions import difficulties


class CourseFollowUp(AdminPage, TemplateView):
    """How a course goes for those in this leader's reach: where they stop, how long it takes, how its tests go."""

    template_name = "lms/insight/course.html"
    header_icon = "lms-learn"
    roles = LEADERS

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.course = get_object_or_404(Course, pk=kwargs["course"])

    def get_page_title(self):
        return str(self.course)

    def get_parents(self):
        return [(_("Training matrix"), reverse("lms_training_matrix"))]

    @cached_property
    def filter_form(self):
        form = PeriodForm(self.request.GET, workplaces=workplaces_in_reach(self.request.user, self.roles))
        form.is_valid()
        return form

    def get_context_data(self, **kwargs):
        chosen = self.filter_form.cleaned_data
        reach = workplaces_in_reach(self.request.user, self.roles)
        place = chosen.get("workplace")
        workplaces = reach.within([place]) if place else reach
        period = Period(chosen.get("first"), chosen.get("last") or timezone.localdate())
        parts = parts_of(self.course)
        tests = [part for part in parts if part.live and part.kind == ActivityKind.QUIZ]
        by_test = tries(self.course, workplaces, period)
        asked = difficulties(tests, staff_in_reach(self.request.user, self.roles), language=get_language())
        editors = self._editors(tests)
        state = funnel(self.course, workplaces, parts, day=period.last)
        return {
            **super().get_context_data(**kwargs),
            "course": self.course,
            "filter_form": self.filter_form,
            "day_text": day_text(period.last),
            "period_text": period_text(period),
            "funnel": state,
            "stop_text": stop_text(state),
            "pace_text": pace_text(pace(self.course, workplaces, period)),
            "pause": int(PAUSE.total_seconds() // 60),
            "fewest": FEWEST,
            "tests": [(test, by_test.get(test.pk), asked[test.pk], editors.get(test.uuid)) for test in tests],
        }

    def _editors(self, tests):
        """Test's identity to where its page is edited, for those pages that whoever asks may edit."""
        of_source = [Q(translation_key=test.uuid, locale__language_code=test.source_language) for test in tests]
        pages = Page.objects.filter(Q(*of_source, _connector=Q.OR)) if tests else Page.objects.none()
        return {
            page.translation_key: reverse("wagtailadmin_pages:edit", args=[page.pk])
            for page in pages
            if page.permissions_for_user(self.request.user).can_edit()
        }


def period_text(period: Period) -> str:
    if period.first is None:
        return _("Up to %(last)s.") % {"last": day_text(period.last)}
    return _("From %(first)s to %(last)s.") % {"first": day_text(period.first), "last": day_text(period.last)}


def stop_text(state: Funnel) -> str:
    """Where most of those stand who have begun and not finished; that nobody has begun, or that all have finished."""
    if not state.counted or state.finished == state.counted:
        return ""
    stop = state.stop
    if stop is None:
        return _("Nobody is in the middle of the course.")
    most = [stage for stage in state.stages if stage.next == stop.next][:3]
    words, number = and_list([part_text(stage.activity) for stage in most]), sum(stage.next for stage in most)
    return ngettext(
        "Most have stopped before %(part)s: it is the next thing to do for %(number)s of those who have begun.",
        "Most have stopped before %(part)s: it is the next thing to do for %(number)s of those who have begun.",
        number,
    ) % {"part": words, "number": number}


def pace_text(told: Pace) -> list[str]:
    """How long the course takes, in sentences."""
    if told.days is None:
        return [_("Nobody completed the course in this period.")]
    said = [
        ngettext(
            "%(number)s person completed the course in this period.",
            "%(number)s people completed the course in this period.",
            told.finished,
        )
        % {"number": told.finished}
    ]
    if told.days == 0:
        said.append(_("At least half of them began and finished on the same day."))
    else:
        said.append(
            ngettext(
                "Half of them were done within %(days)s day of beginning.",
                "Half of them were done within %(days)s days of beginning.",
                told.days,
            )
            % {"days": told.days}
        )
    if told.minutes is not None:
        said.append(
            ngettext(
                "Half of them spent at most %(minutes)s minute on it.",
                "Half of them spent at most %(minutes)s minutes on it.",
                told.minutes,
            )
            % {"minutes": told.minutes}
        )
    return said
