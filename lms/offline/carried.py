"""What a tablet carries with it: which courses, and the bodies of their parts, the same for everyone who reads them.

A body knows no user. Its address holds its version and a digest of all that it is drawn from, so it never changes and
may be kept for good.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from courses.body import PICTURE_SPECS
from courses.models import ActivityVersion, Contact, Course, LessonPage, QuizPage, WorkshopPage, tree_path

from ..access import asked_at, carried_courses
from ..models import Tablet
from ..reader.addresses import Desk
from ..tablet.session import people_here

PAGES: dict[str, Any] = {
    "lesson": LessonPage,
    "quiz": QuizPage,
    "workshop": WorkshopPage,
}
DAY = 24 * 60 * 60


def courses_for(tablet: Tablet) -> list[dict[str, Any]]:
    """The courses in catalogue order, those that somebody here must take first.

    {id, titles, required, media: [{url, bytes}], bodies: [{version, url}]}, JSON-ready. Bodies in every language that
    somebody here is shown. A fixed number of queries, and two for each lesson whose pictures nobody has counted yet.
    """
    asked = asked_at(tablet.workplace, timezone.localdate())
    optional = {course for course, duty in asked.always.items() if not duty.mandatory}
    # Of a programme of which some courses are enough, each of them is what somebody may choose.
    required = asked.courses - optional | {course for choice in asked.choices.values() for course in choice.duties}
    versions = _versions(carried_courses(tablet.workplace), _languages(tablet))
    pages = pages_of(versions)
    stamp = contacts_stamp()
    courses: dict[int, dict[str, Any]] = {}
    for version in versions:
        course = version.activity.course
        carried = courses.setdefault(
            course.pk,
            {
                "id": str(course.uuid),
                "titles": course.titles,
                "required": course.pk in required,
                "media": {},
                "bodies": [],
            },
        )
        page = pages.get((version.activity.uuid, version.language))
        if page is None and version.activity.kind != "quiz":
            continue
        carried["bodies"].append({"version": version.pk, "url": address_of(version, page, stamp)})
        if version.activity.kind != "quiz":
            carried["media"] |= {medium["url"]: medium for medium in media_of(version, page)}
    for carried in courses.values():
        carried["media"] = list(carried["media"].values())
    return sorted(courses.values(), key=lambda carried: not carried["required"])


def _languages(tablet: Tablet) -> set[str]:
    return set(people_here(tablet.workplace).order_by().values_list("language", flat=True).distinct())


def _versions(courses: Q, languages: Iterable[str]) -> list[ActivityVersion]:
    """What readers of `languages` are shown, each version once."""
    found: dict[int, ActivityVersion] = {}
    for language in sorted(languages):
        shown = ActivityVersion.objects.shown_in(language).filter(activity__live=True, activity__course__live=True)
        rows = shown.filter(activity__course__in=Course.objects.live().filter(courses)).select_related(
            "activity__course"
        )
        rows = rows.annotate(tree_path=tree_path("activity__")).order_by(F("tree_path").asc(nulls_last=True), "pk")
        found |= {row.pk: row for row in rows.defer("content", "key")}
    return list(found.values())


def pages_of(versions: Iterable[ActivityVersion]) -> dict[tuple[Any, str], Any]:
    """The published pages of `versions` by (activity uuid, language): one query for each kind of page."""
    wanted = defaultdict(list)
    for version in versions:
        wanted[version.activity.kind].append(version)
    pages = {}
    for kind, rows in wanted.items():
        found = (
            PAGES[kind]
            .objects.live()
            .filter(
                alias_of=None,
                translation_key__in={row.activity.uuid for row in rows},
                locale__language_code__in={row.language for row in rows},
            )
        )
        for page in found.annotate(language_code=F("locale__language_code")):
            pages[page.translation_key, page.language_code] = page
    return pages


def address_of(version: ActivityVersion, page: Any, stamp: str) -> str:
    """Where the body of `version` lies. Another address as soon as anything in it is another."""
    published = page.last_published_at.isoformat() if page and page.last_published_at else ""
    said = f"{version.pk}|{version.content_hash}|{published}|{stamp}"
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    return reverse("lms:door:body", args=[version.activity.uuid, version.pk, digest])


def contacts_stamp() -> str:
    """Changes when anything in the directory of contacts does: lessons show it."""
    rows = Contact.objects.order_by("pk").values_list("pk", "name", "purpose", "url", "phone", "checked_on")
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:16]


def media_of(version: ActivityVersion, page: Any) -> list[dict[str, Any]]:
    """[{url, bytes}] of the pictures in the body, in the size in which a tablet shows them, and of the recording.

    Counted once a day.
    """
    published = int(page.last_published_at.timestamp()) if page.last_published_at else 0
    key = f"lms:media:{version.pk}:{published}"
    found = cache.get(key)
    if found is None:
        found = _count_media(version, page)
        cache.set(key, found, DAY)
    return list(found)


def _count_media(version: ActivityVersion, page: Any) -> list[dict[str, Any]]:
    images = [block.value["image"] for block in page.body if block.block_type == "picture"]
    renditions = [image.get_rendition(PICTURE_SPECS[0]) for image in images if image]
    media = [{"url": rendition.url, "bytes": _size_of(rendition)} for rendition in renditions]
    recording = getattr(page, "audio", None)
    if recording:
        url = Carried(version.activity.uuid, page).document(recording)
        media.append({"url": url, "bytes": recording.get_file_size() or 0})
    return media


def _size_of(rendition: Any) -> int:
    """In bytes; 0 for a file that is lost: one picture must not keep the tablet from all the others."""
    try:
        return int(rendition.file.size)
    except OSError:
        return 0


class Carried(Desk):
    """Where the links of a body lead on the tablet: the recording lies there too, whoever is signed in."""

    def __init__(self, activity: UUID, page: Any):
        super().__init__("lms:tablet", activity)
        self.page = page

    def document(self, document: Any) -> str:
        if document.pk == getattr(self.page, "audio_id", None):
            return reverse("lms:door:recording", args=[self.activity, document.pk])
        return super().document(document)
