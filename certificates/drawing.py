"""The certificate as PDF, A4 landscape."""

import io
import unicodedata

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from lms.drawing.typefaces import BOLD, PLAIN, REGULAR, composed, lacking, register, width_of
from lms.qr import QUIET_ZONE, modules, runs

from .design import BUILT_IN, Design
from .models import Certificate

WIDTH, HEIGHT = landscape(A4)
MARGIN = 22 * mm
INK, SPRUCE, PALE, RED = HexColor("#1d2b27"), HexColor("#1f5a4c"), HexColor("#5d6b66"), HexColor("#93392b")
QR_SIDE = 34 * mm


class MissingGlyphError(ValueError):
    """A character has no glyph in the certificate's font. The message names it."""


def draw(certificate: Certificate, design: Design = BUILT_IN) -> bytes:
    """The PDF of `certificate` as `design` says. The same certificate always gives the same bytes.

    Raises MissingGlyphError for a character that the font does not have: nothing is ever printed as an empty box.
    """
    register()
    output = io.BytesIO()
    canvas = Canvas(
        output, pagesize=(WIDTH, HEIGHT), invariant=1, pdfVersion=(1, 7), lang=certificate.language,
        initialFontName=REGULAR,
    )  # fmt: skip
    with override(certificate.language):
        canvas.setTitle(_("Certificate: %(course)s") % {"course": certificate.title})
        canvas.setAuthor(certificate.issuer_name)
        canvas.setSubject(certificate.printed_serial)
        canvas.setViewerPreference("DisplayDocTitle", "true")
        _frame(canvas)
        _head(canvas, certificate)
        _objectives(canvas, certificate)
        _foot(canvas, certificate)
    canvas.showPage()
    canvas.save()
    return output.getvalue()


def printable(text: str, font: str = REGULAR) -> str:
    """`text` composed and checked against the font's glyphs."""
    text = composed(text)
    if char := lacking(text, font):
        raise MissingGlyphError(
            _("The character “%(char)s” (U+%(code)04X %(name)s) cannot be printed on a certificate.")
            % {"char": char, "code": ord(char), "name": unicodedata.name(char, "?")}
        )
    return text


def _text(canvas, x, y, text, *, font=REGULAR, size=12, colour=INK, align="left"):
    canvas.setFont(font, size)
    canvas.setFillColor(colour)
    text = printable(text, font)
    {"left": canvas.drawString, "centre": canvas.drawCentredString, "right": canvas.drawRightString}[align](x, y, text)


def _fit(text: str, font: str, size: float, least: float, width: float) -> float:
    """The largest size from `size` down to `least` at which `text` is no wider than `width`."""
    natural = width_of(printable(text, font), font, size)
    return size if natural <= width else max(least, size * width / natural)


