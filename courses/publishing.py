"""From pages to identities and versions. The only writer of Course, Activity and ActivityVersion."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page
from wagtail.query import PageQuerySet

from .models import ACTIVITY_PAGES, Activity, ActivityPage, ActivityVersion, Course, CoursePage
from .signals import activity_moved, criteria_changed


def record_publication(page: Page) -> None:
    """Bring what `page` speaks for up to date with it, and freeze a version if its content is new.

    Does nothing for pages that are not ours, not live (a go-live in the future is announced twice), or aliases (they
    have identities of their own sources). Repeating it changes nothing.
    """
    if not page.live or page.alias_of_id:
        return
    if isinstance(page, CoursePage):
        with transaction.atomic():
            _record_course(page, live=True)
    elif isinstance(page, ActivityPage):
        with transaction.atomic():
            _record_activity(page)


@transaction.atomic
def record_withdrawal(translation_key: Any) -> None:
    """A page was unpublished or deleted: what it spoke for is live only in the languages that still are."""
    languages = set(_live_pages(translation_key).values_list("locale__language_code", flat=True))
    live = bool(languages)
    shown = ActivityVersion.objects.filter(activity__uuid=translation_key, current=True)
    shown.exclude(language__in=languages).update(current=False)
    for identities in (Course, Activity):
        identity = identities.objects.select_for_update().filter(uuid=translation_key).exclude(live=live).first()
        if identity:
            before, identity.live = identity.dated_settings(), live
            identity.remember(before, until=timezone.now())
            identity.save(update_fields=["live", "past"])
            if isinstance(identity, Activity):
                _tell_criteria_changed(identity.course)


@transaction.atomic
def raise_number(activity: Activity) -> int:
    """ "Ny version": what is shown of `activity` now gets the next number, in each language that it is shown in.

    Returns the number. The words stay as they are: who has learned what stands in the versions before must learn it
    again only where somebody demands it.
    """
    Activity.objects.select_for_update().get(pk=activity.pk)
    versions = ActivityVersion.objects.filter(activity=activity)
    number = max(versions.values_list("number", flat=True), default=0) + 1
    shown = list(versions.current().order_by("pk"))
    versions.current().update(current=False)
    for version in shown:
        version.pk, version.current = None, True
        version.number, version.correction, version.published_at = number, 0, timezone.now()
    ActivityVersion.objects.bulk_create(shown)
    return number


def repair() -> int:
    """Record everything that is published now; withdraw what is not. For a site where a handler failed.

    Whoever listens to `criteria_changed` looks at every course again. Returns how many pages it looked at.
    """
    seen = 0
    models: tuple[type[Any], ...] = (CoursePage, *ACTIVITY_PAGES)
    for model in models:
        for page in model.objects.live().filter(alias_of=None).iterator():
            record_publication(page)
            seen += 1
    for identities in (Course, Activity):
        for key in identities.objects.values_list("uuid", flat=True):
            record_withdrawal(key)
    for course in Course.objects.live():
        with transaction.atomic():
            _tell_criteria_changed(course)
    return seen


def _live_pages(translation_key: Any) -> PageQuerySet:
    return Page.objects.filter(translation_key=translation_key, live=True, alias_of=None)


def _tell_criteria_changed(course: Course) -> None:
    """Not of a course that is gone itself: deleted with all that is in it, its activities are withdrawn one by one,
    and nobody completes it because only what they had done was left for a moment.
    """
    if _live_pages(course.uuid).exists():
        criteria_changed.send(sender=Course, course=course)


def _source_language(page: Page) -> str:
    source = page.get_source_page() or page
    return source.locale.language_code


def _record_course(page: CoursePage, *, live: bool) -> Course:
    """The course of `page`; born here if need be, and not `live` when only a lesson of it is published yet."""
    course, created = Course.objects.select_for_update().get_or_create(
        uuid=page.translation_key,
        defaults={
            "source_language": _source_language(page),
            "access": page.access,
            "in_order": page.in_order,
            "after": page.after,
            **_validity_of(page),
        },
    )
    language, before = page.locale.language_code, course.dated_settings()
    course.titles = {**course.titles, language: page.title}
    is_back = live and not course.live and not created
    if live:
        course.live = True
        if language == course.source_language:
            course.access = page.access
            course.in_order, course.after = page.in_order, page.after
            for name, value in _validity_of(page).items():
                setattr(course, name, value)
    course.remember(before, until=timezone.now())
    course.save()
    if is_back:
        _tell_criteria_changed(course)
    return course


def _validity_of(page: CoursePage) -> dict[str, Any]:
    return {name: getattr(page, name) for name in CoursePage.validity_settings}


def _record_activity(page: ActivityPage) -> None:
    language = page.locale.language_code
    activity = Activity.objects.select_for_update().filter(uuid=page.translation_key).first()
    before = activity and (activity.live, activity.required, activity.course_id)
    is_source = activity is None or language == activity.source_language
    if is_source:
        # A translation left behind under another course does not decide where the activity belongs.
        course_page = page.get_course_page()
        if course_page is None:
            return
        known = Course.objects.filter(uuid=course_page.translation_key).first()
        course = known or _record_course(course_page, live=course_page.live)
    if activity is None:
        activity = Activity(
            uuid=page.translation_key, kind=page.kind, course=course, source_language=_source_language(page)
        )
    elif is_source:
        activity.course = course
    dated = activity.dated_settings()
    activity.titles = {**activity.titles, language: page.title}
    activity.live = True
    audio = getattr(page, "audio_id", None)
    if audio and audio not in activity.recordings:
        activity.recordings = [*activity.recordings, audio]
    if language == activity.source_language:
        activity.required, activity.after = page.required, page.after
        activity.minutes = page.get_minutes()
        activity.max_attempts = getattr(page, "max_attempts", None)
        activity.wait_minutes = getattr(page, "wait_minutes", None)
    if before:
        activity.remember(dated, until=timezone.now())
    activity.save()
    if page.lends_title_only():
        ActivityVersion.objects.filter(activity=activity, language=language, current=True).update(current=False)
    else:
        _freeze(page, activity)
    if is_source and page.get_settings():
        # They are frozen with each translation's version too.
        for translation in type(page).objects.filter(pk__in=_live_pages(page.translation_key).exclude(pk=page.pk)):
            if not translation.lends_title_only():
                _freeze(translation, activity)
    if before and before != (activity.live, activity.required, activity.course_id):
        _tell_of_change(activity, left=before[2])


def _tell_of_change(activity: Activity, *, left: int) -> None:
    """`left` is the course that the activity belonged to until now: perhaps the same."""
    if left != activity.course_id:
        course = Course.objects.get(pk=left)
        activity_moved.send(sender=Activity, activity=activity, before=course)
        _tell_criteria_changed(course)
    _tell_criteria_changed(activity.course)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _freeze(page: ActivityPage, activity: Activity) -> None:
    """Make the version of `page` the current one in its language: the last one, if that says the same, or a new one."""
    language = page.locale.language_code
    content, key, settings = page.get_content(), page.get_key(), page.get_settings()
    frozen = {
        "title": page.title,
        "steps": [{"id": step.id, "title": step.title} for step in page.get_steps()],
        "settings": settings,
        "content": content,
        "content_hash": _digest({"title": page.title, "content": content}),
        "key": key,
        "key_hash": _digest({"key": key, "settings": settings}),
    }
    versions = ActivityVersion.objects.filter(activity=activity)
    last = versions.filter(language=language).order_by("-number", "-correction").first()
    if last and (last.content_hash, last.key_hash) == (frozen["content_hash"], frozen["key_hash"]):
        if not last.current:  # withdrawn in between
            last.current = True
            last.save(update_fields=["current"])
        return
    number = max(versions.values_list("number", flat=True), default=1)
    corrections = versions.filter(number=number, language=language).values_list("correction", flat=True)
    versions.filter(language=language, current=True).update(current=False)
    ActivityVersion.objects.create(
        activity=activity,
        language=language,
        number=number,
        correction=max(corrections, default=-1) + 1,
        published_at=timezone.now(),
        **frozen,
    )
