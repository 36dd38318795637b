"""The ICC profile that says what the colours of a certificate mean: sRGB, version 2, made here from the published
figures of IEC 61966-2-1, so that there is no file of somebody else's to license."""

import struct
from functools import cache

NAME = "sRGB IEC61966-2.1"
#: Its primaries and white, adapted to D50 by Bradford as ICC wants them.
_COLOURS = {
    b"wtpt": (0.9642, 1.0, 0.8249),
    b"rXYZ": (0.4360, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
_STEPS = 256


@cache
def srgb() -> bytes:
    """Always the same bytes."""
    curve = b"curv" + bytes(4) + struct.pack(f">I{_STEPS}H", _STEPS, *map(_linear, range(_STEPS)))
    shared = {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    tags = {
        b"desc": _description(NAME),
        b"cprt": b"text" + bytes(4) + b"CC0: no rights reserved\0",
        **{tag: b"XYZ " + bytes(4) + _xyz(*colour) for tag, colour in _COLOURS.items()},
        **shared,
    }
    offset = 128 + 4 + 12 * len(tags)
    table, body, places = struct.pack(">I", len(tags)), b"", dict[bytes, int]()
    for tag, content in tags.items():
        if content not in places:
            places[content] = offset + len(body)
            body += content + bytes(-len(content) % 4)
        table += tag + struct.pack(">II", places[content], len(content))
    header = struct.pack(
        ">I4sI4s4s4s6H4s4sI4s4sQI12s4s44x",
        offset + len(body), bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ", 2026, 1, 1, 0, 0, 0, b"acsp", bytes(4), 0,
        bytes(4), bytes(4), 0, 0, _xyz(0.9642, 1.0, 0.8249), bytes(4),
    )  # fmt: skip
    return header + table + body


def _linear(step: int) -> int:
    """How much light a value stands for."""
    value = step / (_STEPS - 1)
    light = value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    return round(light * 0xFFFF)


def _xyz(*colour: float) -> bytes:
    return struct.pack(">3i", *(round(part * 0x10000) for part in colour))


def _description(text: str) -> bytes:
    """In plain letters; those for other scripts and for old Macintoshes are empty, but must be there."""
    plain = text.encode() + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(plain)) + plain + bytes(4 + 4 + 2 + 1 + 67)
