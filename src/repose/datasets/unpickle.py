"""Pickles read without trust: arrays, scalars and plain containers, and nothing else."""

import builtins
import codecs
import collections
import pickle
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy._core.multiarray import _reconstruct, scalar
from numpy._core.numeric import _frombuffer  # type: ignore[attr-defined]

from repose.datasets.sources import fault
from repose.foundations.errors import ReposeError

UNTRUSTED = "do not use this file, download it again from the data set's authors"


def _latin1(text: str, encoding: str = "latin1") -> bytes:
    """How Python 3 writes bytes into a pickle of protocol 2."""
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError(f"an encoding {encoding!r}")
    return codecs.latin_1_encode(text)[0]


PLAIN = (
    "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "set", "str",
    "tuple",
)  # fmt: skip
ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("_codecs", "encode"): _latin1,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
for _package in ("numpy.core", "numpy._core"):  # numpy 1 and 2
    ALLOWED[_package + ".multiarray", "_reconstruct"] = _reconstruct
    ALLOWED[_package + ".multiarray", "scalar"] = scalar
    ALLOWED[_package + ".numeric", "_frombuffer"] = _frombuffer
for _name in PLAIN:
    ALLOWED["builtins", _name] = ALLOWED["__builtin__", _name] = getattr(builtins, _name)
ALLOWED["__builtin__", "unicode"] = str
ALLOWED["__builtin__", "long"] = int


class Forbidden(Exception):
    """A pickle asked for something that is not data."""


class DataUnpickler(pickle.Unpickler):
    """An unpickler that builds data and calls nothing."""

    def find_class(self, module: str, name: str) -> Any:
        """The allowed things only."""
        if (module, name) not in ALLOWED:
            raise Forbidden(f"{module}.{name}")
        return ALLOWED[module, name]


def unpickle(file: IO[bytes], path: str | Path) -> Any:
    """The data of a pickle (of Python 2 or 3); anything but arrays and containers is refused."""
    try:
        return DataUnpickler(file, encoding="latin1").load()
    except Forbidden as error:
        raise fault(
            path, f"a pickle that asks for `{error}`", "arrays and plain containers", UNTRUSTED
        ) from None
    except Exception as error:  # a damaged pickle may end in nearly any exception
        raise fault(
            path, f"not readable as a pickle ({error or type(error).__name__})", "a whole pickle"
        ) from None


def read_pickle(path: str | Path) -> Any:
    """The data of a pickle file."""
    try:
        with open(path, "rb") as file:
            return unpickle(file, path)
    except OSError as error:
        raise fault(path, f"not readable ({error.strerror})", "a pickle file") from None


def read_object_npz(path: str | Path, *names: str) -> dict[str, Any]:
    """The named entries of an npz, objects in it read as data only; a 0-d array gives its object."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = {name.removesuffix(".npy") for name in archive.namelist()}
            if missing := [name for name in names if name not in found]:
                raise fault(
                    path, f"no array `{missing[0]}` (found {', '.join(sorted(found))})", f"`{missing[0]}`"
                )
            return {name: _read_entry(archive, name, path) for name in names}
    except ReposeError:
        raise
    except FileNotFoundError:
        raise fault(path, "not found", "an npz file") from None
    except Exception as error:  # a damaged archive: BadZipFile, zlib.error, ValueError, EOFError, OSError …
        raise fault(
            path, f"not readable as npz ({error or type(error).__name__})", "a whole npz file"
        ) from None


def _read_entry(archive: zipfile.ZipFile, name: str, path: str | Path) -> Any:
    with archive.open(f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        header = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = header(file)
        if dtype.hasobject:
            value = unpickle(file, path)
            while file.read(1 << 20):  # to the end, where the archive compares its checksum
                pass
            return value.item() if shape == () else value
    with archive.open(f"{name}.npy") as file:
        return np.lib.format.read_array(file, allow_pickle=False)
