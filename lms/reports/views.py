from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.reports import ReportView

from courses.models import Course

from .. import matrix
from ..access import LEADERS, may_lead, workplaces_in_reach
from ..handed_out.building import AT_ONCE, at_once, foreseen
from ..models import Employment, Requirement, Role
from ..prerequisites import courses_before
from ..programmes.lookup import programmes_on
from ..wording import day_text
from .cells import CellPrinter, how_many_rows, known_text, summary_sentence, total_label, who_is_counted
from .columns import Columns, columns_of
from .figures import Figures
from .forms import MatrixFilterForm
from .prerequisites import what_comes_first
from .selection import Only, Order, Selection
from .summary import lines_of, pairs_of_all
from .workers import Worker

#: How many of those who miss something are named under the sentence before "and so many more", who are a link away.
NAMED = 8

#: The order in which the largest comes first, until it is turned round.
LARGEST_FIRST = Order.LATE


class MatrixFilter:
    """What the address asks to see of the matrix: the day, the people and the courses, in this leader's reach."""

    roles: tuple[str, ...] = LEADERS

    @cached_property
    def workplaces(self):
        return list(workplaces_in_reach(self.request.user, self.roles).order_by("path"))

    @cached_property
    def filter_form(self):
        form = MatrixFilterForm(self.request.GET, workplaces=self.workplaces)
        form.is_valid()
        return form

    @cached_property
    def chosen(self):
        """The filters that make sense; one that does not is left out, and said at its field."""
        return getattr(self.filter_form, "cleaned_data", {})

    @property
    def day(self):
        return self.chosen.get("date") or timezone.localdate()

    @property
    def known(self):
        """The moment up to which the register is asked what it knew; None for now."""
        return self.chosen.get("known")

    @cached_property
    def selection(self) -> Selection:
        """Whom and what the address asks for. A workplace outside the reach is not one of those to choose from."""
        chosen = self.chosen
        order = chosen.get("order") or ""
        place = next((place for place in self.workplaces if place.pk == chosen.get("workplace")), None)
        return Selection(
            self.day,
            workplaces_in_reach(self.request.user, self.roles),
            known=self.known,
            path=place.path if place else "",
            role=chosen.get("role") or "",
            course=chosen.get("course"),
            words=chosen.get("q") or "",
            only=Only(chosen["only"]) if chosen.get("only") else None,
            order=Order(order.removeprefix("-") or Order.WORKPLACE),
            backwards=order.startswith("-"),
        )

    @cached_property
    def figures(self) -> Figures:
        found = Figures(self.selection)
        self.filter_form.offer(roles=found.overview.roles, courses=found.all_courses)
        return found

    @property
    def total_label(self):
        return total_label(only=self.chosen.get("only", ""))

    def filters_in_words(self):
        """As the files say it, which tell the dates by themselves."""
        return ", ".join(self.filter_form.in_words(("workplace", "role", "course", "only", "q", "order"))) or _("none")


class People:
    """The rows of a selection, for a paginator: counted and cut out, never all of them at once."""

    ordered = True

    def __init__(self, found: Figures, courses: Sequence[int]) -> None:
        self._found, self._courses = found, courses

    def __len__(self) -> int:
        return self._found.count

    def __getitem__(self, part: slice) -> list[tuple[Worker, matrix.Row]]:
        return self._found.page(part.start, part.stop - part.start, self._courses)


