"""Which service points have all their staff trained, and their certificates."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from lms.access import workplaces_in_reach
from lms.admin.base import AdminPage, ConfirmView
from lms.models import Workplace
from lms.validity import add_months
from lms.wording import day_text

from ..models import How
from ..rules import Rules
from ..workplaces import issue_to_workplace, places

WORKPLACES = (gettext_lazy("Certificates of workplaces"), "lms_certificates_admin:workplaces")


class WorkplaceList(AdminPage, TemplateView):
    template_name = "lms_certificates/admin/workplace_list.html"
    page_title = WORKPLACES[0]
    header_icon = "home"
    explanation = gettext_lazy(
        "A service point where all who work there have done what is required of them can get a certificate to hang on "
        "the wall. Who counts is the same as in the training matrix today."
    )

    def get_context_data(self, **kwargs):
        rule = Rules.read().of(None)
        return {
            **super().get_context_data(**kwargs),
            "places": places(workplaces_in_reach(self.request.user, self.roles)),
            "rule": rule,
            "may_issue": rule.how != How.NONE,
        }


class IssueToWorkplace(ConfirmView):
    page_title = gettext_lazy("Issue the certificate")
    header_icon = "home"
    parents = (WORKPLACES,)
    confirm_label = gettext_lazy("Issue the certificate")
    success_url = reverse_lazy("lms_certificates_admin:workplaces")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.workplace = get_object_or_404(workplaces_in_reach(request.user, self.roles), pk=kwargs["workplace"])

    def get_page_subtitle(self):
        return self.workplace.name

    def foresee(self, data):
        place = next(iter(places(Workplace.objects.filter(pk=self.workplace.pk))), None)
        if place is None or not place.is_ready:
            raise ValidationError(_("Not all who work at %(workplace)s are trained.") % {"workplace": self.workplace})
        if place.certificate and not place.can_be_renewed:
            raise ValidationError(_("%(workplace)s has a certificate that is valid.") % {"workplace": self.workplace})
        number, until = place.share.counted, add_months(timezone.localdate(), Rules.read().of(None).months)
        words = ngettext(
            "%(workplace)s gets a certificate that says that the %(number)s person who works there is trained. It is "
            "valid to %(day)s. No names of staff stand in it.",
            "%(workplace)s gets a certificate that says that all %(number)s who work there are trained. It is valid to "
            "%(day)s. No names of staff stand in it.",
            number,
        )
        told = [words % {"workplace": self.workplace, "number": number, "day": day_text(until)}]
        return [*told, *([_("The certificate before it says that it is replaced.")] if place.certificate else [])]

    def form_invalid(self, form):
        """Said where it would have been confirmed."""
        self.template_name = self.confirm_template_name
        could_not = " ".join(form.non_field_errors())
        return self.render_to_response(self.get_context_data(form=form, could_not=could_not), status=422)

    def act(self, data):
        issue_to_workplace(workplace=self.workplace, actor=self.request.user)
        return _("The certificate of %(workplace)s is issued.") % {"workplace": self.workplace}
