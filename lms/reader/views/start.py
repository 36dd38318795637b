from contextlib import suppress
from operator import attrgetter, itemgetter
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from courses.back import safe_next

from ... import wording
from ...access import may_read, readable_courses
from ...display import choose_as
from ...evidence import evidence_for
from ...people.actions import change_details
from ...progress import begin_again
from ...status import Status
from ..desk import address, desk, go
from ..gone import done_and_gone
from ..journey import Journey
from ..lookup import journeys
from ..programmes import programmes_under_way


def _journeys(request, courses):
    return journeys(request.learner, courses, language=get_language())


def _urgency(journey: Journey) -> tuple:
    """Late first, then by due date, then begun before not begun."""
    due = journey.due
    return (due is None, due or journey.day, journey.enrolment_id is None)


def _in_turn(journeys: list[Journey], all_of_them: list[Journey]) -> list[Journey]:
    """The same, each after the courses that must be completed before it opens, whoever asked for those."""
    known = {journey.course.pk: journey for journey in all_of_them}
    found: dict[int, Journey] = {}

    def add(journey: Journey) -> None:
        for course in journey.first:
            if course.pk in known:
                add(known[course.pk])
        found.setdefault(journey.course.pk, journey)

    for journey in journeys:
        add(journey)
    return list(found.values())


def _where_one_was(journeys: list[Journey]) -> Journey | None:
    """Of those that can be gone on with, the last one that was touched; else the most urgent."""
    begun = [(moment, journey) for journey in journeys if (moment := journey.touched_at)]
    return max(begun, key=itemgetter(0))[1] if begun else next(iter(journeys), None)


@require_safe
@desk
def start(request):
    all_of_them = _journeys(request, readable_courses(request))
    open_to_them = [journey.course for journey in all_of_them]
    to_do = sorted(
        (
            journey
            for journey in all_of_them
            if journey.is_required and not journey.is_exempt and (not journey.is_trained or journey.is_under_way)
        ),
        key=_urgency,
    )
    renew = [journey for journey in all_of_them if journey.may_renew]
    for journey in renew:
        journey.renewed_by = [course for course in journey.renewed_by if course in open_to_them]
    # Begun of one's own accord comes after what is required, and what is recommended after that.
    own = [journey for journey in all_of_them if not journey.is_required and journey.is_under_way]
    in_turn = _in_turn([*to_do, *own], all_of_them)
    done = [journey for journey in all_of_them if journey.completion and journey not in (*to_do, *own)]
    done += done_and_gone(request.learner, all_of_them)
    late = [attempt for journey in all_of_them for state in journey.activities for attempt in state.graded_lately]
    recommended = [journey for journey in all_of_them if journey.status is Status.RECOMMENDED]
    programmes = programmes_under_way(request.learner, all_of_them)
    grouped = {id(journey) for programme in programmes for journey in programme.courses}
    shown = {id(journey) for journey in (*to_do, *own, *done, *recommended)} | grouped

    def apart(some: list[Journey]) -> list[Journey]:
        """Those that stand in no programme."""
        return [journey for journey in some if id(journey) not in grouped]

    return render(
        request,
        "lms/reader/start.html",
        {
            "continue_with": _where_one_was([journey for journey in in_turn if journey.next]),
            "is_done": not to_do,
            "programmes": programmes,
            "to_do": apart([journey for journey in in_turn if journey in to_do]),
            "own": apart(own),
            "recommended": apart(recommended),
            "renew": renew,
            "graded": max(late, key=attrgetter("recorded_at"), default=None),
            "done": apart(done),
            "more": [journey for journey in all_of_them if id(journey) not in shown],
            "evidence": evidence_for(request, [journey.completion.id for journey in done if journey.completion]),
            "day": timezone.localdate(),
        },
    )


def _journey(request: HttpRequest, uuid: UUID) -> Journey:
    """The course as the learner has it; the same 404 for none and for one that is not for them."""
    found = _journeys(request, Q(uuid=uuid))
    if not found or not may_read(request, found[0].course):
        raise Http404
    return found[0]


@require_safe
@desk
def course(request, course):
    journey = _journey(request, course)
    journey.renewed_by = [other for other in journey.renewed_by if other.live and may_read(request, other)]
    left = journey.left
    kinds = [state.kind for state in left]
    return render(
        request,
        "lms/reader/course.html",
        {
            "journey": journey,
            "left": wording.what_is_left(kinds.count("lesson"), kinds.count("quiz"), kinds.count("workshop")),
            "evidence": evidence_for(request, [journey.completion.id] if journey.completion else []),
        },
    )


@require_safe
@desk
def done(request, course):
    """The course is done: say so, calmly, and hand over what proves it."""
    journey = _journey(request, course)
    if journey.completion is None:
        return go(request, "course", course)
    return render(
        request,
        "lms/reader/done.html",
        {"journey": journey, "evidence": evidence_for(request, [journey.completion.id])},
    )


@require_POST
@desk
def again(request, course):
    journey = _journey(request, course)
    if journey.may_begin_again:
        with suppress(ValueError):  # a double tap: the first has begun already
            begin_again(learner=request.learner, course=journey.course, actor=None if request.tablet else request.user)
    return go(request, "course", course)


@require_POST
@desk
def still_here(request):
    """The page has been touched: whoever is signed in on the tablet is not away. Letting them in is all it takes."""
    return HttpResponse(status=204)


@desk
def display(request):
    """How the pages look to the learner, from now on and on every device."""
    return choose_as(request, address(request, "start"))


@require_POST
@desk
def language(request):
    """The desk speaks the chosen language from now on, on every device."""
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        change_details(staff=request.learner, language=chosen, actor=None if request.tablet else request.user)
    return redirect(safe_next(request, request.headers.get("Referer", ""), address(request, "start")))
