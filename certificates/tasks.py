import logging
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django_tasks import task

logger = logging.getLogger(__name__)


@task()
def draw_certificate(pk: int) -> None:
    """Draw one certificate. Repeating it does no harm; what fails is drawn at the download or by the sweep."""
    from .making import ensure_drawn
    from .models import Certificate

    certificate = Certificate.objects.exclude(holder_name="").filter(pk=pk).first()
    if certificate is None:
        logger.warning("Certificate %s was gone, or erased, before it was drawn.", pk)
        return
    ensure_drawn(certificate)


@task()
def draw_certificates(keys: list[int]) -> None:
    """Draw those that have no file. One that cannot be drawn stops none of the others."""
    from .bulk import draw_part

    draw_part(keys)


@task()
def issue_certificates(keys: list[int], actor: Any) -> None:
    """A part of a long list of completions. Done again it changes nothing."""
    from .bulk import issue_part

    issue_part(keys, actor=_user(actor))


@task()
def revoke_certificates(keys: list[int], actor: Any, reason: str) -> None:
    """A part of a long list of certificates. Done again it changes nothing."""
    from .bulk import revoke_part

    revoke_part(keys, actor=_user(actor), reason=reason)


def _user(key: Any) -> Any:
    return get_user_model()._default_manager.filter(pk=key).first()


@task()
def send_letter(entry: int, tries: int = 0) -> None:
    """Send the letter that was asked for in that row of the ledger; later again if it cannot leave now."""
    from .letters import BACK_OFF, give_up, send

    if send(entry):
        return
    if tries < len(BACK_OFF) and send_letter.get_backend().supports_defer:
        send_letter.using(run_after=timezone.now() + BACK_OFF[tries]).enqueue(entry, tries=tries + 1)
    else:
        give_up(entry)


@task()
def issue_what_waits(basis: str, pk: int, actor: int) -> None:
    """Issue all that is done of a course or a programme and has no certificate. Repeating it does no harm."""
    from courses.models import Course
    from lms.models import Programme

    from .models import Basis
    from .waiting import issue_left_without

    about = (Course if basis == Basis.COMPLETION else Programme).objects.filter(pk=pk).first()
    if about is None:
        logger.warning("The %s %s is gone before its certificates were issued.", basis, pk)
        return
    issue_left_without(about=about, actor=_user(actor))
