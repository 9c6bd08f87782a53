"""MLflow beside a training: a separate process writes the log, so that it costs the training nothing.

Importing MLflow takes two seconds and every write some milliseconds; the process (`logbook.py`) does both
while the training runs, at low priority, and is waited for at the end. Without MLflow, or when its store
cannot be written, it says so in one line and the training goes on.
`REPOSE_TRACKING=off` switches tracking off.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from repose.training.root import is_first_rank

WAIT_S = 60.0  # how long the log may take after the training


class Tracker:
    """One training's connection to its log; every call but the last returns at once."""

    def __init__(self, start: Mapping[str, Any], samples: int = 0) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.samples, self.since, self.finished = samples, time.monotonic(), False
        self.training_s = 0.0
        if os.environ.get("REPOSE_TRACKING") != "off" and is_first_rank():
            command = [sys.executable, "-m", "repose.training.logbook"]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)
        self.send("start", **start)

    def send(self, what: str, **facts: Any) -> None:
        """Hand a message over; nothing happens if nobody listens any more."""
        if self.process is not None:
            pipe: IO[str] = self.process.stdin  # type: ignore[assignment]
            with contextlib.suppress(BrokenPipeError):
                pipe.write(json.dumps({"what": what, **facts}) + "\n")
                pipe.flush()

    def epoch(self, row: Mapping[str, Any], seed: int | None = None) -> None:
        """Log an epoch's row: of all seeds together (vectors hold one number per seed), or of one seed."""
        seconds = max(time.monotonic() - self.since, 1e-9)
        self.since = time.monotonic()
        self.training_s += seconds
        speed = {"seconds": seconds} | ({"samples_per_s": self.samples / seconds} if self.samples else {})
        self.send("epoch", row={**row, **speed}, seed=seed)

    def restart_clock(self) -> None:
        """The time since the last epoch was not training."""
        self.since = time.monotonic()

    def finish(
        self, folder: str | Path, metrics: Mapping[str, Any] | None = None, figures: Sequence[str | Path] = ()
    ) -> None:
        """Log the end: the run's folder, its last figures and numbers (a list holds one number per seed).

        The seconds of all epochs and those since the process began show what start-up and writing cost.
        """
        self.finished = True
        times = {"training_s": self.training_s, "spent_s": process_seconds()}
        pictures = [str(Path(figure).resolve()) for figure in figures]
        self.send(
            "finish",
            folder=str(Path(folder).resolve()),
            metrics=times | dict(metrics or {}),
            figures=pictures,
        )

    def close(self, status: str) -> None:
        """Wait until all is written."""
        if self.process is None:
            return
        if not self.finished:
            self.send("stop", status=status)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()  # type: ignore[union-attr]
        try:
            self.process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            print("warning: MLflow did not answer in time, this run's log is incomplete", file=sys.stderr)


def process_seconds() -> float:
    """How long this process has existed, imports included."""
    started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return float(Path("/proc/uptime").read_text().split()[0]) - started / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def tracked(
    system: str,
    run: str,
    configuration: Mapping[str, Any],
    seeds: Sequence[int],
    tags: Mapping[str, str],
    samples: int = 0,
    resume: Path | None = None,
) -> Iterator[Tracker]:
    """The tracker of one training: a run of the experiment `system`, with a child run per seed.

    `tags` say what only the caller knows (device, data fingerprint); `samples` is the number of samples in an
    epoch. An interrupted training that has a `resume` folder goes on in the same MLflow run.
    """
    start: dict[str, Any] = {
        "system": system,
        "run": run,
        "configuration": dict(configuration),
        "seeds": list(seeds),
    }
    start |= {"tags": dict(tags), "resume": str(resume.resolve()) if resume else None}
    tracker = Tracker(start, samples)
    try:
        yield tracker
    except KeyboardInterrupt:
        tracker.close("KILLED")
        raise
    except BaseException:
        tracker.close("FAILED")
        raise
    tracker.close("FINISHED")
