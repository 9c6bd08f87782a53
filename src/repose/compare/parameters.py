"""The parameters of a snapshot, and those that differ, by the dotted keys that `dvc exp run -S` takes."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from repose.compare.revisions import Snapshot
from repose.foundations.errors import ReposeError

FILE = "params.yaml"
MISSING = object()


class Difference(NamedTuple):
    """A key with its two values; `MISSING` where a side has no such key."""

    key: str
    old: Any
    new: Any


def parameters_of(snapshot: Snapshot) -> Any:
    """The values of `params.yaml`; none where there is no such file."""
    try:
        return YAML(typ="safe", pure=True).load(snapshot.texts.get(FILE, "")) or {}
    except YAMLError as error:
        raise ReposeError(f"{FILE} in {snapshot.name}: not readable as YAML: {error}") from None


def differing(old: Any, new: Any, key: str = "") -> Iterator[Difference]:
    """The values that differ, lists as a whole; a section that one side lacks is one value."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in [*new, *(name for name in old if name not in new)]:
            inner = f"{key}.{name}" if key else str(name)
            yield from differing(old.get(name, MISSING), new.get(name, MISSING), inner)
    elif old != new:
        yield Difference(key, old, new)
