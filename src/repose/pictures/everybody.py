"""What systems answer that find everybody in a picture, and which trained runs can.

Legend: N people, J joints.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json


class Everybody(NamedTuple):
    """The people of a picture, the surest first; pixels' centres are whole numbers."""

    joints2d_px: np.ndarray  # N, J, 2; guesses where a joint was not found
    score: np.ndarray  # N, J; also of guesses
    found: np.ndarray  # N, J bool
    person_score: np.ndarray  # N


def knows(folder: Path, *keys: str) -> bool:
    """Whether a folder is that of a run whose configuration has all the keys."""
    path = folder / "run.json"
    return path.is_file() and set(keys) <= read_json(path).get("configuration", {}).keys()


def record_of(folder: Path, is_run: Callable[[Path], bool]) -> dict[str, Any]:
    """The `run.json` of a run that finds people; where it is none, the error names those that are there."""
    if not is_run(folder):
        known = sorted(run.name for run in folder.parent.glob("*") if is_run(run))
        have = f"found {', '.join(known)}" if known else f"there is none in {folder.parent}"
        raise ReposeError(f"{folder}: no run that finds people, {have}; train it with `dvc repro`")
    record: dict[str, Any] = read_json(folder / "run.json")
    return record
