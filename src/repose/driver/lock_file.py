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
    old, new = read_entries(stage.repo), split(dumps_yaml({"schema": "2.0", "stages": to_lockfile(stage)}))
    if old is None or new is None:  # of a form that only DVC knows
        stage.dump(update_pipeline=False)
    else:
        write_entries(stage.repo, old | new)


def sort(repo: Any, names: Iterable[str]) -> None:
    """Put the entries, if any, in the order of names; those that it lacks come last."""
    if entries := read_entries(repo):
        rank = {name: place for place, name in enumerate(names)}
        ordered = sorted(entries, key=lambda name: rank.get(name, len(rank)))
        write_entries(repo, {name: entries[name] for name in ordered})


def read_entries(repo: Any) -> dict[str, str] | None:
    """The entries of dvc.lock, none if there is no file; None if it is of another form."""
    path = Path(repo.root_dir, LOCK_FILE)
    return split(path.read_text(encoding="utf-8")) if path.exists() else {}


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
