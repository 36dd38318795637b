from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

#: A longer written answer than this is cut: it can never be right.
MAX_TEXT_ANSWER = 200


@dataclass(frozen=True)
class Question:
    """A question as its author wrote it.

    `choices` is a list of {"id", "text", "right", "feedback"}. For short text each choice is an accepted spelling. What
    is to be put in order stands in the right order; what is to be paired up has its "pair" beside its text. A number is
    the text of the first choice, which may have a "tolerance" and a "unit".
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
    #: Said when there is no usable answer in what was posted.
    ask_again: Any = gettext_lazy("Choose or write an answer first, or skip the question for now.")
    #: The same of a practice question, which cannot be skipped.
    pick_first: Any = gettext_lazy("Choose an answer first.")
    min_choices = 2
    #: The lists of the public part that are shuffled for each attempt; `must_shuffle`: whatever the author chose.
    shuffles: tuple[str, ...] = ("choices",)
    must_shuffle = False

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

    def posted(self, answer: Any) -> list[str]:
        """The values that a form posts for `answer`: what `parse` makes it of."""
        return self.chosen(answer)

    def is_whole(self, public: Mapping[str, Any], answer: Any) -> bool:
        """Whether `answer` leaves nothing open. Part of an answer is kept too, and may earn its part."""
        return answer is not None

    def filled_in(self, public: Mapping[str, Any], answer: Any, values: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The choices as the form shows them: with the posted `values`, or else with what was answered before."""
        return [dict(choice) for choice in public["choices"]]

    def explained(self, public: Mapping[str, Any], secret: Mapping[str, Any], answer: Any) -> dict[str, Any]:
        """What the result page needs besides the choices and `secret`, after grading."""
        return {}


def storable(text: str) -> str:
    """`text` without what no database takes: NUL, and halves of characters, which JSON can carry."""
    return text.replace("\x00", "").encode(errors="ignore").decode()
