"""Starter content into the site: every pack, or nothing new. What an author has changed is left alone, and said."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.models import Locale, Page, Site

from courses.models import CourseIndexPage
from courses.packs.errors import PackError
from courses.packs.files import PackCourse, read_course
from courses.packs.pages import activity_digest, course_digest, find_page, put_activity, put_course

from .models import SeededPage

PACKS = Path(__file__).parent / "packs"


def packs() -> list[PackCourse]:
    """All courses of all packs, read whole before anything is written. Translations come after what they translate."""
    found = [*sorted(PACKS.glob("*/*/course.yaml")), *sorted(PACKS.glob("*/*/*/course.yaml"))]
    return [read_course(path.parent) for path in found]


def chosen(only: Collection[str]) -> list[PackCourse]:
    """The courses in the folders that `only` names. Raises PackError for a name that there is none of."""
    found = packs()
    folders = {pack.folder.name for pack in found if pack.folder.parent.parent == PACKS}
    if unknown := sorted(set(only) - folders):
        words = _("There is no course called %(unknown)s. Choose among %(courses)s.")
        raise PackError(words % {"unknown": ", ".join(unknown), "courses": ", ".join(sorted(folders))})
    return [pack for pack in found if not only or {pack.folder.name, pack.folder.parent.name} & set(only)]


def seed(only: Collection[str] = ()) -> Iterator[str]:
    """Bring the site up to the packs. Yields one line for each page that is new, updated or left alone.

    `only` names the folders of the courses to load, with their translations. None: all.
    """
    for pack in chosen(only):
        if pack.language not in site_languages():
            yield _line(_("left out"), _("%(title)s (the site has no such language)") % {"title": pack.title})
            continue
        index = catalogue(pack.language)
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
