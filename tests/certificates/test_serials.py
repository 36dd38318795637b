"""Serials are drawn by chance, so processes must not share their chance: a server that forks would repeat them."""

import subprocess
import sys

EACH = 20_000

#: As a server that loads the site and then forks: what was known before the fork is the same in all.
FORKING = f"""
import os, sys
import django
django.setup()
from certificates.models import new_serial
new_serial()
children = []
for _number in range(4):
    read, write = os.pipe()
    if os.fork() == 0:
        with os.fdopen(write, "w") as out:
            out.write("".join(new_serial() for _number in range({EACH})))
        os._exit(0)
    os.close(write)
    children.append(read)
for read in children:
    with os.fdopen(read) as said:
        sys.stdout.write(said.read())
for _child in children:
    assert os.wait()[1] == 0
"""


def test_four_processes_never_draw_the_same():
    done = subprocess.run(
        [sys.executable, "-c", FORKING],
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": "."},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    serials = [done.stdout[place : place + 16] for place in range(0, len(done.stdout), 16)]
    assert len(serials) == len(set(serials)) == 4 * EACH
