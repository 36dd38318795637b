"""The template in the CMS: who may, what is refused and why, and the preview that is the PDF itself."""

import base64
import io
import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from PIL import Image

from certificates import drawing
from certificates.models import (
    Basis,
    Certificate,
    CertificateDesign,
    CertificateTemplate,
    DesignPicture,
    How,
    IssueRule,
)
from certificates.template_admin import samples
from certificates.template_admin.preview import MODES
from lms.models import LedgerEntry, TrainingSettings
from lms.workplaces.actions import give_responsibility
from tests.builders import course_of
from tests.certificates.library import as_file, in_library, logo

BASE = "/admin/certificates/templates/"
FORM = {
    "name": "Kommunens", "language": "sv", "heading": "", "statement": "", "body": "", "shows_objectives": "on",
    "shows_hours": "on", "has_background": "on", "ink": "#1d2b27", "accent": "#1f5a4c", "highlight": "#93392b",
    "logo": "", "second_logo": "", "signatory_name": "", "signatory_role": "", "signature": "",
}  # fmt: skip


def form(**changes):
    return {**FORM, **changes}


def save(browser, **changes):
    return browser.post(BASE + "add/", form(**changes))


def errors_of(response) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


@pytest.fixture
def template(db):
    made = CertificateTemplate(name="Kommunens", live=False)
    made.save()
    made.save_revision().publish()
    made.refresh_from_db()
    return made


# Who


@pytest.mark.parametrize("who", ["nobody", "maja", "birgitta", "eva", "nisse"])
def test_nobody_else_sees_a_template(client, sign_in, template, who):
    browser = client if who == "nobody" else sign_in(who)
    for path in ("", "add/", f"edit/{template.pk}/", f"delete/{template.pk}/", f"history/{template.pk}/",
                 f"preview/{template.pk}/", "preview/", f"unpublish/{template.pk}/"):  # fmt: skip
        response = browser.get(BASE + path)
        assert response.status_code in (302, 403), path
        assert b"Kommunens" not in response.content
    chooser = "/admin/snippets/choose/lms_certificates/certificatetemplate/"
    for path in (chooser, chooser + "results/", f"{chooser}chosen/{template.pk}/"):
        response = browser.get(path)
        assert response.status_code in (302, 404), path
        assert b"Kommunens" not in response.content
    save(browser, name="Insmugglad")
    assert CertificateTemplate.objects.count() == 1


@pytest.mark.parametrize("who", ["petra", "kajsa", "ada"])
def test_who_leads_the_project_or_courses_writes_and_publishes(sign_in, who):
    browser = sign_in(who)
    response = save(browser, **{"action-publish": "on"})
    made = CertificateTemplate.objects.get()
    assert response.status_code == 302
    assert made.live
    assert made.design
    for path in ("", f"edit/{made.pk}/", f"history/{made.pk}/", f"delete/{made.pk}/", f"usage/{made.pk}/"):
        assert browser.get(BASE + path).status_code == 200, path


@pytest.mark.parametrize(("who", "shown"), [("petra", True), ("kajsa", True), ("ada", True), ("eva", False)])
def test_the_menu_shows_it_to_who_may(sign_in, who, shown):
    content = sign_in(who).get("/admin/").content.decode()
    assert (BASE in content) is shown


def test_what_an_administrator_takes_away_is_not_given_again(sign_in, cast):
    for group in Group.objects.filter(name__in=["Projektledare", "Kursledare"]):
        group.permissions.filter(content_type__app_label="lms_certificates").delete()
    for role in ("project_leader", "course_leader"):
        give_responsibility(user=cast.users["nisse"], role=role, workplace=cast.kommun, actor=cast.ada)
    assert sign_in("nisse").get(BASE).status_code == 302


def test_a_project_leader_can_choose_and_add_pictures(petra, cast):
    assert petra.get(reverse("wagtailimages_chooser:choose")).status_code == 200
    assert petra.get("/admin/images/add/").status_code == 200


# What


def test_a_draft_is_saved_and_not_frozen(petra):
    assert save(petra).status_code == 302
    made = CertificateTemplate.objects.get()
    assert not made.live
    assert not CertificateDesign.objects.exists()


