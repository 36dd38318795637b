"""Rules, and what changes by them, in words for a leader."""

import datetime
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import EmploymentKind, Requirement, RequirementTarget
from ..wording import and_list, day_text
from .change import Change
from .rules import DAYS_OF_GRACE


class RuleInWords(NamedTuple):
    """What a leader reads of a rule."""

    course: str
    whom: str
    left_out: str
    by_when: str


def with_targets(rules: QuerySet[Requirement]) -> QuerySet[Requirement]:
    """Each with its course or programme and all that it names, for `in_words`. One query more."""
    targets = RequirementTarget.objects.select_related("workplace", "role", "staff")
    return rules.select_related("course", "programme").prefetch_related(Prefetch("targets", queryset=targets))


def in_words(rule: Requirement, *, seen: set[int] | None = None) -> RuleInWords:
    """`seen` are the people whose names the reader may see; with None, everyone. Of the others there is a number."""
    return RuleInWords(
        course=str(rule),
        whom=_whom(rule, seen),
        left_out="; ".join(_named(rule, rule.except_kinds, seen, excepted=True)),
        by_when=_by_when(rule),
    )


def _whom(rule: Requirement, seen: set[int] | None) -> str:
    named = _named(rule, rule.kinds, seen, excepted=False)
    if not named:
        return _("All staff")
    only_people = len(named) == 1 and bool(rule.named("staff"))
    if rule.named("workplace") or only_people:
        return "; ".join(named)
    return "; ".join([_("Every workplace"), *named])


def _named(rule: Requirement, kinds: Iterable[str], seen: set[int] | None, *, excepted: bool) -> list[str]:
    """Workplaces, roles, kinds and people, each kind of them as one list."""
    groups: list[list[Any]] = [
        rule.named("workplace", excepted=excepted),
        rule.named("role", excepted=excepted),
        [EmploymentKind(kind).label for kind in kinds],
    ]
    words = [", ".join(map(str, group)) for group in groups if group]
    people = rule.named("staff", excepted=excepted)
    known = [str(person) for person in people if seen is None or person.pk in seen]
    if others := len(people) - len(known):
        known.append(ngettext("%(number)s person", "%(number)s people", others) % {"number": others})
    return [*words, and_list(known)] if known else words


def _by_when(rule: Requirement) -> str:
    if not rule.mandatory:
        return _("Recommended, with no date")
    days = rule.due_days or 0
    after = ngettext("%(days)s day after the start", "%(days)s days after the start", days) % {"days": days}
    if rule.due_on and days:
        words = _("%(day)s or %(after)s, the later of them") % {"day": day_text(rule.due_on), "after": after}
    elif rule.due_on:
        words = day_text(rule.due_on)
    else:
        words = after if days else _("no date")
    if rule.grace_days == DAYS_OF_GRACE:
        return words
    grace = ngettext("%(days)s day of grace", "%(days)s days of grace", rule.grace_days) % {"days": rule.grace_days}
    return f"{words}; {grace}"


def told(change: Change, *, several: bool = False) -> list[str]:
    """What changes, in whole sentences. `several`: it is about more than one course."""
    templates = [
        *(_of_several(change) if several or change.course_count > 1 else _of_one(change)),
        (
            change.moved,
            ngettext(
                "%(number)s person gets another due date.", "%(number)s people get another due date.", change.moved
            ),
        ),
        (
            change.late,
            ngettext("%(number)s person is late at once.", "%(number)s people are late at once.", change.late),
        ),
        (
            change.no_longer_late,
            ngettext(
                "%(number)s person is no longer late.",
                "%(number)s people are no longer late.",
                change.no_longer_late,
            ),
        ),
        (
            change.completed,
            ngettext(
                "%(number)s person then has a course completed that was not.",
                "%(number)s people then have a course completed that was not.",
                change.completed,
            ),
        ),
        (
            change.lost,
            ngettext(
                "%(number)s person then no longer has a course completed.",
                "%(number)s people then no longer have a course completed.",
                change.lost,
            ),
        ),
    ]
    day = day_text(change.day)
    sentences = [words % {"day": day, "number": number} for number, words in templates if number]
    if not sentences:
        return [nothing_changes(change.day)]
    if not change.late:
        sentences.append(_("Nobody becomes late at once."))
    return [*sentences, whom(change)]


def nothing_changes(day: datetime.date) -> str:
    return _("Nothing changes for anyone on %(day)s.") % {"day": day_text(day)}


def whom(change: Change) -> str:
    """The first of those whom it touches by name, and how many more."""
    names = list(change.names)
    if more := change.touched - len(names):
        names.append(ngettext("%(number)s more", "%(number)s more", more) % {"number": more})
    return _("It concerns %(names)s.") % {"names": and_list(names)}


Counted = tuple[int, str]


def _of_one(change: Change) -> list[Counted]:
    return [
        (
            change.bound,
            ngettext(
                "From %(day)s, %(number)s person must take the course who did not have to.",
                "From %(day)s, %(number)s people must take the course who did not have to.",
                change.bound,
            ),
        ),
        (
            change.done,
            ngettext(
                "%(number)s of them has completed it already.",
                "%(number)s of them have completed it already.",
                change.done,
            ),
        ),
        (
            change.recommended,
            ngettext(
                "From %(day)s, the course is recommended for %(number)s person.",
                "From %(day)s, the course is recommended for %(number)s people.",
                change.recommended,
            ),
        ),
        (
            change.leaving,
            ngettext(
                "From %(day)s, %(number)s person need no longer take the course.",
                "From %(day)s, %(number)s people need no longer take the course.",
                change.leaving,
            ),
        ),
    ]


def _of_several(change: Change) -> list[Counted]:
    return [
        (
            change.bound,
            ngettext(
                "From %(day)s, %(number)s person must take a course that they did not have to.",
                "From %(day)s, %(number)s people must take a course that they did not have to.",
                change.bound,
            ),
        ),
        (
            change.done,
            ngettext(
                "%(number)s of them has completed such a course already.",
                "%(number)s of them have completed such a course already.",
                change.done,
            ),
        ),
        (
            change.recommended,
            ngettext(
                "From %(day)s, %(number)s person is recommended a course that they were not before.",
                "From %(day)s, %(number)s people are recommended a course that they were not before.",
                change.recommended,
            ),
        ),
        (
            change.leaving,
            ngettext(
                "From %(day)s, there is a course that %(number)s person need no longer take.",
                "From %(day)s, there is a course that %(number)s people need no longer take.",
                change.leaving,
            ),
        ),
    ]
