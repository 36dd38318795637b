import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.languages import foreign_language
from courses.models import QuizPage
from courses.questions import KINDS
from courses.questions.scoring import score_answers

from ...models import EventKind, PaperTest, QuizAttempt
from ...progress import record
from ...progress.attempts import answers_given, questions_of
from ..addresses import Desk
from ..desk import desk, facts_from, go, readable_version
from ..locks import may_be_locked, to_what_comes_first
from ..lookup import journeys


def place_in_course(request, activity):
    """The course as this learner has it, and the test in it. None for what is no longer published."""
    found = journeys(request.learner, Q(pk=activity.course_id), language=get_language())
    journey = found[0] if found else None
    states = {state.activity.pk: state for state in journey.activities} if journey else {}
    return journey, states.get(activity.pk)


def quiz_intro(request, version):
    """Before the test: what it is, what is asked for, and what happened before."""
    journey, state = place_in_course(request, version.activity)
    if state is None:
        raise Http404
    if elsewhere := to_what_comes_first(request, journey, state):
        return elsewhere
    page = (
        QuizPage.objects.live()
        .filter(translation_key=state.activity.uuid, locale__language_code=state.version.language)
        .first()
    )
    return render(
        request,
        "lms/reader/quiz_intro.html",
        {
            "journey": journey,
            "state": state,
            "page": page,
            "addresses": Desk(request.resolver_match.namespace, state.activity.uuid),
            "settings": state.version.settings,
            "new_attempt": uuid.uuid4(),
            "unread": [other for other in journey.left if other.kind == "lesson"],
        },
    )


@require_POST
@desk
def begin(request, activity):
    version = readable_version(request, activity)
    if version.activity.kind != "quiz":
        raise Http404
    if may_be_locked(version):
        journey, state = place_in_course(request, version.activity)
        if state and (elsewhere := to_what_comes_first(request, journey, state)):
            return elsewhere
    facts = facts_from(request)
    receipt = record(
        **facts,
        activity=version.activity,
        version=version,
        kind=EventKind.ATTEMPT,
        # Drawn from the event, so that a resent form finds the same attempt.
        payload={"attempt": uuid.uuid5(facts["event_id"], "attempt")},
    )
    attempt = receipt.attempt
    if attempt is None:
        # The page that it leads back to says until when one must wait.
        if receipt.reason != "must_wait":
            words = _("You have used all your attempts. Talk to the course leader, who helps you on.")
            messages.warning(request, words)
        return go(request, "activity", activity)
    return go(request, "attempt", attempt.uuid)


def _own_attempt(request: Any, attempt_uuid: uuid.UUID) -> QuizAttempt:
    """The learner's own attempt; for anyone else's the same 404 as for none."""
    attempt = (
        QuizAttempt.objects.select_related("version", "activity__course", "enrolment")
        .filter(uuid=attempt_uuid, enrolment__staff=request.learner, voided_at=None)
        .first()
    )
    if attempt is None:
        raise Http404
    return attempt


def _is_whole(question: dict[str, Any], answers: dict[str, Any]) -> bool:
    return KINDS[question["kind"]].is_whole(question, answers.get(question["key"]))


def _over(request, own):
    """Where to go when there is nothing more to do in the attempt: to its result; or to the course, if that was begun
    again and the attempt was left in the round before."""
    if own.submitted_at:
        return go(request, "result", own.uuid)
    if not own.enrolment.current:
        messages.warning(
            request,
            _("You began this test before you began the course again, so it no longer counts. Begin it anew here."),
        )
        return go(request, "course", own.activity.course.uuid)
    return None


@require_safe
@desk
def attempt(request, attempt):
    """To the first question not wholly answered; to the overview when all are; to the result when handed in."""
    own = _own_attempt(request, attempt)
    if over := _over(request, own):
        return over
    answers = answers_given(own)
    for number, question in enumerate(questions_of(own), start=1):
        if not _is_whole(question, answers):
            return go(request, "question", own.uuid, number)
    return go(request, "hand_in", own.uuid)


