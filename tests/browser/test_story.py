"""Maja's day, from the tile to the certificate, and what others see of it. In a real browser, on the real demo."""

import csv
import io
import re
import subprocess

import openpyxl
import pytest
from django.core.management import call_command

from content_seed.demo import DEMO_PIN
from courses.models import ActivityVersion
from lms.models import CourseCompletion, StaffMember, Workplace

MATRIX = "/admin/reports/training-matrix/"


@pytest.fixture
def demo(server):
    call_command("seed", "ett-gott-vardskap", demo=True, verbosity=0)


def pair(tablet):
    """The shop owner connects the tablet, once."""
    tablet.go("/surfplatta/")
    tablet.check("an unconnected tablet")
    tablet.press("a[href$='/koppla/']")
    tablet.check("sign in")
    tablet.fill("#id_username", "butik")
    tablet.fill("#id_password", "servicepunkt")
    tablet.press("button.lms-button--big")
    tablet.check("connect the tablet")
    tablet.press("button.lms-button--big")
    tablet.check("tiles")


def test_a_tablet_is_connected_with_digits_from_the_owners_phone(demo, visit):
    owner, tablet = visit("phone"), visit("tablet")
    owner.sign_in("butik")
    owner.go("/min-utbildning/min-butik/")
    owner.press("text=Koppla en surfplatta")
    owner.check("which tablet")
    owner.press("button.lms-button--big")
    owner.check("six digits")
    digits = owner.page.locator(".lms-code").inner_text()
    tablet.go("/surfplatta/")
    tablet.press("a.lms-button--big")
    tablet.fill("#id_code", "000 000" if digits != "000 000" else "111 111")
    tablet.press("button.lms-button--big")
    tablet.check("wrong digits")
    tablet.fill("#id_code", digits)
    tablet.press("button.lms-button--big")
    tablet.check("tiles")
    assert "Maja L" in tablet.text()


def let_in(tablet, name="Maja L", pin=DEMO_PIN):
    tablet.press(f"text={name}")
    tablet.check("PIN")
    tablet.fill("#id_pin", pin)
    tablet.press("button.lms-button--big")


def answers() -> dict:
    """The key, which only the test knows: question text to (kind, what to choose)."""
    version = ActivityVersion.objects.get(activity__kind="quiz", current=True, language="sv")
    return {
        " ".join(question["text"].split()): (question["kind"], version.key[question["key"]])
        for question in version.content["questions"]
    }


def read_the_course(tablet) -> int:
    """Step by step to the test; answers every practice question on the way. Returns how many lessons there were."""
    lessons = practised = 0
    for _turn in range(60):
        if tablet.page.locator("form[action$='/forsok/']").count():
            break
        if "/kurs/" in tablet.page.url:
            lessons += 1
            tablet.check("the course")
            tablet.press("a.lms-button--big")
            continue
        if practised < 2 and tablet.page.locator("[data-lms-practice]").count():
            practised += 1
            tablet.tap("[data-lms-practice] label")
            tablet.tap("[data-lms-practice] button")
            tablet.page.locator("[data-lms-practice-result] p").first.wait_for()
        tablet.check("a step of a lesson")
        tablet.press(".lms-actions--steps button.lms-button")
    assert practised == 2
    return lessons


def put_in_order(tablet, names) -> None:
    """With the buttons, as a finger does it: each line up to its place, from the first to the last."""
    for place, name in enumerate(names):
        row = tablet.page.locator(f"[data-lms-order] li:has(option[value^='{name}:'])")
        while row.evaluate("node => [...node.parentElement.children].indexOf(node)") > place:
            row.locator("button[data-by='-1']").tap()


