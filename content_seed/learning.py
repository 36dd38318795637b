"""How invented people learn: through the one door, on a day that has been."""

import datetime
import uuid
from typing import Any

from django.utils import timezone

from courses.models import Activity, Course
from lms.models import EventKind, EventSource, StaffMember
from lms.progress import Receipt, record
from lms.progress.attempts import questions_of


class Learning:
    """Someone who learns at the tablet on some day, step by step, through the one door."""

    def __init__(self, course: Course):
        self.course = course
        activities = list(Activity.objects.live().filter(course=course).select_related("course").in_tree_order())
        self.lessons_in_order = [activity for activity in activities if activity.kind == "lesson"]
        self.quiz = next(activity for activity in activities if activity.kind == "quiz")
        self.versions = {activity.pk: activity.versions.current().get(language="sv") for activity in activities}

    def everything(self, person: StaffMember, *, days_ago: int) -> None:
        self.lessons(person, days_ago=days_ago, count=len(self.lessons_in_order))
        self.attempt(person, days_ago=days_ago, right=True)

    def lessons(self, person: StaffMember, *, days_ago: int, count: int, steps_of_last: int | None = None) -> None:
        for number, activity in enumerate(self.lessons_in_order[:count]):
            version = self.versions[activity.pk]
            steps = version.steps[:steps_of_last] if steps_of_last and number == count - 1 else version.steps
            for step in steps:
                self._tell(person, activity, EventKind.STEP, days_ago, {"step": step["id"]})

    def attempt(self, person: StaffMember, *, days_ago: int, right: bool) -> None:
        version, attempt = self.versions[self.quiz.pk], uuid.uuid4()
        begun = self._tell(person, self.quiz, EventKind.ATTEMPT, days_ago, {"attempt": attempt}).attempt
        for question in questions_of(begun) if begun else ():
            answer = answer_to(question, version.key[question["key"]], right=right)
            self._tell(
                person,
                self.quiz,
                EventKind.ANSWER,
                days_ago,
                {"attempt": attempt, "question": question["key"], "answer": answer},
            )
        self._tell(person, self.quiz, EventKind.SUBMIT, days_ago, {"attempt": attempt})

    def _tell(
        self, person: StaffMember, activity: Activity, kind: str, days_ago: int, payload: dict[str, Any]
    ) -> Receipt:
        moment = timezone.now() - datetime.timedelta(days=days_ago)
        return record(
            event_id=uuid.uuid4(),
            learner=person,
            activity=activity,
            version=self.versions[activity.pk],
            kind=kind,
            occurred_at=moment,
            received_at=moment,
            source=EventSource.TABLET,
            payload=payload,
        )


def answer_to(question: dict[str, Any], key: dict[str, Any], *, right: bool) -> Any:
    """An answer that is worth everything, or nothing; of whatever kind the question is."""
    kind = question["kind"]
    if kind == "text":
        return key["accepted"][0] if right else "vet inte"
    if kind == "number":
        return key["accepted"][0] if right else f"99999{key['accepted'][0]}"
    if kind == "order":
        return key["right"] if right else key["right"][::-1]
    if kind == "match":
        lefts, rights = list(key["pairs"]), list(key["pairs"].values())
        return dict(zip(lefts, rights if right else rights[1:] + rights[:1], strict=True))
    wanted = [choice["id"] for choice in question["choices"] if (choice["id"] in key["right"]) == right]
    return wanted if kind == "multiple" else wanted[0]
