"""Starter content into the site: every pack, or nothing new. What an author has changed is left alone, and said."""

import uuid
from collections import Counter
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from wagtail.models import Locale, Page, Site

from courses.models import CourseIndexPage, ShortcutsPage
from courses.packs.contacts import PackContact, contact_values, put_contact, read_contacts, stored_values
from courses.packs.errors import PackError
from courses.packs.files import PackCourse, digest_of, read_course
from courses.packs.pages import activity_digest, course_digest, find_page, put_activity, put_course

from .models import SeededPage

PACKS = Path(__file__).parent / "packs"
WAGTAILS_OWN = "Welcome to your new Wagtail site!"  # what its first migration calls the start page
CONTACTS = uuid.UUID("0d1f3f0e-6f0b-4c52-9d7a-3f6c2a1b8e44")
#: Title, address and introduction of the page of shortcuts, in each language of the packs.
SHORTCUTS_WORDS = {
    "sv": (
        "Snabbvägar",
        "snabbvagar",
        "Här hittar du nödnummer, myndigheter och e-tjänster. Kunden loggar in själv och loggar ut när det är klart.",
    ),
    "en": (
        "Shortcuts",
        "shortcuts",
        "Emergency numbers, authorities and e-services. The customer signs in, and signs out when it is done.",
    ),
}
SHORTCUTS = uuid.UUID("7d2b8a4c-52d0-4f0e-b7c1-08d1f5f2f3a9")


def packs() -> list[PackCourse]:
    """All courses of all packs, read whole before anything is written. Translations come after what they translate."""
    found = [*sorted(PACKS.glob("*/*/course.yaml")), *sorted(PACKS.glob("*/*/*/course.yaml"))]
    return [read_course(path.parent) for path in found]


def directories() -> list[PackContact]:
    """The contacts of all packs, read whole before anything is written."""
    return [contact for path in sorted(PACKS.glob("*/contacts.yaml")) for contact in read_contacts(path)]


def chosen(only: Collection[str]) -> list[PackCourse]:
    """The courses in the folders that `only` names. Raises PackError for a name that there is none of."""
    found = packs()
    folders = {pack.folder.name for pack in found if pack.folder.parent.parent == PACKS}
    if unknown := sorted(set(only) - folders):
        words = _("There is no course called %(unknown)s. Choose among %(courses)s.")
        raise PackError(words % {"unknown": ", ".join(unknown), "courses": ", ".join(sorted(folders))})
    return [pack for pack in found if not only or {pack.folder.name, pack.folder.parent.name} & set(only)]


def seed(only: Collection[str] = ()) -> Iterator[str]:
    """Bring the site up to the packs. Yields a line for each page that is new, updated or left alone, and for contacts.

    `only` names the folders of the courses to load, with their translations. None: all. The contacts come first into
    the site, because lessons name them.
    """
    found, contacts = chosen(only), directories()
    languages = [source_language(), *(pack.language for pack in found if pack.language in site_languages())]
    indexes = {language: catalogue(language) for language in dict.fromkeys(languages)}
    about_contacts = _put_contacts(contacts)
    for pack in found:
        if pack.language not in indexes:
            yield _line(_("left out"), _("%(title)s (the site has no such language)") % {"title": pack.title})
            continue
        index = indexes[pack.language]
        course, line = put(
            pack.uuid,
            pack.language,
            pack.title,
            course_digest(pack),
            lambda pack=pack, index=index: put_course(pack, index),
        )
        yield line
        if course is None:
            continue
        for activity in pack.activities:
            _page, line = put(
                activity.uuid,
                pack.language,
                f"{pack.title} / {activity.title}",
                activity_digest(activity),
                lambda pack=pack, activity=activity, course=course: put_activity(pack, activity, course),
            )
            yield line
    yield from about_contacts
    for language, index in indexes.items() if contacts else ():
        words = SHORTCUTS_WORDS[language]
        _page, line = put(SHORTCUTS, language, words[0], digest_of(words), partial(_put_shortcuts, index, *words))
        yield line


