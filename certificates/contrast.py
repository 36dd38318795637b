"""Whether a colour can be read on white paper, as WCAG 2.2 measures it (1.4.3). Pure."""

import re

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
#: Of text, whatever its size: titles are large, but facts in the same colour are not.
LEAST = 4.5


def luminance(colour: str) -> float:
    """Of #rrggbb, from 0 (black) to 1 (white)."""
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def on_white(colour: str) -> float:
    """The contrast of #rrggbb with white, from 1 (white) to 21 (black)."""
    return 1.05 / (luminance(colour) + 0.05)


def readable(colour: str) -> str:
    """The nearest darker shade of #rrggbb that can be read on white; itself, when it can."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    for share in range(256, -1, -1):
        shade = "#" + "".join(f"{part * share // 256:02x}" for part in parts)
        if on_white(shade) >= LEAST:
            return shade
    raise AssertionError("Black can be read on white.")
