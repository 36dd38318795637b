"""What is printed on a certificate, taken at the moment of issue."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Site

from courses.models import ActivityVersion, Course, CoursePage
from lms.conf import setting
from lms.models import CourseCompletion, Programme, StaffMember, TrainingSettings, Workplace

from .designs import look_of
from .models import Basis, Certificate, CertificateTemplate

#: What a corrected certificate says as the one before it did: the facts. The rest is what is right today.
FACTS = (
    "basis",
    "completion",
    "programme",
    "workplace",
    "title",
    "subject_uuid",
    "parts",
    "version_label",
    "language",
    "objectives",
    "minutes",
    "completed_on",
    "valid_until",
)


def of_completion(completion: CourseCompletion, template: CertificateTemplate | None) -> dict[str, Any]:
    staff, course = completion.staff, completion.course
    shown = _page_in(staff.language, course)
    language = shown.locale.language_code if shown else course.source_language
    versions = ActivityVersion.objects.filter(pk__in=completion.versions)
    minutes = sum(course.activities.filter(live=True, required=True).values_list("minutes", flat=True))
    return {
        **_around(template, language),
        "basis": Basis.COMPLETION,
        "completion": completion,
        "staff": staff,
        "holder_name": staff.full_name,
        "title": course.title_in(language),
        "subject_uuid": course.uuid,
        "version_label": str(max((version.number for version in versions), default="")),
        "objectives": [str(block.value) for block in shown.objectives] if shown else [],
        "minutes": minutes or None,
        "completed_on": completion.completed_on,
        "valid_until": completion.valid_until,
    }


def of_programme(
    staff: StaffMember,
    programme: Programme,
    *,
    parts: Sequence[tuple[Course, datetime.date, int]],
    completed_on: datetime.date,
    valid_until: datetime.date | None,
    template: CertificateTemplate | None,
) -> dict[str, Any]:
    """`parts` are its courses, in order, with the day and the id of the completion of each."""
    # Its title has no other language than these two.
    language = "en" if staff.language.split("-")[0] == "en" and programme.title_en else "sv"
    with override(language):
        title = programme.title
    return {
        **_around(template, language),
        "basis": Basis.PROGRAMME,
        "programme": programme,
        "staff": staff,
        "holder_name": staff.full_name,
        "title": title,
        "subject_uuid": programme.uuid,
        "parts": [
            {
                "title": course.title_in(language),
                "completed_on": str(day),
                "course": course.pk,
                "completion": completion,
            }
            for course, day, completion in parts
        ],
        "completed_on": completed_on,
        "valid_until": valid_until,
    }


def of_workplace(
    workplace: Workplace,
    *,
    courses: Sequence[Course],
    on: datetime.date,
    valid_until: datetime.date,
    template: CertificateTemplate | None,
) -> dict[str, Any]:
    """No name of anybody who works there. `courses` are those that somebody there must take."""
    language = settings.LANGUAGE_CODE
    with override(language):
        title = _("Trained service point")
    return {
        **_around(template, language),
        "basis": Basis.WORKPLACE,
        "workplace": workplace,
        "holder_name": workplace.name,
        "title": title,
        "subject_uuid": workplace.uuid,
        "parts": [{"title": course.title_in(language)} for course in courses],
        "completed_on": on,
        "valid_until": valid_until,
    }


def corrected(old: Certificate, template: CertificateTemplate | None) -> dict[str, Any]:
    """The same facts under today's name, issuer and template.

    Of a course that still has its completion they are taken anew: its words may have been what was wrong.
    """
    if old.completion:
        return of_completion(old.completion, template)
    facts = {name: getattr(old, name) for name in FACTS}
    holder = old.staff.full_name if old.staff else old.workplace.name if old.workplace else old.holder_name
    return {**_around(template, old.language), **facts, "staff": old.staff, "holder_name": holder}


def _around(template: CertificateTemplate | None, language: str) -> dict[str, Any]:
    """Who issues it, how it looks and where it can be checked."""
    details = TrainingSettings.current()
    with override(language):
        issuer = details.organisation or _site_name()
    return {
        "language": language,
        "issuer_name": issuer,
        **look_of(template, language, details),
        "base_url": setting("LMS_PUBLIC_BASE_URL").rstrip("/"),
    }


def _page_in(language: str, course: Course) -> CoursePage | None:
    """The published page of `course` in `language`, else in its source language, else in any.

    A course that is withdrawn since has none: then the pages that once were published. Never a draft.
    """
    pages = CoursePage.objects.filter(translation_key=course.uuid, alias_of=None).exclude(first_published_at=None)

    def rank(page: CoursePage) -> tuple:
        code = page.locale.language_code
        return (not page.live, code != language, code != course.source_language, code)

    return min(pages.select_related("locale"), key=rank, default=None)


def _site_name() -> str:
    site = Site.objects.filter(is_default_site=True).first()
    return (site and site.site_name) or settings.WAGTAIL_SITE_NAME
