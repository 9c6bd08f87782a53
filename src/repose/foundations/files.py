"""Files written whole or not at all, read without trust, and kept inside their root."""

import contextlib
import csv
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError


@contextlib.contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends without an error."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path: str | Path) -> Iterator[Path]:
    """A new folder that takes the place of `path` when the block ends without an error."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        shutil.rmtree(path, ignore_errors=True)
        os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a UTF-8 text with Unix line ends."""
    with atomic(path) as temporary:
        temporary.write_bytes(text.encode())


def write_json(path: str | Path, value: Any) -> None:
    """Write JSON with sorted keys, so that equal values are equal bytes."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: str | Path) -> Any:
    """Read JSON; a missing or broken file is a `ReposeError`."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReposeError(f"{path}: not found, expected a JSON file") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ReposeError(f"{path}: not readable as JSON ({error}); expected a complete JSON file") from None


def read_csv(path: str | Path) -> list[dict[str, str]]:
    """The lines of a CSV file by the names in its first line."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def save_arrays(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays as an uncompressed npz whose bytes depend on nothing but the arrays."""
    with atomic(path) as temporary, open(temporary, "wb") as file:
        ordered: dict[str, Any] = {name: np.asarray(array, order="C") for name, array in arrays.items()}
        np.savez(file, **ordered)


def load_arrays(path: str | Path, *names: str) -> dict[str, np.ndarray]:
    """Read the named arrays of an npz (all when none is named), never unpickling."""
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            missing = [name for name in names if name not in file.files]
            if missing:
                raise ReposeError(f"{path}: no array `{missing[0]}`, found {', '.join(sorted(file.files))}")
            return {name: file[name] for name in names or file.files}
    except FileNotFoundError:
        raise ReposeError(f"{path}: not found, expected an npz file") from None
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise ReposeError(f"{path}: not readable as npz without pickles ({error})") from None


def file_hashes(folder: str | Path) -> dict[str, str]:
    """The SHA-256 of each file directly in a folder, by name."""
    hashes = {}
    for path in sorted(Path(folder).iterdir()):
        with open(path, "rb") as file:
            hashes[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes


def inside(root: str | Path, relative: str) -> Path:
    """`root/relative`, refused when it leads outside the root."""
    root = Path(root).resolve()
    path = (root / relative).resolve()
    if not path.is_relative_to(root):
        raise ReposeError(f"{relative!r}: leads outside {root}, expected a path below it")
    return path
