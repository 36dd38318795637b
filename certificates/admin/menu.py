from django.utils.translation import gettext_lazy as _

from lms.access import LEADERS
from lms.admin.menu import TrainingMenuItem


def certificates_menu_item() -> TrainingMenuItem:
    return TrainingMenuItem(_("Certificates"), "lms_certificates_admin:list", LEADERS, "doc-full-inverse", 14)
