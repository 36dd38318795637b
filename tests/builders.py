"""The smallest site, courses and events that a test needs, made by the functions that the product uses."""

import io
import itertools
import uuid
from typing import Any

from django.core.files.images import ImageFile
from django.utils import timezone
from PIL import Image as Picture
from wagtail.images import get_image_model
from wagtail.models import Collection, Locale, Page, Site

from content_seed.learning import answer_to as answer_for
from courses.models import (
    Activity,
    ActivityVersion,
    Course,
    CourseIndexPage,
    CoursePage,
    LessonPage,
    Question,
    QuizPage,
    WorkshopPage,
)
from lms.models import EventKind, EventSource
from lms.progress import Fact, Receipt, record_all
from lms.progress.attempts import questions_of

_numbers = itertools.count(1)


def build_site() -> CourseIndexPage:
    """Languages, root pages and the catalogue, as migrations and a first seeding would leave them."""
    swedish, _created = Locale.objects.get_or_create(language_code="sv")
    Locale.objects.get_or_create(language_code="en")
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    if not Page.objects.filter(depth=1).exists():
        Page.add_root(instance=Page(title="Root", slug="root", locale=swedish))
    site = Site.objects.first()
    if site is None:
        home = Page(title="Hem", slug="hem", locale=swedish)
        Page.objects.get(depth=1).add_child(instance=home)
        Site.objects.create(hostname="localhost", root_page=home, is_default_site=True, site_name="Lärpunkt")
        Site.clear_site_root_paths_cache()
    index = CourseIndexPage.objects.first()
    if index is None:
        home = Page.objects.get(slug="hem")
        index = CourseIndexPage(title="Kurser", slug="kurser", locale=swedish, live=False)
        home.add_child(instance=index)
        index.save_revision().publish()
    return index


def publish(page: Page, parent: Page) -> Page:
    page.live = False
    page.locale = parent.locale
    parent.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def make_course(
    title: str = "Ett gott värdskap", *, access: str = "staff", valid_months: int | None = 36, **validity: Any
) -> CoursePage:
    number = next(_numbers)
    return publish(
        CoursePage(
            title=title,
            slug=f"kurs-{number}",
            summary="Vad du lär dig.",
            objectives=[("objective", "förklara vad värdskap är"), ("objective", "ta emot besökare")],
            access=access,
            valid_months=valid_months,
            **{"validity": "completion" if valid_months else "for_good", **validity},
        ),
        build_site(),
    )


def make_lesson(course: CoursePage, title: str = "Vad är värdskap?", *, steps: int = 2, **fields: Any) -> LessonPage:
    body = []
    for number in range(1, steps + 1):
        body.append(("heading", f"{title} steg {number}"))
        body.append(("text", f"<p>Text till steg {number} i {title}.</p>"))
    return publish(LessonPage(title=title, slug=f"lektion-{next(_numbers)}", body=body, **fields), course)


def make_workshop(course: CoursePage, title: str = "Coachingkväll", **fields: Any) -> WorkshopPage:
    return publish(WorkshopPage(title=title, slug=f"traff-{next(_numbers)}", **fields), course)


def choices(*texts: str, right: tuple[int, ...] = (0,)) -> list[dict]:
    return [
        {"id": f"c{number}", "text": text, "right": number in right, "feedback": ""}
        for number, text in enumerate(texts)
    ]


def make_quiz(course: CoursePage, title: str = "Kunskapstest", *, questions: int = 2, **fields: Any) -> QuizPage:
    page = QuizPage(title=title, slug=f"test-{next(_numbers)}", **fields)
    page.questions = [
        Question(
            key=uuid.uuid4(),
            kind="single",
            text=f"Fråga {number}?",
            choices=choices(f"Rätt {number}", f"Fel {number}"),
            explanation=f"Förklaring {number}.",
            sort_order=number,
        )
        for number in range(1, questions + 1)
    ]
    return publish(page, course)


def make_full_course(title: str = "Ett gott värdskap", *, lessons: int = 2, **fields: Any) -> CoursePage:
    """Two lessons of two steps and a test of two questions."""
    course = make_course(title, **fields)
    for number in range(1, lessons + 1):
        make_lesson(course, f"Lektion {number}")
    make_quiz(course)
    return course


def course_of(page: CoursePage) -> Course:
    return Course.objects.get(uuid=page.translation_key)


def activity_of(page: Page) -> Activity:
    return Activity.objects.select_related("course").get(uuid=page.translation_key)


def version_of(page: Page) -> ActivityVersion:
    return ActivityVersion.objects.get(
        activity__uuid=page.translation_key, current=True, language=page.locale.language_code
    )


def fact(learner, page: Page, kind: str, payload: dict | None = None, **changes: Any) -> Fact:
    """What happened, with sensible values for all that the test does not care about."""
    moment = changes.pop("at", None) or timezone.now()
    values = {
        "event_id": uuid.uuid4(),
        "learner": learner,
        "activity": changes.get("activity") or activity_of(page),
        "version": changes["version"] if "version" in changes else version_of(page),
        "kind": kind,
        "occurred_at": moment,
        "received_at": moment,
        "source": EventSource.READER,
        "payload": payload,
        **changes,
    }
    return Fact(**values)


def tell(learner, page: Page, kind: str, payload: dict | None = None, **changes: Any) -> Receipt:
    """One event through the one door."""
    return record_all([fact(learner, page, kind, payload, **changes)])[0]


def read(learner, page: LessonPage, **changes: Any) -> Receipt | None:
    """Read every step; returns the last receipt."""
    version = version_of(page)
    known = {"activity": activity_of(page), "version": version, **changes}
    told = [fact(learner, page, EventKind.STEP, {"step": step["id"]}, **known) for step in version.steps]
    return record_all(told)[-1] if told else None


def take_quiz(learner, page: QuizPage, *, right: bool = True, **changes: Any) -> Receipt:
    """Begin, answer everything rightly or wrongly, and hand in; returns the last receipt."""
    version, attempt = version_of(page), uuid.uuid4()
    known = {"activity": activity_of(page), "version": version, **changes}
    begun = tell(learner, page, EventKind.ATTEMPT, {"attempt": attempt}, **known).attempt
    told = []
    for question in questions_of(begun) if begun else ():
        answer = answer_for(question, version.key[question["key"]], right=right)
        payload = {"attempt": attempt, "question": question["key"], "answer": answer}
        told.append(fact(learner, page, EventKind.ANSWER, payload, **known))
    return record_all([*told, fact(learner, page, EventKind.SUBMIT, {"attempt": attempt}, **known)])[-1]


def complete(learner, course: CoursePage, **changes: Any):
    """Everything in the course; returns the course completion."""
    receipt = None
    for page in course.get_activity_pages().specific():
        receipt = take_quiz(learner, page, **changes) if isinstance(page, QuizPage) else read(learner, page, **changes)
    return receipt.course_completion


def fields(learner: Any, **more: Any) -> dict:
    """What every form of the desk carries: an id of its own and for whom it was drawn."""
    return {"event_id": str(uuid.uuid4()), "learner": str(getattr(learner, "uuid", learner)), **more}


def address(page: Page, where: str = "/min-utbildning") -> str:
    return f"{where}/moment/{page.translation_key}/"


def make_image(name: str = "bild.png") -> Any:
    data = io.BytesIO()
    Picture.new("RGB", (1600, 900), "green").save(data, "PNG")
    data.seek(0)
    return get_image_model().objects.create(title=name, file=ImageFile(data, name=name))
