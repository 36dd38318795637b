"""Starter text for the pages that the law asks for, from packs/*/sidor. An author finishes them on the site."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.packs.errors import PackError
from courses.packs.files import digest_of, split_front_matter
from courses.packs.markdown import to_html
from courses.packs.pages import find_page
from lms.models import AccessibilityStatementPage, InformationPage, TrainingSettings

from . import seeding
from .seeding import catalogue, put, site_languages, source_language

#: Which page of Settings, Training each kind is for.
KINDS: dict[str, tuple[type[Page], str]] = {
    "information": (InformationPage, "privacy_page"),
    "accessibility": (AccessibilityStatementPage, "accessibility_page"),
}


@dataclass
class PackPage:
    file: Path
    language: str
    head: dict[str, Any]
    body: str

    @property
    def key(self) -> uuid.UUID:
        return uuid.UUID(self.head["uuid"])


def pages() -> list[PackPage]:
    """Those in the site's own language first: translations lie in a folder that is named by its language."""
    own = [_read(path, source_language()) for path in sorted(seeding.PACKS.glob("*/sidor/*.md"))]
    return own + [_read(path, path.parent.name) for path in sorted(seeding.PACKS.glob("*/sidor/*/*.md"))]


def _read(path: Path, language: str) -> PackPage:
    where = "/".join(path.parts[-2:])
    head, body = split_front_matter(path.read_text(encoding="utf-8"), where)
    missing = {"kind", "uuid", "slug", "title"} - head.keys()
    if missing or head["kind"] not in KINDS:
        raise PackError(f"{where}: " + _("the head needs kind (information or accessibility), uuid, slug and title."))
    return PackPage(path, language, head, body)


def seed_information() -> Iterator[str]:
    """Pages that are new or that nobody has changed; and where the foot of every page leads, if nobody has said."""
    for pack in pages():
        if pack.language not in site_languages():
            continue
        digest = digest_of({"head": pack.head, "body": pack.body})
        page, line = put(pack.key, pack.language, pack.head["title"], digest, lambda pack=pack: _write(pack))
        yield line
        if page and pack.language == source_language():
            _lead_to(page, KINDS[pack.head["kind"]][1])


def _lead_to(page: Page, name: str) -> None:
    settings = TrainingSettings.load()
    if getattr(settings, f"{name}_id") is None:
        setattr(settings, name, Page.objects.get(pk=page.pk))
        settings.save(update_fields=[name])


def _write(pack: PackPage) -> Page:
    parent = catalogue(pack.language).get_parent()
    model, _name = KINDS[pack.head["kind"]]
    page = find_page(pack.key, pack.language) or model(translation_key=pack.key, locale_id=parent.locale_id, live=False)
    page.title, page.slug = pack.head["title"], pack.head["slug"]
    if isinstance(page, AccessibilityStatementPage):
        page.service, page.conformity = pack.head["service"], pack.head["conformity"]
        page.method, page.supervision = to_html(pack.head["method"]), to_html(pack.head["supervision"])
        page.shortcomings = to_html(pack.body, tags={"h2"}).replace("h2>", "h3>")
    else:
        page.body = to_html(pack.body, tags={"h2"})
    if page.pk is None:
        parent.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page
