"""The life of a certificate: issued, drawn, replaced, revoked. Each change with its ledger row."""

import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import Site

from courses.models import ActivityVersion, Course, CoursePage
from lms import ledger
from lms.conf import setting
from lms.models import CourseCompletion, StaffMember, TrainingSettings

from .designs import look_of, rule_template
from .models import Basis, Certificate, RevocationReason, new_status_index
from .tasks import draw_certificate


@transaction.atomic
def issue(*, completion: CourseCompletion, on: datetime.date | None = None, actor: Any = None) -> Certificate:
    """The one current certificate of `completion`: the one there is, or a new one that is drawn after commit.

    `on` is the day of issue, today if not given.
    """
    current = Certificate.objects.current().filter(completion=completion).first()
    if current:
        return current
    certificate = create(**_snapshot(completion), issued_on=on or timezone.localdate())
    ledger.write(
        "certificate.issued",
        actor=actor,
        subject=certificate,
        staff=completion.staff,
        course=str(certificate.subject_uuid),
    )
    transaction.on_commit(lambda: draw_certificate.enqueue(certificate.pk), robust=True)
    return certificate


@transaction.atomic
def replace(*, certificate: Certificate, actor: Any) -> Certificate:
    """A new certificate with what is right now, for instance a new name; the old one says that it is replaced."""
    old = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if old.revoked_at or old.superseded_by_id or old.completion is None:
        raise ValueError("Only a current certificate with a completion can be replaced.")
    # Out of the way of the constraint first: at most one is current.
    old.revoked_at, old.revoked_by = timezone.now(), actor if getattr(actor, "pk", None) else None
    old.revocation_reason = RevocationReason.CORRECTED
    old.save(update_fields=["revoked_at", "revoked_by", "revocation_reason"])
    new = issue(completion=old.completion, actor=actor)
    old.superseded_by = new
    old.save(update_fields=["superseded_by"])
    ledger.write(
        "certificate.replaced",
        actor=actor,
        subject=old,
        staff=old.staff,
        course=str(old.subject_uuid),
        by=str(new.uuid),
    )
    return new


@transaction.atomic
def revoke(*, certificate: Certificate, reason: str, actor: Any) -> Certificate:
    """It no longer counts. Revoking twice changes nothing."""
    certificate = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if certificate.revoked_at is None:
        certificate.revoked_at = timezone.now()
        certificate.revoked_by = actor if getattr(actor, "pk", None) else None
        certificate.revocation_reason = reason
        certificate.save(update_fields=["revoked_at", "revoked_by", "revocation_reason"])
        ledger.write(
            "certificate.revoked",
            actor=actor,
            subject=certificate,
            staff=certificate.staff,
            course=str(certificate.subject_uuid),
            reason=str(reason),
        )
    return certificate


@transaction.atomic
def erase_holder(*, staff: StaffMember, actor: Any) -> list[tuple[Any, str]]:
    """The person's certificates say no name any more, and count no more. Returns the file to delete of each."""
    own = Certificate.objects.select_for_update().filter(staff=staff)
    for certificate in own.current():
        revoke(certificate=certificate, reason=RevocationReason.ERASED, actor=actor)
    files = [(certificate.file.storage, str(certificate.file.name)) for certificate in own]
    own.update(holder_name="", file="")  # not `save`: of what was issued nothing else ever changes
    return files


def create(**snapshot: Any) -> Certificate:
    """The row of a new certificate. Who got the same place in the status list at the same moment gets another."""
    while True:
        place = new_status_index()
        try:
            with transaction.atomic():
                return Certificate.objects.create(**snapshot, status_index=place)
        except IntegrityError:
            if not Certificate.objects.filter(status_index=place).exists():
                raise  # it was something else that is there once


def _snapshot(completion: CourseCompletion) -> dict[str, Any]:
    staff, course = completion.staff, completion.course
    details = TrainingSettings.current()
    shown = _page_in(staff.language, course)
    language = shown.locale.language_code if shown else course.source_language
    versions = ActivityVersion.objects.filter(pk__in=completion.versions)
    with override(language):
        return {
            "completion": completion,
            "staff": staff,
            "holder_name": staff.full_name,
            "title": course.title_in(language),
            "subject_uuid": course.uuid,
            "version_label": str(max((version.number for version in versions), default="")),
            "language": language,
            "objectives": [str(block.value) for block in shown.objectives] if shown else [],
            "minutes": sum(course.activities.filter(live=True, required=True).values_list("minutes", flat=True))
            or None,
            "issuer_name": details.organisation or _site_name(),
            **look_of(rule_template(basis=Basis.COMPLETION, course=course), language),
            "completed_on": completion.completed_on,
            "valid_until": completion.valid_until,
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
