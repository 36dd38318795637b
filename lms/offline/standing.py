"""Where one person stands, for the tablet to go on with when there is no network. Theirs alone; never in a cache."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import override

from courses.display import Display
from courses.models import ActivityVersion
from courses.questions import KINDS

from ..access import readable_courses
from ..models import QuizAttempt, StaffMember, Tablet
from ..people.actions import short_names
from ..programmes.groups import Group
from ..progress.attempts import answers_given, order_of
from ..reader.journey import ActivityState, Journey
from ..reader.lookup import journeys
from ..reader.programmes import programmes_under_way
from ..requirements.rules import Part
from ..tablet.tickets import give_ticket
from ..wording import day_text, minutes_text, who_must, why
from .carried import address_of, contacts_stamp, pages_of


def standing_of(request: Any, learner: StaffMember, tablet: Tablet) -> dict[str, Any]:
    """JSON-ready: {id, name, short, language, display, ticket, courses: [{id, title, line, due, …, activities}]}.

    Besides `programmes` that they are in the middle of: [{title, words, courses: [{id, line}]}].

    A course's `after` is what must be completed before it opens, and is not: [{id, title}].
    An activity: {id, kind, title, time, required, done, after, version, url, language, steps: [{id, title}], read:
    [id]}, where `after` has the ids of those in the course that must be done before it and are not;
    and for a test that can be taken without network `quiz`: what is dealt for the next attempt and what is under way.
    No key, no result and no earlier answer but those of the attempt that is under way.
    """
    with override(learner.language):
        found = journeys(learner, readable_courses(request), language=learner.language)
        versions = _versions_of(found)
        pages, stamp = pages_of(versions.values()), contacts_stamp()

        def address(version: ActivityVersion) -> str | None:
            page = pages.get((version.activity.uuid, version.language))
            return address_of(version, page, stamp) if page or version.activity.kind == "quiz" else None

        return {
            "id": str(learner.uuid),
            "name": learner.given_name,
            "short": short_names([learner])[learner.pk],
            "language": learner.language,
            "display": Display.parse(learner.display).by_name(),
            "ticket": give_ticket(tablet, learner),
            "courses": [_course(journey, versions, address) for journey in found],
            "programmes": [_programme(group) for group in programmes_under_way(learner, found)],
        }


def _versions_of(found: Iterable[Journey]) -> dict[int, ActivityVersion]:
    """The versions shown, and those of the attempts under way; the tests among them with their content. Two queries."""
    states = [state for journey in found for state in journey.activities]
    shown = {state.version.pk: state.version for state in states if state.kind != "quiz"}
    tests = {state.version.pk for state in states if state.kind == "quiz"}
    tests |= {state.under_way.version_id for state in states if state.under_way}
    with_content = ActivityVersion.objects.filter(pk__in=tests).select_related("activity__course").defer("key")
    return shown | {version.pk: version for version in with_content}


def _course(journey: Journey, versions: dict[int, ActivityVersion], address: Any) -> dict[str, Any]:
    return {
        "id": str(journey.course.uuid),
        "title": journey.course.title,
        "line": _line(journey),
        "done": journey.done_in_this_cycle or journey.counts_through_another,
        "required": journey.is_required and not journey.is_exempt,
        "begun": journey.enrolment_id is not None,
        "due": journey.due.isoformat() if journey.due else "",
        "after": [{"id": str(first.uuid), "title": first.title} for first in journey.first],
        "touched": journey.touched_at.isoformat() if journey.touched_at else "",
        "activities": [_activity(state, versions, address) for state in journey.activities],
    }


def _programme(group: Group) -> dict[str, Any]:
    return {
        "title": str(group),
        "words": group.words,
        "courses": [
            {"id": str(journey.course.uuid), "line": _line(journey, within=group.part)} for journey in group.courses
        ],
    }


def _line(journey: Journey, *, within: Part | None = None) -> str:
    """What stands under the course's name and does not change by what is done without network.

    `within` a programme that says itself how many of its courses are enough, the course need not.
    Of a course that has changed: what is to be done again, and what is new.
    """
    if journey.done_in_this_cycle or journey.counts_through_another or journey.news:
        return " ".join(filter(None, [why(journey.day, journey.facts), journey.news]))
    rule = journey.rule
    said = [who_must(rule)] if rule and not (rule.is_choice and rule.part == within) else []
    if journey.duty and journey.duty.due:
        said.append(_("Due on %(day)s.") % {"day": day_text(journey.duty.due)})
    return " ".join(said)


def _activity(state: ActivityState, versions: dict[int, ActivityVersion], address: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(state.activity.uuid),
        "kind": state.kind,
        "title": state.title,
        "time": minutes_text(state.activity.minutes),
        "required": state.activity.required,
        "done": state.is_done,
        "after": [] if state.is_begun else [str(other.activity.uuid) for other in state.waits_for],
        "version": state.version.pk,
        "url": address(versions[state.version.pk]),
        "language": state.version.language,
        "steps": state.version.steps,
        "read": sorted(state.steps_done),
    }
    return {**told, "quiz": _quiz(state, versions, address)} if state.kind == "quiz" else told


def _quiz(state: ActivityState, versions: dict[int, ActivityVersion], address: Any) -> dict[str, Any]:
    version = versions[state.version.pk]
    # What can be tried once only must not be lost to a tablet that never comes back.
    online_only = state.activity.max_attempts == 1
    free = state.attempts_left != 0 and not (online_only or state.waits_until or state.under_way)
    return {
        "onlineOnly": online_only,
        "left": state.attempts_left,
        "waits": state.waits_until.isoformat() if state.waits_until else "",
        # One: whether another is needed, nobody knows before this one is graded.
        "dealt": [_deal(version, str(uuid4()), address)] if free else [],
        "underWay": _under_way(state.under_way, versions, address) if state.under_way and not online_only else None,
    }


def _deal(version: ActivityVersion, attempt: str, address: Any) -> dict[str, Any]:
    """The questions of an attempt by that id, in its order: what the server will grade it over."""
    return {
        "attempt": attempt,
        "version": version.pk,
        "url": address(version),
        "order": [
            {
                "key": question["key"],
                **{part: [one["id"] for one in question[part]] for part in ("choices", "options") if part in question},
            }
            for question in order_of(version, attempt)
        ],
    }


def _under_way(attempt: QuizAttempt, versions: dict[int, ActivityVersion], address: Any) -> dict[str, Any]:
    version = versions[attempt.version_id]
    kinds = {question["key"]: KINDS[question["kind"]] for question in version.content["questions"]}
    return {
        **_deal(version, str(attempt.uuid), address),
        "begunAt": attempt.started_at.isoformat(),
        "answers": {key: kinds[key].posted(answer) for key, answer in answers_given(attempt).items() if key in kinds},
    }
