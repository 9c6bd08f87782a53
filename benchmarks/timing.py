"""The shortest time of a call, or of several in turn."""

import time
from collections.abc import Callable, Mapping

ROUNDS = 3


def seconds(work: Callable[[], object], times: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """The shortest time of a call by a clock, after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = clock()
        work()
        taken.append(clock() - start)
    return min(taken)


def best_seconds(works: Mapping[str, Callable[[], object]], calls: int) -> dict[str, float]:
    """The shortest mean time of some calls of each, in turn, so that all meet the same neighbours."""
    best = dict.fromkeys(works, float("inf"))
    for work in works.values():
        work()
    for _ in range(ROUNDS):
        for name, work in works.items():
            start = time.perf_counter()
            for _ in range(calls):
                work()
            best[name] = min(best[name], (time.perf_counter() - start) / calls)
    return best
