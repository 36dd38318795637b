"""Logos and signatures as they stand in the file: what `certificates.pictures` made of them, without another look."""

import io
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from PIL import Image
from reportlab.pdfbase import pdfdoc

from ..design import Design
from ..models import DesignPicture
from .page import Page


class Picture(NamedTuple):
    """As it stands in the file."""

    name: str
    width: int
    height: int
    bits: int
    filter: str
    colours: str
    #: How the filter was used; empty where there is nothing to say.
    how: str
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
    """What `pictures.normalised` gives: a PDF takes the data of both kinds as they are. ValueError for others."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
        width, height = image.size
        kind = image.format, image.mode
        plain = not image.info.keys() & {"interlace", "transparency"}
    if kind == ("JPEG", "RGB"):
        return Picture(name, width, height, 8, "DCTDecode", "/DeviceRGB", "", content)
    if kind != ("PNG", "P") or not plain:
        raise ValueError("Not a picture as certificates.pictures makes them.")
    parts = dict.fromkeys((b"IHDR", b"PLTE", b"IDAT"), b"")
    for mark, part in _chunks(content):
        if mark in parts:
            parts[mark] += part
    bits, palette = parts[b"IHDR"][8], parts[b"PLTE"]
    colours = f"[/Indexed /DeviceRGB {len(palette) // 3 - 1} <{palette.hex()}>]"
    how = f"<</Predictor 15 /BitsPerComponent {bits} /Columns {width}>>"
    return Picture(name, width, height, bits, "FlateDecode", colours, how, parts[b"IDAT"])


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each. Pillow has read it before: nothing is wrong with it."""
    place = 8
    while place < len(png):
        size = int.from_bytes(png[place : place + 4], "big")
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        place += 12 + size


def place(
    page: Page, picture: Picture, *, alt: str, left: float, bottom: float, width: float, height: float
) -> tuple[float, float]:
    """As large as it fits in the box, in its lower left corner. How wide and high it became."""
    wide, high = picture.fitting(width, height)
    with page.mark("Figure", alt=alt, box=(left, bottom, left + wide, bottom + high)):
        canvas = page.canvas
        key = picture.name[:12]  # of the SHA-256: written several times, and of three pictures
        name = canvas._doc.getXObjectName(key)
        if name not in canvas._doc.idToObject:
            canvas._doc.addForm(key, _XObject(picture))
        canvas.saveState()
        canvas.translate(left, bottom)
        canvas.scale(wide, high)
        page.code(f"/{name} Do")
        canvas.restoreState()
        canvas._currentPageHasImages = 1
        canvas._formsinuse.append(key)
    return wide, high


class _XObject(pdfdoc.PDFObject):
    """reportlab's own knows no palettes: a logo would be thrice as large."""

    def __init__(self, picture: Picture):
        self.picture = picture

    def format(self, document):
        picture = self.picture
        entries = {
            "Type": pdfdoc.PDFName("XObject"), "Subtype": pdfdoc.PDFName("Image"), "Width": picture.width,
            "Height": picture.height, "BitsPerComponent": picture.bits, "ColorSpace": _Raw(picture.colours),
            "Filter": pdfdoc.PDFName(picture.filter),
        }  # fmt: skip
        if picture.how:
            entries["DecodeParms"] = _Raw(picture.how)
        return pdfdoc.PDFStream(pdfdoc.PDFDictionary(entries), picture.content).format(document)


class _Raw(pdfdoc.PDFObject):
    def __init__(self, code: str):
        self.code = code

    def format(self, document):
        return self.code.encode()
