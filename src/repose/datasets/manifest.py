"""The manifest of a data set: every file that its reader uses, with size and MD5.

It is the only part of the pipeline that depends on where the data are; all the rest depends on it. A line
is `path<TAB>bytes<TAB>md5`, sorted by path. The marker file of the embedded world is part of it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from fnmatch import translate
from pathlib import Path

from repose.datasets.sources import fault, folder, read_lines
from repose.foundations.files import write_text
from repose.foundations.processes import usable_cores
from repose.foundations.progress import progress

MARKER = "WORLD"  # a file of this name at the root says that the embedded world wrote the folder


def scan(root: str | Path, patterns: Iterable[str]) -> dict[str, int]:
    """Relative path → size of every file below the root that matches a pattern (`*` also matches `/`)."""
    root = folder(root)
    wanted = re.compile("|".join(translate(pattern) for pattern in (*patterns, MARKER)), re.IGNORECASE)
    sizes: dict[str, int] = {}
    for parent, _, names in os.walk(root):
        prefix = os.path.relpath(parent, root).replace(os.sep, "/")
        for name in names:
            path = name if prefix == "." else f"{prefix}/{name}"
            if wanted.fullmatch(path):
                if "\t" in path or "\n" in path:
                    raise fault(
                        root / path, "a tab or line end in its name", "a plain file name", "rename it"
                    )
                sizes[path] = os.stat(os.path.join(parent, name)).st_size
    if not set(sizes) - {MARKER}:
        raise fault(
            root, "no file of this data set", f"files such as {', '.join(patterns)}", "check the root"
        )
    return dict(sorted(sizes.items()))


def write_manifest(root: str | Path, patterns: Iterable[str], path: str | Path) -> None:
    """Hash the files, several at a time, and write the manifest."""
    root = Path(root)
    sizes = scan(root, patterns)
    with ThreadPoolExecutor(min(8, 2 * usable_cores())) as pool:
        digests = list(
            progress(pool.map(file_md5, [root / name for name in sizes]), f"hashing {root}", len(sizes))
        )
    lines = [f"{name}\t{size}\t{md5}\n" for (name, size), md5 in zip(sizes.items(), digests, strict=True)]
    write_text(path, "".join(lines))


def file_md5(path: Path) -> str:
    """The MD5 of a file's bytes."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "md5").hexdigest()
    except OSError as error:
        raise fault(path, f"not readable ({error.strerror})", "a file", "check its permissions") from None


def read_manifest(path: str | Path) -> dict[str, tuple[int, str]]:
    """Relative path → (size, MD5) of a manifest."""
    files: dict[str, tuple[int, str]] = {}
    if not Path(path).exists():
        raise fault(path, "not found", "the manifest of the data set", "make it with the `convert` stage")
    for number, line in enumerate(read_lines(Path(path)), 1):
        match line.split("\t"):
            case [name, size, md5] if size.isdigit():
                files[name] = int(size), md5
            case _:
                remedy = "make it again with the `convert` stage"
                raise fault(f"{path}: line {number}", repr(line[:60]), "path, size and MD5 with tabs", remedy)
    return files


def manifest_digest(path: str | Path) -> str:
    """The MD5 of the manifest itself: one word for the state of all files."""
    return file_md5(Path(path))


def verify(root: str | Path, patterns: Iterable[str], manifest: str | Path) -> None:
    """The files below the root are those of the manifest, by name and size."""
    listed, there = read_manifest(manifest), scan(root, patterns)
    remedy = "restore it, or make the manifest again (`dvc repro` does when the folder has changed)"
    for name, (size, _) in listed.items():
        if name not in there:
            raise fault(Path(root) / name, "not there", f"{size} bytes, as in {manifest}", remedy)
        if there[name] != size:
            raise fault(Path(root) / name, f"{there[name]} bytes", f"{size} bytes, as in {manifest}", remedy)
    for name in there:
        if name not in listed:
            raise fault(Path(root) / name, "a new file", f"only the files in {manifest}", remedy)
