import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

#: A longer answer than this to a short-text question is cut: it can never be right.
MAX_TEXT_ANSWER = 200


@dataclass(frozen=True)
class Question:
    """A question as its author wrote it.

    `choices` is a list of {"id", "text", "right", "feedback"}; for short text each choice is an accepted spelling.
    """

    kind: str
    choices: Sequence[Mapping[str, Any]]
    key: str = ""
    text: str = ""
    explanation: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


class Kind:
    """One kind of question. Subclasses are stateless; `KINDS` holds one instance of each."""

    name: str
    label: Any
    instruction: Any
    min_choices = 2

    def problems(self, question: Question) -> list[str]:
        """What its author must mend before it can be asked, in whole sentences. Empty when it is fine."""
        texts = [choice["text"].strip() for choice in question.choices]
        problems = []
        if len(texts) < self.min_choices:
            problems.append(
                ngettext(
                    "Write at least %(number)s answer.",
                    "Write at least %(number)s answers.",
                    self.min_choices,
                )
                % {"number": self.min_choices}
            )
        if not all(texts):
            problems.append(_("One answer is empty. Write it or remove it."))
        if len({text.casefold() for text in texts if text}) < len([text for text in texts if text]):
            problems.append(_("Two answers are the same. Change one of them."))
        return problems

    def public(self, question: Question) -> dict[str, Any]:
        """What the learner's browser may have before grading: never which answer is right."""
        return {
            "key": question.key,
            "kind": self.name,
            "text": question.text,
            "choices": [{"id": choice["id"], "text": choice["text"]} for choice in question.choices],
        }

    def secret(self, question: Question) -> dict[str, Any]:
        """What stays on the server until the attempt is graded."""
        return {
            "right": [choice["id"] for choice in question.choices if choice.get("right")],
            "explanation": question.explanation,
            "feedback": {choice["id"]: choice["feedback"] for choice in question.choices if choice.get("feedback")},
        }

    def parse(self, public: Mapping[str, Any], values: Sequence[str]) -> Any:
        """The answer in the posted `values`, JSON-ready; None when there is no usable answer."""
        raise NotImplementedError

    def grade(self, public: Mapping[str, Any], secret: Mapping[str, Any], answer: Any) -> Fraction:
        """What `answer` is worth, 0 to 1. An answer that is missing or malformed is worth 0, never an error."""
        raise NotImplementedError

    def chosen(self, answer: Any) -> list[str]:
        """The ids of the choices that `answer` names."""
        return [answer] if isinstance(answer, str) else []


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


def storable(text: str) -> str:
    """`text` without what no database takes: NUL, and halves of characters, which JSON can carry."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def comparable(text: str, *, case: bool, accents: bool) -> str:
    """`text` as it is compared: outer and double spaces and a final “.” or “!” never matter.

    `case` and `accents` say what else is forgiven. Forgiving accents makes "e" of "é" and "a" of "å".
    """
    text = " ".join(unicodedata.normalize("NFC", storable(text)).split()).rstrip(".! ")
    if accents:
        text = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return text.casefold() if case else text


KINDS: dict[str, Kind] = {kind.name: kind for kind in (SingleChoice(), MultipleChoice(), TrueFalse(), ShortText())}


def kind_choices() -> list[tuple[str, Any]]:
    return [(kind.name, kind.label) for kind in KINDS.values()]
