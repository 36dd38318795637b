"""Which courses come before which, and whom that holds back. For parts within a course see `courses.prerequisites`.

A course waits only for published ones that stand before it in the catalogue and can be completed: no circle, and no
way that ends. It governs opening, never counting: see docs/decisions/0028.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from courses.models import Access, Activity, Course

from .access import asked_courses
from .equivalence.lookup import standings_of
from .models import CourseCompletion, Enrolment, Exemption, StaffMember


def courses_before(courses: Iterable[Course]) -> dict[int, list[Course]]:
    """By id, of those of `courses` that wait for any: which, in catalogue order. One query; none where none waits."""
    waiting = [course for course in courses if course.after]
    if not waiting:
        return {}
    named = {uuid for course in waiting for uuid in course.after}
    needed = Activity.objects.live().filter(course=OuterRef("pk"), required=True)
    rows = Course.objects.filter(Q(uuid__in=named) | Q(pk__in=[course.pk for course in waiting]))
    in_order = list(rows.annotate(can_be_completed=Exists(needed)).in_tree_order())
    place = {row.pk: number for number, row in enumerate(in_order)}
    fitting = [row for row in in_order if row.live and row.can_be_completed]
    found = {}
    for course in waiting:
        before = [row for row in fitting if str(row.uuid) in course.after and place[row.pk] < place[course.pk]]
        if before:
            found[course.pk] = before
    return found


def held_back_by(learner: StaffMember, courses: Iterable[Course]) -> dict[int, list[Course]]:
    """By id, of those of `courses` that `learner` may not open yet: what must be completed first.

    For whoever has not begun them. A course counts when it was ever completed, whether that still holds or not, also
    through an equivalent one. It holds back nobody who is excused from it, or for whom it is not. At most two queries,
    and two more where something is left of one's own.
    """
    before = courses_before(courses)
    wanted = {course.pk for rows in before.values() for course in rows}
    if not wanted:
        return {}
    own = {"staff": learner, "course": OuterRef("pk")}
    done = Exists(CourseCompletion.objects.filter(**own, voided_at=None))
    excused = Exists(
        Exemption.objects.in_force(timezone.localdate()).filter(
            Q(course=None) | Q(course=OuterRef("pk")), staff=learner
        )
    )
    theirs = Q(pk__in=asked_courses(learner)) | Exists(Enrolment.objects.filter(**own, current=True))
    left = Course.objects.filter(~Q(access=Access.ASSIGNED) | theirs, ~done, ~excused, pk__in=wanted)
    ids = set(left.values_list("pk", flat=True))
    if ids:
        today = timezone.localdate()
        ids -= {course for _learner, course in standings_of([learner.pk], ids, today)}
    found: dict[int, list[Course]] = defaultdict(list)
    for pk, rows in before.items():
        found[pk] = [course for course in rows if course.pk in ids]
    return {pk: rows for pk, rows in found.items() if rows}
