"""A test with a question of every kind."""

import pytest

from courses.models import QuizPage
from tests import builders


@pytest.fixture
def every_kind(course):
    page = QuizPage(title="Alla sorter", slug="alla-sorter")
    kinds = builders.choices("Ja", "Nej", "Kanske", right=(0,))
    pairs = [{**choice, "pair": pair} for choice, pair in zip(kinds, ("Uno", "Due", "Tre"), strict=True)]
    number = [{"id": "c0", "text": "739184", "right": True, "feedback": "", "tolerance": "1", "unit": "st"}]
    truth = [{"id": name, "text": "", "right": name == "true", "feedback": ""} for name in ("true", "false")]
    page.questions = [
        builders.Question(
            kind=kind,
            text=f"Frågan {kind}?",
            choices=rows,
            explanation="hemlig förklaring",
            sort_order=place,
        )
        for place, (kind, rows) in enumerate(
            {
                "single": kinds,
                "multiple": builders.choices("Ett", "Två", "Tre", right=(0, 2)),
                "truefalse": truth,
                "text": builders.choices("hemlig stavning", right=(0,)),
                "number": number,
                "order": kinds,
                "match": pairs,
            }.items()
        )
    ]
    return builders.publish(page, course)
