"""From pages to identities and versions. The only writer of Course, Activity and ActivityVersion."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from .models import ACTIVITY_PAGES, Activity, ActivityPage, ActivityVersion, Course, CoursePage


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


def record_withdrawal(translation_key: Any) -> None:
    """A page was unpublished or deleted: what it spoke for is live only if another language still is."""
    live = Page.objects.filter(translation_key=translation_key, live=True, alias_of=None).exists()
    for model in (Course, Activity):
        model.objects.filter(uuid=translation_key).exclude(live=live).update(live=live)


def repair() -> int:
    """Record everything that is published now; withdraw what is not. For a site where a handler failed.

    Returns how many pages it looked at.
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
    return seen


def _source_language(page: Page) -> str:
    source = page.get_source_page() or page
    return source.locale.language_code


def _record_course(page: CoursePage, *, live: bool) -> Course:
    """The course of `page`; born here if need be, and not `live` when only a lesson of it is published yet."""
    course, _created = Course.objects.select_for_update().get_or_create(
        uuid=page.translation_key,
        defaults={
            "source_language": _source_language(page),
            "access": page.access,
            "valid_months": page.valid_months,
        },
    )
    language = page.locale.language_code
    course.titles = {**course.titles, language: page.title}
    if live:
        course.live = True
        if language == course.source_language:
            course.access = page.access
            course.valid_months = page.valid_months
    course.save()
    return course


def _record_activity(page: ActivityPage) -> None:
    language = page.locale.language_code
    activity = Activity.objects.select_for_update().filter(uuid=page.translation_key).first()
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
    activity.titles = {**activity.titles, language: page.title}
    activity.live = True
    if language == activity.source_language:
        activity.required = page.required
        activity.minutes = page.get_minutes()
        activity.max_attempts = getattr(page, "max_attempts", None)
    activity.save()
    _freeze(page, activity)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _freeze(page: ActivityPage, activity: Activity) -> None:
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
    current = versions.filter(language=language, current=True).first()
    if current and (current.content_hash, current.key_hash) == (frozen["content_hash"], frozen["key_hash"]):
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
