"""Colours on white, as WCAG measures them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.contrast import LEAST, luminance, on_white, readable

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("colour", "ratio"), [("#000000", 21), ("#ffffff", 1), ("#767676", 4.54), ("#777777", 4.48), ("#ff0000", 4.0)]
)
def test_the_ratio_is_the_one_that_others_measure(colour, ratio):
    assert on_white(colour) == pytest.approx(ratio, abs=0.005)


@given(colours)
def test_what_is_proposed_can_be_read_and_is_no_lighter(colour):
    shade = readable(colour)
    assert on_white(shade) >= LEAST
    assert luminance(shade) <= luminance(colour)
    assert readable(shade) == shade


@given(colours)
def test_what_can_be_read_already_is_left_alone(colour):
    assert (readable(colour) == colour) is (on_white(colour) >= LEAST)


@given(colours)
def test_what_is_proposed_is_the_nearest_shade(colour):
    """One step lighter of the same colour could not be read."""
    shade = readable(colour)
    if shade == colour:
        return
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    shares = [share for share in range(257) if "#" + "".join(f"{p * share // 256:02x}" for p in parts) == shade]
    lighter = "#" + "".join(f"{part * (max(shares) + 1) // 256:02x}" for part in parts)
    assert on_white(lighter) < LEAST


def test_upper_case_is_the_same_colour():
    assert on_white("#1F5A4C") == on_white("#1f5a4c")
