"""The tablet's JavaScript modules: which import which, what is kept of them, and by which names."""

import posixpath
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from lms.offline.worker import addresses
from tests import builders

IMPORT = re.compile(r'^import [^;]*?from "(.+?)";', re.M)


def imports_of(name: str) -> set[str]:
    """The modules that the module `name` imports, as static files are named."""
    return {beside(name, imported) for imported in IMPORT.findall(Path(finders.find(name)).read_text())}


def beside(name: str, imported: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), imported))


def test_every_module_of_the_shell_is_kept_with_it(settings):
    """A module that another imports and that nobody keeps would be found missing in the middle of a lesson."""
    kept = {url.removeprefix(settings.STATIC_URL) for url in addresses()}
    for name in sorted(kept):
        if name.endswith(".js"):
            assert imports_of(name) <= kept, name


def test_a_page_asks_for_all_modules_of_the_tablet_at_once(at_tablet, cast, course):
    """A slow network gains a round; and what is not needed would stand in the way of what is."""
    needed, waiting = set(), {"lms/offline/tablet.js"}
    while waiting:
        needed.add(name := waiting.pop())
        waiting |= imports_of(name) - needed
    lesson = builders.address(course.get_activity_pages().first(), "/surfplatta/min-utbildning")
    for path in ("/surfplatta/", lesson):
        html = at_tablet.get(path, follow=True).content.decode()
        asked = re.findall(r'<link rel="modulepreload" href="/static/(.+?)">', html)
        assert sorted(asked) == sorted(needed)
        assert '<script type="module" src="/static/lms/offline/tablet.js">' in html
    assert "modulepreload" not in Client().get("/surfplatta/").content.decode()
    assert "modulepreload" not in at_tablet.get("/surfplatta/utan-nat/sv/").content.decode()


def test_modules_import_each_other_by_names_that_change_with_them(settings, tmp_path):
    """As in production. By a plain name it would be asked about at each visit, and might be of another release."""
    settings.STATIC_ROOT = tmp_path
    backend = "lms.standalone.staticfiles.HashedFiles"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["wagtail*", "admin"])
    scripts = [url for url in addresses() if url.endswith(".js")]
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", url) for url in scripts)
    for url in scripts:
        source = (tmp_path / url.removeprefix("/static/")).read_text()
        assert {beside(url, imported) for imported in IMPORT.findall(source)} <= set(scripts), url
