"""courses <- lms <- certificates <- content_seed: right may use left, never the other way; in templates too."""

import ast
import re
from pathlib import Path

import pytest

APPS = ["courses", "lms", "certificates", "content_seed"]
LABELS = {
    "lms_courses": "courses",
    "lms_certificates": "certificates",
    "lms_content_seed": "content_seed",
    "lms": "lms",
}
TAG_LIBRARIES = {
    path.stem: path.parts[0] for app in APPS for path in Path(app).glob("templatetags/*.py") if path.stem != "__init__"
}


def imported_apps(path: Path) -> set[str]:
    """Our apps that a file imports, relative imports resolved."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                found.add(path.parts[0])  # relative imports never leave the app: checked below
                assert node.level < len(path.parts), path
            elif node.module:
                found.add(node.module.split(".")[0])
    return found & set(APPS)


def python_files(app):
    return [path for path in Path(app).rglob("*.py") if "standalone" not in path.parts]


@pytest.mark.parametrize("app", APPS)
def test_python_imports_only_to_the_left(app):
    allowed = set(APPS[: APPS.index(app) + 1])
    for path in python_files(app):
        assert imported_apps(path) <= allowed, path


@pytest.mark.parametrize("app", APPS)
def test_templates_load_include_and_extend_only_to_the_left(app):
    allowed = set(APPS[: APPS.index(app) + 1])
    for path in Path(app, "templates").rglob("*.html"):
        text = path.read_text()
        used = {LABELS.get(name.split("/")[0]) for name in re.findall(r'{% (?:include|extends) "([^"]+)"', text)}
        for names in re.findall(r"{% load ([^%]+)%}", text):
            used |= {TAG_LIBRARIES.get(name) for name in names.split()}
        assert used - {None} <= allowed, path


@pytest.mark.parametrize("app", APPS)
def test_urls_in_templates_lead_only_to_the_left(app):
    namespaces = {
        "lms": "lms",
        "lms_admin": "lms",
        "lms_certificates": "certificates",
        "lms_certificates_admin": "certificates",
    }
    allowed = set(APPS[: APPS.index(app) + 1])
    for path in Path(app, "templates").rglob("*.html"):
        used = {namespaces.get(name) for name in re.findall(r"{% url ['\"]([a-z_]+):", path.read_text())}
        assert used - {None} <= allowed, path


def test_nothing_but_tests_and_itself_uses_the_standalone_site():
    for path in [*(path for app in APPS for path in python_files(app)), *Path("templates").rglob("*.html")]:
        assert "lms.standalone" not in path.read_text(), path


def test_reports_are_imported_from_hooks_and_views_alone():
    """Imported from models, Wagtail's report views break the start of the site."""
    for app in APPS:
        for path in Path(app).rglob("models*.py"):
            assert "wagtail.admin.views" not in path.read_text(), path


def test_pure_rooms_stay_pure():
    """Grading, rules, status and the matrix know no database and no request."""
    pure = [
        "courses/questions/base.py", "courses/questions/kinds.py", "courses/questions/arranging.py",
        "courses/questions/numeric.py", "courses/questions/scoring.py", "lms/requirements/rules.py", "lms/status.py",
        "lms/requirements/change.py", "lms/requirements/per_job.py", "lms/matrix.py", "lms/tally.py", "lms/validity.py",
        "lms/forecast.py", "lms/equivalence/counting.py", "lms/insight/trend.py", "courses/prerequisites.py",
    ]  # fmt: skip
    for name in pure:
        text = Path(name).read_text()
        assert "objects." not in text, name
        assert "request" not in text.replace("requirements", ""), name
        imports = re.findall(r"^(?:from|import) ([\w.]+)", text, re.M)
        allowed = ("django.db", "django.utils.translation")
        foreign = [found for found in imports if found.startswith(("django", "wagtail")) and found not in allowed]
        assert not foreign, name


def test_only_what_draws_imports_reportlab():
    users = {
        path.as_posix()
        for app in APPS
        for path in python_files(app)
        if re.search(r"^\s*(import|from) reportlab", path.read_text(), re.M)
    }
    assert users == {
        "certificates/drawing/flow.py",
        "certificates/drawing/foot.py",
        "certificates/drawing/ornaments.py",
        "certificates/drawing/page.py",
        "certificates/drawing/personal.py",
        "certificates/drawing/pictures.py",
        "certificates/drawing/wall.py",
        "lms/drawing/typefaces.py",
        "lms/drawing/sheet.py",
    }


def test_an_app_is_a_table_of_contents_where_it_meets_wagtail():
    for app in APPS:
        path = Path(app, "wagtail_hooks.py")
        assert not path.exists() or len(path.read_text().splitlines()) < 80, path


def test_no_file_is_longer_than_four_hundred_lines():
    for kind in ("*.py", "*.html", "*.js", "*.css"):
        for app in [*APPS, "templates", "tests"]:
            for path in Path(app).rglob(kind):
                if "migrations" not in path.parts:
                    assert len(path.read_text().splitlines()) <= 400, path


def test_no_inline_script_or_style_in_any_template():
    for path in [*(path for app in APPS for path in Path(app).rglob("*.html")), *Path("templates").rglob("*.html")]:
        text = path.read_text()
        assert not re.search(r"\sstyle=", text), path
        assert not re.search(r"\son[a-z]+=", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert "<style" not in text, path


def test_events_and_completions_have_one_writer():
    rows = "LearningEvent|ActivityCompletion|CourseCompletion|QuizAttempt"
    writers = re.compile(rf"({rows})(\.objects\.(create|bulk_create|update_or_create)|\()")
    for app in APPS:
        for path in python_files(app):
            if (
                path.parts[:2] == ("lms", "progress")
                or "migrations" in path.parts
                or path.parts[:2] == ("lms", "models")
            ):
                continue
            assert not writers.search(path.read_text()), path


def test_no_request_leaves_the_machine_by_our_doing():
    """Nothing of ours names another host but in links that a person follows."""
    for app in APPS:
        for path in [*Path(app).rglob("*.html"), *Path(app).rglob("*.js"), *Path(app).rglob("*.css")]:
            text = path.read_text()
            assert not re.search(r'(src|href|url\()\s*=?\s*["\']?(https?:)?//', text), path
