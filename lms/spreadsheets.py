"""What a spreadsheet must not take for a formula, on the way out and in again."""

import re
from collections.abc import Iterable
from typing import Any

#: A cell that begins so is read as a formula by a spreadsheet: one skips what cannot be seen before the sign, another
#: takes a wide sign for a plain one, and a text that begins with a tab or a new line may fall into two cells. Behind
#: apostrophes too: each export puts one before, each import takes one away.
_GUARDED = re.compile(r"'*(?:[\t\r\n\v\f\x00]|[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－﹣−＠﹢﹦﹫])")


def harmless(value: Any) -> Any:
    """`value` so that no spreadsheet takes it for a formula. `unguarded` gives it back."""
    return f"'{value}" if isinstance(value, str) and _GUARDED.match(value) else value


def harmless_row(values: Iterable[Any]) -> list[Any]:
    return [harmless(value) for value in values]


def in_workbook(value: str) -> str:
    """A workbook says itself what is text: only what would be taken for guarded, or lost, needs the apostrophe."""
    return harmless(value) if value.startswith(("'", "\t", "\r")) else value


def is_guarded(text: str) -> bool:
    return text.startswith("'") and bool(_GUARDED.match(text))


def unguarded(text: str) -> str:
    """What `harmless` was given. A text that it never made stays as it is."""
    return text[1:] if is_guarded(text) else text
