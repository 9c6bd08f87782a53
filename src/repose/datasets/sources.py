"""Published files opened without trust: whatever is wrong with one becomes a sentence for the user."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError

AGAIN = "download it again"
LARGEST = 1e9  # no pixel, millimetre, size or flag is larger


def fault(where: str | Path, found: str, expected: str, remedy: str = AGAIN) -> ReposeError:
    """The sentence about a file: what was found, what was expected, what to do."""
    return ReposeError(f"{where}: {' '.join(found.split())}, expected {expected}; {remedy}")


def folder(root: str | Path) -> Path:
    """The root of a data set, which must be a folder."""
    path = Path(root)
    if not path.is_dir():
        found = "not a folder" if path.exists() else "not found"
        raise fault(
            path, found, "the folder of the downloaded data set", "point `datasets.<name>.root` at it"
        )
    return path


def first_existing(root: Path, names: Iterable[str], what: str) -> Path:
    """The first of the names that exists below the root."""
    names = tuple(names)
    for name in names:
        if (root / name).exists():
            return root / name
    raise fault(root, f"no {' nor '.join(names)} in it", what, "point the root at the unpacked download")


def candidates(root: Path, suffixes: tuple[str, ...], depth: int = 2) -> list[Path]:
    """The files with one of the suffixes at most `depth` folders below the root, sorted."""
    found: list[Path] = []
    for level in range(depth + 1):
        found += [
            path for path in root.glob("*/" * level + "*") if path.suffix in suffixes and path.is_file()
        ]
    return sorted(found)


def crashes(load: Callable[[], Any]) -> bool:
    """Whether a call kills the process that makes it, tried in a child; exceptions do not count."""
    child = os.fork()
    if child == 0:
        faulthandler.disable()
        with contextlib.suppress(BaseException):
            load()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def read_mat(path: Path, *names: str, objects: bool = False) -> dict[str, Any]:
    """The named variables of a MATLAB file (5 to 7.2); with `objects`, structs as objects, axes squeezed.

    Some damaged files kill SciPy's reader instead of raising, so it is tried in a child process first.
    """
    import scipy.io

    def load() -> dict[str, Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dict(
                scipy.io.loadmat(path, variable_names=names, struct_as_record=not objects, squeeze_me=objects)
            )

    if crashes(load):
        raise fault(path, "a file that breaks its reader", "a whole MATLAB file")
    try:
        content = load()
    except FileNotFoundError:
        raise fault(path, "not found", "a MATLAB file") from None
    except NotImplementedError:
        raise fault(path, "a MATLAB 7.3 file", "a MATLAB file up to version 7.2") from None
    except Exception as error:  # scipy meets damaged files with many kinds of exception
        reason = str(error) or type(error).__name__
        raise fault(path, f"not readable as a MATLAB file ({reason})", "a whole MATLAB file") from None
    for name in names:
        if name not in content:
            raise fault(path, f"no variable `{name}`", f"`{name}` in it")
    return {name: content[name] for name in names}


def read_h5(path: Path, *names: str) -> dict[str, np.ndarray]:
    """The named arrays of an HDF5 file (as MATLAB 7.3 files are)."""
    import h5py

    def load() -> dict[str, np.ndarray]:
        with h5py.File(path, "r") as file:
            for name in names:
                if not isinstance(file.get(name), h5py.Dataset):
                    raise fault(
                        path, f"no array `{name}` (found {', '.join(file) or 'nothing'})", f"`{name}`"
                    )
            return {name: file[name][()] for name in names}

    if crashes(load):
        raise fault(path, "a file that breaks its reader", "a whole HDF5 file")
    try:
        return load()
    except FileNotFoundError:
        raise fault(path, "not found", "an HDF5 file") from None
    except ReposeError:
        raise
    except Exception as error:  # h5py meets damaged files with OSError, RuntimeError, KeyError …
        raise fault(path, f"not readable as HDF5 ({error})", "a whole HDF5 file") from None


def read_lines(path: Path) -> list[str]:
    """The lines of a text file."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise fault(path, "not found", "a text file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise fault(path, f"not readable as text ({error})", "a text file") from None


def numbers(value: Any, shape: Sequence[int | None], where: str | Path, finite: bool = True) -> np.ndarray:
    """`value` as an array of float64 of a shape (None: any length), without NaN unless allowed."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise fault(where, "something else than numbers", f"an array of shape {shown(shape)}") from None
    fits = array.ndim == len(shape) and all(
        s is None or s == n for s, n in zip(shape, array.shape, strict=True)
    )
    if not fits:
        raise fault(where, f"an array of shape {shown(array.shape)}", f"shape {shown(shape)}")
    if finite and not np.isfinite(array).all():
        count = int((~np.isfinite(array)).sum())
        raise fault(where, f"{count} values that are NaN or infinite", "numbers only")
    if array.size and (largest := float(np.nanmax(np.abs(array), initial=0))) > LARGEST:
        raise fault(where, f"a value of {largest:.3g}", f"nothing beyond {LARGEST:.0g}")
    return array


def shown(shape: Sequence[int | None]) -> str:
    """A shape as text, N for any length."""
    return "(" + ", ".join("N" if n is None else str(n) for n in shape) + ")"


def entry(record: Any, key: str, where: str | Path) -> Any:
    """`record[key]` of a dictionary; a `ReposeError` if it is not one or lacks the key."""
    if not isinstance(record, dict):
        raise fault(where, f"a {type(record).__name__}", f"a dictionary with `{key}`")
    if key not in record:
        raise fault(
            where, f"no `{key}` (found {', '.join(map(str, list(record)[:12])) or 'nothing'})", f"`{key}`"
        )
    return record[key]


def records(value: Any, where: str | Path) -> list[Any]:
    """A list that is not empty."""
    if not isinstance(value, list) or not value:
        found = "an empty list" if isinstance(value, list) else f"a {type(value).__name__}"
        raise fault(where, found, "a list of annotations")
    return value


def stacked(found: list[Any], key: str, shape: Sequence[int | None], where: str | Path) -> np.ndarray:
    """One key of every record as an array (N, *shape)."""
    parts = []
    for index, record in enumerate(found):
        place = f"{where}: record {index}"
        parts.append(numbers(entry(record, key, place), shape, f"{place}, `{key}`"))
    return np.stack(parts)
