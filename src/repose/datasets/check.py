"""Whether a download is complete and usable, and what will be done with it, in a few lines of text."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from repose.datasets.manifest import scan
from repose.datasets.pictures import Pictures
from repose.datasets.readers import read, reader, source_of
from repose.datasets.sources import folder
from repose.skeletons.posetable import PoseTable

SAMPLE = 64  # pictures per split that are opened


def check(name: str, root: str | Path) -> str:
    """Read the whole data set, but only a sample of its pictures; what is wrong is a `ReposeError`."""
    module, path = reader(name), folder(root)
    sizes = scan(path, module.FILES)
    lines = [
        f"{name} in {path}: {len(sizes):,} files, {sum(sizes.values()) / 1e9:.2f} GB",
        f"source: {'the embedded world' if source_of(path) == 'world' else 'real data'}",
    ]
    pictures = Pictures(path, SAMPLE)
    for table in read(name, path, SAMPLE).values():
        opened = 0 if table.image_names is None else pictures.open_sample(table.image_names.tolist())
        lines += described(table, opened)
    return "\n".join([*lines, "usable: yes"])


def described(table: PoseTable, opened: int) -> list[str]:
    """What will be made of one split."""
    table.check()
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
