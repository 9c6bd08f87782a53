"""The presets of the `scale` section: one line per knob, one column per preset, in `presets.yaml`."""

import io
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML

from repose.foundations.errors import ReposeError
from repose.foundations.files import write_text
from repose.foundations.schema import LOADER, check_params

PRESETS = ("smoke", "default", "paper")
TABLE = Path(__file__).with_name("presets.yaml")


def preset(name: str) -> dict[str, Any]:
    """The value of every knob of `scale` under one preset, by dotted key."""
    if name not in PRESETS:
        raise ReposeError(f"scale: no preset {name!r}, expected one of {', '.join(PRESETS)}")
    table = yaml.load(TABLE.read_text(encoding="utf-8"), LOADER)
    return {"name": name, **{key: values[PRESETS.index(name)] for key, values in table.items()}}


def flatten(section: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted keys of a nested section."""
    flat: dict[str, Any] = {}
    for key, value in section.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat


def switch_scale(name: str, path: str | Path = "params.yaml") -> None:
    """Write a preset into `params.yaml`; comments, order and all other sections stay."""
    values = preset(name)
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 4096
    try:
        document = editor.load(Path(path))
    except FileNotFoundError:
        raise ReposeError(f"{path}: not found; run from the project's root") from None
    for key, value in values.items():
        *parents, leaf = key.split(".")
        section = document["scale"]
        for parent in parents:
            section = section[parent]
        section[leaf] = value
    buffer = io.StringIO()
    editor.dump(document, buffer)
    check_params(YAML(typ="safe", pure=True).load(buffer.getvalue()), str(path))
    write_text(path, buffer.getvalue())
