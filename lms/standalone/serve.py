"""`make run`: migrate and seed when needed, start a worker beside the server, say where to go. Stops both together."""

import argparse
import contextlib
import datetime
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

from . import DEMO_PASSPHRASE

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, str(ROOT / "manage.py")]

#: Pages whose day has come are published, and those whose time is over withdrawn; the ledger is sealed; certificates
#: that are missing are issued.
SCHEDULED = ("publish_scheduled", "seal_ledger", "issue_certificates")
SECONDS_BETWEEN_SCHEDULES = 600


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.standalone.settings.dev")
    os.environ["PORT"] = str(port)
    make_demo_keys()
    prepare()
    announce(port)
    # Each in a group of its own: the reloader's child must go with it.
    # The worker does not look for changed code: that alone keeps a small machine busy.
    with (ROOT / "var" / "worker.log").open("a") as log:
        worker = subprocess.Popen([*MANAGE, "db_worker", "--no-reload"], stdout=log, stderr=log, start_new_session=True)
    server = subprocess.Popen([*MANAGE, "runserver", f"127.0.0.1:{port}"], start_new_session=True)
    processes = [worker, server]
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        return wait_for(server)
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            process.wait(timeout=10)


def wait_for(server: "subprocess.Popen[bytes]") -> int:
    """Until the server ends, with what is scheduled: what cron does on a real site."""
    while True:
        try:
            return server.wait(timeout=SECONDS_BETWEEN_SCHEDULES)
        except subprocess.TimeoutExpired:
            with (ROOT / "var" / "worker.log").open("a") as log:
                for command in SCHEDULED:
                    subprocess.run([*MANAGE, command], stdout=log, stderr=log, check=False)


def stop(*_args: object) -> None:
    """Once: `make` passes a signal on that we have had already, and the second must not cut the tidying short."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(0)


def make_demo_keys() -> None:
    """Before the settings are read: they name them only if they are there."""
    folder = ROOT / "var" / "keys"
    trying = os.environ["DJANGO_SETTINGS_MODULE"] == "lms.standalone.settings.dev"
    if not trying or folder.exists() or importlib.util.find_spec("cryptography") is None:
        return
    from certificates.signing.generating import generate

    now = datetime.datetime.now(datetime.UTC)
    generate(folder, organisation="Lärpunkt på prov", phrase=DEMO_PASSPHRASE.encode(), years=5, now=now)


def prepare() -> None:
    """Bring the database up to date; on the first run fill it with the starter courses and the demo."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Setting up the database …", flush=True)
        call_command("migrate", verbosity=0)
    from content_seed.models import SeededPage

    if not SeededPage.objects.exists():
        print("Loading the starter course and invented staff …", flush=True)
        call_command("seed", demo=True, verbosity=0)


def announce(port: int) -> None:
    from content_seed.backends import DEMO_PASSWORD
    from content_seed.demo import account_lines

    print(f"\nLärpunkt is at http://127.0.0.1:{port}/    Stop with Ctrl-C.\n")
    lines = account_lines()
    if lines:
        print(f"Demo accounts, all with the password {DEMO_PASSWORD}:")
        print("\n".join(f"  {line}" for line in lines))
        print(f"\nThe shop's tablet: http://127.0.0.1:{port}/surfplatta/ (connect it as butik)")
        print("The worker beside the server writes to var/worker.log\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
