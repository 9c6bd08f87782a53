"""Published files → `<split>.npz` and `meta.json`, one folder per data set, written whole or not at all."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from repose.datasets.manifest import manifest_digest, verify
from repose.datasets.readers import read, reader
from repose.foundations.files import atomic_folder, write_json
from repose.skeletons.posetable import PoseTable


def convert(name: str, root: str | Path, manifest: str | Path, out: str | Path) -> None:
    """Read a data set whose files are those of the manifest, and write its tables."""
    verify(root, reader(name).FILES, manifest)
    tables = read(name, root)
    digest = {"manifest": manifest_digest(manifest)}
    summary = {split: described(table) for split, table in tables.items()}
    source = next(iter(tables.values())).meta["source"]
    with atomic_folder(out) as folder:
        for split in list(tables):
            table = tables.pop(split)
            dataclasses.replace(table, meta=table.meta | digest).save(folder / f"{split}.npz")
        write_json(folder / "meta.json", {"dataset": name, "source": source, "splits": summary, **digest})


def described(table: PoseTable) -> dict[str, Any]:
    """What a split holds, in a few numbers."""
    return {
        "rows": len(table),
        "images": 0 if table.image_names is None else len(table.image_names),
        "skeleton": table.skeleton,
        "labelled": int(table.labelled.sum()),
        "visible": int(table.visible.sum()),
        "dropped": table.meta["dropped"],
        "notes": table.meta["notes"],
    }
