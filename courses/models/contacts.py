"""The contact directory: whom to turn to, with one place for each address and for when somebody last checked it."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page, TranslatableMixin

from ..blocks import SHORT_FEATURES
from ..widgets import DateInput
from .pages import PREVIEW_SIZES

MAX_REF = 60


class ContactGroup(models.TextChoices):
    """In the order in which they are shown."""

    EMERGENCY = "emergency", _("Emergency numbers")
    CRISIS = "crisis", _("Crisis and weather")
    AUTHORITIES = "authorities", _("Authorities")
    MUNICIPALITY = "municipality", _("Municipality and region")
    TOURISM = "tourism", _("Tourism")
    PARCELS = "parcels", _("Parcels, payment and electronic ID")
    OTHER = "other", _("Other")


class ContactQuerySet(models.QuerySet):
    def in_language(self, language: str | None) -> list["Contact"]:
        """One row of each contact, by name: in `language`, else the one that was written first. One query."""
        best: dict[str, Contact] = {}
        rows: Any = self.annotate(language=F("locale__language_code")).order_by("pk")
        for contact in sorted(rows, key=lambda row: row.language != language):
            best.setdefault(contact.ref, contact)
        return sorted(best.values(), key=lambda contact: contact.name.casefold())


class Contact(TranslatableMixin, models.Model):
    """An authority, an e-service or a number to call. Lessons name it by its `ref`, which knows no language.

    Its address, its phone and when they were checked know none either: saved in one language, they are the same in
    all (`save`).
    """

    SHARED = ("ref", "group", "url", "phone", "checked_on", "source")

    ref = models.SlugField(max_length=MAX_REF, editable=False)
    group = models.CharField(_("group"), max_length=20, choices=ContactGroup.choices, default=ContactGroup.AUTHORITIES)
    name = models.CharField(_("name"), max_length=120)
    purpose = models.CharField(
        _("what for"), max_length=250, blank=True, help_text=_("When one turns to it, in a few plain words.")
    )
    url = models.URLField(_("link"), max_length=500, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    checked_on = models.DateField(
        _("last checked"),
        null=True,
        blank=True,
        help_text=_("The day somebody last opened the link or called. Empty until somebody has."),
    )
    source = models.CharField(
        _("source"),
        max_length=250,
        blank=True,
        help_text=_("Where this comes from. Only course leaders see it."),
    )

    objects = ContactQuerySet.as_manager()

    panels = [
        FieldPanel("name"),
        FieldPanel("purpose"),
        FieldPanel("group"),
        MultiFieldPanel(
            [FieldPanel("url"), FieldPanel("phone"), FieldPanel("checked_on", widget=DateInput), FieldPanel("source")],
            heading=_("The same in all languages"),
        ),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [models.UniqueConstraint(fields=["ref", "locale"], name="lms_courses_contact_once")]

    def __str__(self):
        return self.name

    @transaction.atomic
    def save(self, *args, **kwargs):
        if not self.ref:
            self.ref = self._free_ref()
        super().save(*args, **kwargs)
        shared = {name: getattr(self, name) for name in self.SHARED}
        self.get_translations().update(**shared)

    @property
    def is_a_call(self) -> bool:
        """Whether one turns to it by phone first: an emergency number."""
        return bool(self.phone) and self.group == ContactGroup.EMERGENCY

    def clean(self):
        if not (self.url or self.phone):
            raise ValidationError({"url": _("Give a link or a phone number.")})

    def _free_ref(self) -> str:
        """From the name, and never another contact's."""
        wanted, number = slugify(self.name)[: MAX_REF - 4] or "kontakt", 1
        ref, others = wanted, Contact.objects.exclude(translation_key=self.translation_key)
        while others.filter(ref=ref).exists():
            number += 1
            ref = f"{wanted}-{number}"
        return ref


def in_groups(contacts: Iterable[Contact]) -> list[tuple[str, list[Contact]]]:
    """(the group's name, its contacts) for each group that has any."""
    found: dict[str, list[Contact]] = {}
    for contact in contacts:
        found.setdefault(contact.group, []).append(contact)
    return [(str(group.label), found[group]) for group in ContactGroup if group in found]


class ShortcutsPage(Page):
    """The quick way from the service point's computer to each authority: the whole directory, open to all."""

    introduction = RichTextField(_("introduction"), blank=True, features=SHORT_FEATURES)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    preview_sizes = PREVIEW_SIZES
    template = "lms_courses/shortcuts_page.html"

    class Meta:
        verbose_name = _("Shortcuts")
        verbose_name_plural = _("shortcuts")

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        contacts = Contact.objects.in_language(self.locale.language_code)
        context["groups"] = in_groups(contacts)
        context["some_unchecked"] = not all(contact.checked_on for contact in contacts)
        return context