def take_the_test(tablet) -> None:
    key = answers()
    tablet.check("before the test")
    tablet.press("form[action$='/forsok/'] button")
    for number in range(1, len(key) + 1):
        question = " ".join(tablet.page.locator("h1").inner_text().split())
        kind, secret = key[question]
        if kind in ("text", "number"):
            tablet.fill("#svar", secret["accepted"][0])
        elif kind == "match":
            for left, right in secret["pairs"].items():
                tablet.page.locator(f"select:has(option[value^='{left}:'])").select_option(f"{left}:{right}")
        elif kind == "order":
            put_in_order(tablet, secret["right"])
        else:
            for choice in secret["right"]:
                tablet.tap(f"label:has(input[value='{choice}'])")
        tablet.check(f"question {number}")
        tablet.press(".lms-actions--steps button.lms-button")
    tablet.check("look through the answers")
    tablet.press("form[action$='/lamna-in/'] button")


def code_in(pdf_path, folder) -> str:
    """What a phone reads on the printed certificate."""
    subprocess.run(["pdftoppm", "-r", "72", "-gray", "-png", pdf_path, folder / "c"], check=True)
    [picture] = folder.glob("c*.png")
    return scanned(picture)


def scanned(picture) -> str:
    read = subprocess.run(["zbarimg", "-q", "--raw", "--nodbus", picture], capture_output=True, text=True, check=True)
    return read.stdout.strip()


def test_majas_day_and_what_the_project_leader_sees_of_it(demo, visit, tmp_path):
    leader, tablet, stranger = visit("desktop"), visit("tablet"), visit("phone")

    # The leader looks in the morning: Maja is missing.
    leader.sign_in("projektledare")
    assert leader.page.url.endswith(MATRIX)
    before = sentence(leader)
    assert "Maja Lindgren" in leader.page.locator(".lms-answer").inner_text()
    leader.check("the matrix by workplace")

    # Maja, who has no e-mail, at the counter.
    pair(tablet)
    let_in(tablet)
    tablet.check("start")
    assert "Hej Maja" in tablet.text()
    tablet.press("a.lms-button--big")
    assert read_the_course(tablet) == 5
    take_the_test(tablet)
    tablet.check("the result")
    assert "100 %" in tablet.text()
    tablet.press("a.lms-button--big")
    tablet.check("the course is completed")
    tablet.press("a.lms-button--big")
    tablet.check("the certificate")

    # Onto her own phone, by the code on the screen: nothing of hers is saved on the tablet.
    screen = tmp_path / "skarm.png"
    tablet.page.locator(".lms-qr").screenshot(path=screen)
    phone = visit("phone")
    with phone.page.expect_download() as download:
        phone.page.evaluate("address => { location.href = address; }", scanned(screen))
    pdf = tmp_path / "intyg.pdf"
    download.value.save_as(pdf)
    assert pdf.read_bytes().startswith(b"%PDF")

    # Whoever is handed it: no account, a phone.
    address = code_in(pdf, tmp_path)
    stranger.go(address)
    stranger.check("verification")
    assert "äkta och giltigt" in stranger.text()
    assert "Maja Lindgren" in stranger.text()
    stranger.go("/intyg/")
    stranger.check("look a certificate up")
    stranger.go(address[:-3] + "22/")
    stranger.check("an unknown certificate")

    # "Byt person": nothing of Maja is left, not even behind the back button.
    own_page = tablet.page.url
    tablet.press("form[action$='/byt/'] button")
    assert "Vem är du?" in tablet.text()
    tablet.page.go_back()
    assert "Maja Lindgren" not in tablet.text()
    tablet.go(own_page)
    assert "Vem är du?" in tablet.text()

    # The leader looks again.
    leader.page.reload()
    after = sentence(leader)
    assert (after[0], after[1]) == (before[0] + 1, before[1])
    assert "Maja Lindgren" not in leader.page.locator(".lms-answer").inner_text()
    leader.press("tbody th a:has-text('Brattfors')")
    leader.check("the matrix of one workplace")
    row = leader.page.locator("tr:has-text('Maja Lindgren')")
    assert "Slutförd" in row.inner_text()
    row.locator("summary").click()
    leader.press("tr:has-text('Maja Lindgren') a:has-text('Se underlaget')")
    assert "Intyg" in leader.text()
    leader.go(MATRIX + "?view=people")
    leader.check("the matrix person by person")
    leader.page.locator("summary:has-text('Rapporter och mer')").click()
    leader.press("a:has-text('Lämna ut rapport')")
    leader.check("a report is handed out")
    assert exported_csv(leader) == after
    assert exported_xlsx(leader, tmp_path) == after
    assert CourseCompletion.objects.filter(staff__given_name="Maja").count() == 1


