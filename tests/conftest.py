import datetime
import os

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings

from courses.models import CoursePage
from lms.requirements.actions import require
from lms.tablet.actions import pair_tablet
from lms.tablet.session import TABLET_COOKIE
from tests import builders, people
from tests.snapshot import Snapshot

snapshots: dict[str, Snapshot] = {}

# No deadline: the machine is shared, and a time is never a verdict.
settings.register_profile(
    "larpunkt", deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# The same again on the second database: what is pure has been tried on the first.
settings.register_profile("again", settings.get_profile("larpunkt"), max_examples=25)
settings.load_profile("larpunkt")


def pytest_collection_modifyitems(config, items):
    """What only PostgreSQL can show is chosen where there is one, and deselected where there is not."""
    if os.environ.get("PGHOST"):
        return
    left_out = [item for item in items if item.get_closest_marker("postgres")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """What migrations would have made: they are tested on their own."""
    with django_db_blocker.unblock():
        builders.build_site()
        snapshots["course"] = Snapshot(builders.make_full_course)


@pytest.fixture
def commits(request):
    """Whether the test commits. Those run last, and each empties all tables: kinds of content get new numbers."""
    marker = request.node.get_closest_marker("django_db")
    return "transactional_db" in request.fixturenames or bool(marker and marker.kwargs.get("transaction"))


@pytest.fixture(autouse=True)
def fresh_cache(commits):
    cache.clear()
    if commits:
        ContentType.objects.clear_cache()


@pytest.fixture
def index(db):
    return builders.build_site()


@pytest.fixture
def cast(index):
    return people.gather()


@pytest.fixture
def course(index, commits):
    """A whole course: two lessons of two steps, a test of two questions."""
    if commits or CoursePage.objects.exists():  # the snapshot wants the place, and the numbers, of the first
        return builders.make_full_course()
    return snapshots["course"].restore()


@pytest.fixture
def rule(cast, course):
    """The course is required of everyone."""
    today = timezone.localdate()
    return require(
        course=builders.course_of(course),
        valid_from=today - datetime.timedelta(days=300),
        due_on=today + datetime.timedelta(days=30),
        actor=cast.ada,
    )


@pytest.fixture
def sign_in(cast):
    """`sign_in("maja")` is a browser in which Maja has signed in with her password."""

    def browser(name: str) -> Client:
        client = Client()
        client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browser


@pytest.fixture
def maja(sign_in):
    return sign_in("maja")


@pytest.fixture
def petra(sign_in):
    return sign_in("petra")


@pytest.fixture
def ada(sign_in):
    return sign_in("ada")


@pytest.fixture
def far(cast):
    """Somebody in the municipality next door, who is none of Petra's business."""
    return people.hire(cast, "Fjärran", "Person", "annorstades")


@pytest.fixture
def pages(course):
    """The course's activities in order: two lessons and the test."""
    return list(course.get_activity_pages().specific())


@pytest.fixture
def lesson(pages):
    return pages[0]


@pytest.fixture
def quiz(pages):
    return pages[-1]


@pytest.fixture
def paired(cast):
    """A tablet in Brattfors, as the server knows it."""
    return pair_tablet(workplace=cast.brattfors, name="Surfplattan", actor=cast.ada)[0]


@pytest.fixture
def tablet(cast):
    """A browser that is the paired tablet in Brattfors, with nobody signed in."""
    paired, token = pair_tablet(workplace=cast.brattfors, name="Surfplattan vid disken", actor=cast.ada)
    client = Client()
    client.cookies[TABLET_COOKIE] = f"{paired.uuid.hex}.{token}"
    client.tablet = paired
    return client


@pytest.fixture
def at_tablet(tablet, cast):
    """The same tablet when Maja has given her PIN."""
    response = tablet.post(f"/surfplatta/{cast.maja.uuid}/", {"pin": people.PIN})
    assert response.status_code == 302
    return tablet


@pytest.fixture
def on_disk(settings, tmp_path):
    """Wagtail hands documents out from a path."""
    settings.MEDIA_ROOT = tmp_path
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend}}
