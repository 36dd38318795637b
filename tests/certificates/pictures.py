"""Logos and signatures to draw with."""

import io
import math

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from certificates.pictures import PLACES, normalised
from lms.drawing.typefaces import BOLD, FILES


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


def coat_of_arms() -> bytes:
    """With a shine, thin lines and words beside it, as municipalities have."""
    image = Image.new("RGBA", (1400, 500), (0, 0, 0, 0))
    pen, face = ImageDraw.Draw(image), ImageFont.truetype(FILES[BOLD], 170)
    shield = [(20, 10), (380, 10), (380, 280), (200, 490), (20, 280)]
    pen.polygon(shield, fill="#0b4ea2", outline="#e8b400", width=12)
    for place in range(7):
        left, top = 60 + place * 45, 200 - place % 3 * 50
        pen.polygon([(left, top), (left + 35, top), (left + 18, 80)], fill="#e8b400")
    for line in range(40):
        y = 230 + line * 5
        pen.line([(60 + line * 3, y + 10 * math.sin(line)), (340 - line * 3, y)], (255, 255, 255, 90 + line * 3), 3)
    pen.text((430, 80), "Nordmalings", "#0b4ea2", face)
    pen.text((430, 260), "kommun", "#333333", face)
    return saved(image)


def banner() -> bytes:
    """Soft colours behind words, as a JPEG from somebody's website."""
    light = Image.linear_gradient("L").resize((1200, 400))
    bands = [light.point(values) for values in ([255 - v // 4 for v in range(256)], [200 - v // 2 for v in range(256)],
                                                [60 + v // 3 for v in range(256)])]  # fmt: skip
    image = Image.merge("RGB", bands)
    pen = ImageDraw.Draw(image)
    pen.ellipse((60, 80, 300, 320), "#fff3c0")
    for number in range(12):
        left = 330 + number * 60
        peak = (left + 30, 260 + number * 37 % 90)
        pen.polygon([(left, 400), peak, (left + 70, 400)], (10 + number * 6, 60, 40 + number * 4))
    pen.text((340, 60), "Region Västerbotten", "white", ImageFont.truetype(FILES[BOLD], 86))
    return saved(image, "JPEG")


def scanned_signature(paper: int = 238) -> bytes:
    """Ink on paper that is grey and has grain."""
    image = Image.effect_noise((1200, 360), 12).point([min(255, max(0, v + paper - 128)) for v in range(256)])
    ink = Image.new("L", image.size, 0)
    curve = [
        (40 + t * 1.1, 180 + 110 * math.sin(t / 23) * math.cos(t / 90) + 25 * math.sin(t / 7)) for t in range(1000)
    ]
    ImageDraw.Draw(ink).line(curve, 230, 9, joint="curve")
    image = image.convert("RGB")
    image.paste((24, 32, 96), mask=ink.filter(ImageFilter.GaussianBlur(1.5)))
    return saved(image)


#: By the names that the tests' designs have for them, as they are drawn.
GIVEN = {
    "logo": normalised(logo()),
    "partner": normalised(photograph()),
    "signature": normalised(logo(600, 160, colour="#182060"), PLACES["signature"]),
}
#: By the fields of a design: as rich as they come.
RICH = {"logo": coat_of_arms(), "second_logo": banner(), "signature": scanned_signature()}
