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
    questions: list[dict[str, Any]],
    *,
    seed: str,
    shuffle_questions: bool,
    shuffle_choices: bool,
    draw: int | None = None,
) -> list[dict[str, Any]]:
    """The questions of one attempt in its order: `draw` of them (None: all). The same seed always gives the same.

    What is to be put in order or paired up is always shuffled, true and false never.
    """
    ordered = [dict(question) for question in drawn(questions, seed=seed, draw=draw)]
    # Not a secret: it only spreads positions, and must be the same each time the page is drawn.
    dice = random.Random(seed)  # noqa: S311
    if shuffle_questions:
        dice.shuffle(ordered)
    for question in ordered:
        kind = KINDS[question["kind"]]
        if shuffle_choices or kind.must_shuffle:
            for part in kind.shuffles:
                question[part] = dice.sample(question[part], len(question[part]))
    return ordered


def drawn(questions: list[dict[str, Any]], *, seed: str, draw: int | None) -> list[dict[str, Any]]:
    """`draw` of the questions, all where there are no more; in the order they stand. What an attempt is graded over."""
    if draw is None or draw >= len(questions):
        return questions
    dice = random.Random(f"{seed}:draw")  # noqa: S311
    chosen = set(dice.sample(range(len(questions)), draw))
    return [question for number, question in enumerate(questions) if number in chosen]
