from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.viewsets.model import ModelViewSet

from ..models import JobRole


class JobRoleViewSet(ModelViewSet):
    model = JobRole
    name = "lms_job_roles"
    icon = "tag"
    menu_label = _("Job roles")
    add_to_settings_menu = True
    copy_view_enabled = False
    panels = [FieldPanel("name")]


job_roles = JobRoleViewSet()
