"""dvc.lock as a text of entries, one a stage.

For each stage that ends, DVC parses and writes the whole file, which takes seconds when it is long. Here the
one new entry is put in place, as DVC would write it.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dvc.dvcfile import LOCK_FILE
from dvc.stage.serialize import to_lockfile
from dvc.utils.serialize import dumps_yaml

from repose.foundations.files import write_text

HEAD = "schema: '2.0'\nstages:\n"
ENTRY = re.compile(r"^  (?! )(.+):\n((?:    .*\n|\n)+)", re.MULTILINE)


def record(stage: Any) -> None:
    """Write a stage's entry, in its old place or at the end; DVC's lock is held."""
    path = Path(stage.repo.root_dir, LOCK_FILE)
    entries = split(path.read_text(encoding="utf-8")) if path.exists() else {}
    if entries is None:  # written by something else than DVC for stages alone
        stage.dump(update_pipeline=False)
        return
    new = dumps_yaml({"stages": to_lockfile(stage)}).removeprefix("stages:\n")
    write_entries(stage.repo, entries | (split(HEAD + new) or {}))


def sort(repo: Any, names: Iterable[str]) -> None:
    """Put the entries in the order of names; those that it lacks come last."""
    path = Path(repo.root_dir, LOCK_FILE)
    entries = split(path.read_text(encoding="utf-8"))
    if entries is not None:
        rank = {name: place for place, name in enumerate(names)}
        ordered = sorted(entries, key=lambda name: rank.get(name, len(rank)))
        write_entries(repo, {name: entries[name] for name in ordered})


def split(text: str) -> dict[str, str] | None:
    """What each entry says below its name; None if the text is anything but a head and entries."""
    entries = dict(ENTRY.findall(text))
    return entries if joined(entries) == text else None


def joined(entries: dict[str, str]) -> str:
    """The text of a dvc.lock."""
    return HEAD + "".join(f"  {name}:\n{entry}" for name, entry in entries.items())


def write_entries(repo: Any, entries: dict[str, str]) -> None:
    """Write dvc.lock and tell Git of it, as the configuration has it."""
    path = Path(repo.root_dir, LOCK_FILE)
    write_text(path, joined(entries))
    repo.scm_context.track_file(str(path))
