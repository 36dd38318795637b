"""CPU time and queries of several things, in turns, so that a noisy machine is noisy for all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection


def nothing() -> None:
    return None


@dataclass(frozen=True)
class Case:
    """`act` is measured; `prepare` is not, and hands it what it needs. Each gets what a first time gets."""

    name: str
    act: Callable[[Any], Any]
    prepare: Callable[[], Any] = nothing


@dataclass(frozen=True)
class Cost:
    queries: int
    cpu_ms: float


class Count:
    """Counts alone: to write each query down takes longer than a list of ten thousand."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)


def measure(cases: list[Case], *, rounds: int) -> dict[str, Cost]:
    """The median CPU time of each over `rounds`, and how many queries it made in a round before them."""
    queries = {}
    for case in cases:
        case.act(case.prepare())  # fills the caches that stay filled
        ready = case.prepare()
        count = Count()
        with connection.execute_wrapper(count):
            case.act(ready)
        queries[case.name] = count.queries
    spent: dict[str, list[float]] = {case.name: [] for case in cases}
    prepared = {case.name: [case.prepare() for _round in range(rounds)] for case in cases}
    for number in range(rounds):
        for case in cases:
            gc.collect()
            start = time.process_time()
            case.act(prepared[case.name][number])
            spent[case.name].append((time.process_time() - start) * 1000)
    return {name: Cost(queries[name], statistics.median(times)) for name, times in spent.items()}


def table(costs: dict[str, Cost]) -> None:
    print(f"| {'':<40} | queries | CPU ms |\n|{'-' * 42}|--------:|-------:|")
    for name, cost in costs.items():
        print(f"| {name:<40} | {cost.queries:>7} | {cost.cpu_ms:>6.1f} |")
    print()
