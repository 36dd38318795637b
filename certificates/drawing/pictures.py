"""Logos and signatures as PDF/A wants them: no transparency, no colours but sRGB, no finer than paper shows."""

import io
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _
from PIL import Image, ImageOps
from reportlab.pdfbase import pdfdoc

from ..design import Design
from ..models import DesignPicture
from .page import Page

#: Some 300 dots per inch in the places that pictures get.
_FINEST = (600, 300)
#: Colours of a drawn picture, the shades of its edges included.
_PALETTE = 64
#: More dots than any logo has; reading them would take the server's memory.
_MOST_DOTS = 40_000_000


class UnreadablePictureError(ValueError):
    """Not a picture that can be drawn. The message says why."""


class Picture(NamedTuple):
    """As it stands in the file."""

    name: str
    width: int
    height: int
    filter: str
    colours: str
    content: bytes

    def fitting(self, width: float, height: float) -> tuple[float, float]:
        """As large as it may be within these, in its own proportions."""
        scale = min(width / self.width, height / self.height)
        return self.width * scale, self.height * scale


class Pictures(NamedTuple):
    logo: Picture | None
    second_logo: Picture | None
    signature: Picture | None


def of(design: Design, given: Mapping[str, bytes] | None) -> Pictures:
    """What `design` names, out of `given` or else out of what is kept."""

    def find(name: str) -> Picture | None:
        if not name:
            return None
        return _kept(name) if given is None else prepared(name, given[name])

    return Pictures(find(design.logo), find(design.second_logo), find(design.signature))


@lru_cache(maxsize=32)
def _kept(name: str) -> Picture:
    return prepared(name, bytes(DesignPicture.objects.get(sha256=name).content))


def prepared(name: str, content: bytes) -> Picture:
    """A PNG or JPEG. Raises UnreadablePictureError."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
            too_large = image.width * image.height > _MOST_DOTS
            photograph = image.format == "JPEG"
            flat = None if too_large else _flattened(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadablePictureError(_("The picture cannot be read: only PNG and JPEG can be printed.")) from error
    if flat is None:
        raise UnreadablePictureError(_("The picture is too large."))
    flat.thumbnail(_FINEST, Image.Resampling.LANCZOS)
    if photograph:
        out = io.BytesIO()
        flat.save(out, "JPEG", quality=88)
        return Picture(name, *flat.size, "DCTDecode", "/DeviceRGB", out.getvalue())
    few = flat.quantize(_PALETTE, dither=Image.Dither.NONE)
    palette = bytes(few.getpalette() or b"")[: _PALETTE * 3]
    colours = f"[/Indexed /DeviceRGB {len(palette) // 3 - 1} <{palette.hex()}>]"
    return Picture(name, *few.size, "FlateDecode", colours, zlib.compress(few.tobytes(), 9))


def _flattened(image: Image.Image) -> Image.Image:
    """Upright, on white."""
    clear = ImageOps.exif_transpose(image).convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(white, clear).convert("RGB")


def place(
    page: Page, picture: Picture, *, alt: str, left: float, bottom: float, width: float, height: float
) -> tuple[float, float]:
    """As large as it fits in the box, in its lower left corner. How wide and high it became."""
    wide, high = picture.fitting(width, height)
    with page.mark("Figure", alt=alt, box=(left, bottom, left + wide, bottom + high)):
        canvas = page.canvas
        name = canvas._doc.getXObjectName(picture.name)
        if name not in canvas._doc.idToObject:
            canvas._doc.addForm(picture.name, _XObject(picture))
        canvas.saveState()
        canvas.translate(left, bottom)
        canvas.scale(wide, high)
        page.code(f"/{name} Do")
        canvas.restoreState()
        canvas._currentPageHasImages = 1
        canvas._formsinuse.append(picture.name)
    return wide, high


class _XObject(pdfdoc.PDFObject):
    """reportlab's own knows no palettes: a logo would be thrice as large."""

    def __init__(self, picture: Picture):
        self.picture = picture

    def format(self, document):
        picture = self.picture
        entries = {
            "Type": pdfdoc.PDFName("XObject"), "Subtype": pdfdoc.PDFName("Image"), "Width": picture.width,
            "Height": picture.height, "BitsPerComponent": 8, "ColorSpace": _Raw(picture.colours),
            "Filter": pdfdoc.PDFName(picture.filter),
        }  # fmt: skip
        return pdfdoc.PDFStream(pdfdoc.PDFDictionary(entries), picture.content).format(document)


class _Raw(pdfdoc.PDFObject):
    def __init__(self, code: str):
        self.code = code

    def format(self, document):
        return self.code.encode()
