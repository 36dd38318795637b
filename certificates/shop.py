"""What a shop owner sees of the workplace's own certificate, in *Min butik*: a sheet to hang up."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from lms.access import workplaces_in_reach
from lms.shop.views import ROLES, owner_required

from .models import Basis, Certificate
from .views import pdf_response


def shop_panel(request: Any, workplaces: Any) -> str:
    """The current certificates of those workplaces, a queryset; one query. Empty where there are none."""
    certificates = list(_of(workplaces).order_by("title", "pk"))
    if not certificates:
        return ""
    return render_to_string("lms_certificates/includes/shop.html", {"certificates": certificates}, request)


@require_safe
@owner_required
def shop_pdf(request, certificate):
    """To be printed: shown, and not saved."""
    own = _of(workplaces_in_reach(request.user, ROLES))
    return pdf_response(request, get_object_or_404(own, uuid=certificate), inline=True)


def _of(workplaces: Any) -> Any:
    return Certificate.objects.current().filter(basis=Basis.WORKPLACE, workplace__in=workplaces.order_by().values("pk"))
