"""What a tablet's outbox says, and its post to the server."""

import datetime
import json
import uuid
from typing import Any

from django.test import Client
from django.utils import timezone

from content_seed.learning import answer_to
from courses.models import ActivityVersion, QuizPage
from courses.questions import KINDS
from lms.models import StaffMember, Tablet
from lms.tablet.tickets import give_ticket
from tests.builders import version_of

ADDRESS = "/surfplatta/handelser/"


def new_id() -> str:
    return str(uuid.uuid4())


def event(tablet: Tablet, person: StaffMember, page: Any, kind: str, **said: Any) -> dict[str, Any]:
    """One event as the tablet says it, `at` some moment (default now)."""
    version: ActivityVersion = said.pop("of", None) or version_of(page)
    at = said.pop("at", None) or timezone.now()
    return {
        "id": new_id(),
        "ticket": give_ticket(tablet, person),
        "kind": kind,
        "activity": str(version.activity.uuid),
        "version": version.pk,
        "occurred_at": at.isoformat(),
        **said,
    }


def reading(tablet: Tablet, person: StaffMember, page: Any, **said: Any) -> list[dict[str, Any]]:
    """Every step of a lesson."""
    return [event(tablet, person, page, "step", step=step["id"], **said) for step in version_of(page).steps]


def sitting(
    tablet: Tablet,
    person: StaffMember,
    page: QuizPage,
    *,
    right: bool = True,
    at: datetime.datetime | None = None,
    minute: datetime.timedelta = datetime.timedelta(minutes=1),
    **said: Any,
) -> list[dict[str, Any]]:
    """An attempt without network: begun, answered question by question a minute apart, handed in."""
    version = version_of(page)
    begun_at = at or timezone.now() - 10 * minute
    about = {"attempt": new_id(), "offline": True, **said}
    told = [event(tablet, person, page, "attempt", at=begun_at, of=version, **about)]
    about["begun_at"] = begun_at.isoformat()
    answers = {}
    for number, question in enumerate(version.content["questions"], start=1):
        answer = answer_to(question, version.key[question["key"]], right=right)
        values = answers[question["key"]] = KINDS[question["kind"]].posted(answer)
        moment = begun_at + number * minute
        told.append(
            event(
                tablet, person, page, "answer", at=moment, of=version, question=question["key"], values=values, **about
            )
        )
    moment = begun_at + (len(answers) + 1) * minute
    told.append(event(tablet, person, page, "submit", at=moment, of=version, answers=answers, **about))
    return told


def batch(events: list[Any], **said: Any) -> dict[str, Any]:
    return {
        "sent_at": timezone.now().isoformat(),
        "app": "abc123",
        "tablet": None,
        "unsent": 0,
        "unsent_since": None,
        "refused": 0,
        "events": events,
        **said,
    }


def post(said: Any, **headers: Any) -> Any:
    """The response to `said`, JSON or bytes, from a browser without a cookie."""
    body = said if isinstance(said, bytes) else json.dumps(said)
    return Client(raise_request_exception=True).post(ADDRESS, body, content_type="application/json", **headers)


def send(events: list[Any], **said: Any) -> list[dict[str, Any]]:
    """What became of each event."""
    response = post(batch(events, **said))
    assert response.status_code == 200, response.content
    return response.json()["results"]


def outcomes(results: list[dict[str, Any]]) -> list[str]:
    """ "applied", or "needs_review: handed_in"."""
    return [f"{row['outcome']}: {row['reason']}" if row["reason"] else row["outcome"] for row in results]
