import unicodedata
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .arranging import Match, Order
from .base import MAX_TEXT_ANSWER, Kind, Question, storable
from .numeric import Number

__all__ = ["KINDS", "Kind", "Question", "comparable", "kind_choices", "practice_kinds", "storable"]


class SingleChoice(Kind):
    name = "single"
    label = gettext_lazy("One right answer")
    instruction = gettext_lazy("Choose one answer.")

    def problems(self, question):
        problems = super().problems(question)
        right = sum(bool(choice.get("right")) for choice in question.choices)
        if right == 0:
            problems.append(_("No answer is marked as right. Mark the right one."))
        elif right > 1:
            problems.append(_("Only one answer can be right here. For several, choose “Several right answers”."))
        return problems

    def parse(self, public, values):
        ids = {choice["id"] for choice in public["choices"]}
        return next((value for value in values if value in ids), None)

    def grade(self, public, secret, answer):
        return Fraction(isinstance(answer, str) and answer in secret["right"])


class TrueFalse(SingleChoice):
    name = "truefalse"
    label = gettext_lazy("True or false")
    instruction = gettext_lazy("Is this true or false?")
    shuffles = ()  # "true" first is what people expect

    def problems(self, question):
        if {choice["id"] for choice in question.choices} != {"true", "false"}:
            return [_("Mark whether the statement is true or false.")]
        if sum(bool(choice.get("right")) for choice in question.choices) != 1:
            return [_("Mark whether the statement is true or false.")]
        return []

    def public(self, question):
        # The two words come from the reader's language, not from the author.
        return {
            **super().public(question),
            "choices": [{"id": "true", "text": ""}, {"id": "false", "text": ""}],
        }


class MultipleChoice(Kind):
    name = "multiple"
    label = gettext_lazy("Several right answers")
    instruction = gettext_lazy("Choose all that are right.")

    def problems(self, question):
        problems = super().problems(question)
        if not any(choice.get("right") for choice in question.choices):
            problems.append(_("No answer is marked as right. Mark the right ones."))
        return problems

    def parse(self, public, values):
        given = set(values)
        return [choice["id"] for choice in public["choices"] if choice["id"] in given] or None

    def grade(self, public, secret, answer):
        """Each right choice earns its share, each wrong one costs as much; never below nothing."""
        right = set(secret["right"])
        given = set(self.chosen(answer))
        if not right:
            return Fraction(0)
        return max(Fraction(0), Fraction(len(given & right) - len(given - right), len(right)))

    def chosen(self, answer):
        return [value for value in answer if isinstance(value, str)] if isinstance(answer, list) else []


class ShortText(Kind):
    name = "text"
    label = gettext_lazy("Short answer")
    instruction = gettext_lazy("Write a short answer.")
    min_choices = 1

    def public(self, question):
        return {**super().public(question), "choices": []}

    def secret(self, question):
        return {
            "accepted": [choice["text"] for choice in question.choices],
            "ignore_case": question.options.get("ignore_case", True),
            "ignore_accents": question.options.get("ignore_accents", True),
            "explanation": question.explanation,
            "feedback": {},
        }

    def parse(self, public, values):
        text = unicodedata.normalize("NFC", storable(" ".join(values[:1])))
        return " ".join(text.split())[:MAX_TEXT_ANSWER] or None

    def grade(self, public, secret, answer):
        if not isinstance(answer, str):
            return Fraction(0)
        forgiving = {"case": secret["ignore_case"], "accents": secret["ignore_accents"]}
        given = comparable(answer, **forgiving)
        return Fraction(bool(given) and given in {comparable(text, **forgiving) for text in secret["accepted"]})

    def chosen(self, answer):
        return []

    def posted(self, answer):
        return [answer] if isinstance(answer, str) else []


def comparable(text: str, *, case: bool, accents: bool) -> str:
    """`text` as it is compared: outer and double spaces and a final “.” or “!” never matter.

    `case` and `accents` say what else is forgiven. Forgiving accents makes "e" of "é" and "a" of "å".
    """
    text = " ".join(unicodedata.normalize("NFC", storable(text)).split()).rstrip(".! ")
    if accents:
        text = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return text.casefold() if case else text


KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (SingleChoice(), MultipleChoice(), TrueFalse(), Order(), Match(), Number(), ShortText())
}


def kind_choices() -> list[tuple[str, Any]]:
    return [(kind.name, kind.label) for kind in KINDS.values()]


def practice_kinds() -> list[tuple[str, Any]]:
    """For what is answered in the browser at once: a short answer's many spellings are compared on the server."""
    return [(name, label) for name, label in kind_choices() if name != "text"]
