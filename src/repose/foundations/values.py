"""Values of parameters: found by dotted key, written as `params.yaml` writes them."""

from collections.abc import Mapping
from typing import Any


def lookup(key: str, values: Mapping[str, Any]) -> Any:
    """The value at `a.b.c`."""
    value: Any = values
    for name in key.split("."):
        value = value[name]
    return value


def written(value: Any) -> str:
    """A value as `params.yaml` writes it."""
    if isinstance(value, list):
        return f"[{', '.join(written(item) for item in value)}]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
