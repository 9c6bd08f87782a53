"""What parameters ask for that is not there: files of weights by name, folders of data sets.

The schema looks at one value at a time; this looks at several, and at the disk. It runs before any stage, so
that a long run does not end at a file that was never downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from repose.foundations.needs import Need, missing_files
from repose.settings.origins import drawn_folder, is_drawn


def unmet(params: Mapping[str, Any], root: Path = Path()) -> list[Need]:
    """Everything that the parameters of the project in `root` ask for and that is not there."""
    return [*missing_files(params, root), *missing_folders(params, root)]


def missing_folders(params: Mapping[str, Any], root: Path) -> Iterator[Need]:
    """Roots of data sets that are not there, or in which nothing is drawn."""
    for name, entry in params["datasets"].items():
        key, folder = f"datasets.{name}.root", entry["root"]
        owner = drawn_folder(folder, params, root)
        if owner is None and not (root / folder).is_dir():
            remedy = "point it at the folder of the downloaded data set, which holds its files as unpacked"
            yield Need(key, folder, f"{key}: {folder} not found, expected a folder; {remedy}")
        elif owner is not None and not is_drawn(owner, params, root):
            found = f"nothing is drawn there, because datasets.{owner}.root is another folder"
            yield Need(key, folder, f"{key}: {folder}: {found}; point both at the real files, or neither")
