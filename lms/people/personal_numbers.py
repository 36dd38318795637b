"""What looks like a personnummer. We have no use for any, so none is taken in, wherever it stands."""

import datetime
import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Ten or twelve digits with or without a separator before the last four; blanks anywhere between.
_DIGITS = re.compile(r"(?<!\d)((?:\d\s*){6}(?:(?:\d\s*){2})?)([-+]?)(\s*(?:\d\s*){3}\d)(?!\s*\d)")
_NO_DIGITS = re.compile(r"\D")
_DASHES = str.maketrans("‐‑‒–—−", "------")
_CO_ORDINATION = 60


def holds_personal_number(text: str, *, is_phone: bool = False) -> bool:
    """Whether a personnummer or samordningsnummer stands anywhere in `text`.

    `is_phone`: a number that begins with 0, as phone numbers do, is one only if it is written without any break and
    its control digit is right.
    """
    if len(text) < 10 or len(_NO_DIGITS.sub("", text)) < 10:
        return False
    return any(_is_personal_number(found, is_phone=is_phone) for found in _DIGITS.finditer(_plain(text)))


def masked(text: str) -> str:
    """`text` without the digits of any number that could be one: enough to find the cell by."""
    shown = list(text)
    for found in _DIGITS.finditer(_plain(text)):
        if _has_date(found):
            start, end = found.span()
            shown[start + 2 : end] = re.sub(r"\d", "•", "".join(shown[start + 2 : end]))
    return "".join(shown)


def refuse_personal_number(value: str) -> None:
    """A validator for form fields."""
    if holds_personal_number(value):
        raise ValidationError(personal_number_words(), code="personal_number")


def personal_number_words() -> str:
    return _("This looks like a personnummer. Take it out: we neither need nor keep any.")


def _plain(text: str) -> str:
    """One character for each, so that places in it are places in `text`."""
    if text.isascii():
        return text
    return "".join(
        str(digit) if (digit := unicodedata.digit(char, None)) is not None and char.isdigit() else char
        for char in text.translate(_DASHES)
    )


def _is_personal_number(found: re.Match[str], *, is_phone: bool) -> bool:
    if not _has_date(found):
        return False
    front, separator, last = found.groups()
    if is_phone and front.startswith("0") and not separator:
        return not re.search(r"\s", front + last) and _control_digit_is_right(front + last)
    return True


def _has_date(found: re.Match[str]) -> bool:
    digits = re.sub(r"\s", "", found[1])
    years = [digits[:-4]] if len(digits) == 8 else [f"19{digits[:2]}", f"20{digits[:2]}"]
    month, day = int(digits[-4:-2]), int(digits[-2:])
    return any(_is_day(int(year), month, day) for year in years if year[:2] in ("18", "19", "20"))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year, month, day - _CO_ORDINATION if day > _CO_ORDINATION else day)
    except ValueError:
        return False
    return True


def _control_digit_is_right(digits: str) -> bool:
    """The sum of the ten digits, every other one doubled and its own digits added, ends with 0."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits[-10:]))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