def test_publishing_a_change_leaves_a_history(petra, template):
    petra.post(f"{BASE}edit/{template.pk}/", form(heading="Diplom", **{"action-publish": "on"}))
    template.refresh_from_db()
    assert template.design.content["heading"] == "Diplom"
    assert template.revisions.count() == 2
    assert "Publicerad" in petra.get(f"{BASE}history/{template.pk}/").content.decode()


def test_a_pale_colour_is_refused_with_its_contrast_and_a_darker_one(petra):
    response = save(petra, accent="#f2c14e", **{"action-publish": "on"})
    [error] = errors_of(response)["accent"]
    assert "1,6 mot 1" in error
    assert "4,5 mot 1" in error
    [darker] = re.findall(r"#[0-9a-f]{6}", error)
    assert not CertificateTemplate.objects.exists()
    assert save(petra, accent=darker, **{"action-publish": "on"}).status_code == 302


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "javascript:1", "#1f5a4c;"])
def test_what_is_no_colour_is_refused_at_its_field(petra, colour):
    assert set(errors_of(save(petra, ink=colour))) == {"ink"}


def test_an_unknown_placeholder_is_named_with_those_that_there_are(petra):
    [error] = errors_of(save(petra, body="{name} har gått {kurs} hos {issuer}."))["body"]
    assert "{kurs}" in error
    for known in ("{name}", "{title}", "{completed}", "{valid_until}", "{hours}", "{issuer}"):
        assert known in error


@pytest.mark.parametrize("field", ["heading", "statement", "body", "signatory_name", "signatory_role"])
def test_what_the_typeface_lacks_is_refused_at_once_and_named(petra, field):
    [error] = errors_of(save(petra, **{field: "Áŋŋá 安"}))[field]
    assert "安" in error
    assert "U+5B89" in error


def test_text_on_several_lines_and_sami_letters_are_fine(petra):
    assert save(petra, body="Áŋŋá Ŧuolja-Žuvvá\r\n{name}", heading="Duodaštus").status_code == 302


def test_a_picture_that_cannot_be_read_is_refused_at_its_field(petra):
    image = in_library(as_file(logo()), "borta.png")
    image.file.storage.delete(image.file.name)
    assert set(errors_of(save(petra, second_logo=image.pk))) == {"second_logo"}


def test_a_second_standard_of_a_language_is_refused_and_the_first_is_named(petra, template):
    template.is_standard = True
    template.save_revision().publish()
    [error] = errors_of(save(petra, name="Ny", is_standard="on"))["is_standard"]
    assert "Kommunens" in error
    assert save(petra, name="Ny", is_standard="on", language="en").status_code == 302
    response = petra.post(f"{BASE}edit/{template.pk}/", form(is_standard="on", **{"action-publish": "on"}))
    assert response.status_code == 302


def test_colours_can_be_written_and_picked(petra):
    content = petra.get(BASE + "add/").content.decode()
    assert content.count('<div class="lms-colour" data-lms-colour>') == 3
    assert re.search(r'<input type="text" name="accent" value="#1f5a4c"', content)
    assert "lms_certificates/colour.js" in content


def test_an_empty_list_says_what_holds_without_a_template(petra):
    content = petra.get(BASE).content.decode()
    assert "det inbyggda utseendet" in content
    assert "There are no" not in content


def test_before_it_is_deleted_one_is_told_what_uses_it(petra, template, course):
    content = petra.get(f"{BASE}delete/{template.pk}/").content.decode()
    assert "behåller sitt utseende" in content
    assert "standardmallen" not in content
    rule = IssueRule.objects.create(
        basis=Basis.COMPLETION, course=course_of(course), how=How.AUTOMATIC, template=template
    )
    assert "vald på 1 ställe" in petra.get(f"{BASE}delete/{template.pk}/").content.decode()
    assert petra.post(f"{BASE}delete/{template.pk}/").status_code == 302
    rule.refresh_from_db()
    assert rule.template is None


# Preview


def shown(browser, mode="usual", **changes):
    """The preview of a template that is saved nowhere."""
    answer = browser.post(BASE + "preview/", form(**changes)).json()
    assert answer == {"is_valid": True, "is_available": True}
    return browser.get(f"{BASE}preview/?mode={mode}&in_preview_panel=true")


