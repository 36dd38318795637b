"""What comes out of the printer: a memo is one page, and a test on paper goes out by one leader and in by the code."""

import io

from django.core.management import call_command
from pypdf import PdfReader

from courses.models import CoursePage, LessonPage
from lms.models import PaperTest, QuizAttempt, StaffMember
from lms.paper.memo import LONGEST, MOST_POINTS, key_points
from lms.paper.sheets import asked_in
from tests import builders

#: So many of the longest in each language: what fits them fits the rest.
LONG = 3
TOO_TALL = (
    "(() => { const memo = document.querySelector('.lms-memo'); return memo.scrollHeight - memo.clientHeight })()"
)


def pages_of(visit):
    reader = PdfReader(io.BytesIO(visit.page.pdf(prefer_css_page_size=True)))
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} <= {(595, 842)}
    return [page.extract_text() for page in reader.pages]


def longest(language):
    lessons = LessonPage.objects.live().filter(locale__language_code=language).exclude(body=[])
    return sorted(lessons, key=lambda page: -len(" ".join([page.title, *key_points(page.get_steps())])))[:LONG]


def test_a_memo_is_one_page_with_all_its_points(server, visit):
    call_command("seed", demo=True, verbosity=0)
    long = {language: longest(language) for language in ("sv", "en")}
    full = ("checklist", {"title": "", "items": ["Håll dörren öppen " * (LONGEST // 10)] * (MOST_POINTS + 1)})
    course = CoursePage.objects.filter(locale__language_code="sv").first()
    worst = builders.publish(
        builders.LessonPage(title="Ett mycket långt namn på en lektion " * 3, slug="full", body=[full]), course
    )
    maja = visit("tablet")
    maja.sign_in("maja")
    maja.page.emulate_media(media="print")
    for language, lessons in (("sv", [*long["sv"], worst]), ("en", long["en"])):
        StaffMember.objects.filter(user__username="maja").update(language=language)
        assert len(lessons) >= LONG
        for lesson in lessons:
            maja.go(f"/min-utbildning/moment/{lesson.translation_key}/minneslapp/")
            printed = pages_of(maja)
            assert len(printed) == 1, lesson
            text = " ".join(printed[0].split())
            assert lesson.title.split()[-1] in text
            if lesson is not worst:
                for point in key_points(lesson.get_steps()):
                    assert point.split()[-1] in text, point
            # Nothing is cut off: what is drawn is no taller than the page.
            assert maja.page.evaluate(TOO_TALL) <= 0, lesson
    maja.page.emulate_media(media="screen")
    maja.check("memo")


def test_a_test_on_paper_out_and_in(server, visit):
    call_command("seed", "ett-gott-vardskap", demo=True, verbosity=0)
    leader = visit("desktop")
    leader.sign_in("projektledare")
    maja = StaffMember.objects.get(given_name="Maja")
    leader.go(f"/admin/training/staff/{maja.pk}/")
    leader.press("text=Skriv ut test på papper")
    leader.page.select_option("#id_test", label="Kunskapstest: Ett gott värdskap")
    leader.fill("#id_blank", "1")
    leader.check("print tests")
    leader.press("text=Skapa exemplaren")
    leader.check("copies")
    printed = pages_of(leader)
    named, blank = PaperTest.objects.order_by("pk")
    for paper in (named, blank):
        own = [text for text in printed if paper.readable_code in text]
        assert own, paper
        # Every page says whose it is, and no question begins on one page and ends on another.
        for one in asked_in(paper):
            last = (one.question["choices"] or [{"text": one.question["text"]}])[-1]["text"] or one.question["text"]
            words = [" ".join(text.split()) for text in own]
            home = [place for place, text in enumerate(words) if " ".join(one.question["text"].split()) in text]
            assert len(home) == 1, one.question["text"]
            assert " ".join(last.split()) in words[home[0]], one.question["text"]
    assert sum(named.readable_code in text or blank.readable_code in text for text in printed) == len(printed)
    leader.go("/admin/training/paper/")
    leader.check("tests on paper")
    leader.fill("#kod", named.readable_code.lower().replace("-", " "))
    leader.press("text=Öppna exemplaret")
    leader.check("enter")
    for one in asked_in(named)[1:]:
        field = f"[name={one.name}]"
        if one.question["choices"]:
            leader.page.locator(field).first.check()
        else:
            leader.fill(field, "112")
    leader.press("footer button[type=submit]")
    assert "Fråga 1 har inget helt svar" in leader.text()
    leader.check("asked")
    leader.press("footer button[type=submit]")
    attempt = QuizAttempt.objects.get(uuid=named.uuid)
    assert f"{attempt.percent} %" in leader.text()
    assert "Registrerat av Petra" in leader.text()
    leader.check("entered")