def sentence(leader) -> tuple[int, int]:
    """ "11 av 21 anställda …" as figures."""
    done, counted = re.match(
        r"(\d+) av (\d+) i personalen har slutfört", leader.page.locator("#lms-answer").inner_text()
    ).groups()
    return int(done), int(counted)


def exported_csv(leader) -> tuple[int, int]:
    with leader.page.expect_download() as download:
        leader.page.locator("a[href*='export=csv']").first.click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    [total] = [row for row in csv.reader(io.StringIO(text), delimiter=";") if row and str(row[0]).startswith("Totalt")]
    return int(total[-3]), int(total[-2])


def exported_xlsx(leader, folder) -> tuple[int, int]:
    with leader.page.expect_download() as download:
        leader.page.locator("a[href*='export=xlsx']").first.click()
    path = folder / "matris.xlsx"
    download.value.save_as(path)
    [total] = [row for row in openpyxl.load_workbook(path).active.values if row and str(row[0]).startswith("Totalt")]
    return total[-3], total[-2]


def test_the_first_time_with_a_card_from_the_shop_owner(demo, visit):
    owner, tablet = visit("phone"), visit("tablet")
    owner.sign_in("butik", path="/logga-in/?next=/min-utbildning/min-butik/")
    owner.check("my shop")
    owner.tap("section:has-text('Tuva Nordin') summary")
    owner.check("a new card is asked about")
    owner.press("section:has-text('Tuva Nordin') form[action$='/kort/'] button")
    owner.check("a new card")
    code = owner.page.locator(".lms-code").inner_text()
    pair(tablet)
    tablet.press("text=Tuva N")
    tablet.check("the first time")
    tablet.fill("#id_code", code.lower())
    tablet.fill("#id_pin", "1234")
    tablet.press("button.lms-button--big")
    assert "för lätt" in tablet.text()
    tablet.check("a PIN that is too easy")
    tablet.fill("#id_pin", "5927")
    tablet.press("button.lms-button--big")
    assert "Hej Tuva" in tablet.text()


def test_wrong_pins_are_told_in_words(demo, visit):
    tablet = visit("tablet")
    pair(tablet)
    tablet.press("text=Maja L")
    for _time in range(3):
        tablet.fill("#id_pin", "9182")
        tablet.press("button.lms-button--big")
    assert "Vänta" in tablet.text()
    tablet.check("wait")


def test_the_tablet_locks_itself_when_nobody_is_there(demo, visit):
    tablet = visit("tablet")
    pair(tablet)
    tablet.page.clock.install()
    let_in(tablet)
    tablet.page.clock.fast_forward("01:41")
    dialog = tablet.page.locator("[data-lms-idle-dialog]")
    dialog.wait_for()
    tablet.tap("[data-lms-idle-stay]")
    dialog.wait_for(state="hidden")
    tablet.page.clock.fast_forward("01:41")
    dialog.wait_for()
    with tablet.page.expect_navigation():
        tablet.page.clock.fast_forward("00:21")
    assert "Vem är du?" in tablet.text()


