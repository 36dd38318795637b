"""Pictures of a template as certificates carry them: small, without transparency and without what came along."""

import io
import warnings
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

#: Printed at most 62 mm wide and 22 high, that is some 250 points per inch.
SIDES = (600, 220)
#: So many colours are enough for a logo with soft edges; a photograph takes its JPEG.
COLOURS = 64
JPEG_QUALITY = 80


class PictureError(ValueError):
    """A picture that no certificate can carry. The message says why, to whoever chose it."""


def normalised(content: bytes) -> bytes:
    """`content` as PNG or JPEG, whichever is smaller: RGB on white, upright, no larger than SIDES, nothing beside the
    picture itself. Of an animation the first frame. The same content always gives the same bytes.

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
    picture.thumbnail(SIDES, Image.Resampling.LANCZOS)
    drawing, photograph = io.BytesIO(), io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(drawing, "PNG", optimize=True)
    picture.save(photograph, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return min(drawing.getvalue(), photograph.getvalue(), key=len)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture)
        picture = paper
    plain = picture.convert("RGB")
    plain.info = {}  # comments and colour profiles would be written into the new file
    return plain


def of_image(image: Any) -> bytes:
    """A picture of Wagtail's library, normalised. Raises PictureError."""
    if image.is_svg():
        raise PictureError(_("An SVG cannot be used here. Save it as PNG, at least 600 pixels wide."))
    # A name is used again when its file is deleted: without its hash nothing is remembered.
    read = _remembered if image.file_hash else _of_file
    return read(image.file.storage, image.file.name, image.file_hash)


def _of_file(storage: Any, name: str, _file_hash: str) -> bytes:
    try:
        with storage.open(name) as file:
            content = file.read()
    except OSError as error:
        raise PictureError(_("The file of the picture is gone. Choose another picture.")) from error
    return normalised(content)


#: Per process: a preview is drawn anew with every word that is written.
_remembered = lru_cache(maxsize=32)(_of_file)
