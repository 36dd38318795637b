from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column, LiveStatusTagColumn, UpdatedAtColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from ..models import CertificateTemplate
from .views import DeleteTemplate
from .widgets import ColourInput


class CertificateTemplateViewSet(SnippetViewSet):
    """Templates in the CMS: Wagtail's own pages, drafts, history and permissions."""

    model = CertificateTemplate
    url_prefix = "certificates/templates"
    url_namespace = "lms_certificate_templates"
    icon = "doc-full-inverse"
    menu_label = _("Certificate templates")
    menu_name = "certificate-templates"
    menu_order = 67
    menu_hook = "register_lms_training_menu_item"
    delete_view_class = DeleteTemplate
    index_results_template_name = "lms_certificates/admin/template_list.html"
    list_display = [
        "name",
        Column("get_language_display", label=_("Language"), sort_key="language"),
        BooleanColumn("is_standard", label=_("Standard")),
        LiveStatusTagColumn(),
        UpdatedAtColumn(),
    ]
    list_filter = ["language"]
    search_fields = ["name"]
    ordering = ["name"]
    panels = [
        HelpPanel(
            _(
                "Certificates that are issued after you have published look like this. Those that are issued already "
                "never change. Look at the preview, also with the long name, before you publish."
            )
        ),
        MultiFieldPanel([FieldPanel("name"), FieldPanel("language"), FieldPanel("is_standard")], heading=_("Use")),
        MultiFieldPanel(
            [
                FieldPanel("heading"),
                FieldPanel("statement"),
                FieldPanel("body"),
                FieldPanel("shows_objectives"),
                FieldPanel("shows_hours"),
            ],
            heading=_("Words"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("logo"),
                FieldPanel("second_logo"),
                FieldPanel("has_background"),
                FieldRowPanel(
                    [FieldPanel(name, widget=ColourInput) for name in ("accent", "highlight", "ink")],
                ),
            ],
            heading=_("Look"),
        ),
        MultiFieldPanel(
            [FieldPanel("signatory_name"), FieldPanel("signatory_role"), FieldPanel("signature")],
            heading=_("Who signs"),
        ),
    ]

    def register_chooser_viewset(self) -> None:
        """None: nothing chooses a template so, and Wagtail's would list them to everyone who may enter the admin."""
