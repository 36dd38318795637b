"""The site as it is run (README, 3) on the benchmark's database: gunicorn, and static files as they are served."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Its address. `folder` has the database, if that is SQLite's."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.production",
        "LMS_SECRET_KEY": settings.SECRET_KEY,
        "LMS_PUBLIC_BASE_URL": url,
        "LMS_HOSTS": "localhost",
        "LMS_DATA_DIR": str(folder),
    }
    if connection.vendor == "postgresql":
        name = {key: quote(str(connection.settings_dict[key]), safe="") for key in ("USER", "PASSWORD", "HOST", "NAME")}
        where = f"{name['HOST']}:{connection.settings_dict['PORT'] or 5432}"
        environment["DATABASE_URL"] = f"postgres://{name['USER']}:{name['PASSWORD']}@{where}/{name['NAME']}"
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(collect, env=environment, check=True)
    # Threads, for a browser that keeps its connections: in front of a real site the proxy does.
    gunicorn = [sys.executable, "-m", "gunicorn", "lms.standalone.wsgi", "--threads=8", f"--bind=127.0.0.1:{port}"]
    server = subprocess.Popen([*gunicorn, "--log-level=warning"], env=environment)
    try:
        _wait_for(url)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


def _wait_for(url: str) -> None:
    for _turn in range(300):
        with contextlib.suppress(urllib.error.URLError):
            urllib.request.urlopen(f"{url}/livez").close()
            return
        time.sleep(0.1)
    raise RuntimeError("The site did not start.")
