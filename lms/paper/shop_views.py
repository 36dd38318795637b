"""A shop owner prints tests for those who work there. The answers go to a leader, who enters them: an employer sees
results and no answers."""

from typing import Any

from django import forms
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ..access import workplaces_in_reach
from ..admin.fields import FormIdField, ManyField
from ..models import PaperTest, StaffMember
from ..shop.views import ROLES, owner_required
from .actions import make_papers
from .forms import TestChoiceField
from .views import sheets_response


class ShopTestsForm(forms.Form):
    form_id = FormIdField()
    test = TestChoiceField(label=gettext_lazy("Test"))
    people = ManyField(label=gettext_lazy("Who is to write"), queryset=StaffMember.objects.none())

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people


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
