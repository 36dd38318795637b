"""What becomes of a picture that somebody chose: small, flat and without what came along."""

import io

import pytest
from PIL import Image

from certificates import pictures
from certificates.pictures import SIDES, PictureError, normalised
from tests.certificates.library import as_file, in_library, logo, noise


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_logo_becomes_a_small_png_on_white():
    content = normalised(as_file(logo()))
    picture = opened(content)
    assert picture.format == "PNG"
    assert len(content) <= 20_000
    assert picture.size == (587, 220)
    assert not picture.has_transparency_data
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_photograph_becomes_a_jpeg_that_is_not_too_large():
    content = normalised(as_file(noise(), "JPEG", quality=95))
    picture = opened(content)
    assert picture.format == "JPEG"
    assert picture.mode == "RGB"
    assert picture.width <= SIDES[0]
    assert picture.height <= SIDES[1]
    assert len(content) <= 150_000


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "I;16"])
def test_every_kind_of_colours_becomes_plain_rgb(mode):
    kind = "TIFF" if mode == "CMYK" else "PNG"
    grey = Image.new("I;16", (60, 40)) if mode == "I;16" else logo((60, 40), "RGB").convert(mode)
    assert opened(normalised(as_file(grey, kind))).convert("RGB").size == (60, 40)


def test_half_transparent_is_half_white():
    half = Image.new("RGBA", (50, 50), (0, 0, 0, 128))
    assert opened(normalised(as_file(half))).convert("RGB").getpixel((25, 25)) == (127, 127, 127)


def test_a_small_picture_is_not_made_larger():
    assert opened(normalised(as_file(logo((80, 40))))).size == (80, 40)


def test_what_came_along_is_left_behind():
    exif = Image.Exif()
    exif[0x013B] = "Maja Lindgren"  # the artist
    content = normalised(as_file(noise((80, 60)), "JPEG", exif=exif, comment=b"Maja was here"))
    assert b"Maja" not in content
    assert not opened(content).getexif()


def test_a_picture_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(normalised(as_file(noise((80, 40)), "JPEG", exif=exif))).size == (40, 80)


def test_of_an_animation_the_first_frame_is_printed():
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("#ff0000", "#00ff00")]
    moving = as_file(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert opened(normalised(moving)).convert("RGB").getpixel((5, 5)) == (255, 0, 0)


def test_the_same_picture_always_gives_the_same_bytes():
    assert normalised(as_file(logo())) == normalised(as_file(logo()))


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(PictureError):
        normalised(content)


def test_a_picture_cut_short_is_refused():
    with pytest.raises(PictureError):
        normalised(as_file(noise((300, 300)))[:5000])


def test_more_pixels_than_anyone_needs_are_refused(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(PictureError, match="bildpunkter"):
        normalised(as_file(logo((80, 40))))


def test_a_picture_whose_file_is_gone_is_refused(db):
    image = in_library(as_file(logo()), "gone.png")
    image.file.storage.delete(image.file.name)
    with pytest.raises(PictureError):
        pictures.of_image(image)


def test_another_file_under_the_same_name_is_another_picture(db):
    first = in_library(as_file(logo()), "same.png")
    seen = pictures.of_image(first)
    name = first.file.name
    first.file.storage.delete(name)
    second = in_library(as_file(logo((90, 60))), "same.png")
    assert second.file.name == name
    assert pictures.of_image(second) != seen
