"""A question of every kind, for pages that a browser walks."""

from tests import builders

ROWS = {
    "order": [{"id": text, "text": text} for text in ("Rädda", "Varna", "Larma", "Släck")],
    "match": [{"id": "a", "text": "Rök", "pair": "112"}, {"id": "b", "text": "Inbrott", "pair": "114 14"}],
    "number": [{"id": "a", "text": "30", "unit": "kompressioner"}],
}

ALL_ROWS = {
    **ROWS,
    "single": builders.choices("Ja", "Nej"),
    "multiple": builders.choices("Ett", "Två", "Tre", right=(0, 1)),
    "truefalse": [{"id": "true", "text": "", "right": True}, {"id": "false", "text": "", "right": False}],
    "text": [{"id": "a", "text": "Umeå", "right": True}],
}
