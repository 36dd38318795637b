"""`make bench`: what things cost, as CPU milliseconds and queries, and the ratios that we want to keep."""

import argparse
import os
import tempfile
from pathlib import Path

#: (what, against what, at most): ratios of CPU time within one run.
WANTED = [
    ("lesson in the book", "plain Wagtail page, signed in", 1.3),
    ("lesson in the reader", "plain Wagtail page, signed in", 1.3),
    ("saving a step", "plain upsert of a step", 1 / 0.7),
    ("staff list of 10,000, CSV", "bare bulk_create, 10,000 rows", 3.0),
    ("staff list of 10,000, XLSX", "bare bulk_create, 10,000 rows", 3.0),
    ("the page without its totals, 1000 staff", "the page without its totals, 100 staff", 1.2),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
        os.environ["LMS_BENCH_DATABASE"] = str(Path(folder) / "bench.sqlite3")
        run(rounds)


def run(rounds: int) -> None:
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment(debug=False)
    old = setup_databases(verbosity=0, interactive=False)
    try:
        from .cases import Site
        from .measure import Cost, measure

        site = Site()
        costs = measure(site.cases(), rounds=rounds)
        # Seconds each, so that few rounds say enough.
        costs |= measure(site.staff_list_cases(), rounds=max(1, rounds // 8))
        for size in (100, 1000):
            page, totals = costs[f"matrix, page of 100 x 10, {size} staff"], costs[f"totals alone, {size} staff"]
            costs[f"the page without its totals, {size} staff"] = Cost(
                page.queries - totals.queries, page.cpu_ms - totals.cpu_ms
            )
    finally:
        teardown_databases(old, verbosity=0)
    print(f"{connection.vendor}, median of {rounds} rounds in turns, one process\n")
    print(f"| {'':<40} | queries | CPU ms |\n|{'-' * 42}|--------:|-------:|")
    for name, cost in costs.items():
        print(f"| {name:<40} | {cost.queries:>7} | {cost.cpu_ms:>6.1f} |")
    print()
    for name, against, most in WANTED:
        ratio = costs[name].cpu_ms / costs[against].cpu_ms
        print(f"{'kept  ' if ratio <= most else 'MISSED'}  {ratio:4.2f} x (at most {most:.2f})  {name} / {against}")


if __name__ == "__main__":
    main()
