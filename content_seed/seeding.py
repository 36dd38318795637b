"""Starter content into the site: every pack, or nothing new. What an author has changed is left alone, and said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.models import Locale, Page, Site

from courses.models import CourseIndexPage
from courses.packs.files import PackCourse, read_course
from courses.packs.pages import activity_digest, course_digest, find_page, put_activity, put_course

from .models import SeededPage

PACKS = Path(__file__).parent / "packs"


def packs() -> list[PackCourse]:
    """All courses of all packs, read whole before anything is written."""
    return [read_course(path.parent) for path in sorted(PACKS.glob("*/*/course.yaml"))]


def seed() -> Iterator[str]:
    """Bring the site up to the packs. Yields one line for each page that is new, updated or left alone."""
    found = packs()
    index = catalogue()
    for pack in found:
        course, line = _put(
            pack.uuid,
            pack.language,
            pack.title,
            course_digest(pack),
            lambda pack=pack: put_course(pack, index),
        )
        yield line
        if course is None:
            continue
        for activity in pack.activities:
            _page, line = _put(
                activity.uuid,
                pack.language,
                f"{pack.title} / {activity.title}",
                activity_digest(activity),
                lambda pack=pack, activity=activity, course=course: put_activity(pack, activity, course),
            )
            yield line


def _put(key: Any, language: str, title: str, digest: str, write: Any) -> tuple[Page | None, str]:
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


def catalogue() -> CourseIndexPage:
    """The course catalogue in the site's own language; made under the default site's start page if there is none."""
    language = settings.LANGUAGE_CODE.split("-")[0]
    locale, _created = Locale.objects.get_or_create(language_code=language)
    index = CourseIndexPage.objects.filter(locale=locale).first()
    if index:
        return index
    site = Site.objects.select_related("root_page").get(is_default_site=True)
    parent = site.root_page
    if parent.locale_id != locale.pk:
        parent = parent.get_translation_or_none(locale) or parent
    index = CourseIndexPage(title="Kurser", slug="kurser", locale=locale, live=False)
    parent.add_child(instance=index)
    index.save_revision().publish()
    return index
