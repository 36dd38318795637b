"""Put in order, and pair up. Each posted value names two things: "item:place" and "left:right".

The browser gets the items under names drawn from their own words, and listed by those names. So the public part is the
same whatever the right order or the right pairs: see `tests/courses/test_arranging.py`.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .base import Kind, Question

MAX_PAIRS = 6


def opaque(texts: Iterable[str]) -> dict[str, str]:
    """Each of `texts` by a name that says nothing but the text itself, in the order of the names."""
    named = {hashlib.sha256(text.encode()).hexdigest()[:10]: text for text in texts}
    return dict(sorted(named.items()))


def _by_text(texts: Iterable[str]) -> dict[str, str]:
    return {text: name for name, text in opaque(texts).items()}


def _listed(named: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"id": name, "text": text} for name, text in named.items()]


def _posted_pairs(values: Sequence[str]) -> list[tuple[str, str]]:
    return [(one, other) for one, _colon, other in (value.partition(":") for value in values) if one and other]


class Order(Kind):
    name = "order"
    label = gettext_lazy("Put in order")
    instruction = gettext_lazy("Put these in the right order.")
    ask_again = gettext_lazy("Give each line a place of its own, or skip the question for now.")
    must_shuffle = True

    def public(self, question: Question) -> dict[str, Any]:
        named = opaque(choice["text"] for choice in question.choices)
        return {**super().public(question), "choices": _listed(named)}

    def secret(self, question: Question) -> dict[str, Any]:
        texts = [choice["text"] for choice in question.choices]
        names = _by_text(texts)
        return {"right": [names[text] for text in texts], "explanation": question.explanation, "feedback": {}}

    def parse(self, public: Mapping[str, Any], values: Sequence[str]) -> list[str] | None:
        """The ids in the order given. None until each item has a place of its own."""
        places = self._places(public, values)
        if len(places) < len(public["choices"]) or len(set(places.values())) < len(places):
            return None
        return sorted(places, key=lambda name: places[name]) or None

    def _places(self, public: Mapping[str, Any], values: Sequence[str]) -> dict[str, int]:
        known = {choice["id"] for choice in public["choices"]}
        sizes = {str(number): number for number in range(1, len(known) + 1)}
        return {name: sizes[place] for name, place in _posted_pairs(values) if name in known and place in sizes}

    def grade(self, public: Mapping[str, Any], secret: Mapping[str, Any], answer: Any) -> Fraction:
        """Every two items in the right order earn their share and every two in the wrong order cost as much.

        Never below nothing, so half right by chance is worth nothing; it grows with every two neighbours put right
        (Kendall's tau). All right is 1, the reverse is 0.
        """
        right, given = secret["right"], self.chosen(answer)
        if not right or sorted(given) != sorted(right):
            return Fraction(0)
        if len(right) == 1:
            return Fraction(1)
        place = {name: number for number, name in enumerate(given)}
        pairs = list(combinations(right, 2))
        kept = sum(place[first] < place[second] for first, second in pairs)
        return max(Fraction(0), Fraction(2 * kept - len(pairs), len(pairs)))

    def chosen(self, answer: Any) -> list[str]:
        return [name for name in answer if isinstance(name, str)] if isinstance(answer, list) else []

    def posted(self, answer: Any) -> list[str]:
        return [f"{name}:{place}" for place, name in enumerate(self.chosen(answer), start=1)]

    def filled_in(self, public: Mapping[str, Any], answer: Any, values: Sequence[str] = ()) -> list[dict[str, Any]]:
        """With the "place" of each, in the order of the places; what has none comes last, as it was shuffled."""
        places = self._places(public, values)
        places = places or {name: number for number, name in enumerate(self.chosen(answer), start=1)}
        rows = [{**choice, "place": places.get(choice["id"])} for choice in public["choices"]]
        return sorted(rows, key=lambda row: row["place"] or len(rows) + 1)

    def explained(self, public: Mapping[str, Any], secret: Mapping[str, Any], answer: Any) -> dict[str, Any]:
        """{"order", "given"}: the texts in the right order and in the order answered."""
        texts = {choice["id"]: choice["text"] for choice in public["choices"]}
        return {
            "order": [texts.get(name, "") for name in secret["right"]],
            "given": [texts[name] for name in self.chosen(answer) if name in texts],
        }


class Match(Kind):
    """The text of a choice stands still; which "pair" goes with it is chosen."""

    name = "match"
    label = gettext_lazy("Pair up")
    instruction = gettext_lazy("Choose what belongs to each line.")
    pick_first = gettext_lazy("Choose an answer for every line first.")
    ask_again = gettext_lazy(
        "Choose an answer for every line, or skip the question for now. What you have chosen is saved."
    )
    shuffles = ("options",)
    must_shuffle = True

    def problems(self, question: Question) -> list[str]:
        pairs = [(choice["text"].strip(), choice.get("pair", "").strip()) for choice in question.choices]
        problems = []
        if not 2 <= len(pairs) <= MAX_PAIRS:
            problems.append(_("Write 2 to %(number)s pairs.") % {"number": MAX_PAIRS})
        if not all(left and right for left, right in pairs):
            problems.append(_("One pair is incomplete. Fill in both sides or remove it."))
        for side in zip(*pairs, strict=True):
            written = [text.casefold() for text in side if text]
            if len(set(written)) < len(written):
                problems.append(_("The same words stand in two pairs. Change one of them."))
        return problems

    def public(self, question: Question) -> dict[str, Any]:
        options = opaque(choice.get("pair", "") for choice in question.choices)
        return {**super().public(question), "options": _listed(options)}

    def secret(self, question: Question) -> dict[str, Any]:
        names = _by_text(choice.get("pair", "") for choice in question.choices)
        pairs = {choice["id"]: names[choice.get("pair", "")] for choice in question.choices}
        return {"pairs": pairs, "explanation": question.explanation, "feedback": {}}

    def parse(self, public: Mapping[str, Any], values: Sequence[str]) -> dict[str, str] | None:
        """{left id: right id} of what is chosen so far."""
        lefts = {choice["id"] for choice in public["choices"]}
        rights = {option["id"] for option in public["options"]}
        return {left: right for left, right in _posted_pairs(values) if left in lefts and right in rights} or None

    def grade(self, public: Mapping[str, Any], secret: Mapping[str, Any], answer: Any) -> Fraction:
        """The share of the lines that have the right pair."""
        pairs, given = secret["pairs"], self._given(answer)
        if not pairs:
            return Fraction(0)
        return Fraction(sum(given.get(left) == right for left, right in pairs.items()), len(pairs))

    def _given(self, answer: Any) -> dict[str, Any]:
        return answer if isinstance(answer, dict) else {}

    def chosen(self, answer: Any) -> list[str]:
        return []

    def posted(self, answer: Any) -> list[str]:
        return [f"{left}:{right}" for left, right in self._given(answer).items()]

    def is_whole(self, public: Mapping[str, Any], answer: Any) -> bool:
        return all(choice["id"] in self._given(answer) for choice in public["choices"])

    def filled_in(self, public: Mapping[str, Any], answer: Any, values: Sequence[str] = ()) -> list[dict[str, Any]]:
        """With the id "chosen" for each line."""
        given = self.parse(public, values) or self._given(answer)
        return [{**choice, "chosen": given.get(choice["id"])} for choice in public["choices"]]

    def explained(self, public: Mapping[str, Any], secret: Mapping[str, Any], answer: Any) -> dict[str, Any]:
        """{"pairs": [{"left", "right", "given", "is_right"}]}, with "given" as text, empty where nothing was chosen."""
        texts = {option["id"]: option["text"] for option in public["options"]}
        given, rows = self._given(answer), []
        for choice in public["choices"]:
            right, own = secret["pairs"].get(choice["id"]), given.get(choice["id"])
            known = own if isinstance(own, str) else ""
            rows.append(
                {
                    "left": choice["text"],
                    "right": texts.get(right, ""),
                    "given": texts.get(known, ""),
                    "is_right": own == right,
                }
            )
        return {"pairs": rows}
