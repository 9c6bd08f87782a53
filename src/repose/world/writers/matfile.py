"""MATLAB files whose bytes depend on nothing but their values."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

HEADER = 116  # bytes of free text at the start of a MATLAB 5 file; SciPy writes the date there
TEXT = b"MATLAB 5.0 MAT-file"


def save_mat(path: str | Path, variables: Mapping[str, Any]) -> None:
    """Write a MATLAB 5 file without the date."""
    from scipy.io import savemat

    Path(path).parent.mkdir(parents=True, exist_ok=True)
    savemat(path, dict(variables), oned_as="row")
    with open(path, "r+b") as file:
        file.write(TEXT.ljust(HEADER))


def struct_array(records: Sequence[Mapping[str, Any]], fields: Sequence[str] | None = None) -> np.ndarray:
    """A 1 x N MATLAB struct array; a field that a record lacks is empty."""
    fields = list(fields or records[0])
    array = np.empty((1, len(records)), dtype=[(name, object) for name in fields])
    for n, record in enumerate(records):
        array[0, n] = tuple(record.get(name, EMPTY) for name in fields)
    return array


def cells(values: Sequence[Any], rows: bool = True) -> np.ndarray:
    """A MATLAB cell array, N x 1 (or 1 x N)."""
    array = np.empty((len(values), 1) if rows else (1, len(values)), dtype=object)
    for n, value in enumerate(values):
        array.flat[n] = value
    return array


EMPTY = np.zeros((0, 0))
