"""Questions in packs: a dictionary as in the YAML, and as the editor stores it."""

import uuid
from typing import Any

from django.utils.translation import gettext as _

from ..fields import MORE_KEYS
from ..questions import KINDS, Question
from .errors import PackError


def read_question(data: dict[str, Any], where: str) -> dict[str, Any]:
    """{"kind", "text", "choices", "explanation", "source", "ignore_case", "ignore_accents"}. Raises PackError."""
    if not isinstance(data, dict) or not str(data.get("text") or "").strip():
        raise PackError(f"{where}: " + _("a question needs a “text”."))
    kind = data.get("kind", "single")
    if kind not in KINDS:
        problem = _("there is no kind of question called “%(kind)s”. Choose one of %(kinds)s.")
        raise PackError(f"{where}: " + problem % {"kind": kind, "kinds": ", ".join(KINDS)})
    question = {
        "kind": kind,
        "text": str(data["text"]).strip(),
        "choices": _choices(kind, data, where),
        "explanation": str(data.get("explanation") or "").strip(),
        "source": str(data.get("source") or ""),
        "ignore_case": bool(data.get("ignore_case", True)),
        "ignore_accents": bool(data.get("ignore_accents", True)),
    }
    problems = KINDS[kind].problems(Question(kind=kind, choices=question["choices"]))
    if problems:
        raise PackError(f"{where}: “{question['text']}”: {' '.join(problems)}")
    return question


def _choices(kind: str, data: dict[str, Any], where: str) -> list[dict[str, Any]]:
    if kind == "truefalse":
        feedback = data.get("feedback") or {}
        return [
            {
                "id": word,
                "text": "",
                "right": data.get("answer") is (word == "true"),
                "feedback": feedback.get(word, ""),
            }
            for word in ("true", "false")
        ]
    if kind == "text":
        rows = [{"text": text, "right": True} for text in data.get("accepted") or []]
    elif kind == "order":
        items = data.get("items") or []
        if not isinstance(items, list):
            raise PackError(f"{where}: " + _("“items” is a list, in the right order: items: [first, second]."))
        rows = [{"text": text} for text in items]
    elif kind == "match":
        pairs = data.get("pairs") or []
        if not isinstance(pairs, list) or not all(isinstance(pair, dict) for pair in pairs):
            raise PackError(f"{where}: " + _("“pairs” is a list, and each pair has a “left” and a “right”."))
        rows = [{"text": pair.get("left"), "pair": pair.get("right")} for pair in pairs]
    elif kind == "number":
        rows = [{"text": data.get("answer"), **{name: data.get(name) for name in ("tolerance", "unit")}}]
    else:
        rows = data.get("choices") or []
    return [
        {
            "id": str(row.get("id") or chr(ord("a") + number)),
            "text": _words(row.get("text")),
            "right": bool(row.get("right")),
            "feedback": _words(row.get("feedback")),
            **{name: _words(row[name]) for name in MORE_KEYS if _words(row.get(name))},
        }
        for number, row in enumerate(rows)
    ]


def _words(value: Any) -> str:
    """YAML takes 112 for a number and an empty line for nothing: both are words here."""
    return "" if value is None else str(value).strip()


def write_question(question: dict[str, Any]) -> dict[str, Any]:
    """The inverse of `read_question`; leaves out what is empty or as usual."""
    kind, choices = question["kind"], question["choices"]
    data: dict[str, Any] = {}
    if question.get("key"):
        data["key"] = str(question["key"])
    data |= {"kind": kind, "text": question["text"]}
    if kind == "truefalse":
        data["answer"] = any(choice["id"] == "true" and choice["right"] for choice in choices)
        if feedback := {choice["id"]: choice["feedback"] for choice in choices if choice["feedback"]}:
            data["feedback"] = feedback
    elif kind == "text":
        data["accepted"] = [choice["text"] for choice in choices]
        data |= {name: False for name in ("ignore_case", "ignore_accents") if not question.get(name, True)}
    elif kind == "order":
        data["items"] = [choice["text"] for choice in choices]
    elif kind == "match":
        data["pairs"] = [{"left": choice["text"], "right": choice.get("pair", "")} for choice in choices]
    elif kind == "number":
        [right] = choices[:1] or [{"text": ""}]
        data["answer"] = _figure(right["text"])
        data |= {name: _figure(right[name]) for name in ("tolerance", "unit") if right.get(name)}
    else:
        data["choices"] = [_choice(choice, number) for number, choice in enumerate(choices)]
    if question["explanation"]:
        data["explanation"] = question["explanation"]
    if question.get("source"):
        data["source"] = question["source"]
    return data


def _figure(text: str) -> Any:
    """As a number where YAML would write it the same way; else as it is."""
    return int(text) if text.isascii() and text.isdigit() and str(int(text)) == text else text


def _choice(choice: dict[str, Any], number: int) -> dict[str, Any]:
    data = {"text": choice["text"]}
    if choice["id"] != chr(ord("a") + number):
        data["id"] = choice["id"]
    if choice["right"]:
        data["right"] = True
    if choice["feedback"]:
        data["feedback"] = choice["feedback"]
    return data


def question_key(quiz: uuid.UUID, key: str) -> uuid.UUID:
    """A key in a file is a name; one that is a UUID already is the key itself, as an export writes it."""
    try:
        return uuid.UUID(key)
    except ValueError:
        return uuid.uuid5(quiz, key)
