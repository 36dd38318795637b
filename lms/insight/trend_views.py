import datetime
import math
from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from courses.models import Course

from ..access import LEADERS, workplaces_in_reach
from ..admin.base import AdminPage
from ..models import Workplace
from ..reports.cells import known_text
from ..requirements.rules import ONE_DAY
from ..wording import day_text
from ..workplaces.names import tell_apart
from .forms import TrendForm
from .plots import curve, small_curve
from .reading import history_of, how_many_cells
from .trend import Change, Point, Trend, share_on

WEEK = 7 * ONE_DAY

#: Where no other day is chosen to compare with.
LOOKS_BACK = 12 * WEEK

#: So far back the pace is taken.
PACE = 4 * WEEK

#: So many cells, people by courses, are reckoned while somebody waits: a second or so. Above that one has to choose.
MOST_CELLS = 20_000

#: No more points than this, for however long; and a day each for no more days than these.
MOST, DAILY = 52, 31


def days_between(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """Both, and between them each day of a short time; else weeks counted back from `last`, as many at a time as
    makes no more than MOST."""
    span = (last - first).days
    step = 1 if span <= DAILY else 7 * math.ceil(span / 7 / MOST)
    return sorted({first, *(last - back * ONE_DAY for back in range(0, span, step))})


class TrendPage(AdminPage, TemplateView):
    """How the share of those who are trained has gone, and the pace that it takes to be done by the day.

    The filter is the matrix's own, with the day compared with (`since`) and the day to be done by (`target`).
    """

    template_name = "lms/insight/trend.html"
    page_title = gettext_lazy("How it has gone")
    header_icon = "history"
    roles = LEADERS
    per_page = 12

    def _query(self, *without):
        """The address's own filter, without its page and those names."""
        query = self.request.GET.copy()
        for name in ("p", *without):
            query.pop(name, None)
        return query.urlencode()

    def get_parents(self):
        matrix, kept = reverse("lms_training_matrix"), self._query("since", "target")
        return [(_("Training matrix"), f"{matrix}?{kept}" if kept else matrix)]

    @property
    def reach(self):
        return workplaces_in_reach(self.request.user, self.roles)

    @cached_property
    def filter_form(self):
        form = TrendForm(self.request.GET, workplaces=self.reach)
        form.is_valid()
        return form

    @cached_property
    def day(self):
        return self.filter_form.cleaned_data.get("date") or timezone.localdate()

    @cached_property
    def since(self):
        return self.filter_form.cleaned_data.get("since") or self.day - LOOKS_BACK

    @cached_property
    def selection(self) -> dict[str, Any]:
        """Of whom and of what, as `history_of` takes it."""
        chosen = self.filter_form.cleaned_data
        place, known = chosen.get("workplace"), chosen.get("known")
        return {
            "workplaces": self.reach.within([place]) if place else self.reach,
            "known": known,
            "course": chosen.get("course"),
            "role": chosen.get("role", ""),
        }

    @cached_property
    def trend(self) -> Trend:
        return share_on(history_of(sorted({*self.shown, self.day - PACE}), **self.selection))

    @cached_property
    def shown(self):
        return days_between(self.since, self.day)

    def get_context_data(self, **kwargs):
        context = {**super().get_context_data(**kwargs), "filter_form": self.filter_form}
        if how_many_cells(self.day, **self.selection) > MOST_CELLS:
            return {**context, "too_many": True}
        return {**context, **self._told()}

    def _told(self):
        trend, known = self.trend, self.filter_form.cleaned_data.get("known")
        points = [trend.on(day) for day in self.shown]
        target = self.filter_form.cleaned_data.get("target") or usual_due(trend, self.day)
        now = points[-1]
        change = trend.change(self.since, self.day)
        return {
            "now": now,
            "headline": headline(now, self.selection["course"]),
            "change_text": change_text(change, self.since),
            "pace_text": pace_text(now, target, trend.change(self.day - PACE, self.day)),
            "day_text": day_text(self.day),
            "known_text": known_text(known) if known else "",
            "plot": curve(
                [(point.day, point.percent) for point in points],
                key="utveckling",
                title=_("Share who are done"),
                description=described(points),
                due=target if target and target > self.since else None,
            ),
            "target_text": day_text(target) if target else "",
            "points": points[::-1],
            "places": self._places(),
            "query": self._query(),
        }

    def _places(self):
        """A page of the workplaces where somebody is counted, in the order of the tree, each with its curve."""
        counted = {pk: points for pk, points in self.trend.by_workplace.items() if any(p.counted for p in points)}
        found = Workplace.objects.filter(pk__in=counted).order_by("path")
        page = Paginator(found, self.per_page).get_page(self.request.GET.get("p"))
        names = tell_apart({place.pk: place.name for place in page.object_list})
        shown = set(self.shown)
        page.object_list = [
            self._place(place.pk, names[place.pk], [point for point in counted[place.pk] if point.day in shown])
            for place in page.object_list
        ]
        return page

    def _place(self, pk: int, name: str, points: list[Point]) -> dict[str, Any]:
        plot = small_curve(
            [(point.day, point.percent) for point in points],
            first=self.since,
            last=self.day,
            key=f"plats-{pk}",
            title=name,
            description=described(points),
        )
        rest = self._query("workplace")
        return {
            "name": name,
            "plot": plot,
            "now": points[-1],
            "change": points[-1].done - points[0].done,
            "address": f"?{rest}{'&' if rest else ''}workplace={pk}",
        }


def usual_due(trend: Trend, day: datetime.date) -> datetime.date | None:
    """The day ahead on which most of what is left is due; the later of two."""
    ahead = {due: number for due, number in trend.due.items() if due > day}
    return max(ahead, key=lambda due: (ahead[due], due), default=None)


def headline(now: Point, course: Course | None) -> str:
    if not now.counted:
        return _("Nobody has required courses on this day.")
    if course:
        said = ngettext(
            "%(done)s of %(counted)s has completed “%(course)s”, %(percent)s %%.",
            "%(done)s of %(counted)s have completed “%(course)s”, %(percent)s %%.",
            now.done,
        )
        return said % {"done": now.done, "counted": now.counted, "percent": now.percent, "course": course}
    return ngettext(
        "%(done)s of %(counted)s has completed all required training, %(percent)s %%.",
        "%(done)s of %(counted)s have completed all required training, %(percent)s %%.",
        now.done,
    ) % {"done": now.done, "counted": now.counted, "percent": now.percent}


def change_text(change: Change, since: datetime.date) -> str:
    """Such as: +7 since 1 October: 9 became done, and 2 are done no longer or are not counted any more."""
    day, number = day_text(since), f"{change.net:+d}".replace("-", "−") if change.net else "±0"
    if not change.became and not change.ceased:
        return _("No change since %(day)s.") % {"day": day}
    said = ngettext(
        "%(change)s since %(day)s: %(became)s person became done",
        "%(change)s since %(day)s: %(became)s people became done",
        change.became,
    ) % {"change": number, "day": day, "became": change.became}
    if not change.ceased:
        return f"{said}."
    return ngettext(
        "%(said)s, and %(ceased)s is not done any more or not counted any more.",
        "%(said)s, and %(ceased)s are not done any more or not counted any more.",
        change.ceased,
    ) % {"said": said, "ceased": change.ceased}


def pace_text(now: Point, target: datetime.date | None, lately: Change) -> str:
    """How many a week it takes to be done by the day, and how many it has been in the last weeks."""
    left = now.counted - now.done
    if not left:
        return ""
    been = ngettext(
        "In the last four weeks %(number)s person became done.",
        "In the last four weeks %(number)s people became done.",
        lately.became,
    ) % {"number": lately.became}
    if target is None:
        return _("What is left has no due date ahead.") + " " + been
    days = (target - now.day).days
    if days < 1:
        passed = ngettext(
            "The day %(day)s has passed, and %(left)s person is not done.",
            "The day %(day)s has passed, and %(left)s people are not done.",
            left,
        )
        return passed % {"day": day_text(target), "left": left} + " " + been
    a_week = math.ceil(left * 7 / max(days, 7))
    needed = ngettext(
        "For all to be done by %(day)s, %(number)s person a week needs to become done.",
        "For all to be done by %(day)s, %(number)s people a week need to become done.",
        a_week,
    ) % {"day": day_text(target), "number": a_week}
    enough = lately.became * days >= left * PACE.days
    verdict = _("At that pace it is enough.") if enough else _("At that pace it is not enough.")
    return f"{needed} {been} {verdict}"


def described(points: list[Point]) -> str:
    """A curve in words: where it begins, where it ends."""
    first, last = points[0], points[-1]
    return _("From %(done)s of %(counted)s on %(day)s to %(now)s of %(all)s on %(today)s.") % {
        "done": first.done,
        "counted": first.counted,
        "day": day_text(first.day),
        "now": last.done,
        "all": last.counted,
        "today": day_text(last.day),
    }
