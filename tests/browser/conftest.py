import os
import uuid
from pathlib import Path

import axe_playwright_python
import pytest
from django.core.management import call_command
from playwright.sync_api import sync_playwright

from courses.models import LessonPage, Question, QuizPage
from lms.tablet.actions import pair_tablet
from lms.tablet.pins import set_pin
from lms.tablet.session import TABLET_COOKIE
from tests import builders, people

from .kinds import ALL_ROWS
from .offline import settle
from .visit import Visit

pytestmark = pytest.mark.browser


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in Path(item.path).parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def axe():
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


@pytest.fixture(scope="session")
def chromium():
    # Playwright's loop runs in this thread, and the tests ask the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    wanted = os.environ.get("LMS_CHROMIUM", "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=None if wanted == "playwright" else wanted,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """After the database: started before it, the server would take SQLite for one in memory and share a connection."""
    return live_server


@pytest.fixture
def server(live_server, settings, tmp_path, transactional_db):
    """The standalone site as it is tried out: with DEBUG, pictures on disk, and its own address on certificates."""
    from django.contrib.contenttypes.models import ContentType

    settings.DEBUG = True
    settings.ROOT_URLCONF = "tests.browser.urls"
    settings.LMS_PUBLIC_BASE_URL = live_server.url
    settings.MEDIA_ROOT = tmp_path / "media"
    file_system = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": file_system},
        "lms_private": {"BACKEND": file_system, "OPTIONS": {"location": tmp_path / "private"}},
    }
    ContentType.objects.clear_cache()
    from django.apps import apps
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes

    # The flush after each test of this kind takes these along.
    for app in apps.get_app_configs():
        create_contenttypes(app, verbosity=0)
        create_permissions(app, verbosity=0)
    builders.build_site()
    return live_server


@pytest.fixture
def visit(chromium, server, axe):
    """`visit("tablet")` is a new browser: the shop's tablet, or a leader's desktop. All are closed at the end."""
    opened = []

    def open_browser(kind: str, **options) -> Visit:
        new = Visit(chromium, server.url, axe, kind, options)
        opened.append(new)
        return new

    yield open_browser
    for one in opened:
        one.close()


@pytest.fixture
def shop(server):
    """The cast, in a database that the browser's server sees. Sven works in Brattfors too, and has a PIN."""
    cast = people.gather()
    cast.staff["sven"] = people.hire(cast, "Sven", "Ås", "brattfors")
    set_pin(staff=cast.staff["sven"], pin="5830")
    return cast


@pytest.fixture
def training(shop):
    """Two lessons of two steps and a test. The second lesson has something to practise, in a form of its own."""
    course = builders.make_full_course()
    lesson = course.get_activity_pages()[1].specific
    choices = builders.choices("Hej", "Nej")
    lesson.body.append(("practice", {"kind": "single", "text": "Hur?", "choices": choices, "explanation": "Därför."}))
    lesson.save_revision().publish()
    return course


@pytest.fixture
def tablet(shop, training, visit):
    """A tablet of the shop in Brattfors that has been on the network long enough to have everything with it."""
    visited = visit("tablet")
    paired, token = pair_tablet(workplace=shop.brattfors, name="Disken", actor=shop.users["birgitta"])
    cookie = {"name": TABLET_COOKIE, "value": f"{paired.uuid.hex}.{token}", "url": visited.url + "/surfplatta/"}
    visited.context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Lax"}])
    visited.go("/surfplatta/")
    settle(visited)
    return visited


@pytest.fixture
def world(server, settings):
    """The demo, with the pages that a real site shows when something is wrong."""
    call_command("seed", "ett-gott-vardskap", demo=True, verbosity=0)
    settings.DEBUG = False
    return server


@pytest.fixture
def kinds(world):
    """A course with a practice question and a question of every kind."""
    course = builders.make_course("Alla slag")
    body = [("heading", "Öva")]
    body += [
        ("practice", {"kind": kind, "text": f"Hur är det med {kind}?", "choices": rows, "explanation": "Därför."})
        for kind, rows in ALL_ROWS.items()
        if kind != "text"
    ]
    lesson = builders.publish(LessonPage(title="Öva", slug="ova", body=body), course)
    quiz = QuizPage(title="Prov", slug="prov", shuffle_questions=False)
    quiz.questions = [
        Question(key=uuid.uuid4(), kind=kind, text=f"Fråga om {kind}?", choices=rows, explanation="Därför.")
        for kind, rows in ALL_ROWS.items()
    ]
    return course, lesson, builders.publish(quiz, course), builders.make_workshop(course)
