"""The house as a whole: migrations, deployment checks, catalogues, locks, and what must never stand in it."""

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.core.management import call_command

from courses import checks as courses_checks
from lms import checks as lms_checks
from lms.catalogues import catalogues
from lms.management.commands import compile_translations
from lms.standalone import serve
from tests.keys import PHRASE, make_keys

CATALOGUES = sorted(Path().glob("*/locale/sv/LC_MESSAGES/django.po"))


def manage(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.django_db
def test_models_and_migrations_agree(settings):
    settings.MIGRATION_MODULES = {}  # --nomigrations hides them from the other tests
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "lms.standalone.settings.production",
    "LMS_SECRET_KEY": "x9-" + "långt-nog-och-slumpat-" * 4,
    "LMS_PUBLIC_BASE_URL": "https://utbildning.example.se",
    "LMS_HOSTS": "utbildning.example.se",
}


def test_production_settings_pass_the_deployment_check_without_a_warning(tmp_path):
    environment = {**PRODUCTION, "LMS_DATA_DIR": str(tmp_path)}
    mail = {"LMS_EMAIL_HOST": "mail.example.se", "LMS_EMAIL_FROM": "utbildning@example.se"}
    keys = make_keys(tmp_path / "keys")
    signing = {
        "LMS_CERT_P12": str(keys / "signing.p12"),
        "LMS_CERT_CREDENTIAL_KEY": str(keys / "credential-key.pem"),
        "LMS_CERT_PASSPHRASE": PHRASE,
    }
    result = manage("check", "--deploy", "--fail-level", "WARNING", **environment, **mail, **signing)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout
    without = manage("check", "--deploy", "--fail-level", "WARNING", **environment)
    assert without.returncode == 0, without.stderr
    assert re.findall(r"\((\w+\.\w+)\)", without.stderr) == ["lms.I001", "lms_certificates.I001"]


