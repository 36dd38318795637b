"""`make bench`: what things cost, and the figures that we want to keep.

CPU milliseconds and queries; what a page weighs; how soon a lesson is there on a slow network; and the matrix of ten
thousand staff, beside the least that the database and the format can do.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .measure import Cost

#: (what, against what, at most): ratios of CPU time within one run.
WANTED = [
    ("lesson in the book", "plain Wagtail page, signed in", 1.3),
    ("lesson in the reader", "plain Wagtail page, signed in", 1.3),
    ("saving a step", "plain upsert of a step", 1 / 0.7),
    ("staff list of 10,000, CSV", "bare bulk_create, 10,000 rows", 3.0),
    ("staff list of 10,000, XLSX", "bare bulk_create, 10,000 rows", 3.0),
    # Its rows are the same hundred, and nothing is said of the others.
    ("matrix, page of 100 x 10, 1000 staff", "matrix, page of 100 x 10, 100 staff", 1.2),
    # Ten times the people, and ten times the workplaces to list (6.6 when measured).
    ("matrix by workplace, 1000 staff", "matrix by workplace, 100 staff", 8),
    # A hundred times the events (3.4 when measured): else a tablet might as well send them one by one.
    ("intake, 100 events", "intake, 1 event", 10),
]

#: These make as many queries as those, whatever their size.
SAME_QUERIES = [(name, against) for name, against, _most in WANTED if name.startswith("matrix")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--pages", action="store_true", help="only what pages weigh and how soon they are there")
    parser.add_argument("--scale", action="store_true", help="only the matrix at 10,000 staff by 50 courses")
    parser.add_argument(
        "--certificates", action="store_true", help="only certificates: each step, bytes, many as a ZIP"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
        os.environ["LMS_BENCH_DATABASE"] = str(Path(folder) / "db.sqlite3")
        if asked.certificates:
            missed = run_certificates(Path(folder), rounds=asked.rounds)
            sys.exit(f"{missed} of the wanted figures are missed." if missed else 0)
        rounds = 0 if asked.pages else asked.rounds
        missed = 0 if asked.scale else run(Path(folder), rounds=rounds)
        if rounds:
            missed += run_scale(rounds=min(rounds, 5))
    if missed:
        sys.exit(f"{missed} of the wanted figures are missed.")


def run(folder: Path, *, rounds: int) -> int:
    """Prints the figures; returns how many of those wanted were missed. Without rounds: the pages alone."""
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment(debug=False)
    old = setup_databases(verbosity=0, interactive=False)
    try:
        from . import certificates, pages
        from .cases import Site
        from .measure import measure

        site = Site()
        missed = pages.report(site.cast, site.lessons[0], folder)
        if not rounds:
            return missed
        costs = measure(site.cases(), rounds=rounds)
        # Seconds each, so that few rounds say enough.
        costs |= measure(site.staff_list_cases(), rounds=max(1, rounds // 8))
        missed += certificates.report(folder, rounds=rounds)
    finally:
        teardown_databases(old, verbosity=0)
    print(f"{connection.vendor}, median of {rounds} rounds in turns, one process\n")
    return missed + tell(costs)


def run_certificates(folder: Path, *, rounds: int) -> int:
    import django

    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment(debug=False)
    old = setup_databases(verbosity=0, interactive=False)
    try:
        from . import certificates

        return certificates.report(folder, rounds=rounds)
    finally:
        teardown_databases(old, verbosity=0)


def run_scale(*, rounds: int) -> int:
    """In a database of its own; on PostgreSQL where the PG* variables say so (tests/with_postgres)."""
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    from . import scale

    settings.ALLOWED_HOSTS = ["testserver"]
    old = setup_databases(verbosity=0, interactive=False)
    try:
        return scale.report(rounds=rounds)
    finally:
        teardown_databases(old, verbosity=0)


def tell(costs: "dict[str, Cost]") -> int:
    from .intake import BATCHES
    from .measure import table

    table(costs)
    for name, size in BATCHES.items():
        print(f"{size / costs[name].cpu_ms * 1000:.0f} events a second of CPU  {name}")
    print()
    missed = 0
    for name, against, most in WANTED:
        ratio = costs[name].cpu_ms / costs[against].cpu_ms
        missed += ratio > most
        print(f"{'kept  ' if ratio <= most else 'MISSED'}  {ratio:4.2f} x (at most {most:.2f})  {name} / {against}")
    for name, against in SAME_QUERIES:
        same = costs[name].queries == costs[against].queries
        missed += not same
        print(f"{'kept  ' if same else 'MISSED'}  {'as many' if same else 'other'} queries  {name} / {against}")
    return missed


if __name__ == "__main__":
    main()
