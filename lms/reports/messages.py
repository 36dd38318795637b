"""Whom to write to: names, phones and e-mails of those who miss something, to copy into a message of one's own."""

from collections import defaultdict
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from ..admin.base import AdminPage
from ..models import Role, StaffMember
from ..wording import day_text
from ..workplaces.names import tell_apart
from .selection import Only
from .views import MatrixFilter

#: What stands between the addresses: semicolons for Outlook, commas for a text message.
BETWEEN_ADDRESSES, BETWEEN_PHONES = "; ", ", "


class MessageList(NamedTuple):
    """The people of one workplace, or of all, with each thing that is copied as one text."""

    workplace: str
    people: list[StaffMember]

    @property
    def names(self) -> str:
        return "\n".join(person.full_name for person in self.people)

    @property
    def phones(self) -> str:
        return BETWEEN_PHONES.join(person.phone for person in self.people if person.phone)

    @property
    def addresses(self) -> str:
        return BETWEEN_ADDRESSES.join(person.email for person in self.people if person.email)

    @property
    def without_phone(self) -> list[str]:
        return [person.full_name for person in self.people if not person.phone]

    @property
    def without_address(self) -> list[str]:
        return [person.full_name for person in self.people if not person.email]


class MessageLists(MatrixFilter, AdminPage, TemplateView):
    """Those whom the matrix shows who are late, need help, or else have courses left, by workplace.

    Contact details are the project leader's alone.
    """

    template_name = "lms/reports/messages.html"
    page_title = gettext_lazy("Message lists")
    header_icon = "mail"
    roles = (Role.PROJECT_LEADER,)
    parents = ((gettext_lazy("Training matrix"), "lms_training_matrix"),)

    def get_context_data(self, **kwargs):
        only = self.chosen.get("only")
        found: dict[int, dict[int, None]] = defaultdict(dict)  # an ordered set of people for each workplace
        names: dict[int, str] = {}
        for worker, row in self.figures.walk():
            if only or row.done < row.counted:  # who is late or needs help is all that is walked through then
                found[worker.job.workplace_id][worker.job.staff_id] = None
                names[worker.job.workplace_id] = worker.workplace
        everyone = dict.fromkeys(person for people in found.values() for person in people)
        staff = StaffMember.objects.in_bulk(everyone)
        called = tell_apart(names)
        lists = [MessageList(called[place], [staff[pk] for pk in people]) for place, people in found.items()]
        if len(lists) > 1:
            lists.insert(0, MessageList(_("All workplaces"), [staff[pk] for pk in everyone]))
        return {
            **super().get_context_data(**kwargs),
            "lists": lists,
            "whom": self._whom(only),
            "nobody": _("Nobody you have chosen needs help. There is nobody to write to.")
            if only == Only.HELP
            else _("Nobody you have chosen has courses left. There is nobody to write to."),
            "query": self.request.GET.urlencode(),
        }

    def _whom(self, only: str | None) -> str:
        words = {
            Only.LATE: _("Those with an overdue course on %(day_text)s."),
            Only.HELP: _("Those who need help on %(day_text)s."),
        }
        said = words[Only(only)] if only in words else _("Those with courses left on %(day_text)s.")
        return said % {"day_text": day_text(self.day)}