@pytest.mark.parametrize("missing", ["LMS_SECRET_KEY", "LMS_PUBLIC_BASE_URL", "LMS_HOSTS"])
def test_production_stops_at_once_without_what_it_needs(missing):
    environment = {key: value for key, value in PRODUCTION.items() if key != missing}
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env={**{key: value for key, value in os.environ.items() if key != missing}, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert f"Set the environment variable {missing}" in result.stderr


def test_production_takes_postgresql_with_a_pool_and_health_checks(tmp_path):
    code = (
        "from django.conf import settings; d = settings.DATABASES['default'];"
        "print(d['OPTIONS'], d['CONN_HEALTH_CHECKS'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **PRODUCTION, "DATABASE_URL": "postgres://a:b@localhost/c", "LMS_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "{'pool': {'min_size': 1, 'max_size': 8}} True"


# Our own checks: each can fail


def test_the_checks_are_content_with_the_settings_we_ship(settings):
    found = [
        check(None)
        for check in (
            courses_checks.uploads_that_run_script,
            courses_checks.room_for_a_large_quiz,
            lms_checks.middleware_in_place,
            lms_checks.doors_are_limited,
            lms_checks.private_storage_is_private,
            lms_checks.public_address_is_known,
            lms_checks.tablet_outlives_its_own_lock,
        )
    ]
    assert found == [[]] * 7


@pytest.mark.parametrize(
    ("setting", "value", "check", "identity"),
    [
        ("WAGTAILIMAGES_EXTENSIONS", ["svg"], courses_checks.uploads_that_run_script, "lms_courses.W001"),
        ("WAGTAILDOCS_EXTENSIONS", [], courses_checks.uploads_that_run_script, "lms_courses.W001"),
        ("WAGTAILDOCS_BLOCK_EMBEDDED_CONTENT", False, courses_checks.uploads_that_run_script, "lms_courses.W001"),
        ("DATA_UPLOAD_MAX_NUMBER_FIELDS", 1000, courses_checks.room_for_a_large_quiz, "lms_courses.W002"),
        ("MIDDLEWARE", [], lms_checks.middleware_in_place, "lms.E001"),
        ("MIDDLEWARE", ["lms.middleware.LearnerMiddleware"], lms_checks.doors_are_limited, "lms.W001"),
        ("AUTHENTICATION_BACKENDS", ["x.ModelBackend"], lms_checks.doors_are_limited, "lms.W001"),
        ("STORAGES", {}, lms_checks.private_storage_is_private, "lms.E003"),
        ("LMS_TABLET_SESSION_SECONDS", 120, lms_checks.tablet_outlives_its_own_lock, "lms.W005"),
        ("LMS_PUBLIC_BASE_URL", "http://x", lms_checks.public_address_is_known, "lms.W004"),
        ("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend", lms_checks.mail_can_be_sent, "lms.I001"),
        ("DEFAULT_FROM_EMAIL", "Lärpunkt <larpunkt@localhost>", lms_checks.mail_can_be_sent, "lms.W006"),
    ],
)
def test_each_check_finds_what_it_is_for(settings, setting, value, check, identity):
    setattr(settings, setting, value)
    assert [problem.id for problem in check(None)] == [identity]


def test_the_check_finds_a_catalogue_that_is_not_compiled_and_the_command_compiles_it(monkeypatch, tmp_path):
    """README, 3: a checkout has no .mo files, and all of the interface would be in English."""
    source = tmp_path / "lms" / "locale" / "sv" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(Path("lms/locale/sv/LC_MESSAGES/django.po").read_text())
    for module in (lms_checks, compile_translations):
        monkeypatch.setattr(module, "catalogues", lambda: [source])
    [problem] = lms_checks.translations_are_compiled(None)
    assert (problem.id, str(source) in problem.msg) == ("lms.W005", True)
    call_command("compile_translations", verbosity=0)
    assert lms_checks.translations_are_compiled(None) == []
    with source.with_suffix(".mo").open("rb") as compiled:
        assert GNUTranslations(compiled).gettext("Switch person") == "Byt person"


def test_all_our_catalogues_are_looked_at():
    assert catalogues() == [path.resolve() for path in CATALOGUES]


def test_the_server_keeps_the_schedule(monkeypatch, tmp_path):
    """Until it ends: nothing else publishes and withdraws what has a day set, and seals the ledger, and heals."""
    ran = []

    class Server:
        def wait(self, timeout):
            if len(ran) < 6:
                raise subprocess.TimeoutExpired("server", timeout)
            return 7

    (tmp_path / "var").mkdir()
    monkeypatch.setattr(serve, "ROOT", tmp_path)
    monkeypatch.setattr(serve.subprocess, "run", lambda command, **_: ran.append(command[-1]))
    assert serve.wait_for(Server()) == 7
    assert ran == ["publish_scheduled", "seal_ledger", "issue_certificates"] * 2


def test_the_check_finds_private_files_in_a_public_place(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {"lms_private": {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "intyg"}}}
    assert [problem.id for problem in lms_checks.private_storage_is_private(None)] == ["lms.E004"]


@pytest.mark.parametrize(
    ("database", "identities"),
    [
        ({"ENGINE": "django.db.backends.sqlite3"}, ["lms.W002"]),
        (
            {
                "ENGINE": "django.db.backends.sqlite3",
                "OPTIONS": {"transaction_mode": "IMMEDIATE"},
                "ATOMIC_REQUESTS": True,
            },
            ["lms.W003"],
        ),
        ({"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {"transaction_mode": "IMMEDIATE"}}, []),
        ({"ENGINE": "django.db.backends.postgresql"}, []),
    ],
)
def test_the_check_finds_sqlite_that_would_lose_writes(monkeypatch, database, identities):
    class Settings:
        DATABASES = {"default": database}

    monkeypatch.setattr(lms_checks, "settings", Settings)
    assert [problem.id for problem in lms_checks.sqlite_survives_two_writers(None)] == identities


# Words


@cache
def messages(path):
    with path.open("rb") as file:
        return [message for message in read_po(file, locale="sv") if message.id]


@pytest.mark.parametrize("path", CATALOGUES, ids=str)
def test_every_text_has_its_swedish(path):
    found = messages(path)
    assert found
    for message in found:
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), message.id
        assert not message.fuzzy, message.id
        wanted = set(
            re.findall(r"%\(\w+\)s", "".join([*message.id] if isinstance(message.id, tuple) else [message.id]))
        )
        for string in strings:
            assert set(re.findall(r"%\(\w+\)s", string)) <= wanted, message.id


@pytest.mark.parametrize("path", CATALOGUES, ids=str)
def test_no_word_that_we_do_not_use_of_these_courses(path):
    for message in messages(path):
        text = " ".join(message.string if isinstance(message.string, tuple) else (message.string,)).lower()
        assert not re.search(r"\b(elev|elever|betyg|betyget|certifikat|tentamen|student)\b", text), message.id


def test_one_text_has_one_translation_wherever_it_stands():
    seen: dict = {}
    for path in CATALOGUES:
        for message in messages(path):
            key = (message.context, message.id)
            assert seen.setdefault(key, message.string) == message.string, (path, key)


def test_the_catalogues_are_up_to_date(tmp_path, monkeypatch, settings):
    """Collecting the texts anew finds nothing that is not there. Needs gettext; CI has it."""
    assert shutil.which("xgettext"), "gettext is needed for this test (Debian: apt-get install gettext)"
    settings.LOCALE_PATHS = []  # it would write to them
    for path in CATALOGUES:
        app, copy = path.parts[0], tmp_path / path.parts[0]
        for source in Path(app).rglob("*"):
            if source.suffix in (".py", ".html", ".txt", ".po"):
                (copy / source.relative_to(app)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, copy / source.relative_to(app))
        with monkeypatch.context() as there:
            there.chdir(copy)
            call_command("makemessages", locale=["sv"], no_wrap=True, add_location="file", verbosity=0)
        ours, fresh = ({(m.context, m.id) for m in messages(po)} for po in (path, tmp_path / path))
        assert fresh == ours


# What must never stand here


def tracked() -> list[Path]:
    output = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout
    return [path for path in map(Path, output.splitlines()) if path.is_file()]


def test_locks_carry_hashes_and_no_addresses():
    for path in Path().glob("requirements*.lock"):
        text = path.read_text()
        assert "://" not in text, path
        assert "--hash=sha256:" in text
        assert "--index-url" not in text
        assert "--find-links" not in text


def test_no_unfinished_work_and_no_swallowed_tests():
    marks = (
        "TO" + "DO",
        "FIX" + "ME",
        "X" + "XX",
        "pytest.mark." + "skip",
        "pytest.mark." + "xfail",
        "NotImpl" + "emented",
    )
    allowed = {"courses/questions/base.py", "courses/models/pages.py", "lms/admin/base.py"}  # abstract methods
    for path in tracked():
        if path.suffix in (".py", ".js", ".html", ".css", ".sh", ".toml") and path.parts[0] != "tests":
            text = path.read_text()
            for mark in marks:
                assert mark not in text or (mark.startswith("NotImpl") and str(path) in allowed), (path, mark)


def test_the_style_fits_in_fifteen_kilobytes():
    assert Path("courses/static/lms_courses/lms.css").stat().st_size < 15_000


def test_no_text_is_smaller_than_eighteen_pixels():
    for path in Path().glob("courses/static/lms_courses/*.css"):
        screen = re.sub(r"@media print \{.*?\n  \}", "", path.read_text(), flags=re.DOTALL)
        sizes = re.findall(r"font(?:-size)?: [^;]*?([\d.]+)(rem|em|px|pt)[/;\s]", screen)
        assert all(unit == "rem" and float(size) >= 1.125 for size, unit in sizes if (size, unit) != ("1", "em")), path
