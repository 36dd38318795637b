"""A copy of a test on paper, and the answers that are read off it. Plain values: nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse

from courses.models import Activity, ActivityVersion, Course
from courses.questions import KINDS

from ..conf import setting
from ..models import PaperTest
from ..progress.attempts import order_of


@dataclass
class Asked:
    """One question of a copy: its number on the paper, and what has been entered for it."""

    number: int
    question: dict[str, Any]
    posted: Sequence[str] = ()
    answer: Any = None
    unreadable: bool = False
    chosen: Sequence[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Of the form's field for it."""
        return f"q{self.number}"

    @property
    def kind(self) -> Any:
        return KINDS[self.question["kind"]]

    @property
    def lettered(self) -> list[tuple[str, dict[str, Any]]]:
        """The choices, or what is to be paired with the lines, each with its letter on the paper."""
        return list(zip(ascii_uppercase, self.question.get("options") or self.question["choices"], strict=False))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The lines to put in order or pair up as they stand on the paper, with what was chosen for each."""
        rows = {row["id"]: row for row in self.kind.filled_in(self.question, self.answer, self.posted)}
        return [rows[choice["id"]] for choice in self.question["choices"]]

    @property
    def written(self) -> str:
        return "".join(self.posted[:1])


def asked_in(paper: PaperTest) -> list[Asked]:
    """The questions of a copy in its order: those that the attempt with its uuid is asked."""
    found = order_of(paper.version, str(paper.uuid))
    return [Asked(number, question) for number, question in enumerate(found, start=1)]


def read_answers(asked: Sequence[Asked], posted: QueryDict) -> None:
    """Give each question what was entered for it. What says nothing usable is `unreadable`, never an answer."""
    for one in asked:
        one.posted = [value for value in posted.getlist(one.name) if value.strip()]
        one.answer = one.kind.parse(one.question, one.posted) if one.posted else None
        one.unreadable = bool(one.posted) and one.answer is None
        one.chosen = one.kind.chosen(one.answer)


def answers_of(asked: Sequence[Asked]) -> dict[str, Any]:
    """By question key; what was left empty is not there."""
    return {one.question["key"]: one.answer for one in asked if one.answer is not None}


def left_empty(asked: Sequence[Asked]) -> list[int]:
    """The numbers of the questions with no answer, or with half of one."""
    return [one.number for one in asked if one.answer is None or not one.kind.is_whole(one.question, one.answer)]


def version_for(versions: Sequence[ActivityVersion], language: str) -> ActivityVersion:
    """Of the current versions of one test, that which a reader of `language` is shown."""
    activity = versions[0].activity

    def rank(version: ActivityVersion) -> tuple[int, str]:
        order = {language: 0, language.split("-")[0]: 1, activity.source_language: 2}
        return (order.get(version.language, 3), version.language)

    return min(versions, key=rank)


def current_versions(activity: Activity) -> list[ActivityVersion]:
    versions = ActivityVersion.objects.current().filter(activity=activity).select_related("activity__course")
    return list(versions.order_by("language"))


def address_of_entry(paper: PaperTest, request: Any) -> str:
    """Where the copy is entered, as its QR code says it."""
    return public_address(reverse("lms_admin:paper_test", args=[paper.uuid]), request)


def public_address(path: str, request: Any) -> str:
    """`path` as it is reached from outside, so that a code on paper still leads here next year; where nobody has said
    how that is, as it was asked for."""
    site = setting("LMS_PUBLIC_BASE_URL").rstrip("/")
    if "://" in path:
        return path
    return site + path if site else request.build_absolute_uri(path)


def with_course(title: str, course: Course) -> str:
    """A test by its title and its course, unless the one says the other already."""
    return title if course.title in title else f"{course.title}: {title}"


def rules_of(version: ActivityVersion, count: int) -> Mapping[str, Any]:
    """What a copy says of the test before its questions."""
    return {
        "count": count,
        "pass_mark": version.settings["pass_mark"],
        "max_attempts": version.activity.max_attempts,
        "wait_minutes": version.activity.wait_minutes,
        "language": version.language if version.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
    }