class TrainingMatrix(MatrixFilter, ReportView):
    """Are all staff trained, and if not who is missing, where and why?

    By workplace first; `?view=people`, or a workplace, opens it to staff by courses. `?cols=2` shows the next courses,
    `?programme=` those of one, and `?compare=` what has changed since a day. ReportView asks for no permission beyond
    the admin's, so `dispatch` asks ours.
    """

    page_title = gettext_lazy("Training matrix")
    header_icon = "table"
    template_name = "lms/reports/matrix.html"
    results_template_name = "lms/reports/matrix_results.html"
    index_url_name = "lms_training_matrix"
    index_results_url_name = "lms_training_matrix_results"
    paginate_by = 100
    list_export = ["matrix"]  # shows the download buttons; exports.py writes the files

    def dispatch(self, request, *args, **kwargs):
        if not may_lead(request.user, *self.roles):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def shows_people(self):
        view = self.request.GET.get("view")
        return view == "people" or (
            view != "workplaces" and any(self.chosen.get(name) for name in ("workplace", "only", "q", "order"))
        )

    def get_queryset(self):
        return People(self.figures, self._read_courses) if self.shows_people else []

    def get_filtered_queryset(self):
        return self.get_queryset()

    def get_paginate_by(self, queryset):
        return self.paginate_by if self.shows_people else None

    @cached_property
    def totals(self) -> matrix.Totals | None:
        """The sums; None beside people on several pages: the sums of all of them are not read for each page."""
        found = self.figures
        if self.shows_people and not found.reads_everyone and found.count > self.paginate_by:
            return None
        return found.totals

    @cached_property
    def nothing_known(self) -> bool:
        """Whether the moment that is asked about is before anything was registered. Two queries, of such a moment."""
        if not self.known or self.figures.rules:
            return False
        jobs = Employment.objects.filter(workplace__in=self.selection.reach)
        return not any(rows.filter(recorded_at__lte=self.known).exists() for rows in (jobs, Requirement.objects))

    @cached_property
    def shown_columns(self) -> Columns:
        """The courses that are shown. One query where there are programmes to choose among."""
        found = self.figures
        held = programmes_on(self.day, known=self.known) if found.overview.any_programme else []
        held = [one for one in held if not set(one[1]).isdisjoint(found.course_ids)]
        self.filter_form.offer_programmes(programme for programme, _courses in held)
        programme, order = next((one for one in held if one[0].pk == self.chosen.get("programme")), (None, []))
        return columns_of(found.courses, page=self.request.GET.get("cols"), programme=programme, order=order)

    @cached_property
    def _comes_first(self) -> dict[int, list[Course]]:
        """Which courses come before those that are shown. One query where any does."""
        return courses_before(self.shown_columns.courses)

    @property
    def _read_courses(self) -> list[int]:
        """The courses that are shown, and after them those that come before some of them."""
        before = {course.pk for courses in self._comes_first.values() for course in courses}
        shown = [course.pk for course in self.shown_columns.courses]
        return [*shown, *(pk for pk in self.figures.course_ids if pk in before and pk not in shown)]

    @cached_property
    def before(self) -> matrix.Totals | None:
        """The same sums on the day compared with, where one is asked for."""
        since = self.chosen.get("compare")
        return Figures(replace(self.selection, day=since, only=None, order=Order.WORKPLACE)).totals if since else None

    def get_context_data(self, **kwargs):
        columns = self.shown_columns  # before the form is drawn: they tell which programmes it offers
        context = super().get_context_data(**kwargs)
        context.update(
            filter_form=self.filter_form,
            day=self.day,
            day_text=day_text(self.day),
            known_text=known_text(self.known) if self.known else "",
            columns=columns,
            courses=columns.courses,
            shows_people=self.shows_people,
            is_one_workplace=self._is_one_workplace(),
            headings=self._headings(),
            query=self._query(),
            query_now=self._query("known"),
            query_columns=self._query("cols"),
            and_when=self._and_when(),
            query_by_workplace=self._query("order", view="workplaces"),
            query_by_person=self._query(view="people"),
            query_missing=self._query(view="people", only=Only.MISSING.value),
            chosen_words=self.filter_form.in_words(),
            query_all=self._query_all(),
            no_rules=not self.figures.rules,
            nothing_known=self.nothing_known,
            may_lead_project=may_lead(self.request.user, Role.PROJECT_LEADER),
            **(self._sums(self.totals) if self.totals else {"sentence": how_many_rows(self.figures.count)}),
        )
        if self.nothing_known:
            context["sentence"] = _("Nothing was registered then.")
        return context

    def _sums(self, totals):
        shown, before = [course.pk for course in self.shown_columns.courses], self.before
        return {
            "totals": totals,
            "before": before.people if before else None,
            "since": day_text(self.chosen["compare"]) if before else "",
            "course_shares": pairs_of_all(totals, before, shown),
            "sentence": summary_sentence(totals),
            "counted": who_is_counted(totals),
            "total_label": self.total_label,
            "missing": self.figures.missing_names(NAMED),
            "missing_more": max(0, len(totals.missing) - NAMED),
            **({} if self.shows_people else self._by_workplace(totals, shown)),
        }

    def _by_workplace(self, totals, shown):
        """Every workplace where somebody works, in the order of the tree, with its shares; and what stands above."""
        top = self.selection.path
        return {
            "workplaces": lines_of(
                [place for place in self.workplaces if place.path.startswith(top)],
                totals,
                shown,
                order=self.selection.order,
                backwards=self.selection.backwards,
                before=self.before,
            ),
            "above": [place for place in self.workplaces if top.startswith(place.path)],
            "query_up": self._query("workplace", "order", view="workplaces"),
        }

    def _is_one_workplace(self) -> bool:
        """Whether all rows are of one workplace: then no column says where."""
        top = self.selection.path
        return bool(top) and sum(place.path.startswith(top) for place in self.workplaces) == 1

    def _headings(self):
        """What can be sorted by: the rest of the address, which turns the same again round, and how it stands."""
        view, asked = "people" if self.shows_people else "workplaces", self.selection
        ways = {order.value: "" for order in Order}
        ways[asked.order] = "descending" if (asked.order is LARGEST_FIRST) != asked.backwards else "ascending"
        turned: dict[str, str] = {} if asked.backwards else {asked.order: f"-{asked.order}"}
        return {
            order: {"query": self._query(view=view, order=turned.get(order, order)), "sorted": way}
            for order, way in ways.items()
        }

    def get(self, request, *args, **kwargs):
        if self.is_export:
            return self._export()
        self.object_list = self.get_filtered_queryset()
        context = self.get_context_data()
        rows, number = list(context["object_list"]), len(self.shown_columns.courses)
        show = CellPrinter(
            self.day,
            rules=self.figures.rules,
            first=what_comes_first(self.figures, [row for _worker, row in rows], self._comes_first) if rows else {},
            links={name: context[name] for name in ("may_lead_project", "and_when")},
        )
        context["object_list"] = [(worker, row, show.cells(worker, row.cells[:number])) for worker, row in rows]
        return self.render_to_response(context)

    def _query(self, *without, **changes):
        query = self.request.GET.copy()
        for name in ("p", "export", *without, *changes):
            query.pop(name, None)
        query.update(changes)
        return query.urlencode()

    def _query_all(self):
        """Everyone and everything, seen and sorted as now."""
        asked = {"view": "people" if self.shows_people else "workplaces", "order": self.chosen.get("order")}
        return urlencode({name: value for name, value in asked.items() if value})

    def _and_when(self):
        """The two dates, as the end of an address that asks for something of the same moment."""
        when = {name: self.request.GET[name] for name in ("date", "known") if self.chosen.get(name)}
        return f"&{urlencode(when)}" if when else ""

    def _export(self):
        """At once where that is quick. What takes longer is made in the background, from the page for it."""
        kind = "xlsx" if self.request.GET["export"] == self.FORMAT_XLSX else "csv-excel"
        if foreseen(self, kind) <= AT_ONCE:
            return at_once(self, kind)
        query = self._query()
        return HttpResponseRedirect(f"{reverse('lms_admin:hand_out')}?{query}{'&' if query else ''}format={kind}")
