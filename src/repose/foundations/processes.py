"""Work spread over processes, in order, with the same result for any number of them."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from repose.foundations.progress import progress


def usable_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0))


def ordered_map(
    function: Callable[..., Any], tasks: Sequence[Any], workers: int, what: str, chunk: int = 16
) -> Iterator[Any]:
    """`function(task)` of every task in order, in `workers` processes, with progress if it takes long."""
    yield from progress(_results(function, tasks, workers, chunk), what, len(tasks))


def _results(function: Callable[..., Any], tasks: Sequence[Any], workers: int, chunk: int) -> Iterable[Any]:
    if workers <= 1 or len(tasks) <= chunk:
        yield from map(function, tasks)
        return
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield from pool.imap(function, tasks, chunk)
