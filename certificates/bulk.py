"""Many certificates at once: while somebody waits, or in the background when they are very many.

Each part is a transaction, and doing one again changes nothing: what is interrupted is asked for again.
"""

import logging
import random
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from . import issuing, tasks
from .drawing import MissingGlyphError
from .making import ensure_drawn
from .models import Certificate

logger = logging.getLogger(__name__)

#: So many are changed in one transaction.
PART = 50
#: More than that are left to the background.
AT_ONCE = 200
#: So many files are drawn while somebody waits.
DRAWN_AT_ONCE = 40


def issue_many(*, completions: Sequence[int], actor: Any) -> bool:
    """A certificate for each of those completions, by primary key. Whether it is done already, or has only begun."""
    return _carry_out(completions, issue_part, tasks.issue_certificates, actor=actor)


def revoke_many(*, certificates: Sequence[int], reason: str, actor: Any) -> bool:
    """Each of those certificates, by primary key, counts no more. Whether it is done already, or has only begun."""
    return _carry_out(certificates, revoke_part, tasks.revoke_certificates, actor=actor, reason=reason)


def draw_some(*, certificates: Sequence[int]) -> None:
    """As many of their files as somebody can wait for. Any of them, so that one that cannot be drawn is in no way."""
    draw_part(random.sample(list(certificates), min(len(certificates), DRAWN_AT_ONCE)))


def draw_part(keys: Sequence[int]) -> None:
    """One that cannot be drawn stops none of the others."""
    for certificate in Certificate.objects.filter(pk__in=keys).exclude(holder_name="").select_related("design"):
        try:
            ensure_drawn(certificate)
        except (MissingGlyphError, RuntimeError, OSError) as error:
            logger.warning("Certificate %s cannot be drawn: %s", certificate.pk, error)


def draw_all(*, certificates: Sequence[int]) -> None:
    """Their files, in the background."""
    for part in _parts(certificates):
        tasks.draw_certificates.enqueue(part)


@transaction.atomic
def issue_part(keys: Sequence[int], *, actor: Any) -> None:
    """What was taken back meanwhile gets none."""
    for completion in issuing.still_standing().filter(pk__in=keys):
        issuing.issue(completion=completion, actor=actor)


@transaction.atomic
def revoke_part(keys: Sequence[int], *, actor: Any, reason: str) -> None:
    for certificate in Certificate.objects.current().filter(pk__in=keys).order_by("pk"):
        issuing.revoke(certificate=certificate, reason=reason, actor=actor)


def _carry_out(keys: Sequence[int], act: Callable, task: Any, *, actor: Any, **more: Any) -> bool:
    at_once = len(keys) <= AT_ONCE
    for part in _parts(keys):
        if at_once:
            act(part, actor=actor, **more)
        else:
            task.enqueue(part, actor=actor.pk, **more)
    return at_once


def _parts(keys: Sequence[int]) -> list[list[int]]:
    return [list(keys[first : first + PART]) for first in range(0, len(keys), PART)]
