"""The leader's home page: are all trained, who is late, what waits; and what must be in place first."""

from typing import Any

from django.utils import timezone
from wagtail.admin.ui.components import Component

from ..access import LEADERS, may_lead, workplaces_in_reach
from ..remedies.review import how_many_for
from ..reports import figures
from ..reports.cells import summary_sentence, who_is_counted
from ..reports.help import HelpNeeded, help_needed, people_in
from .first_steps import first_steps, what_is_done, where_it_is_done

#: How many are named under each heading; the rest are a click away.
NAMED = 8


def add_panels(request: Any, panels: list[Any]) -> None:
    """First on the home page of those who lead: what they may see of it, and nothing for anybody else."""
    if not may_lead(request.user, *LEADERS):
        return
    found = figures.gather(timezone.localdate(), workplaces_in_reach(request.user, LEADERS))
    panels.append(AreAllTrainedPanel(found, help_needed(found), to_review=how_many_for(request)))
    if steps := first_steps(what_is_done(request.user, found)):
        addresses = where_it_is_done()
        panels.append(FirstStepsPanel([(step, addresses.get(step.key)) for step in steps]))


class AreAllTrainedPanel(Component):
    """The project's one question; who is late, who needs help, and what waits for a leader."""

    name = "lms_are_all_trained"
    template_name = "lms/admin/home_panel.html"
    order = 10

    def __init__(self, found: figures.Figures, calls: list[HelpNeeded], *, to_review: int):
        super().__init__()
        self.figures, self.calls, self.to_review = found, calls, to_review

    def get_context_data(self, parent_context):
        totals = self.figures.totals
        return {
            "sentence": summary_sentence(totals),
            "counted": who_is_counted(totals),
            "totals": totals,
            "late": self.figures.late_names(NAMED),
            "late_more": max(0, len(totals.late) - NAMED),
            "calls": self.calls[:NAMED],
            "calls_more": max(0, len(self.calls) - NAMED),
            "needing_help": people_in(self.calls),
            "to_review": self.to_review,
        }


class FirstStepsPanel(Component):
    """What is left before anyone can be trained. Gone when all of it is done."""

    name = "lms_first_steps"
    template_name = "lms/admin/first_steps.html"
    order = 20

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def get_context_data(self, parent_context):
        return {"steps": self.steps, "done": sum(step.done for step, _address in self.steps)}
