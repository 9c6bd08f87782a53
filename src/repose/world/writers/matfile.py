"""MATLAB 5 files whose bytes depend on nothing but their values.

Written here because SciPy puts the date into them, and takes ten times as long over MPII's nested structs.
What SciPy reads back is tested.
"""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

TEXT = b"MATLAB 5.0 MAT-file"
INT8, UINT16, INT32, UINT32, DOUBLE, MATRIX = 1, 4, 5, 6, 9, 14  # types of data elements
CELL_CLASS, STRUCT_CLASS, CHAR_CLASS, DOUBLE_CLASS = 1, 2, 4, 6  # classes of matrices
FIELD_LENGTH = 32  # bytes of a field's name, with a zero at its end
EMPTY = np.zeros((0, 0))


def save_mat(path: str | Path, variables: Mapping[str, Any]) -> None:
    """Write numbers, texts, arrays (as double), dicts (as structs), and what the functions below make."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    header = TEXT.ljust(124) + struct.pack("<H2s", 0x0100, b"IM")
    Path(path).write_bytes(header + b"".join(encoded(value, name) for name, value in variables.items()))


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


def element(kind: int, data: bytes) -> bytes:
    """One data element, padded to eight bytes."""
    return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def matrix(kind: int, shape: Sequence[int], content: bytes, name: str = "") -> bytes:
    """One matrix of a class: flags, dimensions, name, content."""
    body = struct.pack("<IIII", UINT32, 8, kind, 0)
    body += element(INT32, np.array(shape, "<i4").tobytes()) + element(INT8, name.encode()) + content
    return struct.pack("<II", MATRIX, len(body)) + body


NUMBER = matrix(DOUBLE_CLASS, (1, 1), element(DOUBLE, bytes(8)))[:-8]  # all of a single number but itself


def encoded(value: Any, name: str = "") -> bytes:
    """A value as a matrix."""
    if isinstance(value, int | float) and not name:
        return NUMBER + struct.pack("<d", value)
    if isinstance(value, str):
        text = element(UINT16, value.encode("utf-16-le"))
        return matrix(CHAR_CLASS, (int(bool(value)), len(value)), text, name)
    if isinstance(value, dict):
        return matrix(STRUCT_CLASS, (1, 1), fields_of(value, [value.values()]), name)
    array = np.atleast_2d(value)
    flat = array.T.reshape(-1)  # columns first
    if array.dtype.names:
        return matrix(STRUCT_CLASS, array.shape, fields_of(array.dtype.names, flat.tolist()), name)
    if array.dtype == object:
        return matrix(CELL_CLASS, array.shape, b"".join(encoded(item) for item in flat.tolist()), name)
    return matrix(DOUBLE_CLASS, array.shape, element(DOUBLE, flat.astype("<f8").tobytes()), name)


def fields_of(names: Any, records: Sequence[Any]) -> bytes:
    """A struct's content: the fields' names, then their values record by record."""
    padded = b"".join(name.encode().ljust(FIELD_LENGTH, b"\0") for name in names)
    length = struct.pack("<HHi", INT32, 4, FIELD_LENGTH)
    return length + element(INT8, padded) + b"".join(encoded(item) for record in records for item in record)
