"""The built wheel in somebody else's site: another user model, base.html and addresses, no settings of ours."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent


def run(*command, cwd, **environment):
    clean = {key: value for key, value in os.environ.items() if key not in ("DJANGO_SETTINGS_MODULE", "PYTHONPATH")}
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{command}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
    return result.stdout


def uv() -> str:
    found = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
    assert Path(found).exists(), "uv is needed for this test; `make test` brings it"
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a clean copy of what git tracks, as a release is."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in tracked.splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    run(uv(), "build", "--wheel", "--quiet", "--out-dir", folder, source, cwd=folder)
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_holds_what_it_should_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")} == {
        "courses",
        "lms",
        "certificates",
        "content_seed",
    }
    assert not [name for name in names if name.startswith("lms/standalone")]
    for wanted in (
        "lms/locale/sv/LC_MESSAGES/django.mo",
        "courses/static/lms_courses/lms.css",
        "lms/drawing/fonts/Alegreya-Bold.ttf",
        "content_seed/packs/nordmaling/ett-gott-vardskap/course.yaml",
        "lms/templates/lms/reader/start.html",
    ):
        assert wanted in names
    assert not [name for name in names if "/images/src/" in name or name.endswith(".pyc")]


def test_the_story_holds_in_a_foreign_host(wheel, tmp_path):
    host = tmp_path / "host_site"
    shutil.copytree(ROOT / "tests" / "foreign_host", host)
    python = tmp_path / "env" / "bin" / "python"
    # The same versions as we test with, without what only our own site needs.
    pins = tmp_path / "constraints.txt"
    locked = (ROOT / "requirements.lock").read_text()
    pins.write_text("\n".join(re.findall(r"^([a-z0-9._-]+==.+?) \\\\$", locked, re.M)))
    run(uv(), "venv", "--quiet", "--python", sys.executable, tmp_path / "env", cwd=tmp_path)
    run(uv(), "pip", "install", "--quiet", "--python", python, "-c", pins, f"{wheel}[packs]", cwd=tmp_path)
    installed = run(uv(), "pip", "list", "--python", python, cwd=tmp_path)
    for ours_alone in ("django-tasks-db", "django-csp", "gunicorn", "whitenoise", "psycopg"):
        assert ours_alone not in installed
    run(python, "manage.py", "makemigrations", "people", cwd=host)
    run(python, "manage.py", "check", "--fail-level", "WARNING", cwd=host)
    run(python, "manage.py", "migrate", "--verbosity", "0", cwd=host)
    run(python, "manage.py", "makemigrations", "--check", "--dry-run", cwd=host)
    assert "ny            Ett gott värdskap\n" in run(python, "manage.py", "seed", "ett-gott-vardskap", cwd=host)
    assert "The story holds" in run(python, "-W", "error::DeprecationWarning:lms", "story.py", cwd=host)
