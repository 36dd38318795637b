import datetime
from collections import defaultdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from .. import ledger
from ..admin.base import ActionView, AdminPage
from ..foresight.views import ChangeView
from ..models import LedgerEntry, Programme, Role, Workplace
from ..people.sentences import name_of
from ..remedies.views import UndoView
from ..requirements.change import Change
from ..requirements.foresight import foresee
from ..requirements.views import REQUIREMENTS, leads_everywhere
from ..requirements.words import told
from ..wording import day_text
from . import actions
from .forms import ChangeProgrammeForm, ProgrammeForm, TitlesForm
from .lookup import Held, contents_of, courses_of

PROGRAMMES = (gettext_lazy("Programmes"), "lms_admin:programmes")


class ProgrammeList(AdminPage, TemplateView):
    template_name = "lms/admin/programme_list.html"
    page_title = gettext_lazy("Programmes")
    header_icon = "list-ol"
    parents = (REQUIREMENTS,)
    explanation = gettext_lazy(
        "A programme is some courses in an order. Require it as you require a course: then all its courses are "
        "required, or so many of them as you say, and what you change in the programme is changed for everyone whom it "
        "is required of."
    )

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        programmes = list(Programme.objects.standing())
        contents = contents_of(programmes)
        histories = _histories(programmes, contents)
        rows = [
            {
                "programme": programme,
                "contents": [
                    row for row in contents[programme.pk] if row[0].valid_to is None or today <= row[0].valid_to
                ],
                "history": histories[programme.pk],
            }
            for programme in programmes
        ]
        return {
            **super().get_context_data(**kwargs),
            "rows": rows,
            "today": today,
            "may_change": leads_everywhere(self.request.user),
        }


def _histories(
    programmes: list[Programme], contents: dict[int, list[Held]]
) -> dict[int, list[tuple[LedgerEntry, str, bool]]]:
    """For each what was decided about it, by whom, and whether it would be undone now. Two queries."""
    words = {
        "programme.opened": _("Made %(day)s by %(name)s."),
        "programme.changed": _("Changed %(day)s by %(name)s."),
        "programme.renamed": _("Given another title %(day)s by %(name)s."),
        "programme.change_undone": _("As before the change since %(day)s, by %(name)s."),
        "programme.taken_back": _("Taken back as a mistake %(day)s by %(name)s."),
    }
    subjects = {ledger.subject_of(programme): programme.pk for programme in programmes}
    entries = list(LedgerEntry.objects.filter(subject__in=subjects).select_related("actor").order_by("pk"))
    of_each: dict[int, list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        of_each[subjects[entry.subject]].append(entry)
    required = actions.required_among(programmes)
    found: dict[int, list[tuple[LedgerEntry, str, bool]]] = defaultdict(list)
    for entry in entries:
        programme = subjects[entry.subject]
        name = name_of(entry.actor) if entry.actor else _("the system")
        text = words[entry.verb] % {"day": day_text(timezone.localdate(entry.at)), "name": name}
        can_be = actions.can_be_undone(
            entry,
            of_each[programme],
            alive=sorted(row.pk for row, _courses in contents[programme]),
            is_required=programme in required,
        )
        found[programme].append((entry, text, can_be))
    return found


class EverywhereMixin:
    """A programme is everyone's: who leads a part of the tree sees what it holds, and cannot change it."""

    request: Any
    parents = (REQUIREMENTS, PROGRAMMES)
    success_url = reverse_lazy("lms_admin:programmes")
    header_icon = "list-ol"

    def dispatch(self, request, *args, **kwargs):
        if not leads_everywhere(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class AddProgramme(EverywhereMixin, ActionView):
    template_name = "lms/admin/programme_form.html"
    page_title = gettext_lazy("Add a programme")
    submit_label = gettext_lazy("Add")
    form_class = ProgrammeForm
    explanation = gettext_lazy("Nothing is required of anyone until you add a requirement of the programme.")

    def act(self, data):
        programme = actions.create_programme(actor=self.request.user, **data)
        return _("“%(programme)s” is added. Add a requirement of it to say who must take it.") % {
            "programme": programme
        }


class ProgrammeMixin(EverywhereMixin):
    """The programme in the address; 404 where it was taken back."""

    kwargs: dict[str, Any]
    programmes = Programme.objects.standing()

    def setup(self, request, *args, **kwargs):
        self.programme = get_object_or_404(self.programmes.all(), pk=kwargs["programme"])
        super().setup(request, *args, **kwargs)


def foresee_programme(act: Any, programme: Programme, day: datetime.date, more: Any = ()) -> Change:
    """What `act` changes for whoever the programme is required of, from `day` or today; `more` courses than it has."""
    change, _result = foresee(
        act,
        courses={*courses_of(programme), *more},
        day=max(day, timezone.localdate()),
        workplaces=Workplace.objects.all(),
    )
    return change


class ChangeProgramme(ProgrammeMixin, ChangeView):
    template_name = "lms/admin/programme_form.html"
    form_class = ChangeProgrammeForm
    confirm_label = gettext_lazy("Change the programme")
    explanation = gettext_lazy(
        "Days that have passed stay as they were. A course that stays in the programme gives nobody new time; one that "
        "is new in it counts from the day of the change, and so do all of them if more are asked for than before. "
        "First you see whom it touches; then you decide."
    )

    def get_page_title(self):
        return _("Change the programme: %(programme)s") % {"programme": self.programme}

    def get_form_kwargs(self):
        contents, courses = contents_of([self.programme])[self.programme.pk][-1]
        kwargs = super().get_form_kwargs()
        return {**kwargs, "courses": courses, "initial": {**kwargs["initial"], "at_least": contents.at_least}}

    def save(self, data):
        return actions.change_programme(programme=self.programme, actor=self.request.user, **data)

    def look_ahead(self, data):
        return foresee_programme(lambda: self.save(data), self.programme, data["first_day"], more=data["courses"])

    def tell(self, change):
        return told(change, several=True)

    def is_done(self, data):
        return ledger.has_written(data["form_id"], "programme.changed")

    def act(self, data):
        self.save(data)
        return _("The programme is changed from %(day)s.") % {"day": day_text(data["first_day"])}


class RenameProgramme(ProgrammeMixin, ActionView):
    page_title = gettext_lazy("Title of the programme")
    form_class = TitlesForm

    def get_initial(self):
        return {"title_sv": self.programme.title_sv, "title_en": self.programme.title_en}

    def act(self, data):
        actions.rename_programme(programme=self.programme, actor=self.request.user, **data)
        return _("Saved.")


class UndoOfProgramme(ProgrammeMixin, UndoView):
    roles = (Role.PROJECT_LEADER,)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.take_up(LedgerEntry.objects.filter(subject=ledger.subject_of(self.programme)))

    def look_ahead(self):
        self.change = foresee_programme(self.undo, self.programme, timezone.localdate())
        return told(self.change, several=True)

    def get_sentence(self):
        words = {
            "programme.opened": _("The programme “%(programme)s” was made on %(day)s."),
            "programme.changed": _("The programme “%(programme)s” was changed on %(day)s."),
        }
        day = day_text(timezone.localdate(self.entry.at))
        return words[self.entry.verb] % {"programme": self.programme, "day": day}
