from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentSeedConfig(AppConfig):
    name = "content_seed"
    label = "lms_content_seed"
    verbose_name = _("Starter content")
    default_auto_field = "django.db.models.BigAutoField"
