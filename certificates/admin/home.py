"""On the leader's home page: certificates that wait for a yes. Nobody looks for what they do not know of."""

from typing import Any

from wagtail.admin.ui.components import Component

from lms.access import LEADERS, may_lead

from ..waiting import how_many_for


def add_panel(request: Any, panels: list[Any]) -> None:
    if may_lead(request.user, *LEADERS) and (number := how_many_for(request)):
        panels.append(WaitingPanel(number))


class WaitingPanel(Component):
    name = "lms_certificates_waiting"
    template_name = "lms_certificates/admin/home_panel.html"
    order = 15

    def __init__(self, number: int):
        super().__init__()
        self.number = number

    def get_context_data(self, parent_context):
        return {"number": self.number}
