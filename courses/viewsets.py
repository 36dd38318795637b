from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet

from .models import Contact


class ContactViewSet(SnippetViewSet):
    """The directory in the admin: names and purposes per language, addresses once."""

    model = Contact
    icon = "mail"
    menu_label = _("Contacts")
    add_to_admin_menu = True
    menu_order = 250
    copy_view_enabled = False
    list_display = [
        "name",
        Column("get_group_display", label=_("Group"), sort_key="group"),
        "phone",
        "checked_on",
        Column("locale", label=_("Language")),
    ]
    list_filter = ["group", "locale"]
    list_per_page = 50
    ordering = ["name"]
    search_fields = ["name", "purpose"]
