import re
import unicodedata
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .base import MAX_TEXT_ANSWER, Kind, Question, storable

NUMBER = re.compile(r"(?P<number>[+-]?(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+))(?P<rest>[^0-9]*)")
PERCENT = ("%", "procent", "percent")


def number_in(text: str, *, unit: str = "") -> Fraction | None:
    """The number that `text` is. None for what is none, or is one in another unit.

    Comma or point before decimals, spaces anywhere. After it may stand `unit` or a beginning of it ("min" of
    "minuter"); where there is no unit, any word.
    """
    text = unicodedata.normalize("NFKC", storable(text)).replace("−", "-")
    match = NUMBER.fullmatch(_bare(text))
    if match is None:
        return None
    said, wanted = _unit(match["rest"]), _unit(unit)
    if said and wanted and not wanted.startswith(said):
        return None
    return Fraction(match["number"].replace(",", "."))


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


def _unit(text: str) -> str:
    bare = _bare(unicodedata.normalize("NFKC", text)).strip(".,!")
    return PERCENT[0] if bare in PERCENT else bare


class Number(Kind):
    """The right number is the text of the first choice; its "tolerance" is how far from it still counts."""

    name = "number"
    label = gettext_lazy("A number")
    instruction = gettext_lazy("Write a number.")
    pick_first = gettext_lazy("Write a number in figures first, such as 30.")
    ask_again = gettext_lazy("Write a number in figures, such as 30, or skip the question for now.")

    def problems(self, question: Question) -> list[str]:
        right = _first(question)
        problems = []
        if number_in(right.get("text", "")) is None:
            problems.append(_("Write the right answer as a number in figures, such as 30 or 2.5."))
        tolerance = number_in(right.get("tolerance") or "0")
        if tolerance is None or tolerance < 0:
            problems.append(_("Write how far off still counts, as a number from 0 upwards, or leave it empty."))
        return problems

    def public(self, question: Question) -> dict[str, Any]:
        return {**super().public(question), "choices": [], "unit": _first(question).get("unit", "")}

    def secret(self, question: Question) -> dict[str, Any]:
        right = _first(question)
        return {
            "accepted": [right.get("text", "")],
            "tolerance": right.get("tolerance") or "0",
            "explanation": question.explanation,
            "feedback": {},
        }

    def parse(self, public: Mapping[str, Any], values: Sequence[str]) -> str | None:
        """The answer as it was written, if it is a number."""
        text = " ".join(storable(" ".join(values[:1])).split())[:MAX_TEXT_ANSWER]
        return None if number_in(text, unit=public.get("unit", "")) is None else text

    def grade(self, public: Mapping[str, Any], secret: Mapping[str, Any], answer: Any) -> Fraction:
        given = number_in(answer, unit=public.get("unit", "")) if isinstance(answer, str) else None
        right, tolerance = number_in(secret["accepted"][0]), number_in(secret["tolerance"])
        if given is None or right is None or tolerance is None:
            return Fraction(0)
        return Fraction(abs(given - right) <= tolerance)

    def chosen(self, answer: Any) -> list[str]:
        return []

    def posted(self, answer: Any) -> list[str]:
        return [answer] if isinstance(answer, str) else []

    def explained(self, public: Mapping[str, Any], secret: Mapping[str, Any], answer: Any) -> dict[str, Any]:
        """{"tolerance"}: how far off counted, empty where it had to be exact."""
        return {"tolerance": secret["tolerance"] if number_in(secret["tolerance"]) else ""}


def _first(question: Question) -> Mapping[str, Any]:
    return question.choices[0] if question.choices else {}
