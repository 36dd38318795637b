"""What demanding that a course be done again would mean: found out by a rehearsal, in a fixed number of queries."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course

from ..foresight.reading import day_of_effect
from ..foresight.reading import foresee as foresee_figures
from ..foresight.words import figures_told
from ..foresight.words import told as told_of
from ..models import CourseCompletion, Employment, Enrolment, Retraining, Workplace
from ..rehearsal import rehearse
from ..requirements.change import Change
from ..requirements.rules import ONE_DAY
from ..status import Completion, Status, best_completion
from ..wording import and_list, day_text, part_text
from .lookup import redos
from .offers import Offer, not_translated

#: So many workplaces, and people at each, are named; of the rest it is said how many they are.
PLACES, PEOPLE = 30, 5


class Person(NamedTuple):
    staff_id: int
    name: str
    workplace_id: int
    workplace: str


def people_at_work(day: datetime.date) -> list[Person]:
    """Everyone at each of their workplaces, by workplace and name. One query."""
    rows = (
        Employment.objects.covering(day)
        .order_by("workplace__name", "workplace_id", "staff__given_name", "staff__family_name", "staff_id")
        .values_list("staff_id", "staff__given_name", "staff__family_name", "workplace_id", "workplace__name")
    )
    found = [Person(staff, f"{given} {family}".strip(), place, name) for staff, given, family, place, name in rows]
    return list(dict.fromkeys(found))


def standing_of_all(course: Course, day: datetime.date) -> dict[int, Completion]:
    """What counts longest of what each person has completed of `course`, where it counts on `day`. Three queries."""
    rows = CourseCompletion.objects.standing(day).filter(course=course)
    redo = redos(rows.values("staff"), [course.pk], day)
    done: dict[int, list[Completion]] = defaultdict(list)
    fields = ("pk", "staff_id", "completed_on", "valid_until", "renewable_from")
    for pk, staff, completed_on, valid_until, opens in rows.values_list(*fields):
        done[staff].append(Completion(completed_on, valid_until, pk, opens, redo=redo.get(pk)))
    best = {staff: best_completion(found) for staff, found in done.items()}
    return {
        staff: found for staff, found in best.items() if found and (found.last_day is None or found.last_day >= day)
    }


def foresee(course: Course, offers: Sequence[Offer], by_when: datetime.date, act: Callable[[], Any]) -> list[str]:
    """What `act`, the demand, would do to people, in sentences."""
    today = timezone.localdate()
    people = people_at_work(today)
    before = standing_of_all(course, today)
    untranslated = not_translated(offers)
    after, entries = rehearse(lambda: (act(), standing_of_all(course, today))[1])
    touched = {staff for staff, found in after.items() if found.redo and found != before.get(staff)}
    begun = set(_under_way(course).values_list("staff_id", flat=True))
    at_work = {person.staff_id for person in people}
    told = [_again([offer.activity for offer in offers], by_when, len(touched & at_work))]
    told += _by_workplace(people, touched)
    if touched & at_work:
        told.append(
            _("In the matrix they are “%(soon)s” from now on. Who has not done it by %(day)s is “%(expired)s” then.")
            % {"day": day_text(by_when), "soon": Status.EXPIRING.label, "expired": Status.EXPIRED.label}
        )
        told.append(_("What they have done of the rest stays done: only what has changed is done again."))
    told += _who_is_in_it(len(begun & at_work), sum(entry.data.get("begun", 0) for entry in entries))
    names = dict(settings.LANGUAGES)
    for part, language in untranslated:
        told.append(
            _("%(part)s has not been changed in %(language)s. Publish that too, or they do the same again.")
            % {"part": capfirst(part_text(part)), "language": names.get(language, language)}
        )
    return told


def foresee_taken_back(
    act: Callable[[], Any], *, retraining: Retraining, reach: QuerySet[Workplace]
) -> tuple[Change, set[int]]:
    """What `act`, the counter-entry, changes in the figures of `reach`, and who at work has nothing to do again then.

    Of the day after the one it was to be done by, when it shows; today if that is past. What `act` raises is raised.
    """
    course, today = retraining.course, timezone.localdate()
    before = standing_of_all(course, today)
    released: set[int] = set()

    def whom() -> set[int]:
        after = standing_of_all(course, today)
        released.update(staff for staff, found in after.items() if found != before.get(staff))
        return released

    change = foresee_figures(act, day=day_of_effect(retraining.by_when + ONE_DAY), reach=reach, who=whom)
    return change, released & set(Employment.objects.covering(today).values_list("staff_id", flat=True))


def told_taken_back(change: Change, released: Collection[int]) -> list[str]:
    """What `foresee_taken_back` found, in sentences."""
    if not released:
        return [*told_of(change), *figures_told(change)]
    sentences = [
        ngettext(
            "%(number)s person has nothing of it to do again any more.",
            "%(number)s people have nothing of it to do again any more.",
            len(released),
        )
        % {"number": len(released)}
    ]
    if not change.touched and not change.shares:
        return [*sentences, _("No figure in the matrix becomes another by it.")]
    if change.day > timezone.localdate():
        words = _("The figures are those of %(day)s, the day after the one it was to be done by.")
        sentences.append(words % {"day": day_text(change.day)})
    return [*sentences, *told_of(change), *figures_told(change)]


def _under_way(course: Course) -> Any:
    return Enrolment.objects.filter(course=course, current=True).exclude(
        pk__in=CourseCompletion.objects.filter(course=course, voided_at=None).values("enrolment")
    )


def _again(parts: Sequence[Any], by_when: datetime.date, number: int) -> str:
    if not number:
        return _("Nobody who works here now has anything to do again.")
    return ngettext(
        "%(number)s person who has completed the course is to do this again by %(day)s: %(parts)s.",
        "%(number)s people who have completed the course are to do this again by %(day)s: %(parts)s.",
        number,
    ) % {"number": number, "day": day_text(by_when), "parts": and_list([part_text(part) for part in parts])}


def _by_workplace(people: Sequence[Person], touched: set[int]) -> list[str]:
    """A line for each workplace where somebody is touched."""
    grouped: dict[tuple[int, str], list[Person]] = defaultdict(list)
    for person in people:
        grouped[person.workplace_id, person.workplace].append(person)
    told: list[str] = []
    more = 0
    for (_id, workplace), here in grouped.items():
        names = [person.name for person in here if person.staff_id in touched]
        if not names:
            continue
        if len(told) == PLACES:
            more += 1
            continue
        # Not of how many: the matrix counts whom the course is required of, and this tells of whoever has done it.
        line = _("%(workplace)s: %(number)s") % {"workplace": workplace, "number": len(names)}
        told.append(f"{line} ({and_list(names)})" if len(names) <= PEOPLE else line)
    if more:
        words = ngettext("And %(number)s more workplace.", "And %(number)s more workplaces.", more)
        told.append(words % {"number": more})
    return told


def _who_is_in_it(number: int, set_aside: int) -> list[str]:
    if not number:
        return []
    told = ngettext(
        "%(number)s person is in the middle of the course, and goes on where they are.",
        "%(number)s people are in the middle of the course, and go on where they are.",
        number,
    ) % {"number": number}
    if set_aside:
        told += " " + ngettext(
            "%(number)s of them has done a changed part already, and is to do that again.",
            "%(number)s of them have done a changed part already, and are to do that again.",
            set_aside,
        ) % {"number": set_aside}
    return [told]
