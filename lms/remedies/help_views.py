"""Needs help: everyone in reach who cannot go on alone, by workplace, with what can be done from here."""

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from ..access import LEADERS, staff_to_manage, workplaces_in_reach
from ..admin.base import AdminPage
from ..models import Role
from ..reports.figures import gather
from ..reports.help import help_needed, people_in


class NeedsHelp(AdminPage, TemplateView):
    template_name = "lms/admin/needs_help.html"
    page_title = gettext_lazy("Needs help")
    header_icon = "help"
    roles = LEADERS
    explanation = gettext_lazy(
        "Who has used up the attempts at a test, has something that waits for your decision, or has begun a required "
        "course and not been heard of for more than two weeks."
    )
    per_page = 50

    def get_context_data(self, **kwargs):
        found = gather(timezone.localdate(), workplaces_in_reach(self.request.user, self.roles))
        calls = help_needed(found)
        page = Paginator(calls, self.per_page).get_page(self.request.GET.get("p"))
        return {
            **super().get_context_data(**kwargs),
            "calls": page,
            "people": people_in(calls),
            "phones": self._phones({call.worker.job.staff_id for call in page}),
        }

    def _phones(self, staff):
        """Contact details are between the project leader and the person."""
        theirs = staff_to_manage(self.request.user, (Role.PROJECT_LEADER,)).filter(pk__in=staff)
        return dict(theirs.exclude(phone="").values_list("pk", "phone"))
