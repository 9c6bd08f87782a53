"""One stage at work: a `dvc repro --single-item` in a process group of its own, its output in a file."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import psutil  # type: ignore[import-untyped]

COMMAND = (sys.executable, "-P", "-m", "dvc", "--wait-for-lock", "repro", "--single-item")


class Child:
    """A running stage; DVC restores it from its cache or runs it, and writes dvc.lock."""

    def __init__(self, name: str, logs: Path, kept_open: IO[str]) -> None:
        self.log = logs / f"{name.replace('/', '_')}.log"
        self.interrupted: set[int] = set()
        self.started = time.monotonic()
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(
                [*COMMAND, name],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C on the terminal reaches the driver alone
                pass_fds=[kept_open.fileno()],
            )

    def status(self) -> int | None:
        """The exit status, or None while it runs."""
        return self.process.poll()

    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self.started

    def output(self) -> str:
        """What DVC and the stage's command have printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def interrupt(self) -> None:
        """Ctrl-C, once, for the stage's command but not for DVC, which may be writing dvc.lock.

        DVC then sees the command fail, or finishes what follows a command that has ended well.
        """
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            for process in psutil.Process(self.process.pid).children(recursive=True):
                in_group = os.getpgid(process.pid) == self.process.pid  # the writer of MLflow's log is not
                if in_group and process.pid not in self.interrupted:
                    self.interrupted.add(process.pid)
                    os.kill(process.pid, signal.SIGINT)

    def kill(self, how: signal.Signals) -> None:
        """A signal for the whole group: DVC killed alone would leave the command running."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
