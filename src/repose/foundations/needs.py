"""Files that a parameter must name under certain values of others, such as weights to begin with.

The table lies in a folder of its own, like the schema: it can stop a stage, never change what it writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from repose.foundations.errors import ReposeError
from repose.foundations.schema import LOADER
from repose.foundations.values import lookup, written

TABLE = Path(__file__).parents[1] / "settings" / "needs.yaml"
WEIGHTS_FROM = "torchvision's IMAGENET1K_V1 at https://download.pytorch.org/models/"


class Need(NamedTuple):
    """Something that is not there."""

    parameter: str  # that asks for it
    value: str | None  # of the parameter
    text: str  # a sentence for the user
    stages: tuple[str, ...] = ()  # beginnings of the commands of the stages that read it


def missing_files(params: Mapping[str, Any], root: Path = Path()) -> Iterator[Need]:
    """Everything in the table that the parameters of the project in `root` ask for and that is not there."""
    for rule in yaml.load(TABLE.read_text(encoding="utf-8"), LOADER):
        if any(lookup(key, params) != value for key, value in rule["when"].items()):
            continue
        reason = ", ".join(f"{key}: {written(value)}" for key, value in rule["when"].items())
        for name, key in entries(rule["parameter"], params):
            above, _, last = key.rpartition(".")
            section = lookup(above, params)
            value = section[last]
            if value is not None and (root / value).is_file():
                continue
            found = "null" if value is None else f"{value} not found"
            what = f"a file of {rule['file'].format(**section)} (with {reason})"
            text = f"{key}: {found}, expected {what}; download it ({WEIGHTS_FROM}) and set {key} to its path"
            yield Need(key, value, text, tuple(stage.replace("*", name) for stage in rule["stages"]))


def entries(pattern: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and keys of the entries that a pattern with at most one `*` stands for; no name without one."""
    before, star, after = pattern.partition("*")
    for name in lookup(before.rstrip("."), params) if star else [""]:
        yield name, f"{before}{name}{after}"


def check_needs(params: Mapping[str, Any], command: Sequence[str]) -> None:
    """Raise a `ReposeError` if the stage that is called by `command` would read a file that is not there."""
    for need in missing_files(params):
        if any(list(command[: len(words)]) == words for words in map(str.split, need.stages)):
            raise ReposeError(need.text)
