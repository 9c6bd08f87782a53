"""`dvc repro`, with independent stages side by side."""

import contextlib
import fcntl
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dvc.exceptions import DvcException
from dvc.repo import Repo
from tqdm import tqdm

from repose.driver.child import SIGNALS, with_cause
from repose.driver.plan import Plan, keep_order, settle_order
from repose.driver.run import Bounds, Driver
from repose.foundations.errors import ReposeError
from repose.foundations.parameters import load_params
from repose.settings.needs import unmet
from repose.settings.origins import origins

UP_TO_DATE = "everything is up to date"
INTERRUPTED = 130


def repro(targets: Sequence[str], bounds: Bounds, dry: bool = False) -> int:
    """Bring targets, by default all stages of dvc.yaml, up to date; the exit status."""
    try:
        repo = Repo()
        return list_changed(Plan(repo, targets)) if dry else drive(repo, targets, bounds)
    except DvcException as error:
        raise ReposeError(f"DVC: {with_cause(error)}") from error


def drive(repo: Repo, targets: Sequence[str], bounds: Bounds) -> int:
    """Run what has changed; the exit status."""
    with only_driver(repo), noted_signals() as signals:
        plan = Plan(repo, targets)
        if needs := needed(plan, parameters(plan)):
            print(*(f"error: {need}" for need in needs), sep="\n", file=sys.stderr)
            return 1
        logs = Path(repo.tmp_dir, "repro-logs")
        logs.mkdir(exist_ok=True)
        keep_order(plan)
        tqdm.monitor_interval = 0  # no thread that could hold a lock when a child is forked
        driver = Driver(plan, bounds, logs, list(plan.stages))
        try:
            driver.work(signals)
        finally:
            driver.end_children(signals)
            settle_order(plan, complete=len(driver.done) == len(plan.stages))
    return report(driver)


def parameters(plan: Plan) -> dict[str, Any]:
    """The checked parameters of the project; none if it has no params.yaml."""
    path = Path(plan.repo.root_dir, "params.yaml")
    return load_params(path) if path.is_file() else {}


def needed(plan: Plan, params: dict[str, Any]) -> list[str]:
    """A sentence for each thing that the plan's stages are told to read and that is not there."""
    needs = unmet(params, Path(plan.repo.root_dir)) if params else []
    return [need.text for need in needs if plan.concerns(need.parameter, need.value)]


def report(driver: Driver) -> int:
    """Say how it went; the exit status."""
    if driver.failed:
        print(f"failed: {', '.join(driver.failed)}")
    if driver.not_run:
        print(f"not run, because they need what failed: {', '.join(driver.not_run)}")
    if driver.left():
        print("interrupted; the same command goes on from here")
        return INTERRUPTED
    if not driver.failed:
        print(f"{driver.ran} stages done, {UP_TO_DATE}" if driver.ran else UP_TO_DATE)
    return 1 if driver.failed else 0


def list_changed(plan: Plan) -> int:
    """Print where data are from and what is needed, then the stages that would run or be compared again."""
    if params := parameters(plan):
        print(*origins(params, Path(plan.repo.root_dir)), sep="\n")
    print(*(f"needed: {need}\n" for need in needed(plan, params)), sep="", end="")
    touched: set[str] = set()
    with plan.reading():
        for name in plan.stages:
            if plan.needs[name] & touched:
                print(f"would compare  {name}")
            elif plan.changed(name):
                print(f"would run      {name}")
            else:
                continue
            touched.add(name)
    if not touched:
        print(UP_TO_DATE)
    return 0


@contextlib.contextmanager
def only_driver(repo: Repo) -> Iterator[None]:
    """The right to drive this repository, given up when this process and its children have ended."""
    with open(Path(repo.tmp_dir, "repro.lock"), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            found = "another `repro`, or a stage that it started, is at work in this repository"
            raise ReposeError(f"{file.name}: {found}; wait until it has ended, or stop it") from None
        yield  # its children inherit the open file


@contextlib.contextmanager
def noted_signals() -> Iterator[list[int]]:
    """Ctrl-C, a request to end and a closed terminal are noted and cut nothing off."""
    noted: list[int] = []
    before = {number: signal.getsignal(number) for number in SIGNALS}
    if before[signal.SIGHUP] == signal.SIG_IGN:  # nohup
        del before[signal.SIGHUP]
    for number in before:
        signal.signal(number, lambda number, frame: noted.append(number))
    try:
        yield noted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
