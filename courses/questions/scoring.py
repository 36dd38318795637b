import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .kinds import KINDS


@dataclass(frozen=True)
class Score:
    """The outcome of an attempt. `points` of `out_of`; `percent` is rounded down, so 79.9 never reads as 80."""

    points: Fraction
    out_of: int
    passed: bool
    by_question: Mapping[str, Fraction]

    @property
    def percent(self) -> int:
        return int(self.points * 100 / self.out_of) if self.out_of else 0


def score_answers(
    questions: Iterable[Mapping[str, Any]],
    keys: Mapping[str, Mapping[str, Any]],
    answers: Mapping[str, Any],
    *,
    pass_mark: int,
) -> Score:
    """Grade `answers` (by question key) to `questions`; one point a question.

    A test without questions is never passed. A question whose key is missing gives nobody a point.
    """
    by_question = {}
    for question in questions:
        secret = keys.get(question["key"])
        kind = KINDS[question["kind"]]
        by_question[question["key"]] = (
            kind.grade(question, secret, answers.get(question["key"])) if secret else Fraction(0)
        )
    points = sum(by_question.values(), Fraction(0))
    out_of = len(by_question)
    passed = out_of > 0 and points * 100 >= pass_mark * out_of
    return Score(points=points, out_of=out_of, passed=passed, by_question=by_question)


def order_for(
    questions: list[dict[str, Any]], *, seed: str, shuffle_questions: bool, shuffle_choices: bool
) -> list[dict[str, Any]]:
    """The questions in the order of one attempt. The same seed always gives the same order.

    True/false keeps its order: "true" first is what people expect.
    """
    # Not a secret: it only spreads positions, and must be the same each time the page is drawn.
    dice = random.Random(seed)  # noqa: S311
    ordered = [dict(question) for question in questions]
    if shuffle_questions:
        dice.shuffle(ordered)
    if shuffle_choices:
        for question in ordered:
            if question["kind"] != "truefalse":
                question["choices"] = dice.sample(question["choices"], len(question["choices"]))
    return ordered
