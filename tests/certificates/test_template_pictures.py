"""What becomes of a picture that somebody chose: small, flat and without what came along."""

import io

import pytest
from PIL import Image

from certificates import pictures
from certificates.pictures import LOGO, PLACES, SIGNATURE, PictureError, normalised
from tests.certificates import pictures as rich
from tests.certificates.library import as_file, in_library, logo, noise


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_logo_becomes_a_small_png_on_white():
    content = normalised(as_file(logo()))
    picture = opened(content)
    assert picture.format == "PNG"
    assert len(content) <= 3_000
    assert picture.size == (461, 173)  # 200 dots per inch
    assert not picture.has_transparency_data
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_photograph_becomes_a_jpeg_that_is_not_too_large():
    content = normalised(as_file(noise(), "JPEG", quality=95))
    picture = opened(content)
    assert picture.format == "JPEG"
    assert picture.mode == "RGB"
    assert len(content) <= LOGO.most


@pytest.mark.parametrize("name", list(rich.RICH))
def test_the_richest_has_no_more_bytes_than_its_place_and_is_still_fine(name):
    content, place = normalised(rich.RICH[name], PLACES[name]), PLACES[name]
    picture = opened(content)
    assert len(content) <= place.most
    shown = min(place.width, place.height * picture.width / picture.height)
    assert picture.width / shown * 25.4 > 109  # dots per inch, where it is printed largest


def test_what_has_few_colours_keeps_them_and_all_its_dots():
    picture = opened(normalised(as_file(logo()))).convert("RGB")
    colours = {colour for _count, colour in sorted(picture.getcolors(), reverse=True)[:3]}
    assert colours == {(255, 255, 255), (0x1F, 0x5A, 0x4C), (0x93, 0x39, 0x2B)}


@pytest.mark.parametrize("paper", [238, 190])
def test_the_paper_of_a_signature_becomes_white_and_its_ink_stays(paper):
    picture = opened(normalised(rich.scanned_signature(paper), SIGNATURE)).convert("RGB")
    tones = picture.convert("L").histogram()
    assert sum(tones[250:]) > 0.85 * picture.width * picture.height
    assert min(tone for tone, count in enumerate(tones) if count) < 90
    red, _green, blue = min((colour for _count, colour in picture.getcolors(1 << 16)), key=sum)
    assert blue > red  # it was blue


def test_light_ink_on_something_dark_is_left_as_it_is():
    dark = Image.new("RGB", (200, 60), "#202020")
    dark.paste("#f0f0f0", (40, 25, 160, 30))
    assert opened(normalised(as_file(dark), SIGNATURE)).convert("RGB").getpixel((2, 2)) == (0x20, 0x20, 0x20)


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
