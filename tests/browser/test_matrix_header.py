"""The matrix on the tablet: its table begins in the upper half of the screen, and what is folded opens by keyboard."""

import pytest
from django.core.management import call_command

MATRIX = "/admin/reports/training-matrix/"
MENU = ".lms-menu > summary"


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["as it is", "without JavaScript"])
def test_the_table_begins_in_the_upper_half_of_the_tablet(server, visit, options):
    call_command("seed", "ett-gott-vardskap", demo=True, verbosity=0)
    tablet = visit("tablet", **options)
    page = tablet.page
    tablet.sign_in("projektledare")
    for query in ("", "?view=people"):
        tablet.go(MATRIX + query)
        assert page.locator(".lms-scroll").bounding_box()["y"] < 640, query
    assert not page.locator(".lms-menu a").first.is_visible()
    page.locator(MENU).focus()
    page.keyboard.press("Enter")
    for one in (page.locator(MENU), *page.locator(".lms-menu a").all()):
        box = one.bounding_box()
        assert box["height"] >= 44, one
        assert box["x"] + box["width"] <= 800, one
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Lämna ut rapport"
    if not options:
        tablet.check("the matrix with its menu open")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/handed-out/new/" in page.url
