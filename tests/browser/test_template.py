"""A course leader designs the certificate: colours written or picked, and the certificate itself beside the form."""

import pytest

from certificates.models import CertificateTemplate

ADD = "/admin/certificates/templates/add/"
FRAME = "#w-preview-iframe"


@pytest.fixture
def leader(shop, visit):
    leader = visit("desktop")
    leader.sign_in("kajsa", "hemligt-ord")
    leader.go(ADD)
    return leader


def picture(page, unlike=""):
    """The certificate in the panel, when it is loaded, and another one than before."""
    page.wait_for_function(
        """([frame, unlike]) => {
          const image = document.querySelector(frame)?.contentDocument?.querySelector("img");
          return image?.complete && image.naturalWidth === 1263 && image.src !== unlike;
        }""",
        arg=[FRAME, unlike],
    )
    return page.frame_locator(FRAME).locator("img").get_attribute("src")


def test_the_certificate_is_shown_as_it_is_written_and_its_colours_follow_the_palette(leader):
    page = leader.page
    page.wait_for_timeout(3000)  # Wagtail takes what is there some seconds after loading for what was there before
    page.fill("#id_name", "Kommunens")
    page.get_by_role("button", name="Växla förhandsgranskning").click()
    first = picture(page)

    palette = page.locator("#id_accent ~ input[type=color]")
    assert palette.input_value() == "#1f5a4c"
    palette.fill("#7a0000")
    assert page.input_value("#id_accent") == "#7a0000"
    second = picture(page, unlike=first)

    page.select_option("#id_preview_mode", "long")
    picture(page, unlike=second)
    assert "Kåveland-Ekman" in page.frame_locator(FRAME).locator("img").get_attribute("alt")

    page.fill("#id_ink", "#102030")
    assert page.locator("#id_ink ~ input[type=color]").input_value() == "#102030"
    leader.quiet("the template and its preview")
    for frame in page.frames:
        assert frame.evaluate("window.__violations") == []


def test_the_preview_on_its_own_can_be_read_aloud_and_fits_the_screen(leader):
    page = leader.page
    page.evaluate(
        "address => fetch(address, {method: 'POST', body: new FormData(document.querySelector('[data-edit-form]'))})",
        "/admin/certificates/templates/preview/",
    )
    leader.go("/admin/certificates/templates/preview/?mode=long")
    leader.check("the preview")


def test_without_javascript_colours_are_written_and_it_is_published(shop, visit):
    leader = visit("desktop", java_script_enabled=False)
    leader.sign_in("kajsa", "hemligt-ord")
    leader.go(ADD)
    page = leader.page
    assert not page.locator("input[type=color]").first.is_visible()
    page.fill("#id_name", "Kommunens")
    page.fill("#id_accent", "#7a0000")
    page.locator("button.action-save").first.click()
    assert CertificateTemplate.objects.get().accent == "#7a0000"
