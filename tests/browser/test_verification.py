"""Whoever is handed a certificate, with a phone: the answer, and a file that is compared without being sent."""

import re

import pytest

from certificates.issuing import erase_holder, replace, revoke
from certificates.making import ensure_drawn
from certificates.models import Certificate, RevocationReason
from tests.builders import complete

from .test_display import look
from .test_print import pages, pressed

OUTCOME = "#jamfor [role=status]"
DROP = """([place, name, content]) => {
  const carried = new DataTransfer();
  for (const one of content) carried.items.add(new File([Uint8Array.from(one)], name, {type: "application/pdf"}));
  if (!content.length) carried.setData("text/plain", name);
  const event = (kind) => new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: carried});
  const where = document.querySelector(place);
  return [where.dispatchEvent(event("dragover")), where.dispatchEvent(event("drop"))];
}"""


@pytest.fixture
def certificate(shop, training):
    complete(shop.maja, training)
    return ensure_drawn(Certificate.objects.get())


@pytest.fixture
def content(certificate):
    with certificate.file.open("rb") as file:
        return file.read()


def choose(stranger, content, name="intyg.pdf"):
    stranger.page.set_input_files("#intygsfil", {"name": name, "mimeType": "application/pdf", "buffer": content})


def outcome(stranger):
    stranger.page.wait_for_selector(f"{OUTCOME} strong")
    return stranger.page.locator(OUTCOME).inner_text()


def posts(stranger):
    """What is sent from now on."""
    sent = []
    stranger.context.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    return sent


def test_a_file_is_compared_in_the_browser_and_sent_nowhere(certificate, content, visit):
    stranger = visit("phone")
    stranger.go(f"/intyg/{certificate.serial}/")
    stranger.check("a valid certificate")
    sent = posts(stranger)
    choose(stranger, content)
    assert "precis den som utfärdades" in outcome(stranger)
    stranger.check("the same file")
    choose(stranger, content[:-1] + b" ")
    stranger.page.wait_for_selector(f"{OUTCOME} .lms-note--error")
    assert "inte densamma" in outcome(stranger)
    stranger.check("another file")
    for wrong, said in ((b"", "tom"), (b"x" * 1_000_001, "för stor")):
        choose(stranger, wrong)
        stranger.page.wait_for_selector(f"{OUTCOME} .lms-note--warning")
        assert said in outcome(stranger)
    assert sent == []


def test_a_file_is_dropped_anywhere_on_the_page(certificate, content, visit):
    stranger = visit("desktop")
    stranger.go(f"/intyg/{certificate.serial}/")
    stranger.page.evaluate(DROP, ["h1", "intyg.pdf", [list(content)]])
    assert "precis den som utfärdades" in outcome(stranger)
    assert stranger.page.evaluate("document.querySelector('#intygsfil').files[0].name") == "intyg.pdf"
    stranger.page.evaluate(DROP, ["h1", "intyg.pdf", [[1], [2]]])
    stranger.page.wait_for_selector(f"{OUTCOME} .lms-note--warning")
    assert "En fil i taget" in outcome(stranger)
    stranger.page.evaluate(DROP, ["#intygsfil", "some words", []])
    stranger.page.get_by_text("ingen fil som går att läsa").wait_for()
    # Words dragged elsewhere, into the field for the number for instance, are left to the browser.
    assert stranger.page.evaluate(DROP, ["h1", "some words", []]) == [True, True]
    stranger.quiet("dropped files")


def test_a_file_finds_its_page_by_its_sum_alone(certificate, content, visit):
    stranger = visit("desktop")
    stranger.go("/intyg/")
    sent = posts(stranger)
    with stranger.page.expect_navigation():
        choose(stranger, content)
    assert "äkta och giltigt" in stranger.page.locator("h1").inner_text()
    assert "precis den som utfärdades" in outcome(stranger)
    body = sent[0].post_data_buffer
    assert certificate.sha256.encode() in body
    assert b"%PDF" not in body
    assert len(body) < 1000
    stranger.go("/intyg/")
    with stranger.page.expect_navigation():
        choose(stranger, b"never issued")
    assert "inte utfärdad här" in stranger.page.locator("h1").inner_text()
    stranger.check("an unknown file")


