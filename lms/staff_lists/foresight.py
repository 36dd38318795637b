"""What reading a list in would do to the figures of the matrix: told at once, or counted in the background and kept."""

import datetime
import logging
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..access import may_lead, workplaces_in_reach
from ..foresight.kept import as_text, from_text
from ..foresight.many import Part, foresee_jobs
from ..foresight.reading import day_of_effect
from ..models import ForeseenFigures, StaffImport, Workplace
from ..requirements.change import Change
from ..requirements.rules import ONE_DAY
from . import register
from .actions import SILENCE, NotAsPlannedError, answers_of, content_of, died, forget_figures, look_at
from .draft import Act, Step
from .plan import Plan
from .register import Person
from .writer import Writer

logger = logging.getLogger(__name__)

#: So many people are rehearsed at a time, and others can write in between.
AT_A_TIME = 100
#: What more people than this have to do with is counted in the background; a workplace weighs as much as two of them.
AT_ONCE, PLACE = 300, 2

State = ForeseenFigures.State


def is_long(plan: Plan) -> bool:
    """Whether what it changes in figures takes too long for a request."""
    people = _steps_by_person(plan)
    places = {job.place.id for person in people for job in person.jobs}
    return len(people) + PLACE * len(places) > AT_ONCE


def foresee_plan(
    plan: Plan,
    *,
    actor: Any,
    staff_import: StaffImport,
    reach: QuerySet[Workplace],
    tell: Callable[[int], Any] | None = None,
) -> Change | None:
    """What carrying the plan out changes in figures, on the first day on which all of it holds. Writes nothing.

    None for a plan that cannot be carried out, or with nothing to do. `tell` hears how many people are counted.
    """
    if not plan.is_ready or not plan.steps:
        return None
    done = 0

    def parts() -> Iterator[Part]:
        nonlocal done
        rest = iter(_steps_by_person(plan).items())
        while some := dict(islice(rest, AT_A_TIME)):
            done += len(some)
            steps = [step for own in some.values() for step in own]
            staff = [person.id for person in some if person.id is not None]

            def act(steps: list[Step] = steps) -> set[int]:
                entries = Writer(actor, staff_import).carry_out(steps)
                return {entry.staff_id for entry in entries if entry.staff_id}

            yield Part(staff, act)

    told = (lambda: tell(done)) if tell else None
    return foresee_jobs(parts(), day=day_of_effect(_holds_from(plan)), reach=reach, tell=told)


def _steps_by_person(plan: Plan) -> dict[Person, list[Step]]:
    found: dict[Person, list[Step]] = {}
    for step in plan.steps:
        found.setdefault(step.person, []).append(step)
    return found


def _holds_from(plan: Plan) -> datetime.date:
    ends = (step.day + ONE_DAY for step in plan.steps if step.act == Act.END_JOB and step.day)
    starts = (step.job.start for step in plan.steps if step.act == Act.ADD_JOB and step.job)
    return max([*ends, *starts], default=timezone.localdate())


# In the background


def is_under_way(figures: ForeseenFigures | None) -> bool:
    """Whether they are being worked out, or wait for it. Not what somebody died at: see `died`."""
    if figures is None:
        return False
    is_heard_of = timezone.now() - figures.moved_on_at <= SILENCE
    return figures.state == State.WAITING or (figures.state == State.RUNNING and is_heard_of)


def ask_for(*, staff_import: StaffImport, plan: Plan) -> ForeseenFigures:
    """The figures of just this plan: those that were counted today, or are being counted; else they are asked for."""
    found = ForeseenFigures.objects.filter(staff_import=staff_import).first()
    if found and found.plan_sha256 == plan.digest and not found.is_of_another_day:
        return found
    with transaction.atomic():
        if found:
            forget_figures(staff_import)
        figures, created = ForeseenFigures.objects.get_or_create(
            staff_import=staff_import,
            defaults={
                "plan_sha256": plan.digest,
                "people": len(_steps_by_person(plan)),
                "moved_on_at": timezone.now(),
            },
        )
        if created:
            _enqueue(figures)
    # Where tasks are done at once, they are counted by now.
    return ForeseenFigures.objects.filter(pk=figures.pk).first() or figures


@transaction.atomic
def ask_again(figures: ForeseenFigures) -> None:
    """What stopped on the way, or died, is counted anew."""
    if ForeseenFigures.objects.filter(Q(state=State.STOPPED) | died(), pk=figures.pk).update(
        state=State.WAITING, progress=0, moved_on_at=timezone.now()
    ):
        _enqueue(figures)


def _enqueue(figures: ForeseenFigures) -> None:
    from .tasks import count_soon

    transaction.on_commit(lambda: count_soon(figures.pk), robust=True)


def count(pk: int) -> None:
    """Count the figures that were asked for, as whoever chose the file. Once, however often it is called."""
    if not ForeseenFigures.objects.filter(pk=pk, state=State.WAITING).update(
        state=State.RUNNING, progress=0, moved_on_at=timezone.now()
    ):
        return
    figures = ForeseenFigures.objects.select_related("staff_import__uploaded_by").get(pk=pk)
    stands = ForeseenFigures.objects.filter(pk=pk, state=State.RUNNING)

    def tell(done: int) -> None:
        if not stands.update(progress=done, moved_on_at=timezone.now()):
            raise NotAsPlannedError  # nobody asks for it any more

    try:
        _keep(figures, _change_of(figures, tell))
    except NotAsPlannedError:
        stands.delete()
    except Exception:  # whatever it was: the page says that it stopped, and how to go on
        logger.exception("The figures of staff list %s could not be counted.", figures.staff_import.uuid)
        stands.update(state=State.STOPPED, moved_on_at=timezone.now())


def _change_of(figures: ForeseenFigures, tell: Callable[[int], Any]) -> Change:
    staff_import = figures.staff_import
    actor = staff_import.uploaded_by
    if not may_lead(actor, *register.ROLES):
        raise NotAsPlannedError
    _list, plan = look_at(content_of(staff_import), user=actor, answers=answers_of(staff_import))
    if plan.digest != figures.plan_sha256:
        raise NotAsPlannedError
    reach = workplaces_in_reach(actor, register.ROLES)
    change = foresee_plan(plan, actor=actor, staff_import=staff_import, reach=reach, tell=tell)
    if change is None:
        raise NotAsPlannedError
    return change


def _keep(figures: ForeseenFigures, change: Change) -> None:
    figures.file.save("", ContentFile(as_text(change).encode()), save=False)
    kept = ForeseenFigures.objects.filter(pk=figures.pk, state=State.RUNNING).update(
        state=State.DONE, file=figures.file.name, moved_on_at=timezone.now()
    )
    if not kept:
        figures.file.delete(save=False)


def change_in(figures: ForeseenFigures) -> Change | None:
    """What was counted; None where it is not there, and then it can be asked for again."""
    try:
        with figures.file.open("rb") as file:
            return from_text(file.read().decode())
    except (OSError, ValueError):
        logger.exception("The kept figures of staff list %s cannot be read.", figures.staff_import.uuid)
        ForeseenFigures.objects.filter(pk=figures.pk, state=State.DONE).update(state=State.STOPPED)
        return None
