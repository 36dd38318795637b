"""Pictures as people have them, made here."""

import io
import random

from django.core.files.images import ImageFile
from PIL import Image, ImageDraw
from wagtail.images import get_image_model


def logo(size=(1600, 600), mode="RGBA") -> Image.Image:
    """A disc and a bar on nothing, as logos come."""
    picture = Image.new(mode, size, (0, 0, 0, 0) if mode == "RGBA" else "white")
    drawn = ImageDraw.Draw(picture)
    drawn.ellipse((20, 20, size[1] - 20, size[1] - 20), fill="#1f5a4c")
    drawn.rectangle((size[1], size[1] // 3, size[0] - 20, size[1] // 2), fill="#93392b")
    return picture


def noise(size=(1200, 900)) -> Image.Image:
    """Worse than any photograph."""
    return Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))


def as_file(picture: Image.Image, kind="PNG", **options) -> bytes:
    output = io.BytesIO()
    picture.save(output, kind, **options)
    return output.getvalue()


def in_library(content: bytes, name="logo.png"):
    """As the CMS takes it in, with its hash."""
    image = get_image_model().objects.create(title=name, file=ImageFile(io.BytesIO(content), name=name))
    image.get_file_hash()
    return image
