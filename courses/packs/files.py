"""A course pack on disk: read into plain values, written from them. Knows files, not pages."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from ..models import Access
from ..recordings import not_a_recording
from ..validity import WINDOW_DAYS, ValidityKind
from .errors import PackError
from .markdown import parse_body, read_yaml, to_html, write_yaml
from .questions import read_question

KINDS = ("lesson", "workshop", "quiz")


@dataclass
class PackActivity:
    """A lesson, meetup or test as its file says. `body` is Markdown; `questions` have what `read_question` gives."""

    file: str
    kind: str
    uuid: uuid.UUID
    slug: str
    title: str
    summary: str = ""
    minutes: int | None = None
    required: bool = True
    after: list[str] = field(default_factory=list)  # in the file the names of files, here the uuids of their parts
    body: str = ""
    audio: str = ""
    introduction: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class PackCourse:
    folder: Path
    uuid: uuid.UUID
    language: str
    slug: str
    title: str
    summary: str = ""
    introduction: str = ""
    objectives: list[str] = field(default_factory=list)
    image: str = ""
    access: str = "staff"
    in_order: bool = False
    after: list[str] = field(default_factory=list)
    validity: dict[str, Any] = field(default_factory=dict)
    images: dict[str, dict[str, str]] = field(default_factory=dict)
    activities: list[PackActivity] = field(default_factory=list)


def read_course(folder: Path) -> PackCourse:
    """The course in `folder`. Raises PackError naming the file and what to mend; then nothing has been read."""
    where = f"{folder.name}/course.yaml"
    data = _mapping(folder / "course.yaml", where)
    return PackCourse(
        folder=folder,
        uuid=_uuid(data, where),
        language=_text(data, "language", where),
        slug=_text(data, "slug", where),
        title=_text(data, "title", where),
        summary=str(data.get("summary") or "").strip(),
        introduction=to_html(data.get("introduction") or ""),
        objectives=[str(objective).strip() for objective in data.get("objectives") or []],
        image=str(data.get("image") or ""),
        access=_one_of(data, "access", Access.values, where, usual="staff"),
        in_order=bool(data.get("in_order", False)),
        after=[_course_named(value, where) for value in _list(data, "after", where)],
        validity=_validity(data, where),
        images=dict(data.get("images") or {}),
        activities=_in_order(folder.name, [_read_activity(folder, name) for name in data.get("activities") or []]),
    )


def _in_order(folder: str, activities: list[PackActivity]) -> list[PackActivity]:
    """The same, with uuids for the file names that they must come after."""
    before: dict[str, PackActivity] = {}
    for activity in activities:
        for name in activity.after:
            if name not in before:
                problem = _("“after” names %(name)s, which is no part of the course that stands before this one.")
                raise PackError(f"{folder}/{activity.file}: " + problem % {"name": name})
            if activity.required and not before[name].required:
                problem = _("“after” names %(name)s, which is optional, and this part is not.")
                raise PackError(f"{folder}/{activity.file}: " + problem % {"name": name})
        activity.after = [str(before[name].uuid) for name in activity.after]
        before[activity.file] = activity
    return activities


def _validity(data: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The page's fields for how long it is valid. `valid_months` alone means from the completion."""
    months = _number(data, "valid_months", where, most=240)
    usual = ValidityKind.FROM_COMPLETION if months else ValidityKind.FOR_GOOD
    return {
        "validity": _one_of(data, "validity", ValidityKind.values, where, usual=usual),
        "valid_months": months,
        "valid_to_month": _number(data, "valid_to_month", where, most=12),
        "valid_to_day": _number(data, "valid_to_day", where, most=31),
        "window_days": _number(data, "window_days", where, most=730, usual=WINDOW_DAYS),
        "late_days": _number(data, "late_days", where, most=730, usual=0),
    }


def digest_of(values: Any) -> str:
    """The same for the same content: how a later seeding tells what is new in a pack."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def _read_activity(folder: Path, name: str) -> PackActivity:
    where = f"{folder.name}/{name}"
    path = folder / name
    if not path.is_file():
        raise PackError(f"{where}: " + _("course.yaml names this file, but it is not there."))
    return _read_quiz(path, where) if path.suffix == ".yaml" else _read_lesson(path, where)


def _read_lesson(path: Path, where: str) -> PackActivity:
    head, body = split_front_matter(_text_in(path, where), where)
    kind = _one_of(head, "kind", ("lesson", "workshop"), where, usual="lesson")
    audio = str(head.get("audio") or "")
    if audio and (problem := not_a_recording(audio)):
        raise PackError(f"{where}: {problem}")
    if audio and not any((place / "documents" / audio).is_file() for place in (path.parent, path.parent.parent)):
        raise PackError(f"{where}: " + _("there is no file documents/%(name)s.") % {"name": audio})
    activity = PackActivity(kind=kind, body=body, audio=audio, **_common(head, path.name, where))
    # What cannot be read is told before any page is written.
    parse_body(body, lesson=activity.uuid, find_file=lambda name: _must_be_there(path.parent, name, where), where=where)
    return activity


def _must_be_there(folder: Path, name: str, where: str) -> int:
    """No id yet: the file is uploaded when the page is written. A translation shares its source's files."""
    places = [place / kind / name for place in (folder, folder.parent) for kind in ("images", "documents")]
    if not any(place.is_file() for place in places):
        raise PackError(f"{where}: " + _("there is no file images/%(name)s or documents/%(name)s.") % {"name": name})
    return 0