def _wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Lines no wider than `width`, broken at spaces; one long word alone may stick out and is then cut nowhere."""
    lines: list[str] = []
    for word in printable(text, font).split():
        if lines and width_of(f"{lines[-1]} {word}", font, size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _frame(canvas):
    canvas.setStrokeColor(SPRUCE)
    canvas.setLineWidth(1.2)
    canvas.rect(10 * mm, 10 * mm, WIDTH - 20 * mm, HEIGHT - 20 * mm)
    canvas.setLineWidth(0.4)
    canvas.rect(11.5 * mm, 11.5 * mm, WIDTH - 23 * mm, HEIGHT - 23 * mm)
    _spruces(canvas)


def _spruces(canvas):
    """Three spruces in the upper right corner: where all this comes from."""
    canvas.setFillColor(SPRUCE)
    for x, height in ((WIDTH - 52 * mm, 15 * mm), (WIDTH - 41 * mm, 21 * mm), (WIDTH - 30 * mm, 13 * mm)):
        base, half = HEIGHT - 42 * mm, height * 0.28
        path = canvas.beginPath()
        path.moveTo(x, base + height)
        for level in (0.62, 0.34, 0.06):
            y = base + height * level
            path.lineTo(x + half * (1.15 - level), y)
            path.lineTo(x + half * (0.7 - level * 0.7), y)
        for level in (0.06, 0.34, 0.62):
            y = base + height * level
            path.lineTo(x - half * (0.7 - level * 0.7), y)
            path.lineTo(x - half * (1.15 - level), y)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.rect(x - 0.5 * mm, base - 1.5 * mm, 1 * mm, 3 * mm, stroke=0, fill=1)
    canvas.setStrokeColor(SPRUCE)
    canvas.setLineWidth(0.6)
    canvas.line(WIDTH - 60 * mm, HEIGHT - 43.5 * mm, WIDTH - 22 * mm, HEIGHT - 43.5 * mm)


def _head(canvas, certificate):
    _text(canvas, MARGIN, HEIGHT - 30 * mm, certificate.issuer_name, size=13, colour=PALE)
    _text(canvas, MARGIN, HEIGHT - 45 * mm, _("Course certificate"), font=BOLD, size=34, colour=SPRUCE)
    width = WIDTH - 2 * MARGIN
    size = _fit(certificate.holder_name, BOLD, 32, 14, width)
    _text(canvas, MARGIN, HEIGHT - 66 * mm, certificate.holder_name, font=BOLD, size=size)
    _text(canvas, MARGIN, HEIGHT - 76 * mm, _("has completed the training"), size=14, colour=PALE)
    title_size, lines = _title_lines(certificate.title, width)
    for number, line in enumerate(lines):
        _text(
            canvas,
            MARGIN,
            HEIGHT - 88 * mm - number * title_size * 1.1,
            line,
            font=BOLD,
            size=title_size,
            colour=RED,
        )


def _title_lines(title, width):
    """A long title gets smaller and then more lines, up to three."""
    for size in (24, 20, 17, 15):
        lines = _wrap(title, BOLD, size, width)
        if len(lines) <= (1 if size == 24 else 2):
            return size, lines
    return 13, _wrap(title, BOLD, 13, width)[:3]


def _objectives(canvas, certificate):
    """What the course covered, in two columns when there is much."""
    if not certificate.objectives:
        return
    top = HEIGHT - 107 * mm
    _text(canvas, MARGIN, top, _("Learning objectives"), size=12, colour=PALE)
    columns = 2 if len(certificate.objectives) > 3 else 1
    room = WIDTH - 2 * MARGIN - QR_SIDE - 12 * mm
    width = (room - 8 * mm * (columns - 1)) / columns
    size, blocks = _fitting_blocks(certificate.objectives, width - 5 * mm, columns)
    half = -(-len(blocks) // columns)
    for column in range(columns):
        y, x = top - 7 * mm, MARGIN + column * (width + 8 * mm)
        for lines in blocks[column * half : (column + 1) * half]:
            canvas.setFillColor(SPRUCE)
            canvas.circle(x + 1 * mm, y + size * 0.28, 0.9 * mm, stroke=0, fill=1)
            for line in lines:
                _text(canvas, x + 5 * mm, y, line, size=size)
                y -= size * 1.2
            y -= 1.2 * mm


def _fitting_blocks(objectives, width, columns):
    """The largest size at which all objectives keep clear of the facts at the foot."""
    room = 37 * mm
    for size in (12, 11, 10, 9, 8):
        blocks = [_wrap(text, REGULAR, size, width) for text in objectives]
        half = -(-len(blocks) // columns)
        tallest = max(
            sum(len(lines) * size * 1.2 + 1.2 * mm for lines in blocks[column * half : (column + 1) * half])
            for column in range(columns)
        )
        if tallest <= room:
            return size, blocks
    return 7, [_wrap(text, REGULAR, 7, width)[:2] for text in objectives]


def _foot(canvas, certificate):
    facts = [(_("Completed"), date_format(certificate.completed_on, "DATE_FORMAT"))]
    facts.append(
        (
            _("Valid through"),
            date_format(certificate.valid_until, "DATE_FORMAT") if certificate.valid_until else _("no end date"),
        )
    )
    if certificate.minutes:
        facts.append((_("Extent"), _extent(certificate.minutes)))
    if certificate.version_label:
        facts.append((_("Course version"), certificate.version_label))
    x, y = MARGIN, 44 * mm
    for label, value in facts:
        _text(canvas, x, y, label, size=10, colour=PALE)
        _text(canvas, x, y - 5.5 * mm, value, font=BOLD, size=12)
        x += max(40 * mm, width_of(printable(value, BOLD), BOLD, 12) + 8 * mm)
    if certificate.signatory_name:
        canvas.setStrokeColor(PALE)
        canvas.setLineWidth(0.5)
        canvas.line(MARGIN, 26 * mm, MARGIN + 70 * mm, 26 * mm)
        signed = ", ".join(filter(None, (certificate.signatory_name, certificate.signatory_role)))
        _text(canvas, MARGIN, 21 * mm, signed, size=_fit(signed, REGULAR, 11, 8, 110 * mm), colour=INK)
    issued = _("Issued %(day)s. Number") % {"day": date_format(certificate.issued_on, "DATE_FORMAT")}
    _text(canvas, MARGIN, 15.5 * mm, issued, size=10, colour=PALE)
    beside = MARGIN + width_of(printable(issued), REGULAR, 10) + 2 * mm
    _text(canvas, beside, 15.5 * mm, certificate.printed_serial, font=PLAIN, size=8.5, colour=PALE)
    _qr(canvas, certificate.verification_url)


def _extent(minutes):
    return ngettext("about %(number)s minute", "about %(number)s minutes", minutes) % {"number": minutes}


def _qr(canvas, url):
    """The code and what it is for; the address in words for those without a camera."""
    rows = modules(url)
    side = QR_SIDE / (len(rows) + 2 * QUIET_ZONE)
    left, top = WIDTH - MARGIN - QR_SIDE, 24 * mm + QR_SIDE
    canvas.setFillColor(HexColor("#000000"))
    path = canvas.beginPath()
    for x, y, length in runs(rows):
        path.rect(left + (x + QUIET_ZONE) * side, top - (y + QUIET_ZONE + 1) * side, length * side, side)
    canvas.drawPath(path, stroke=0, fill=1)
    right = WIDTH - MARGIN
    _text(canvas, right, 21 * mm, _("Check that it is genuine:"), size=9, colour=PALE, align="right")
    shown = url.split("://")[-1]
    size = _fit(shown, PLAIN, 8, 5, 110 * mm)
    _text(canvas, right, 16.5 * mm, shown, font=PLAIN, size=size, colour=PALE, align="right")