def put(key: Any, language: str, title: str, digest: str, write: Any) -> tuple[Page | None, str]:
    known = SeededPage.objects.filter(translation_key=key, language=language).first()
    page = find_page(key, language)
    if known and page is None:
        return None, _line(_("left alone"), _("%(title)s (deleted on the site)") % {"title": title})
    if page and (known is None or page.latest_revision_id != known.revision):
        return page, _line(_("left alone"), _("%(title)s (changed on the site)") % {"title": title})
    if page and not page.live:
        # To unpublish makes no revision: the comparison above does not see it.
        return page, _line(_("left alone"), _("%(title)s (unpublished on the site)") % {"title": title})
    if known and known.digest == digest:
        return page, _line(_("unchanged"), title)
    written = write()
    SeededPage.objects.update_or_create(
        translation_key=key,
        language=language,
        defaults={"digest": digest, "revision": written.latest_revision_id},
    )
    return written, _line(pgettext("seeded page", "updated") if known else pgettext("seeded page", "new"), title)


def _put_contacts(contacts: list[PackContact]) -> list[str]:
    """How many are new, updated or unchanged; and by name each that an author has changed or deleted."""
    languages = set(Locale.objects.values_list("language_code", flat=True))
    lines, counted = [], Counter[str]()
    for contact in contacts:
        key, title = uuid.uuid5(CONTACTS, contact.ref), contact.title
        values, stored = contact_values(contact, languages), stored_values(contact.ref)
        known = SeededPage.objects.filter(translation_key=key).first()
        if known and stored is None:
            lines.append(_line(_("left alone"), _("%(title)s (deleted on the site)") % {"title": title}))
        elif stored is not None and (known is None or digest_of(stored) != known.digest):
            lines.append(_line(_("left alone"), _("%(title)s (changed on the site)") % {"title": title}))
        elif known and known.digest == digest_of(values):
            counted[_("unchanged")] += 1
        else:
            put_contact(contact)
            SeededPage.objects.update_or_create(
                translation_key=key, language="", defaults={"digest": digest_of(values), "revision": 0}
            )
            counted[pgettext("seeded page", "updated") if known else pgettext("seeded page", "new")] += 1
    for what, number in counted.items():
        lines.append(_line(what, ngettext("%(number)s contact", "%(number)s contacts", number) % {"number": number}))
    return lines


def _put_shortcuts(index: CourseIndexPage, title: str, slug: str, introduction: str) -> Page:
    page = find_page(SHORTCUTS, index.locale.language_code) or ShortcutsPage(
        translation_key=SHORTCUTS, locale=index.locale, live=False
    )
    page.title, page.slug, page.introduction = title, slug, f"<p>{introduction}</p>"
    if page.pk is None:
        index.get_parent().add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def _line(what: str, title: str) -> str:
    return f"{what:<14}{title}"


def site_languages() -> set[str]:
    """The languages that the site's content may have."""
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        return {source_language()}
    languages = getattr(settings, "WAGTAIL_CONTENT_LANGUAGES", settings.LANGUAGES)
    return {source_language(), *(code for code, _name in languages)}


def source_language() -> str:
    return settings.LANGUAGE_CODE.split("-")[0]


def catalogue(language: str = "") -> CourseIndexPage:
    """The course catalogue in `language`, by default the site's own; made if there is none."""
    locale, _created = Locale.objects.get_or_create(language_code=language or source_language())
    index = CourseIndexPage.objects.filter(locale=locale).first()
    if index:
        return index
    if locale.language_code != source_language():
        return _translated_catalogue(locale)
    site = Site.objects.select_related("root_page").get(is_default_site=True)
    parent = site.root_page
    if parent.title == WAGTAILS_OWN:
        parent.title = getattr(settings, "WAGTAIL_SITE_NAME", "") or site.hostname
        parent.save_revision().publish()
    if parent.locale_id != locale.pk:
        parent = parent.get_translation_or_none(locale) or parent
    index = CourseIndexPage(title="Kurser", slug="kurser", locale=locale, live=False)
    parent.add_child(instance=index)
    index.save_revision().publish()
    return index


def _translated_catalogue(locale: Locale) -> CourseIndexPage:
    """Under the translated start page, which is an alias of its source until somebody translates it."""
    index = catalogue().copy_for_translation(locale, copy_parents=True)
    with translation.override(locale.language_code):
        index.title = _("Courses")
    index.slug = slugify(index.title)
    index.save_revision().publish()
    index.refresh_from_db()
    return index
