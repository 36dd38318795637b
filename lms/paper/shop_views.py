"""A shop owner prints tests for those who work there. The answers go to a leader, who enters them: an employer sees
results and no answers."""

from typing import Any

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from ..access import workplaces_in_reach
from ..models import PaperTest, StaffMember
from ..shop.views import ROLES, owner_required
from .actions import make_papers
from .forms import ShopTestsForm
from .views import sheets_response


def _people(request: Any) -> Any:
    shops = workplaces_in_reach(request.user, ROLES)
    return StaffMember.objects.at_or_coming_to(shops, timezone.localdate())


@require_http_methods(["GET", "HEAD", "POST"])
@owner_required
def shop_tests(request):
    form = ShopTestsForm(request.POST or None, people=_people(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        papers = make_papers(
            form_id=data["form_id"],
            activity=data["test"],
            people=list(data["people"]),
            blank=0,
            language=get_language() or "",
            made_by=request.user,
        )
        return redirect("lms:shop_sheets", papers[0].batch)
    return render(request, "lms/paper/shop.html", {"form": form}, status=422 if request.method == "POST" else 200)


@require_safe
@owner_required
def shop_sheets(request, batch):
    made = PaperTest.objects.filter(batch=batch, made_by=request.user, staff__in=_people(request))
    return sheets_response(request, made, back=reverse("lms:my_shop"), hand_over=True)
