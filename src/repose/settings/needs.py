"""What parameters ask for that is not there: files of weights by name, folders of data sets.

The schema looks at one value at a time; this looks at several, and at the disk. It runs before any stage, so
that a long run does not end at a file that was never downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from repose.foundations.schema import LOADER
from repose.settings.diagram import lookup
from repose.settings.origins import drawn_folder, is_drawn

TABLE = Path(__file__).with_name("needs.yaml")
WEIGHTS_FROM = "torchvision's IMAGENET1K_V1 at https://download.pytorch.org/models/"


class Need(NamedTuple):
    """Something that is not there."""

    parameter: str  # that asks for it
    value: str | None  # of the parameter
    text: str  # a sentence for the user


def unmet(params: Mapping[str, Any], root: Path = Path()) -> list[Need]:
    """Everything that the parameters of the project in `root` ask for and that is not there."""
    return [*missing_files(params, root), *missing_folders(params, root)]


def missing_files(params: Mapping[str, Any], root: Path) -> Iterator[Need]:
    """Files that must be named under certain values of other parameters."""
    for rule in yaml.load(TABLE.read_text(encoding="utf-8"), LOADER):
        if any(lookup(key, dict(params)) != value for key, value in rule["when"].items()):
            continue
        reason = ", ".join(f"{key}: {value}" for key, value in rule["when"].items())
        for key, section in entries(rule["parameter"], params):
            value = section[key.rpartition(".")[2]]
            if value is not None and (root / value).is_file():
                continue
            found = "null" if value is None else f"{value} not found"
            what = f"a file of {rule['file'].format(**section)} (with {reason})"
            remedy = f"download it ({WEIGHTS_FROM}) and set {key} to its path"
            yield Need(key, value, f"{key}: {found}, expected {what}; {remedy}")


def entries(pattern: str, params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Keys that a pattern with at most one `*` stands for, each with the section that holds its value."""
    before, star, after = pattern.partition("*")
    names = list(lookup(before.rstrip("."), dict(params))) if star else [""]
    for name in names:
        key = f"{before}{name}{after}"
        yield key, lookup(key.rpartition(".")[0], dict(params))


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
