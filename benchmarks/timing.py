"""The shortest time of a call."""

import time
from collections.abc import Callable


def seconds(work: Callable[[], object], times: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """The shortest time of a call by a clock, after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = clock()
        work()
        taken.append(clock() - start)
    return min(taken)
