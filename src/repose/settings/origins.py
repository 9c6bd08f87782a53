"""Where each data set's files are from by the parameters: drawn by the world, or read from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repose.datasets.mpi_inf_3dhp import has_training_set
from repose.datasets.readers import source_of
from repose.world.folders import draws_into

TEST_ONLY = "mpi_inf_3dhp"  # may come without its training set


def drawn_folder(folder: str, params: Mapping[str, Any], root: Path = Path()) -> str | None:
    """The data set that the world draws into a folder; None for any other folder."""
    return next((name for name in params["world"]["sizes"] if draws_into(folder, name, root)), None)


def is_drawn(name: str, params: Mapping[str, Any], root: Path = Path()) -> bool:
    """Whether the world draws a data set: only where its root is the world's folder for it."""
    return drawn_folder(params["datasets"][name]["root"], params, root) == name


def origins(params: Mapping[str, Any], root: Path = Path()) -> list[str]:
    """A line for the sets that are drawn, and one for each set that is read from elsewhere."""
    roots = {name: entry["root"] for name, entry in params["datasets"].items()}
    drawn = [name for name, folder in roots.items() if drawn_folder(folder, params, root)]
    lines = [f"scale {params['scale']['name']}; drawn by the world: {', '.join(drawn) or 'none'}"]
    return lines + [
        elsewhere(name, Path(folder), root) for name, folder in roots.items() if name not in drawn
    ]


def elsewhere(name: str, folder: Path, root: Path) -> str:
    """Where a data set is read from, and whose files these are."""
    path = root / folder
    if not path.is_dir():
        return f"{name}: {folder}, not found"
    whose = "drawn files" if source_of(path) == "world" else "published files"
    lacking = name == TEST_ONLY and not has_training_set(path)
    without = ", without S1 to S8, on which fusion trains; gcn needs the test set alone"
    return f"{name}: {whose} in {folder}{without if lacking else ''}"
