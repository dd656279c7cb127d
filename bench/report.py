"""The one table."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Report:
    """Collects lines of (what, figure, goal); ``large`` asks for the sizes that take a while."""

    large: bool = False
    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, figure: str, goal: str) -> None:
        self.lines.append((what, figure, goal))
        print(f"  {what}: {figure}", flush=True)

    def show(self) -> None:
        print(f"\n| {'what':<64} | {'measured':<22} | {'goal':<12} |")
        print(f"|{'-' * 66}|{'-' * 24}|{'-' * 14}|")
        for what, figure, goal in self.lines:
            print(f"| {what:<64} | {figure:<22} | {goal:<12} |")


def seconds(work: Callable[[], object], *, times: int = 5) -> float:
    """Give the median time of ``work``."""
    found = []
    for _round in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return statistics.median(found)
