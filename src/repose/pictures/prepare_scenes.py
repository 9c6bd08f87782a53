"""From pose tables to `data/scenes/<set>`: every picture with everyone in it, and the pictures themselves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repose.foundations.errors import ReposeError
from repose.foundations.files import atomic_folder, file_hashes, write_json
from repose.pictures.pack import write_pack
from repose.pictures.scenes import Scenes, joined, scenes_of, square_of
from repose.skeletons import convert_table
from repose.skeletons.posetable import PoseTable

# set → split → the published splits that it joins; validation joins training in CrowdPose's protocol
SPLITS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "coco": {"train": ("train",), "val": ("val",), "test": ("test",)},
    "crowdpose": {"train": ("train", "val"), "test": ("test",)},
    "ochuman": {"val": ("val",), "test": ("test",)},
    "mpii_multi": {"train": ("train",), "val": ("val",)},
}
SKELETONS = {"coco": "coco17", "crowdpose": "crowdpose14", "ochuman": "coco17", "mpii_multi": "mpii16"}
MAY_LACK = {("coco", "test")}  # the labels of test-dev are not public


def prepare_scenes(name: str, poses: Path, root: str, px: int | None, workers: int, out: Path) -> None:
    """Write `data/scenes/<name>` from `poses/<name>`; no pictures where `px` is None."""
    if name not in SPLITS:
        raise ReposeError(f"{name}: not a set of several people, expected one of {', '.join(SPLITS)}")
    meta: dict[str, Any] = {"set": name, "skeleton": SKELETONS[name], "px": px, "splits": {}}
    with atomic_folder(out) as folder:
        for split, parts in SPLITS[name].items():
            files = [poses / name / f"{part}.npz" for part in parts]
            if (name, split) in MAY_LACK and not files[0].exists():
                continue
            tables = [PoseTable.load(file) for file in files]
            scenes = joined([scenes_of(as_scored(name, table), part) for part, table in enumerate(tables)])
            scenes.save(folder / f"{split}.npz")
            meta["splits"][split] = described(scenes, parts)
            meta["source"] = tables[0].meta.get("source", "")
            if px is not None:
                squares = [square_of(scenes, row, root, px) for row in range(len(scenes))]
                path = folder / f"{split}_pictures.npy"
                write_pack(path, squares, px, workers, f"pictures of {name} {split}")
        write_json(folder / "meta.json", meta | {"sha256": file_hashes(folder)})


def as_scored(name: str, table: PoseTable) -> PoseTable:
    """The table in the joints that its set is scored with."""
    if table.skeleton == SKELETONS[name]:
        return table
    return convert_table(table, SKELETONS[name], "corrected")


def described(scenes: Scenes, parts: tuple[str, ...]) -> dict[str, Any]:
    """What a split holds, in a few numbers."""
    return {
        "parts": list(parts),
        "pictures": len(scenes),
        "people": int((~scenes.crowd).sum()),
        "ignored": int(scenes.crowd.sum()),
    }
