from django.utils import timezone

from lms.signals import course_completed, course_completion_voided


def connect_signal_handlers():
    course_completed.connect(on_course_completed, dispatch_uid="lms_certificates.completed")
    course_completion_voided.connect(on_completion_voided, dispatch_uid="lms_certificates.voided")


def on_course_completed(sender, completion, **kwargs):
    from .issuing import issue

    issue(completion=completion, on=timezone.localdate(completion.recorded_at))


def on_completion_voided(sender, completion, **kwargs):
    from .issuing import revoke
    from .models import RevocationReason

    for certificate in completion.certificates.current():
        revoke(certificate=certificate, reason=RevocationReason.VOIDED, actor=None)
