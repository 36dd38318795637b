from django.utils import timezone
from wagtail.admin.ui.components import Component

from ..access import LEADERS, workplaces_in_reach
from ..reports import figures
from ..reports.cells import summary_sentence, who_is_counted


class AreAllTrainedPanel(Component):
    """The project's one question, first on the leader's home page."""

    name = "lms_are_all_trained"
    template_name = "lms/admin/home_panel.html"
    order = 10

    def get_context_data(self, parent_context):
        reach = workplaces_in_reach(parent_context["request"].user, LEADERS)
        totals = figures.gather(timezone.localdate(), reach).totals
        return {"sentence": summary_sentence(totals), "counted": who_is_counted(totals), "totals": totals}
