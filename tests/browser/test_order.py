"""What must be done first, at the tablet: locked and opened without network as with it."""

from playwright.sync_api import expect

from lms.models import CourseCompletion
from tests import builders
from tests.courses.test_ordering import name_first

from .offline import kept, known, let_in, status, take

READER = "/surfplatta/min-utbildning/"
LOCK = "[data-lms-place] .lms-row--locked"


def test_what_is_locked_opens_without_network_as_what_comes_first_is_done(shop, training, tablet):
    course = f"{READER}kurs/{training.translation_key}/"
    quiz = training.get_activity_pages()[2]
    training.in_order = True
    training.save_revision().publish()
    name_first(builders.make_lesson(training, "Läs mer", required=False), quiz)
    later = builders.make_full_course("Fördjupning")
    name_first(later, training)
    tablet.go("/surfplatta/")
    let_in(tablet)
    known(tablet)
    tablet.go(course)
    tablet.check("a course in order")
    tablet.context.set_offline(True)
    tablet.page.reload()
    expect(tablet.page.locator(LOCK)).to_have_count(3)
    expect(tablet.page.locator(LOCK).first).to_contain_text("Öppnas när du är klar med: Lektion 1")
    tablet.check("a course in order without network")
    tablet.go(builders.address(quiz, READER.rstrip("/")))
    expect(tablet.page.locator("[data-lms-place]")).to_contain_text("Öppnas när du är klar med: Lektion 2")
    tablet.check("a locked part without network")
    tablet.press("[data-lms-place] a.lms-button--big")
    expect(tablet.page.locator("h1")).to_have_text("Lektion 1")
    tablet.press("form[data-lms-fact=step] button")
    tablet.press("form[data-lms-fact=step] button")
    tablet.go(course)
    expect(tablet.page.locator(LOCK)).to_have_count(2)
    tablet.go(f"{READER}kurs/{later.translation_key}/")
    expect(tablet.page.locator(LOCK)).to_have_count(3)
    tablet.check("a course that waits for another without network")
    tablet.press("[data-lms-place] .lms-card a")
    expect(tablet.page.locator("h1")).to_have_text(training.title)
    take(tablet)
    tablet.go(course)
    expect(tablet.page.locator(LOCK)).to_have_count(0)
    tablet.go(f"{READER}kurs/{later.translation_key}/")
    expect(tablet.page.locator("h1")).to_have_text("Fördjupning")
    expect(tablet.page.locator(LOCK)).to_have_count(0)
    assert kept(tablet)["outbox"]
    tablet.context.set_offline(False)
    status(tablet, "Skickat")
    assert CourseCompletion.objects.filter(staff=shop.maja, voided_at=None).count() == 1