@require_http_methods(["GET", "HEAD", "POST"])
@desk
def question(request, attempt, number):
    own = _own_attempt(request, attempt)
    if over := _over(request, own):
        return over
    asked = questions_of(own)
    if not 1 <= number <= len(asked):
        raise Http404
    current = asked[number - 1]
    kind = KINDS[current["kind"]]
    error, posted = "", request.POST.getlist("answer")
    if request.method == "POST":
        answer = kind.parse(current, posted)
        if answer is not None:
            receipt = record(
                **facts_from(request),
                activity=own.activity,
                version=own.version,
                kind=EventKind.ANSWER,
                payload={"attempt": own.uuid, "question": current["key"], "answer": answer},
            )
            if request.headers.get("X-Lms-Save"):
                return HttpResponse(status=204 if receipt.counted else 409)
            if not receipt.counted:  # handed in meanwhile, in another tab
                return go(request, "attempt", own.uuid)
            if kind.is_whole(current, answer) and number < len(asked):
                return go(request, "question", own.uuid, number + 1)
            if kind.is_whole(current, answer):
                return go(request, "hand_in", own.uuid)
        error = kind.ask_again
    answers = answers_given(own)
    given = answers.get(current["key"])
    return render(
        request,
        "lms/reader/question.html",
        {
            "attempt": own,
            "question": current,
            "foreign": foreign_language(own.version.language),
            "kind": kind,
            "number": number,
            "count": len(asked),
            "answered": len(answers),
            "chosen": kind.chosen(given),
            "rows": kind.filled_in(current, given, posted),
            "written": "".join(posted[:1]) if error else given if isinstance(given, str) else "",
            "error": error,
        },
        status=422 if error else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk
def hand_in(request, attempt):
    own = _own_attempt(request, attempt)
    if over := _over(request, own):
        return over
    if request.method == "POST":
        receipt = record(
            **facts_from(request),
            activity=own.activity,
            version=own.version,
            kind=EventKind.SUBMIT,
            payload={"attempt": own.uuid},
        )
        own.refresh_from_db()
        if not receipt.counted and not own.submitted_at:
            messages.warning(
                request,
                _(
                    "The test could not be graded now. Your answers are kept. Try to hand in again in a while. "
                    "If that does not work, tell the course leader."
                ),
            )
            return go(request, "course", own.activity.course.uuid)
    if own.submitted_at:
        return go(request, "result", own.uuid)
    answers = answers_given(own)
    asked = questions_of(own)
    return render(
        request,
        "lms/reader/hand_in.html",
        {
            "attempt": own,
            "questions": [
                {
                    "number": number,
                    "text": question["text"],
                    "answered": _is_whole(question, answers),
                    "begun": question["key"] in answers,
                }
                for number, question in enumerate(asked, start=1)
            ],
            "unanswered": sum(question["key"] not in answers for question in asked),
        },
    )


@require_safe
@desk
def result(request, attempt):
    own = _own_attempt(request, attempt)
    if not own.submitted_at:
        return go(request, "attempt", own.uuid)
    journey, state = place_in_course(request, own.activity)
    return render(
        request,
        "lms/reader/result.html",
        {
            "attempt": own,
            "pass_mark": own.version.settings["pass_mark"],
            "paper": PaperTest.objects.filter(uuid=own.uuid).select_related("recorded_by").first(),
            "review": [_explained(own, question) for question in questions_of(own)],
            "journey": journey,
            "state": state,
        },
    )


def _explained(attempt, question):
    """One question after grading: what was answered, what is right, and why."""
    secret = attempt.version.key[question["key"]]
    kind = KINDS[question["kind"]]
    answer = attempt.answers.get(question["key"])
    chosen = kind.chosen(answer)
    worth = score_answers([question], {question["key"]: secret}, {question["key"]: answer}, pass_mark=100).points
    return {
        "question": question,
        "answer": answer,
        "written": answer if isinstance(answer, str) and not question["choices"] else "",
        "chosen": chosen,
        "right": secret.get("right", []),
        "accepted": secret.get("accepted", [])[:1],
        "verdict": "right" if worth == 1 else "partly" if worth else "wrong",
        "explanation": secret["explanation"],
        "feedback": [secret["feedback"][identity] for identity in chosen if identity in secret["feedback"]],
        **kind.explained(question, secret, answer),
    }
