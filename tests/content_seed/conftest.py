"""The starter course and the demo, seeded once per process for all tests that begin with them."""

import io
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import override_settings
from django.utils.translation import override
from wagtail.images import get_image_model

from content_seed import seeding
from content_seed.demo import EVENINGS
from courses.models import Course
from tests.builders import make_full_course
from tests.snapshot import Snapshot

PACK = Path("content_seed/packs/nordmaling/ett-gott-vardskap")
STARTER = "4be2e012-b6a3-4bf0-b9d6-33deb7c55c63"


class Seeded(NamedTuple):
    """What `manage.py seed` wrote and said."""

    snapshot: Snapshot
    lines: list[str]
    pictures: dict[str, bytes]

    def lay_down(self) -> list[str]:
        self.snapshot.restore()
        for name, content in self.pictures.items():  # a test that changes the storage has emptied it
            if not default_storage.exists(name):
                default_storage.save(name, ContentFile(content))
        return self.lines


def seed_once(packs: Path, *arguments: str, others: Iterable[str] = ()) -> Seeded:
    """`others` are small courses by these titles beside those of the packs."""
    said, pictures = io.StringIO(), {}

    def build() -> Course:
        for title in others:
            make_full_course(title, lessons=1)
        call_command("seed", *arguments, stdout=said)
        for image in get_image_model().objects.all():
            with image.file.storage.open(image.file.name) as file:
                pictures[image.file.name] = file.read()
        return Course.objects.get(uuid=STARTER)

    with pytest.MonkeyPatch.context() as patch, override_settings(DEBUG=True), override("sv"):
        patch.setattr(seeding, "PACKS", packs)
        snapshot = Snapshot(build)
    return Seeded(snapshot, said.getvalue().splitlines(), pictures)


@pytest.fixture(scope="session")
def one_course(tmp_path_factory):
    """The packs with a single course in its own language: enough to see how seeding is done."""
    place = tmp_path_factory.mktemp("packs")
    shutil.copytree(PACK, place / "nordmaling" / PACK.name, ignore=shutil.ignore_patterns("en", "src"))
    return place


@pytest.fixture
def packs_of_one_course(monkeypatch, one_course):
    monkeypatch.setattr(seeding, "PACKS", one_course)


@pytest.fixture(scope="session")
def seeded_once(django_db_setup, django_db_blocker, one_course):
    with django_db_blocker.unblock():
        return seed_once(one_course)


@pytest.fixture(scope="session")
def demo_once(django_db_setup, django_db_blocker, one_course):
    with django_db_blocker.unblock():
        return seed_once(one_course, "--demo", others=[title for title, *_rest in EVENINGS])


@pytest.fixture
def seeded(index, packs_of_one_course, seeded_once):
    """The starter course in the database; what seeding it said."""
    return seeded_once.lay_down()


@pytest.fixture
def demo(index, packs_of_one_course, demo_once, settings):
    """The demo in the database, with `DEBUG`; what seeding it said. Its first course is the real one."""
    settings.DEBUG = True
    return demo_once.lay_down()


@pytest.fixture
def seed(capsys):
    """`seed("--demo")` is the command; its lines."""

    def run(*arguments: str) -> list[str]:
        capsys.readouterr()
        call_command("seed", *arguments)
        return capsys.readouterr().out.splitlines()

    return run
