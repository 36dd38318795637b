from typing import Any

from django.http import HttpRequest

from lms.admin.menu import TrainingMenuItem

from ..waiting import how_many_for


class WaitingMenuItem(TrainingMenuItem):
    """With the number of the certificates that wait."""

    def render_component(self, request: HttpRequest) -> Any:
        component = super().render_component(request)
        if number := how_many_for(request):
            component.label = f"{self.label} ({number})"
        return component
