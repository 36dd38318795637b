"""What is wrong in a file: where, what stands there, and what to do about it."""

from typing import NamedTuple

from ..people.personal_numbers import masked

#: More of a cell than this helps nobody to find it.
SHOWN = 60


class Problem(NamedTuple):
    """`line` as the spreadsheet counts; `column` as its heading reads. `value` is fit to be shown."""

    line: int
    column: str
    value: str
    advice: str


class UnreadableError(Exception):
    """The file as a whole cannot be read; its problems say why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems)
        self.problems = list(problems)


def shown(value: str) -> str:
    """`value` as it may be repeated: no personnummer in full, nothing that cannot be seen, not too long."""
    text = masked("".join(char if char.isprintable() else " " for char in value)).strip()
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
