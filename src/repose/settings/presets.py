"""The presets: a line per parameter and a column per preset, for all of `scale` and for what else differs.

`presets.yaml` holds the section `scale`, `beside.yaml` the parameters outside it that presets set too.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.representer import RoundTripRepresenter

from repose.foundations.errors import ReposeError
from repose.foundations.files import write_text
from repose.foundations.schema import LOADER, check_params
from repose.foundations.values import written
from repose.settings import PRESETS

TABLE, BESIDE = (Path(__file__).with_name(name) for name in ("presets.yaml", "beside.yaml"))
COMMENTS = 26  # column of the comments in params.yaml


class Explicit(RoundTripRepresenter):
    """Writes `null` as null, not as nothing."""


Explicit.add_representer(type(None), lambda own, _: own.represent_scalar("tag:yaml.org,2002:null", "null"))


def preset(name: str) -> dict[str, Any]:
    """The value of every knob of `scale` under one preset, by dotted key."""
    check_name(name)
    table = yaml.load(TABLE.read_text(encoding="utf-8"), LOADER)
    return {"name": name, **column(table, name)}


def beside(name: str) -> dict[str, Any]:
    """The value of every parameter outside `scale` that a preset sets, by dotted key."""
    check_name(name)
    return column(yaml.load(BESIDE.read_text(encoding="utf-8"), LOADER), name)


def check_name(name: str) -> None:
    """Raise a `ReposeError` unless there is such a preset."""
    if name not in PRESETS:
        raise ReposeError(f"scale: no preset {name!r}, expected one of {', '.join(PRESETS)}")


def column(table: Mapping[str, list[Any]], name: str) -> dict[str, Any]:
    """The values of one preset."""
    return {key: values[PRESETS.index(name)] for key, values in table.items()}


def flatten(section: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted keys of a nested section."""
    flat: dict[str, Any] = {}
    for key, value in section.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat


def switch_scale(name: str, path: str | Path = "params.yaml") -> list[str]:
    """Write a preset into `params.yaml`; comments, order and all other parameters stay.

    The answer has a line for each parameter outside `scale` that has changed. Runs and trunks that the file
    does not have are passed over.
    """
    check_name(name)
    editor = editor_of_params()
    try:
        document = editor.load(Path(path))
    except FileNotFoundError:
        raise ReposeError(f"{path}: not found; run from the project's root") from None
    put(document["scale"], {"name": name, **column(editor.load(TABLE), name)})
    changed = put(document, column(editor.load(BESIDE), name))
    buffer = io.StringIO()
    editor.dump(document, buffer)
    check_params(YAML(typ="safe", pure=True).load(buffer.getvalue()), str(path))
    write_text(path, buffer.getvalue())
    return changed


def editor_of_params() -> YAML:
    """A reader and writer that keeps comments, quotes, and how numbers and lists are written."""
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 4096
    editor.Representer = Explicit
    return editor


def put(document: Any, values: Mapping[str, Any]) -> list[str]:
    """Set values by dotted key, where the section exists; a line for each that was another before."""
    changed = []
    for key, value in values.items():
        *parents, leaf = key.split(".")
        section = document
        for parent in parents:
            section = section.get(parent) if section is not None else None
        if section is None or (leaf in section and section[leaf] == value):
            continue
        changed.append(f"{key}: {written(section.get(leaf))} -> {written(value)}")
        section[leaf] = value
        realign(section, leaf)
    return changed


def realign(section: Any, leaf: str) -> None:
    """Bring back a comment that a longer value has pushed to the right; if need be it is pushed again."""
    for token in section.ca.items.get(leaf) or ():
        if hasattr(token, "start_mark"):
            token.start_mark.column = min(token.start_mark.column, COMMENTS)