def _read_quiz(path: Path, where: str) -> PackActivity:
    data = _mapping(path, where)
    identity = _uuid(data, where)
    questions = []
    for number, row in enumerate(data.get("questions") or [], start=1):
        at = _("%(file)s, question %(number)s") % {"file": where, "number": number}
        question = read_question(row, at)
        if not row.get("key"):
            raise PackError(f"{at}: " + _("give the question a “key” of its own, which never changes."))
        questions.append({**question, "key": str(row["key"])})
    keys = [question["key"] for question in questions]
    if len(set(keys)) < len(keys):
        raise PackError(f"{where}: " + _("two questions have the same key."))
    settings = {
        "pass_mark": _number(data, "pass_mark", where, most=100, usual=80),
        "max_attempts": _number(data, "max_attempts", where, most=50),
        "wait_minutes": _number(data, "wait_minutes", where, most=14 * 24 * 60),
        "draw": _number(data, "draw", where, most=max(1, len(questions))),
        "shuffle_questions": bool(data.get("shuffle_questions", True)),
        "shuffle_choices": bool(data.get("shuffle_choices", True)),
    }
    common = _common(data, path.name, where)
    return PackActivity(
        kind="quiz",
        introduction=to_html(data.get("introduction") or ""),
        settings=settings,
        questions=questions,
        **{**common, "uuid": identity},
    )


def split_front_matter(text: str, where: str) -> tuple[dict[str, Any], str]:
    parts = text.removeprefix("\ufeff").split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise PackError(f"{where}: " + _("the file begins with a head between two lines of ---"))
    head = read_yaml(parts[1], where)
    if not isinstance(head, dict):
        raise PackError(f"{where}: " + _("the head holds “name: value” lines."))
    return head, parts[2].strip() + "\n"


def _common(data: Mapping[str, Any], file: str, where: str) -> dict[str, Any]:
    return {
        "file": file,
        "uuid": _uuid(data, where),
        "slug": _text(data, "slug", where),
        "title": _text(data, "title", where),
        "summary": str(data.get("summary") or "").strip(),
        "minutes": _number(data, "minutes", where, most=600),
        "required": bool(data.get("required", True)),
        "after": [str(name) for name in _list(data, "after", where)],
    }


def _mapping(path: Path, where: str) -> dict[str, Any]:
    if not path.is_file():
        raise PackError(f"{where}: " + _("there is no such file."))
    data = read_yaml(_text_in(path, where), where)
    if not isinstance(data, dict):
        raise PackError(f"{where}: " + _("the file holds “name: value” lines."))
    return data


def _text_in(path: Path, where: str) -> str:
    """UTF-8, with or without the mark that Notepad puts first."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackError(f"{where}: " + _("the file is not UTF-8. Save it again with that encoding.")) from error


def _one_of(data: Mapping[str, Any], name: str, words: Sequence[str], where: str, *, usual: str) -> str:
    value = str(data.get(name) or usual)
    if value not in words:
        problem = _("“%(name)s” is “%(value)s”, but must be one of %(words)s.")
        raise PackError(f"{where}: " + problem % {"name": name, "value": value, "words": ", ".join(words)})
    return value


def _number(data: Mapping[str, Any], name: str, where: str, *, most: int, usual: int | None = None) -> int | None:
    """A whole number from 1 to `most`; `usual` where there is none."""
    value = data.get(name)
    if value is None:
        return usual
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        problem = _("“%(name)s” is “%(value)s”, but must be a number from 1 to %(most)s.")
        raise PackError(f"{where}: " + problem % {"name": name, "value": value, "most": most})
    return value


def _list(data: Mapping[str, Any], name: str, where: str) -> list[Any]:
    value = data.get(name) or []
    if not isinstance(value, list):
        raise PackError(f"{where}: " + _("“%(name)s” is a list, with each thing after a dash.") % {"name": name})
    return value


def _course_named(value: Any, where: str) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError as error:
        problem = _("“after” holds the uuid of each course that comes first, but “%(value)s” is none.")
        raise PackError(f"{where}: " + problem % {"value": value}) from error


def _uuid(data: Mapping[str, Any], where: str) -> uuid.UUID:
    try:
        return uuid.UUID(str(data.get("uuid")))
    except ValueError as error:
        raise PackError(f"{where}: " + _("“uuid” is missing or is not a UUID.")) from error


def _text(data: Mapping[str, Any], name: str, where: str) -> str:
    value = str(data.get(name) or "").strip()
    if not value:
        raise PackError(f"{where}: " + _("“%(name)s” is missing.") % {"name": name})
    return value


def write_course_file(folder: Path, data: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "course.yaml").write_text(write_yaml(data) + "\n", encoding="utf-8")


def write_lesson_file(path: Path, head: dict[str, Any], body: str) -> None:
    path.write_text(f"---\n{write_yaml(head)}\n---\n\n{body}", encoding="utf-8")


def write_quiz_file(path: Path, data: dict[str, Any]) -> None:
    path.write_text(write_yaml(data) + "\n", encoding="utf-8")
