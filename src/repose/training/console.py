"""What a training shows while it runs: a bar on a terminal, elsewhere a line per epoch, but not too many."""

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

LINE_S = 5.0  # the least time between two lines


class Console:
    """Progress of a training over `steps` steps of `samples` samples, on stderr."""

    def __init__(
        self, name: str, epochs: int, done: int, steps: int, samples: int, quiet: bool = False
    ) -> None:
        self.name, self.epochs, self.samples, self.quiet = name, epochs, samples, quiet
        self.steps, self.done = steps * epochs, steps * done
        self.start = self.printed = time.monotonic()
        self.first, self.bar = self.done, None
        if sys.stderr.isatty() and not quiet:
            from tqdm import tqdm

            total = self.steps * samples
            self.bar = tqdm(
                desc=name,
                total=total,
                initial=self.done * samples,
                unit=" samples",
                unit_scale=True,
                dynamic_ncols=True,
                leave=False,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.close()
        if isinstance(error, KeyboardInterrupt) and not self.quiet:
            epoch = self.done * self.epochs // self.steps
            print(f"{self.name}: stopped in epoch {epoch + 1} of {self.epochs}", file=sys.stderr)

    def advance(self, steps: int, loss: float) -> None:
        """`steps` more are done, with this loss."""
        self.done += steps
        if self.bar is not None:
            self.bar.set_postfix(loss=f"{loss:.4g}", refresh=False)
            self.bar.update(steps * self.samples)

    def epoch(self, row: Mapping[str, Any]) -> None:
        """An epoch ended with this row of the history."""
        now = time.monotonic()
        last = self.done == self.steps
        if self.bar is not None or self.quiet or (now - self.printed < LINE_S and not last):
            return
        if last and now - self.start < LINE_S:
            return  # too short a training to report
        self.printed = now
        rate = (self.done - self.first) / (now - self.start)  # steps/s
        values = ", ".join(
            f"{key} {mean(value):.4g}" for key, value in row.items() if key not in ("epoch", "rate")
        )
        speed = f"{rate * self.samples:.0f} samples/s, {(self.steps - self.done) / rate:.0f} s left"
        print(
            f"{self.name}: epoch {row['epoch']}/{self.epochs}, {values}, {speed}",
            file=sys.stderr,
            flush=True,
        )


def mean(value: float | list[float]) -> float:
    """A number itself, or the mean if there is one number per seed."""
    return sum(value) / len(value) if isinstance(value, list) else value