def test_without_javascript_the_file_is_sent_summed_and_forgotten(certificate, content, visit):
    stranger = visit("phone", java_script_enabled=False)
    stranger.go(f"/intyg/{certificate.serial}/")
    choose(stranger, content)
    stranger.press("#jamfor button")
    assert "precis den som utfärdades" in stranger.page.locator(OUTCOME).inner_text()
    stranger.go("/intyg/")
    choose(stranger, content + b" ")
    stranger.press("#jamfor button")
    assert "inte utfärdad här" in stranger.page.locator("h1").inner_text()
    stranger.go("/intyg/")
    choose(stranger, b"x" * 2_000_000)
    stranger.press("#jamfor button")
    assert "för stor" in stranger.page.locator(OUTCOME).inner_text()


def test_without_https_the_browser_sums_nothing_and_the_form_is_sent(certificate, content, visit):
    stranger = visit("phone")
    stranger.context.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined})")
    stranger.go(f"/intyg/{certificate.serial}/")
    choose(stranger, content)
    stranger.press("#jamfor button")
    assert "precis den som utfärdades" in outcome(stranger)


def test_the_other_language_is_one_tap_away_and_on_the_same_page(certificate, visit):
    stranger = visit("phone")
    stranger.go(f"/intyg/{certificate.serial}/")
    stranger.press(".lms-foot a[hreflang=en]")
    assert stranger.page.url.endswith(f"/intyg/{certificate.serial}/")
    assert stranger.page.locator("h1").inner_text() == "The certificate is genuine and valid"
    stranger.check("in English")


def test_every_state_is_readable_however_it_is_shown_and_fits_on_paper(certificate, shop, visit, settings):
    settings.LMS_CERT_ARCHIVE_FIRST = False
    stranger, first = visit("desktop"), certificate.serial
    new = replace(certificate=certificate, actor=shop.users["petra"])
    states = {"replaced": first, "valid": new.serial}
    wrong = []
    for name, serial in states.items():
        stranger.go(f"/intyg/{serial}/")
        wrong += look(stranger, name)
    revoke(certificate=new, reason=RevocationReason.ISSUER, actor=shop.users["petra"])
    stranger.go(f"/intyg/{new.serial}/")
    wrong += look(stranger, "revoked")
    assert pressed(stranger) == []
    assert pages(stranger) == 1
    erase_holder(staff=shop.maja, actor=shop.users["ada"])
    for path in (f"/intyg/{new.serial}/", "/intyg/3333333333333333/", "/intyg/", "/intyg/sa-kontrollerar-du/"):
        stranger.page.emulate_media(media="screen")
        stranger.go(path)
        wrong += look(stranger, path)
    assert wrong == []


@pytest.mark.parametrize("locale", ["sv-SE", "en-GB"])
@pytest.mark.parametrize("signed", [True, False])
def test_how_to_check_is_one_page_of_paper(shop, visit, locale, signed):
    import ssl

    from certificates.models import IssuerKey
    from lms.models import TrainingSettings

    if signed:
        IssuerKey.objects.create(kid="1", purpose="signature", certificates=ssl.DER_cert_to_PEM_cert(b"the root"))
    TrainingSettings.objects.create(organisation="Nordmalings kommun", contact_name="Petra Projektledare",
                                    contact_phone="0930-140 00", contact_email="petra@nordmaling.se")  # fmt: skip
    stranger = visit("desktop", locale=locale)
    stranger.go("/intyg/sa-kontrollerar-du/")
    stranger.check("how to check")
    assert pages(stranger) == 1
    assert pressed(stranger) == []
    root = stranger.page.locator(".lms-guide__root code")
    assert bool(root.count()) == signed
    if signed:
        assert re.fullmatch(r"(?:[0-9A-F]{4} ){15}[0-9A-F]{4}", root.inner_text())
