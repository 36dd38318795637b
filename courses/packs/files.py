"""A course pack on disk: read into plain values, written from them. Knows files, not pages."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from .errors import PackError
from .markdown import read_yaml, to_html, write_yaml
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
    body: str = ""
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
    valid_months: int | None = None
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
        access=str(data.get("access") or "staff"),
        valid_months=data.get("valid_months"),
        images=dict(data.get("images") or {}),
        activities=[_read_activity(folder, name) for name in data.get("activities") or []],
    )


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
    head, body = split_front_matter(path.read_text(encoding="utf-8"), where)
    kind = head.get("kind", "lesson")
    if kind not in ("lesson", "workshop"):
        raise PackError(f"{where}: " + _("kind is “lesson” or “workshop”."))
    return PackActivity(kind=kind, body=body, **_common(head, path.name, where))


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
    if isinstance(data.get("draw"), int) and data["draw"] > len(questions):
        problem = _("“draw” is %(draw)s, but there are only %(number)s questions.")
        raise PackError(f"{where}: " + problem % {"draw": data["draw"], "number": len(questions)})
    settings = {
        "pass_mark": data.get("pass_mark", 80),
        "max_attempts": data.get("max_attempts"),
        "wait_minutes": data.get("wait_minutes"),
        "draw": data.get("draw"),
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
    parts = text.split("---\n", 2)
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
        "minutes": data.get("minutes"),
        "required": bool(data.get("required", True)),
    }


def _mapping(path: Path, where: str) -> dict[str, Any]:
    if not path.is_file():
        raise PackError(f"{where}: " + _("there is no such file."))
    data = read_yaml(path.read_text(encoding="utf-8"), where)
    if not isinstance(data, dict):
        raise PackError(f"{where}: " + _("the file holds “name: value” lines."))
    return data


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
