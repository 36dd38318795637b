"""Pictures of a template as certificates carry them: small, without transparency and without what came along.

This is the one place where pictures are worked on. What comes out is frozen with the design and drawn as it is.
"""

import io
import warnings
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from PIL import Image, ImageChops, ImageOps, ImageStat


class Place(NamedTuple):
    """Where a picture is printed: at most so many millimetres, and so many bytes of the file."""

    width: float
    height: float
    most: int

    def dots(self, fineness: int) -> tuple[int, int]:
        return round(self.width / 25.4 * fineness), round(self.height / 25.4 * fineness)


#: Two logos and a signature beside 31 kB of everything else, in a file of at most 45 kB.
LOGO, SIGNATURE = Place(62, 22, 4_600), Place(55, 13, 3_000)
PLACES = {"logo": LOGO, "second_logo": LOGO, "signature": SIGNATURE}

#: In dots per inch: what is finer is not seen on paper. Coarser for what is too rich.
FINENESS = (200, 175, 150, 125, 110)
#: Of a drawing, and of a photograph.
COLOURS, QUALITIES = (64, 32, 16, 8), (85, 75, 65, 55, 45)
#: What is at least so bright, beside the paper that somebody signed on, is paper.
PAPER = 0.85


class PictureError(ValueError):
    """A picture that no certificate can carry. The message says why, to whoever chose it."""


def normalised(content: bytes, place: Place = LOGO) -> bytes:
    """`content` as PNG with a palette or as JPEG in RGB: on white, upright, as fine as `place` has room for, nothing
    beside the picture itself. Of an animation the first frame; of a signature the paper becomes white.
    The same content always gives the same bytes.

    Raises PictureError.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as opened:
                picture = _on_white(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(_("The picture has too many pixels. Make it smaller first.")) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise PictureError(_("The picture cannot be read. Save it as PNG or JPEG, and choose that one.")) from error
    picture.thumbnail(place.dots(FINENESS[0]), Image.Resampling.LANCZOS)
    if place is SIGNATURE:
        picture = _on_white_paper(picture)
    return _truest(picture, place)


def _truest(picture: Image.Image, place: Place) -> bytes:
    """Of all ways to write it that fit, the one that differs least from it; if none fits, the smallest."""
    ways = []
    for fineness in FINENESS:
        small = picture.copy()
        small.thumbnail(place.dots(fineness), Image.Resampling.LANCZOS)
        ways += [
            _written(small.quantize(colours, dither=Image.Dither.NONE), "PNG", optimize=True) for colours in COLOURS
        ]
        ways += [_written(small, "JPEG", quality=quality, optimize=True) for quality in QUALITIES]
    fitting = [way for way in ways if len(way) <= place.most]
    return min(fitting, key=lambda way: _difference(picture, way)) if fitting else min(ways, key=len)


def _written(picture: Image.Image, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def _difference(picture: Image.Image, written: bytes) -> float:
    with Image.open(io.BytesIO(written)) as read:
        seen = read.convert("RGB").resize(picture.size, Image.Resampling.BICUBIC)
    return sum(ImageStat.Stat(ImageChops.difference(picture, seen)).sum2)


def _on_white_paper(picture: Image.Image) -> Image.Image:
    """Without the grey and the grain of the paper that it was written on."""
    paper = ImageStat.Stat(picture.convert("L")).median[0]
    if paper < 128:
        return picture  # light ink on something dark
    return picture.point([min(255, round(value * 255 / (PAPER * paper))) for value in range(256)] * 3)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture)
        picture = paper
    plain = picture.convert("RGB")
    plain.info = {}  # comments and colour profiles would be written into the new file
    return plain


def of_image(image: Any, place: Place = LOGO) -> bytes:
    """A picture of Wagtail's library, normalised. Raises PictureError."""
    if image.is_svg():
        raise PictureError(_("An SVG cannot be used here. Save it as PNG, at least 600 pixels wide."))
    # A name is used again when its file is deleted: without its hash nothing is remembered.
    read = _remembered if image.file_hash else _of_file
    return read(image.file.storage, image.file.name, image.file_hash, place)


def _of_file(storage: Any, name: str, _file_hash: str, place: Place) -> bytes:
    try:
        with storage.open(name) as file:
            content = file.read()
    except OSError as error:
        raise PictureError(_("The file of the picture is gone. Choose another picture.")) from error
    return normalised(content, place)


#: Per process: a preview is drawn anew with every word that is written.
_remembered = lru_cache(maxsize=32)(_of_file)