def picture_of(response) -> Image.Image:
    [data] = re.findall(r'src="data:image/png;base64,([^"]+)"', response.content.decode())
    return Image.open(io.BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize("mode", [name for name, _label in MODES])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_each_mode_shows_the_certificate_as_a_picture_and_writes_nothing(petra, mode, language):
    ledger = LedgerEntry.objects.count()
    image = in_library(as_file(logo()))
    response = shown(petra, mode, language=language, logo=image.pk, signature=image.pk, body="{name}: {title}, {hours}")
    picture = picture_of(response)
    assert picture.size == (1263, 893)
    assert len(picture.convert("L").getcolors()) > 20  # something is drawn
    for model in (CertificateTemplate, CertificateDesign, DesignPicture, Certificate):
        assert not model.objects.exists()
    assert LedgerEntry.objects.count() == ledger


def test_the_preview_follows_what_is_written(petra):
    colours = []
    for accent in ("#1f5a4c", "#7a0000"):
        picture = picture_of(shown(petra, accent=accent)).convert("RGB")
        colours.append({colour for _number, colour in picture.getcolors(1 << 20)})
    assert (0x1F, 0x5A, 0x4C) in colours[0]
    assert (0x7A, 0, 0) in colours[1]
    assert (0x1F, 0x5A, 0x4C) not in colours[1]


def test_a_saved_template_is_previewed_as_it_is_being_changed(petra, template):
    path = f"{BASE}preview/{template.pk}/"
    before = petra.get(path).content
    assert petra.post(path, form(heading="Ett helt annat ord")).json()["is_valid"]
    assert petra.get(path).content != before
    template.refresh_from_db()
    assert template.heading == ""


def test_an_earlier_revision_is_shown_to_who_may(petra, sign_in, template):
    first = template.latest_revision
    petra.post(f"{BASE}edit/{template.pk}/", form(heading="Diplom", **{"action-publish": "on"}))
    revision = f"{BASE}history/{template.pk}/revisions/{first.pk}/"
    assert picture_of(petra.get(revision + "view/")).size == (1263, 893)
    for path in ("view/", "revert/"):
        assert sign_in("eva").get(revision + path).status_code == 302


def test_the_preview_needs_nothing_from_elsewhere_and_can_be_framed(petra):
    response = shown(petra)
    content = response.content.decode()
    assert "<script" not in content
    assert "style=" not in content
    assert "http://" not in content.split("base64,")[0]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"].upper() == "SAMEORIGIN"
    assert 'alt="Intyg för Maja Lindgren: Ett gott värdskap"' in content


def test_what_cannot_be_printed_is_a_sentence_in_the_preview(petra):
    TrainingSettings.objects.update_or_create(defaults={"organisation": "安 kommun"})
    response = shown(petra)
    content = response.content.decode()
    assert response.status_code == 200
    assert "安" in content
    assert "U+5B89" in content
    assert "<img" not in content


def test_an_invalid_form_is_not_previewed(petra):
    assert petra.post(BASE + "preview/", form(accent="#ffffff")).json()["is_valid"] is False


def test_an_unknown_mode_is_the_usual_one(petra):
    assert picture_of(shown(petra, "nonsense")).size == (1263, 893)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_long_sample_is_as_long_as_it_gets(db, language):
    template = CertificateTemplate(language=language)
    long = samples.sample("long", template)
    assert len(long.holder_name) == 76
    assert len(long.title) >= 165
    assert samples.sample("sami", template).holder_name == "Áŋŋá Ŧuolja-Žuvvá"


def test_who_signs_in_the_preview_is_who_will_sign(db):
    TrainingSettings.objects.create(signatory_name="Petra Projekt", signatory_role="projektledare")
    named = CertificateTemplate(signatory_name="Kajsa Kurs", signatory_role="kursledare")
    assert samples.sample("usual", CertificateTemplate()).signatory_name == "Petra Projekt"
    assert samples.sample("usual", named).signatory_role == "kursledare"


def test_the_samples_are_what_is_issued(db):
    """Every field that is drawn has a value of the right kind; a sample can be drawn without a design of its own."""
    for mode, _label in MODES:
        assert drawing.draw(samples.sample(mode, CertificateTemplate())).pdf.startswith(b"%PDF-")
