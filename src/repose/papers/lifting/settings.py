"""What the pages on both lifting papers say about their scale."""

from collections.abc import Mapping
from typing import Any


def listed(scale: Mapping[str, Any]) -> Mapping[str, Any]:
    """The scale's values, those of its schedule last."""
    return {key: value for key, value in scale.items() if key != "train"} | scale["train"]
