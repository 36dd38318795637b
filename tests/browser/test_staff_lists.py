"""A leader reads a staff list in and prints the cards; a shop owner prints her own. In a real browser."""

import io
import re

import pypdf
import pytest
from django.core.management import call_command

from lms.models import StaffMember
from tests.staff_lists import as_csv, row

IMPORT = "/admin/training/staff/import/"
SHOP = "Servicepunkt Brattfors (exempel)"
A4 = (595, 842)


@pytest.fixture
def leader(server, visit):
    call_command("seed", demo=True, verbosity=0)
    leader = visit("desktop")
    leader.sign_in("projektledare")
    return leader


def choose(leader, *rows):
    leader.go(IMPORT)
    leader.page.set_input_files(
        "input[type=file]", {"name": "lista.csv", "mimeType": "text/csv", "buffer": as_csv(*rows)}
    )
    leader.press("button[type=submit].button-longrunning")


def printed(page):
    """What comes out of the printer, a text for each sheet."""
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert {(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in sheets} == {A4}
    return [sheet.extract_text() for sheet in sheets]


def test_a_list_from_the_file_to_the_cards(leader):
    leader.go(IMPORT)
    leader.check("choose a staff list")
    choose(leader)
    leader.check("an empty list")
    choose(leader, row(place="Ingenstans", start="x"), row(email="900101-1234"))
    leader.check("a broken list")
    assert "90••••-••••" in leader.text()
    choose(leader, row(given="Maja", family="Lindgren", place=SHOP, start="2026-02-01"))
    leader.check("a question")
    names = [f"Nykomling {number}" for number in range(11)] + ["Åsa-Märta " + "Långnamn-" * 7]
    choose(leader, *(row(given=name, place=SHOP) for name in names))
    leader.check("what would change")
    leader.press("form[action$='confirm/'] button")
    leader.page.wait_for_selector("text=Listan är inläst")
    leader.check("the list is read in")
    assert StaffMember.objects.filter(family_name="Nordin").count() == 13  # and Tuva of the demo
    choose(leader, row(given=names[0], place=SHOP))
    leader.check("nothing new")
    leader.go("/admin/training/workplaces/")
    leader.press(f"tr:has-text('{SHOP}') a:has-text('Inloggningskort')")
    leader.press("form:has(input[name=person]) button")
    leader.check("printed cards")
    sheets = printed(leader.page)
    assert len(sheets) == len(leader.page.query_selector_all(".card-sheet"))
    for name in names[:11]:
        [sheet] = [sheet for sheet in sheets if re.search(rf"{name} Nordin\s", sheet)]
        card = sheet.partition(f"{name} Nordin")[2]
        assert re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", card), "the code is on the same sheet as the name"
    assert [len(re.findall(r"[2-9A-Z]{5}-[2-9A-Z]{5}", sheet)) for sheet in sheets[:-1]] == [6] * (len(sheets) - 1)


@pytest.mark.parametrize("kind", ["tablet", "phone"])
def test_a_shop_owner_prints_cards_for_several_at_once(leader, visit, kind):
    owner = visit(kind)
    owner.sign_in("butik")
    owner.go("/min-utbildning/min-butik/")
    owner.press("text=Inloggningskort för flera på en gång")
    owner.check("choose who gets a card")
    owner.press("button:has-text('Skapa korten')")
    owner.check("the cards")
    assert len(printed(owner.page)) == 1