def test_everything_works_without_javascript(demo, visit):
    """Reading, a practice question's answer, and an answer in the test."""
    tablet = visit("tablet", java_script_enabled=False)
    tablet.sign_in("maja")
    tablet.press("a.lms-button--big")
    for _step in range(12):
        if tablet.page.locator("[data-lms-practice]").count():
            break
        tablet.press(".lms-actions--steps button.lms-button")
    summary = tablet.page.locator("[data-lms-practice] summary").first
    summary.tap()
    assert tablet.page.locator("[data-lms-practice] .lms-verdict").first.is_visible()
    quiz = ActivityVersion.objects.get(activity__kind="quiz", current=True, language="sv").activity
    tablet.go(f"/min-utbildning/moment/{quiz.uuid}/")
    tablet.press("form[action$='/forsok/'] button")
    tablet.press(".lms-actions--steps button.lms-button")
    assert tablet.page.locator("[role=alert]").is_visible()
    if tablet.page.locator("#svar").count():
        tablet.fill("#svar", "svar")
    else:
        tablet.tap(".lms-option")
    tablet.press(".lms-actions--steps button.lms-button")
    assert "Fråga 2 av 12" in tablet.text()


def test_an_answer_is_saved_as_it_is_given(demo, visit):
    tablet = visit("tablet")
    tablet.sign_in("maja")
    quiz = ActivityVersion.objects.get(activity__kind="quiz", current=True, language="sv").activity
    tablet.go(f"/min-utbildning/moment/{quiz.uuid}/")
    tablet.press("form[action$='/forsok/'] button")
    while tablet.page.locator("#svar").count():
        tablet.press("text=Hoppa över")
    with tablet.page.expect_response(lambda response: response.status == 204):
        tablet.tap(".lms-option")
    tablet.page.reload()
    assert tablet.page.locator(".lms-option input:checked").count() == 1


def test_fingers_find_every_target(demo, visit):
    """48 px for what one taps; links in running text are let be."""
    tablet = visit("tablet")
    pair(tablet)
    let_in(tablet)
    small = []
    for path in ("", *[a.get_attribute("href") for a in tablet.page.locator("a.lms-row, a.lms-button--big").all()]):
        if path:
            tablet.go(path)
        for target in tablet.page.locator(
            "button, .lms-button, .lms-row, .lms-option, .lms-bar a, input, select"
        ).all():
            box = target.bounding_box()
            inside_option = target.evaluate("node => Boolean(node.closest('.lms-option')) && node.matches('input')")
            if box and box["height"] and not inside_option and (box["height"] < 47.5 or box["width"] < 47.5):
                small.append((tablet.page.url, target.evaluate("node => node.outerHTML.slice(0, 120)"), box))
    assert small == []


@pytest.mark.parametrize("kind", ["phone", "desktop"])
def test_own_devices_and_the_book(demo, visit, kind):
    person = visit(kind)
    person.go("/")
    person.check("the front door")
    person.go("/logga-in/kort/")
    person.check("use a card")
    person.go("/finns-inte/")
    person.quiet("not found")
    person.sign_in("maja")
    person.check("start")
    person.go("/kurser/")
    person.check("the catalogue")
    person.press("h2 a")
    person.check("a course in the book")
    person.press("a.lms-row")
    person.check("a lesson in the book")
    person.go("/min-utbildning/intyg/")
    person.check("no certificates yet")


def test_the_leaders_daily_pages(demo, visit):
    leader = visit("desktop")
    leader.sign_in("projektledare")
    person = StaffMember.objects.get(given_name="Maja").pk
    place = Workplace.objects.get(name__contains="Brattfors").pk
    for path in (
        "/admin/", "/admin/training/staff/", f"/admin/training/staff/{person}/", "/admin/training/staff/add/",
        f"/admin/training/staff/{person}/excuse/", "/admin/training/requirements/", "/admin/training/requirements/add/",
        "/admin/training/workplaces/", f"/admin/training/workplaces/{place}/cards/", "/admin/training/attendance/",
        "/admin/training/earlier-training/",
    ):  # fmt: skip
        leader.go(path)
        assert leader.page.url.endswith(path)
        leader.check(path)
    leader.go(f"/admin/training/workplaces/{place}/cards/")
    leader.press("form:has(input[name=person]) button")
    leader.check("printed cards")
