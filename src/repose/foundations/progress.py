"""Progress of long work: a bar on a terminal, a line now and then elsewhere, nothing when it is short."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

SILENT_S = 3.0  # work that ends sooner shows nothing
LINE_S = 20.0  # how often a line is printed where there is no terminal


def progress(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    """The items; meanwhile stderr shows what is done, how far, how fast and the time left."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        yield from tqdm(items, desc=what, total=total, delay=SILENT_S, dynamic_ncols=True, leave=False)
        return
    start = printed = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - printed > LINE_S:
            rate = done / (now - start)
            left = (total - done) / rate
            line = f"{what}: {done}/{total}, {speed(rate)}, {duration(left)} left"
            print(line, file=sys.stderr, flush=True)
            printed = now


def speed(rate: float) -> str:
    """`120/s`, `2.5/s`; of slow work `3.2 s each`."""
    if rate < 1:
        return f"{1 / rate:.1f} s each"
    return f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s"


def duration(seconds: float) -> str:
    """`8.2 s`, `3 min 05 s`, `2 h 07 min`."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
