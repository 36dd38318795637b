"""Logos and signatures to draw with."""

import io

from PIL import Image, ImageDraw


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def logo(width: int = 900, height: int = 200, *, colour: str = "#14508c") -> bytes:
    """On nothing: what is not drawn is transparent."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, height - 1, height - 1), 20, fill=colour)
    for place in range(4):
        pen.ellipse((height * 1.2 + place * 120, 40, height * 1.2 + place * 120 + 100, 140), fill=colour)
    return saved(image)


def photograph(mode: str = "RGB") -> bytes:
    return saved(Image.linear_gradient("L").resize((1600, 800)).convert(mode), "JPEG")


GIVEN = {"logo": logo(), "partner": photograph(), "signature": logo(600, 160, colour="#182060")}
