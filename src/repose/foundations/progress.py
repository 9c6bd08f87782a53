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
            print(f"{what}: {done}/{total}, {rate:.0f}/s, {left:.0f} s left", file=sys.stderr, flush=True)
            printed = now
