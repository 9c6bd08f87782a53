"""The shorter budgets of a run: what they are called, and where they lie in its folder.

The full training is written to the folder of the run, a shorter one to `ladder/<share>/` in that folder, with
the same files. Whoever trains writes by these names, and whoever reports reads by them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

LADDER = "ladder"
FULL = 1.0  # the share of the steps that the full training takes
RUNG = re.compile(r"(.+)@(\d+(?:\.\d+)?)")


def rung_name(run: str, share: float) -> str:
    """What a run at a share of its steps is called, such as `full@0.25`; at all of them, its own name."""
    return run if share == FULL else f"{run}@{share:g}"


def rung_of(name: str) -> tuple[str, float | None]:
    """The run and the share of its steps that a name tells, None for the full budget."""
    found = RUNG.fullmatch(name)
    return (found[1], float(found[2])) if found else (name, None)


def rung_folder(folder: Path, share: float) -> Path:
    """Where a run at a share of its steps lies, in the folder of the run."""
    return folder if share == FULL else folder / LADDER / f"{share:g}"


def rungs_in(folder: Path) -> Iterator[float]:
    """The shares of the shorter budgets that were trained, the smallest first."""
    yield from sorted(float(path.parent.name) for path in folder.glob(f"{LADDER}/*/run.json"))
