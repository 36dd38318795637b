"""What is measured. Each case does what a browser's request does, through the same middleware and views."""

import itertools
import tempfile
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from content_seed.seeding import catalogue, seed
from courses.models import CoursePage, LessonPage, QuizPage
from lms.handed_out.building import report_of, write
from lms.handed_out.selection import Selection
from lms.models import EventKind, Workplace
from lms.reports.figures import gather
from tests import builders, people

from . import crowd, intake, staff_lists
from .measure import Case
from .models import PlainPage

DESK = "/min-utbildning"
MATRIX = "/admin/reports/training-matrix/"


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def get(client: Client, path: str) -> Callable[[Any], None]:
    def act(_prepared):
        response = client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        if response.streaming:
            b"".join(response.streaming_content)

    return act


def workbook_for(leader: Any) -> None:
    """Without the request: a large one is made in the background."""
    with tempfile.TemporaryFile() as out:
        write(report_of(Selection(leader, ""), names=True), out, kind="xlsx", names=True)


def post(prepared: tuple[Client, str, dict]) -> None:
    client, path, form = prepared
    response = client.post(path, form)
    assert response.status_code in (204, 302), (path, response.status_code)


class Site:
    """The starter course, a cast and two municipalities; and the cases that need them."""

    def __init__(self) -> None:
        builders.build_site()
        list(seed(["ett-gott-vardskap"]))
        self.cast = people.gather()
        self.course = CoursePage.objects.get(locale__language_code="sv")
        activities = list(self.course.get_activity_pages().specific())
        self.lessons = [page for page in activities if isinstance(page, LessonPage)]
        self.quiz = next(page for page in activities if isinstance(page, QuizPage))
        courses = crowd.courses(self.course, 10, self.cast.ada)
        self.municipalities = {
            size: crowd.municipality(f"K{size}", size, courses, self.cast.ada) for size in (100, 1000)
        }
        self.numbers = itertools.count(1)

    def newcomer(self) -> tuple[Any, Client]:
        """Somebody hired just now, signed in."""
        number = next(self.numbers)
        person = people.hire(self.cast, "Ny", f"Person {number}", "brattfors")
        person.user = get_user_model().objects.create_user(username=f"ny{number}")
        person.save()
        return person, client_of(person.user)

    def plain_page(self) -> PlainPage:
        """As deep in the tree as the lesson: every level costs Wagtail two queries."""
        page = catalogue().get_parent()
        for slug in ("kurserna", "kursen", "lektionen"):
            page = builders.publish(PlainPage(title=slug, slug=slug, body=self.lessons[0].body), page)
        return page

    def a_step(self) -> tuple[Client, str, dict]:
        """The second step of the first lesson, by someone who has read the first."""
        person, client = self.newcomer()
        lesson = self.lessons[0]
        first, second = builders.version_of(lesson).steps[:2]
        builders.tell(person, lesson, EventKind.STEP, {"step": first["id"]})
        return client, builders.address(lesson) + "steg/", builders.fields(person, step=second["id"])

    def the_last_step(self) -> tuple[Client, str, dict]:
        """The last step of the course, by someone who has done everything else."""
        person, client = self.newcomer()
        builders.take_quiz(person, self.quiz)
        for lesson in self.lessons[:-1]:
            builders.read(person, lesson)
        lesson = self.lessons[-1]
        *others, last = builders.version_of(lesson).steps
        for step in others:
            builders.tell(person, lesson, EventKind.STEP, {"step": step["id"]})
        return client, builders.address(lesson) + "steg/", builders.fields(person, step=last["id"])

    def an_answered_test(self) -> tuple[Client, str, dict]:
        person, client = self.newcomer()
        version, attempt = builders.version_of(self.quiz), uuid.uuid4()
        builders.tell(person, self.quiz, EventKind.ATTEMPT, {"attempt": attempt})
        for question in version.content["questions"]:
            answer = builders.answer_for(question, version.key[question["key"]], right=True)
            payload = {"attempt": attempt, "question": question["key"], "answer": answer}
            builders.tell(person, self.quiz, EventKind.ANSWER, payload)
        return client, f"{DESK}/forsok/{attempt}/lamna-in/", builders.fields(person)

    def staff_list_cases(self) -> list[Case]:
        """The administrator reads a list in, beside the people who are there already."""
        shops = [self.cast.brattfors, self.cast.grasmyr]
        return staff_lists.cases(self.cast.users["ada"], self.cast.roles["biträde"], shops)

    def cases(self) -> list[Case]:
        person, reader = self.newcomer()
        builders.tell(person, self.lessons[0], EventKind.STEP, {"step": self.lessons[0].get_steps()[0].id})
        plain, lesson = self.plain_page(), self.lessons[0]
        today = timezone.localdate()

        def plain_step() -> tuple[Client, str, dict]:
            return reader, "/plain-step/", {"step": str(uuid.uuid4())}

        found = [
            Case("plain Wagtail page, signed in", get(reader, plain.url)),
            Case("lesson in the book", get(reader, lesson.url)),
            Case("lesson in the reader", get(reader, builders.address(lesson))),
            Case("course in the reader", get(reader, f"{DESK}/kurs/{self.course.translation_key}/")),
            Case("start page", get(reader, f"{DESK}/")),
            Case("plain upsert of a step", post, plain_step),
            Case("saving a step", post, self.a_step),
            Case("completing the course", post, self.the_last_step),
            Case("handing in a test of 12", post, self.an_answered_test),
            *intake.cases(self.cast, self.lessons, self.quiz),
        ]
        for size, (leader, place) in self.municipalities.items():
            office = client_of(leader)
            everyone = Workplace.objects.filter(path__startswith=place.path)
            found += [
                Case(f"matrix, page of 100 x 10, {size} staff", get(office, f"{MATRIX}?view=people")),
                Case(f"matrix by workplace, {size} staff", get(office, MATRIX)),
                Case(f"totals alone, {size} staff", lambda _none, everyone=everyone: gather(today, everyone).totals),
                Case(f"XLSX, {size} x 10", lambda _none, leader=leader: workbook_for(leader)),
            ]
        return found
