"""Pickles whose bytes depend on nothing but the values.

A pickle also tells which equal objects are one and the same; values that came from another process, or from
another place in this one, would differ there.
"""

import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np


def save_pickle(path: Path, value: Any, protocol: int = 4) -> None:
    """Write one value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(canonical(value), protocol=protocol))


def canonical(value: Any) -> Any:
    """The same value of fresh containers, fresh arrays of numpy's own types, and strings that exist once."""
    if isinstance(value, np.ndarray):
        fresh = np.empty(value.shape, value.dtype.type)  # np.array would keep an unpickled type
        fresh[...] = value
        return fresh
    if isinstance(value, str):
        return sys.intern(value)
    if isinstance(value, dict):
        return {canonical(key): canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([canonical(item) for item in value])
    return value
