"""One stage at work: a fork of the driver, in a process group of its own, its output in a file.

A fork has DVC and the pipeline loaded; `dvc repro --single-item` would load both anew for each stage.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from dvc.exceptions import DvcException
from dvc.lock import make_lock
from dvc.repo import lock_repo

from repose.driver.lock_file import record

FORK = multiprocessing.get_context("fork")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # those that the driver notes


class Child:
    """A running stage; DVC restores it from its cache or runs it, and its entry in dvc.lock is written."""

    def __init__(self, stage: Any, logs: Path) -> None:
        self.log = logs / f"{stage.addressing.replace('/', '_')}.log"
        self.log.write_bytes(b"")
        self.interrupted: set[int] = set()
        self.started = time.monotonic()
        self.process = FORK.Process(target=work, args=(stage, self.log))
        self.process.start()

    def status(self) -> int | None:
        """The exit status, or None while it runs."""
        return self.process.exitcode

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
            if group := self.process.pid:  # never 0, which would be the driver's own
                os.killpg(group, how)


def work(stage: Any, log: Path) -> None:
    """Reproduce a stage, in the forked process."""
    os.setsid()  # Ctrl-C on the terminal reaches the driver alone
    with open(os.devnull, "rb") as nothing, open(log, "wb") as output:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, signal.SIG_DFL)
    try:
        reproduce(stage)
    except DvcException as error:
        sys.exit(f"ERROR: failed to reproduce '{stage.addressing}': {with_cause(error)}")


def with_cause(error: DvcException) -> str:
    """What DVC says, and why."""
    return "; ".join(str(cause) for cause in (error, error.__cause__) if cause)


def reproduce(stage: Any) -> None:
    """What `dvc --wait-for-lock repro --single-item` does."""
    repo = stage.repo
    hardlink = repo.config["core"].get("hardlink_lock", False)
    lock = Path(repo.tmp_dir, "lock")
    repo.lock = make_lock(str(lock), tmp_dir=repo.tmp_dir, hardlink_lock=hardlink, friendly=True, wait=True)
    with lock_repo(repo), repo.scm_context:
        if stage.reproduce():
            record(stage)
