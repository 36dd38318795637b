"""How difficult each question of a course's tests is. Never who answered what: see docs/decisions/0026."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import QuerySet

from courses.models import Activity, ActivityVersion
from courses.questions.kinds import KINDS

from ..models import QuizAttempt

#: Fewer answers than this say nothing; and they are counted so many at a time, so that no single one can be worked out.
FEWEST = 5

#: What of the key does not decide whether an answer is right.
_WORDS = ("explanation", "feedback")


@dataclass(frozen=True)
class Difficulty:
    """A question as it is asked now. `percent` is the share of `answers` that were all right; None for too few."""

    number: int
    text: str
    answers: int
    right: int

    @property
    def percent(self) -> int | None:
        return self.right * 100 // self.answers if self.answers else None

    @property
    def is_missed(self) -> bool:
        """Most get it wrong: it is hard, or badly put, or its key is wrong."""
        return self.percent is not None and self.right * 2 < self.answers


class _Asked(NamedTuple):
    public: Mapping[str, Any]
    secret: Mapping[str, Any]

    def decides(self) -> tuple[Any, Any]:
        """What makes it the same question."""
        return self.public, {name: value for name, value in self.secret.items() if name not in _WORDS}


def difficulties(tests: Sequence[Activity], staff: QuerySet[Any], *, language: str) -> dict[int, list[Difficulty]]:
    """By test, in its order. Two queries.

    Counted are the answers that `staff` gave in their first attempts of each cycle, to the question in its present
    wording in the language it was asked in; in the order in which they were handed in, FEWEST at a time.
    """
    versions = {version.pk: version for version in ActivityVersion.objects.filter(activity__in=tests)}
    now = {
        (version.activity_id, version.language, key): asked.decides()
        for version in versions.values()
        if version.current
        for key, asked in _asked_in(version).items()
    }
    outcomes: dict[tuple[int, str], list[bool]] = defaultdict(list)
    for version_id, answers in _first_attempts(tests, staff):
        version = versions[version_id]
        asked_in = _asked_in(version)
        for key, answer in answers.items():
            asked = asked_in.get(key)
            if (
                asked
                and answer is not None
                and asked.decides() == now.get((version.activity_id, version.language, key))
            ):
                right = KINDS[asked.public["kind"]].grade(asked.public, asked.secret, answer) == 1
                outcomes[version.activity_id, key].append(right)
    return {test.pk: _of_test(test, versions.values(), outcomes, language) for test in tests}


def _asked_in(version: ActivityVersion) -> dict[str, _Asked]:
    """The questions of the version by key, put together once."""
    known: dict[str, _Asked] | None = getattr(version, "_lms_asked", None)
    if known is None:
        known = {
            public["key"]: _Asked(public, version.key[public["key"]])
            for public in version.content["questions"]
            if public["key"] in version.key
        }
        version._lms_asked = known  # type: ignore[attr-defined]
    return known


def _first_attempts(tests: Sequence[Activity], staff: QuerySet[Any]) -> list[tuple[int, dict[str, Any]]]:
    """(version, answers) in the order in which they were handed in."""
    rows = (
        QuizAttempt.objects.filter(
            activity__in=tests, enrolment__staff__in=staff, voided_at=None, submitted_at__isnull=False
        )
        .order_by("activity_id", "enrolment_id", "submitted_at", "number")
        .values_list("activity_id", "enrolment_id", "submitted_at", "pk", "version_id", "answers")
    )
    first = [next(group)[2:] for _key, group in groupby(rows, key=lambda row: row[:2])]
    return [(version, answers) for _at, _pk, version, answers in sorted(first, key=lambda row: row[:2])]


def _of_test(
    test: Activity, versions: Any, outcomes: Mapping[tuple[int, str], list[bool]], language: str
) -> list[Difficulty]:
    current = [version for version in versions if version.activity_id == test.pk and version.current]
    wanted = (language, test.source_language)
    shown = min(
        current,
        key=lambda version: wanted.index(version.language) if version.language in wanted else len(wanted),
        default=None,
    )
    found = []
    for number, question in enumerate(shown.content["questions"] if shown else (), start=1):
        told = outcomes.get((test.pk, question["key"]), [])
        told = told[: len(told) // FEWEST * FEWEST]
        found.append(Difficulty(number, question["text"], len(told), sum(told)))
    return found
