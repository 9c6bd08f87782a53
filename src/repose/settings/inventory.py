"""Every configured data set: where it should be, whether it is usable, and which systems use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from repose.datasets.check import check
from repose.datasets.readers import source_of
from repose.foundations.errors import ReposeError
from repose.foundations.progress import progress
from repose.metrics.score import aligned
from repose.report.room import room_of
from repose.settings.needs import missing_folders
from repose.settings.origins import drawn_folder

USABLE, UNDRAWN, MISSING, FAULTY = "usable", "not drawn yet", "missing", "faulty"
SOURCES = {"world": "drawn by the world", "real": "real"}


@dataclass(frozen=True)
class Entry:
    """One configured data set."""

    dataset: str
    root: str
    source: str  # world or real
    state: str
    used_by: tuple[str, ...]  # systems
    files: int = 0
    bytes: int = 0
    poses: int = 0
    pictures: int = 0
    fault: str = ""  # what is missing or broken

    @property
    def sound(self) -> bool:
        """Whether nothing has to be done about it."""
        return self.state in (USABLE, UNDRAWN)

    def facts(self) -> dict[str, Any]:
        """All of it, for scripts."""
        return asdict(self) | {"used_by": list(self.used_by)}


def inventory(params: Mapping[str, Any], root: Path = Path()) -> Iterator[Entry]:
    """Check every data set that the parameters of the project in `root` name, in their order."""
    users = users_of(params["systems"])
    lacking = {need.parameter: need.text for need in missing_folders(params, root)}
    sets = params["datasets"]
    for name in progress(sets, "checking data sets", len(sets)):
        folder = sets[name]["root"]
        yield entry(name, folder, params, root, users.get(name, ()), lacking.get(f"datasets.{name}.root"))


def entry(
    name: str, folder: str, params: Mapping[str, Any], root: Path, users: tuple[str, ...], fault: str | None
) -> Entry:
    """One data set; `fault` says what is wrong with its root, if anything is."""
    drawn = drawn_folder(folder, params, root) is not None
    path = root / folder
    source = source_of(path) if path.is_dir() else "world" if drawn else "real"
    if fault:
        return Entry(name, folder, source, MISSING, users, fault=fault)
    if not path.is_dir():
        return Entry(name, folder, source, UNDRAWN, users)
    try:
        found = check(name, path)
    except ReposeError as error:
        return Entry(name, folder, source, FAULTY, users, fault=" ".join(str(error).split()))
    counts = (found.files, found.bytes, found.total("poses"), found.total("pictures"))
    return Entry(name, folder, source, USABLE, users, *counts)


def users_of(systems: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The systems that train on a data set or are scored on it, by its name."""
    users: dict[str, tuple[str, ...]] = {}
    for system in systems:
        for name in room_of(system).data_sets():
            users[name] = (*users.get(name, ()), system)
    return users


def inventory_text(entries: Sequence[Entry]) -> str:
    """A table with a row per data set, the faults below it, and a last line that counts."""
    head = ["data set", "poses", "pictures", "state", "source", "used by", "folder"]
    rows = [[e.dataset, counted(e.poses), counted(e.pictures), e.state, SOURCES[e.source],
             ", ".join(e.used_by) or "the data page alone", e.root] for e in entries]  # fmt: skip
    lines = [aligned([head, *rows], left=(0, 3, 4, 5, 6))]
    lines += [f"{e.dataset}: {e.fault}" for e in entries if e.fault]
    return "\n".join([*lines, summary(entries)])


def counted(number: int) -> str:
    """A number for the table; – where nothing was counted."""
    return f"{number:,}" if number else "–"


def summary(entries: Sequence[Entry]) -> str:
    """How many sets are in which state."""
    states = [entry.state for entry in entries]
    counts = {state: states.count(state) for state in (USABLE, UNDRAWN, MISSING, FAULTY)}
    remedy = {UNDRAWN: " (`python -m repose repro` draws them)"}
    told = [f"{count} {state}{remedy.get(state, '')}" for state, count in counts.items() if count]
    return f"{len(states)} data sets: {', '.join(told)}"
