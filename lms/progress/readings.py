"""Which steps of which lessons have been read, and what reading completes: the same whatever order it is heard in."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from courses.models import ActivityVersion

from ..models import Earned, EventKind, LearningEvent
from .facts import Entry
from .rollup import Done

Place = tuple[int, int]


@dataclass(frozen=True)
class _Reading:
    """A step read. `event` is its row, or the id of its row where that was read before."""

    step: str
    at: datetime.datetime
    version_id: int | None
    event: LearningEvent | int


class Readings:
    """What has been read of the lessons that some events are about, in the cycles that they belong to. One query."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        steps = [entry for entry in entries if entry.event.kind == EventKind.STEP]
        self._read: dict[Place, list[_Reading]] = defaultdict(list)
        self._heard: dict[Place, Entry] = {}
        self._steps = {
            entry.fact.version.pk: _ids(entry.fact.version.steps) for entry in steps if entry.fact.version is not None
        }
        if not steps:
            return
        rows = LearningEvent.objects.steps_read().filter(
            enrolment__in={entry.event.enrolment_id for entry in steps},
            activity__in={entry.event.activity_id for entry in steps},
        )
        for enrolment, activity, step, at, version, pk in rows.values_list(
            "enrolment_id", "activity_id", "step", "occurred_at", "version_id", "pk"
        ):
            self._read[enrolment, activity].append(_Reading(step, at, version, pk))

    def knows(self, entry: Entry) -> bool:
        """Whether the step is one of the version it was read in."""
        return entry.event.version_id is not None and entry.event.step in self._steps[entry.event.version_id]

    def add(self, entry: Entry) -> None:
        event = entry.event
        self._read[entry.place].append(_Reading(event.step, event.occurred_at, event.version_id, event))
        self._heard[entry.place] = entry

    def done(self) -> Iterator[Done]:
        """The lessons among those just added to that are read through: at most one more query.

        A lesson is done with the first reading of a version whose every step had been read by then, of whatever
        version: a step keeps its id when it is reworded.
        """
        mentioned = {reading.version_id for place in self._heard for reading in self._read[place]}
        self._ask_for_versions({pk for pk in mentioned if pk})
        for place, entry in self._heard.items():
            if reading := self._finishing(self._read[place]):
                yield Done(
                    entry=entry,
                    event=reading.event,
                    version_id=reading.version_id,
                    earned=Earned.READ,
                    occurred_at=reading.at,
                )

    def _ask_for_versions(self, mentioned: set[int]) -> None:
        if unknown := mentioned - self._steps.keys():
            rows = ActivityVersion.objects.filter(pk__in=unknown).values_list("pk", "steps")
            self._steps |= {pk: _ids(steps) for pk, steps in rows}

    def _finishing(self, readings: Iterable[_Reading]) -> _Reading | None:
        read: set[str] = set()
        for _at, group in groupby(sorted(readings, key=lambda each: each.at), key=lambda each: each.at):
            at_once = list(group)
            read |= {reading.step for reading in at_once}
            for reading in sorted(at_once, key=lambda each: each.version_id or 0):
                wanted = self._steps.get(reading.version_id) if reading.version_id else None
                if wanted and wanted <= read:
                    return reading
        return None


def _ids(steps: Iterable[dict[str, str]]) -> set[str]:
    return {step["id"] for step in steps}


def steps_of_any_version(activity_id: int) -> set[str]:
    """The ids of all steps that the lesson has ever had."""
    rows = ActivityVersion.objects.filter(activity=activity_id).values_list("steps", flat=True)
    return {step for steps in rows for step in _ids(steps)}
