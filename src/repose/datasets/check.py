"""Whether a download is complete and usable, and what will be done with it, for people and for scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repose.datasets.manifest import scan
from repose.datasets.pictures import Pictures
from repose.datasets.readers import read, reader, source_of
from repose.datasets.sources import folder
from repose.skeletons.posetable import PoseTable

SAMPLE = 64  # pictures per split that are opened


@dataclass(frozen=True)
class Checked:
    """A data set that is complete and usable."""

    dataset: str
    root: str
    source: str  # world or real
    files: int
    bytes: int
    splits: Mapping[str, Mapping[str, Any]]  # what scripts want of each split
    lines: tuple[str, ...]  # what people want of all splits

    def total(self, what: str) -> int:
        """How many poses or pictures all splits have."""
        return sum(split[what] for split in self.splits.values())

    def facts(self) -> dict[str, Any]:
        """All but the lines."""
        names = ("dataset", "root", "source", "files", "bytes", "splits")
        return {name: getattr(self, name) for name in names}

    def text(self) -> str:
        """What `python -m repose check` prints."""
        head = f"{self.dataset} in {self.root}: {self.files:,} files, {self.bytes / 1e9:.2f} GB"
        source = f"source: {'the embedded world' if self.source == 'world' else 'real data'}"
        return "\n".join([head, source, *self.lines, "usable: yes"])


def check(name: str, root: str | Path) -> Checked:
    """Read the whole data set, but only a sample of its pictures; what is wrong is a `ReposeError`."""
    module, path = reader(name), folder(root)
    sizes = scan(path, module.FILES)
    pictures = Pictures(path, SAMPLE)
    splits, lines = {}, []
    for split, table in read(name, path, SAMPLE).items():
        table.check()
        opened = 0 if table.image_names is None else pictures.open_sample(table.image_names.tolist())
        splits[split] = facts_of_split(table)
        lines += described(table, opened)
    return Checked(name, str(path), source_of(path), len(sizes), sum(sizes.values()), splits, tuple(lines))


def facts_of_split(table: PoseTable) -> dict[str, Any]:
    """One split in numbers and names."""
    return {
        "poses": len(table),
        "pictures": 0 if table.image_names is None else len(table.image_names),
        "skeleton": table.skeleton,
        "joints": list(table.joints),
        "joints3d": table.joints3d is not None,
        "left_out": dict(table.meta["dropped"]),
        "notes": list(table.meta["notes"]),
    }


def described(table: PoseTable, opened: int) -> list[str]:
    """What will be made of one split."""
    poses, joints = len(table), len(table.joints)
    share = table.labelled.mean() if poses else 0.0
    hidden = 1 - table.visible.sum() / max(1, table.labelled.sum())
    depth = ", with 3D" if table.joints3d is not None else ""
    lines = [
        f"{table.split}: {poses:,} poses, {joints} joints ({table.skeleton}{depth}), "
        f"{share:.1%} labelled, {hidden:.1%} of these hidden"
    ]
    if table.image_names is not None and table.image_sizes is not None:
        span = " to ".join(f"{w}×{h}" for w, h in np.unique(table.image_sizes, axis=0)[[0, -1]])
        lines.append(
            f"  pictures: {len(table.image_names):,}, all there, {opened} opened without a fault, {span} px"
        )
    for column in ("subject", "action", "camera", "sequence"):
        words = table.names[column]
        if len(words) > 1:
            listed = ", ".join(words) if len(words) <= 16 else f"{len(words)} different"
            lines.append(f"  {column}: {listed}")
    if columns := [*table.extra, *table.image_extra]:
        lines.append(f"  more columns: {', '.join(columns)}")
    lines += [f"  left out: {count:,} ({reason})" for reason, count in table.meta["dropped"].items()]
    return lines + [f"  note: {note}" for note in table.meta["notes"]]
