"""Question kinds: what a question shows, how an answer is read, what it is worth.

Everything here is pure: plain values in, plain values out, no database, no request. The same code serves the quiz,
the practice question, the editor's checks and the course packs.
"""

from .kinds import KINDS, Kind, Question, kind_choices, practice_kinds
from .scoring import Score, score_answers

__all__ = ["KINDS", "Kind", "Question", "Score", "kind_choices", "practice_kinds", "score_answers"]
