"""Stages side by side: each starts when all that it needs is done and there is room for it."""

import contextlib
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from dvc.lock import LockError

from repose.driver.child import Child
from repose.driver.plan import Plan
from repose.foundations.processes import usable_cores
from repose.foundations.progress import duration

PAUSE_S = 0.1  # between two looks at the children
GRACE_S = 20.0  # for a child to end after Ctrl-C, and again after SIGTERM
LAST_LINES = 20  # of a failed stage's output


@dataclass(frozen=True)
class Bounds:
    """What all running stages together may take; a stage alone always runs."""

    jobs: int = field(default_factory=usable_cores)
    memory_gib: float = field(default_factory=lambda: psutil.virtual_memory().available / 2**30)


@dataclass
class Driver:
    """One call. A stage waits for others, is ready, runs, and is done or has failed, or will not run."""

    plan: Plan
    bounds: Bounds
    logs: Path
    waiting: list[str]  # in the plan's order
    ready: list[str] = field(default_factory=list)
    running: dict[str, Child] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    ran: int = 0

    def left(self) -> int:
        """How many stages may still have to run."""
        return len(self.waiting) + len(self.ready) + len(self.running)

    def work(self, signals: list[int]) -> None:
        """Run what is left, or until a signal comes."""
        while not signals:
            self.compare(signals)
            self.start()
            if not self.left():
                break
            time.sleep(PAUSE_S)
            self.collect()

    def compare(self, signals: list[int]) -> None:
        """Compare the stages whose needs are all done with dvc.lock: they are ready to run, or done."""
        if not any(self.plan.needs[name] <= self.done for name in self.waiting):
            return
        with contextlib.suppress(LockError), self.plan.reading():  # held by another: again at the next look
            for name in list(self.waiting):
                if signals or not self.plan.needs[name] <= self.done:
                    continue
                changed = self.plan.changed(name)
                self.waiting.remove(name)
                if changed:
                    self.ready.append(name)
                    continue
                self.done.add(name)
                if self.ran:
                    say("unchanged", name, f"; {self.left()} left")

    def start(self) -> None:
        """Start what there is room for, those first for which the longest chain waits.

        What does not fit holds back those after it, or it could wait until all of them are done.
        """
        for name in sorted(self.ready, key=lambda name: -self.plan.chain[name]):
            if self.running and not self.fits([*self.running, name]):
                break
            self.ready.remove(name)
            self.running[name] = Child(self.plan.stages[name], self.logs)
            say("started", name)

    def fits(self, names: list[str]) -> bool:
        """Whether stages may run together."""
        cores, memory_gib = zip(*(self.plan.weights[name] for name in names), strict=True)
        used = sum(min(wanted, self.bounds.jobs) for wanted in cores)
        return used <= self.bounds.jobs and sum(memory_gib) <= self.bounds.memory_gib

    def collect(self) -> None:
        """Note which children have ended, and how."""
        for name, child in list(self.running.items()):
            if child.status() is None:
                continue
            del self.running[name]
            self.ran += 1
            if child.status() == 0:
                self.done.add(name)
                cached = ", from the cache" if f"'{name}' is cached" in child.output() else ""
                say("ended", name, f" after {duration(child.seconds())}{cached}; {self.left()} left")
            else:
                self.give_up(name)
                say("FAILED", name, f" after {duration(child.seconds())}; {self.left()} left")
                show_end(child)

    def give_up(self, name: str) -> None:
        """A stage has failed: what needs it, directly or not, will not run."""
        self.failed.append(name)
        for other in list(self.waiting):
            if self.plan.needs[other] & {*self.failed, *self.not_run}:
                self.waiting.remove(other)
                self.not_run.append(other)

    def end_children(self, signals: list[int]) -> None:
        """Interrupt the stages' commands; what goes on is told more firmly, at once by further Ctrl-C."""
        asked = time.monotonic()
        while alive := [child for child in self.running.values() if child.status() is None]:
            firmness = max((time.monotonic() - asked) / GRACE_S, len(signals) - 1)
            for child in alive:
                if firmness < 1:
                    child.interrupt()
                else:
                    child.kill(signal.SIGTERM if firmness < 2 else signal.SIGKILL)
            time.sleep(PAUSE_S)
        for name, child in list(self.running.items()):
            child.kill(signal.SIGKILL)  # what a command has left behind in its group
            if child.status() != 0:
                del self.running[name]
                self.ready.append(name)
                say("stopped", name)
        self.collect()


def say(what: str, name: str, more: str = "") -> None:
    """Print a stage's line at once."""
    print(f"{what:9}  {name}{more}", flush=True)


def show_end(child: Child) -> None:
    """The last lines of a failed stage's output, on stderr."""
    tail = child.output().rstrip().splitlines()[-LAST_LINES:]
    text = "\n    ".join(["", *tail, f"(all of it: {child.log})"])
    print(text.lstrip("\n"), file=sys.stderr, flush=True)
