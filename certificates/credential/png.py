"""The credential baked into a picture: a round mark to put up or send, which a wallet reads the credential out of."""

import io
import math

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from lms.drawing.typefaces import BOLD, FILES, REGULAR, composed

from .. import design
from ..models import Basis, Certificate

#: Where Open Badges 3.0 has a PNG carry its credential.
KEYWORD = "openbadgecredential"
SIDE = 600
#: Drawn this much larger and then made smaller, so that edges are smooth.
_TIMES = 2
_FULL = SIDE * _TIMES
_PAPER = "#fbf8f1"


def baked(certificate: Certificate) -> bytes:
    """The mark as PNG, with `certificate.credential` in it unchanged."""
    picture = io.BytesIO()
    info = PngInfo()
    info.add_itxt(KEYWORD, certificate.credential)
    drawn(certificate).save(picture, "PNG", pnginfo=info)
    return picture.getvalue()


def drawn(certificate: Certificate) -> Image.Image:
    """In the colours of the certificate and its language: for what, by whom, and through when.

    A workplace is named, for it is put up there; a person is not.
    """
    look = design.of(certificate)
    large = Image.new("RGBA", (_FULL, _FULL), (0, 0, 0, 0))
    pen = ImageDraw.Draw(large)
    _rosette(pen, look.accent)
    _circle(pen, 0.435, _PAPER)
    _circle(pen, 0.418, None, outline=look.accent, width=3 * _TIMES)
    _spruces(pen, look.accent)
    with override(certificate.language):
        of_a_place = certificate.basis == Basis.WORKPLACE
        above = certificate.holder_name if of_a_place else certificate.issuer_name
        _line(pen, above, 0.361, REGULAR, 25, look.ink, 0.64)
        end = _title(pen, certificate.title, look.highlight)
        _rule(pen, end + 0.032, look.accent)
        label, day = _date_of(certificate)
        _line(pen, label, end + 0.078, REGULAR, 22, look.ink, 0.6)
        _line(pen, date_format(day, "DATE_FORMAT"), end + 0.124, BOLD, 25, look.ink, 0.6)
        if of_a_place:
            _line(pen, certificate.issuer_name, end + 0.174, REGULAR, 20, look.ink, 0.5)
    small = large.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return small.quantize(96, method=Image.Quantize.FASTOCTREE)  # a quarter of the bytes


def _date_of(certificate):
    if certificate.valid_until:
        return _("Valid through"), certificate.valid_until
    return _("Completed"), certificate.completed_on


def _circle(pen, radius, fill, **more):
    far, near = _FULL * (0.5 + radius), _FULL * (0.5 - radius)
    pen.ellipse((near, near, far, far), fill=fill, **more)


def _rosette(pen, colour):
    """An edge of soft waves."""
    points = []
    for step in range(1440):
        angle = math.radians(step / 4)
        reach = _FULL * (0.478 + 0.012 * math.cos(36 * angle))
        points.append((_FULL / 2 + reach * math.cos(angle), _FULL / 2 + reach * math.sin(angle)))
    pen.polygon(points, fill=colour)


def _spruces(pen, colour):
    """The three from the certificate's corner."""
    ground = 0.295
    for middle, height in ((0.405, 0.11), (0.5, 0.16), (0.585, 0.095)):
        half = height * 0.28
        points = [(middle, ground - height)]
        for level in (0.62, 0.34, 0.06):
            y = ground - height * level
            points += [(middle + half * (1.15 - level), y), (middle + half * (0.7 - level * 0.7), y)]
        points += [(2 * middle - x, y) for x, y in reversed(points[1:])]
        pen.polygon([(x * _FULL, y * _FULL) for x, y in points], fill=colour)
        pen.rectangle(
            [(place * _FULL) for place in (middle - 0.004, ground - 0.008, middle + 0.004, ground + 0.012)], fill=colour
        )
    _rule(pen, ground + 0.013, colour, 0.17)


def _rule(pen, y, colour, half=0.09):
    pen.line([((0.5 - half) * _FULL, y * _FULL), ((0.5 + half) * _FULL, y * _FULL)], fill=colour, width=2 * _TIMES)


def _line(pen, text, y, face, size, colour, room):
    """Centred, and smaller when it is long: at half the size it is cut, with a sign that it is."""
    text = composed(text)
    font = _font(face, size)
    wide = font.getlength(text)
    if wide > room * _FULL:
        font = _font(face, max(size / 2, size * room * _FULL / wide))
        while font.getlength(text) > room * _FULL:
            text = text.rstrip("…")[:-1].rstrip() + "…"
    pen.text((_FULL / 2, y * _FULL), text, font=font, fill=colour, anchor="mm")


def _title(pen, title, colour):
    """As large as it can be in the room there is; gives where it ends. What fits at no size is cut, and shows it."""
    room, words = 0.72 * _FULL, composed(title)
    for size in (58, 50, 44, 39, 35, 31, 28, 25, 23):
        lines = _wrapped(words, _font(BOLD, size), room)
        step = size * 1.12 / SIDE
        if len(lines) * step <= 0.235 and all(_font(BOLD, size).getlength(line) <= room for line in lines):
            break
    if len(lines) > (most := int(0.235 / step)):
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"]
    first = 0.525 - step * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        _line(pen, line, first + number * step, BOLD, size, colour, 0.74)
    return first + step * (len(lines) - 0.5)


def _wrapped(text, font, room):
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _font(face, size):
    # Laid out plainly, so that the picture does not depend on which libraries are installed.
    return ImageFont.truetype(FILES[face], size * _TIMES, layout_engine=ImageFont.Layout.BASIC)
