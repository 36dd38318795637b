from django.db.models import ProtectedError
from django.db.models.deletion import Collector
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel
from wagtail.admin.views.generic import DeleteView
from wagtail.admin.viewsets.model import ModelViewSet

from ..models import JobRole


class DeleteJobRole(DeleteView):
    """Says why a role stays that an employment or a rule names. Wagtail's own index of references knows of neither."""

    def get(self, request, *args, **kwargs):
        try:
            Collector(using=self.object._state.db, origin=self.object).collect([self.object])
        except ProtectedError:
            return self.refuse()
        return super().get(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            return self.refuse()

    def refuse(self):
        words = _(
            "“%(role)s” is used in employments or requirements, now or earlier, and cannot be deleted. "
            "Rename it instead."
        )
        messages.error(self.request, words % {"role": self.object})
        return HttpResponseRedirect(self.get_success_url())


class JobRoleViewSet(ModelViewSet):
    model = JobRole
    name = "lms_job_roles"
    icon = "tag"
    menu_label = gettext_lazy("Job roles")
    index_template_name = "lms/admin/job_roles.html"
    copy_view_enabled = False
    delete_view_class = DeleteJobRole
    panels = [FieldPanel("name")]


job_roles = JobRoleViewSet()
