"""From pose tables to `data/fusion/<set>`: crops, depth in pixels, truth for the scores, people's pictures.

Legend: N people, J = MPII's 16 joints.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import atomic_folder, file_hashes, save_arrays, write_json
from repose.labels import depth_scale
from repose.pictures.crops import person_crops
from repose.pictures.pack import write_pack
from repose.pictures.people import Split, joined, persons
from repose.skeletons import convert, convert_table
from repose.skeletons.posetable import PoseTable

SOURCES: Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]] = {
    "h36m_eccv": {"train": (("h36m_eccv", "train"),), "test": (("h36m_eccv", "val"),)},
    "mpi_inf_3dhp": {"train": (("mpi_inf_3dhp", "train"),), "test": (("mpi_inf_3dhp", "test"),)},
    "occlusion_person": {"train": (("occlusion_person", "train"),), "test": (("occlusion_person", "val"),)},
    "mpii": {"train": (("mpii", "train"),), "test": (("mpii", "val"),)},
    "lsp": {"train": (("lspet", "train"), ("lsp", "train")), "test": (("lsp", "test"),)},
    "flic": {"train": (("flic", "train"),), "test": (("flic", "test"),)},
}


def prepare(
    name: str, poses: Path, roots: Mapping[str, str], reading: str, px: int | None, workers: int, out: Path
) -> None:
    """Write `data/fusion/<name>` from the pose tables below `poses`; without pictures if `px` is None."""
    names = [source for source, _ in SOURCES[name]["train"]]
    meta: dict[str, Any] = {"sources": names, "left_out": {}}
    with atomic_folder(out) as folder:
        for split, sources in SOURCES[name].items():
            tables = [PoseTable.load(poses / source / f"{part}.npz") for source, part in sources]
            codes = [names.index(source) for source, _ in sources]
            people = joined([split_of(t, code, reading) for t, code in zip(tables, codes, strict=True)])
            usable = people.side > 0
            meta["left_out"][split] = int((~usable).sum())
            people = people.rows(usable)
            if not len(people):
                raise ReposeError(
                    f"{name} {split}: no person with labels, expected some; check {poses / name}"
                )
            save_arrays(folder / f"{split}.npz", vars(people))
            if px is not None:
                squares = persons(people, [roots[source] for source in names], px)
                path = folder / f"{split}_people.npy"
                write_pack(path, squares, px, workers, f"cutting out {name} {split}")
        write_json(folder / "meta.json", meta | {"sha256": file_hashes(folder)})


def split_of(table: PoseTable, source: int, reading: str) -> Split:
    """The people of one pose table."""
    if table.image is None or table.image_names is None:
        raise ReposeError(f"{table.dataset} {table.split}: no pictures, expected a set of pictures")
    mpii = convert_table(table, "mpii16", reading)
    n = len(mpii)
    center, side = person_crops(mpii)
    depth, has_depth = depth_px(mpii)
    columns: dict[str, Any] = {
        "source": np.full(n, source, np.int8), "sample": np.arange(n, dtype=np.int32),
        "image": np.char.encode(table.image_names[table.image]), "center": center, "side": side,
        "largest": table.image_size.max(1), "joints2d": mpii.joints2d, "labelled": mpii.labelled,
        "visible": mpii.visible, "depth": depth, "has_depth": has_depth, "truth_mm": truth_of(table, mpii),
        "head_px": table.extra.get("head_px", np.full(n, np.nan)),
        "subject": np.char.encode(table.words("subject")),
    }  # fmt: skip
    floats = ("center", "side", "largest", "depth", "truth_mm", "head_px", "joints2d")
    return Split(**(columns | {name: columns[name].astype(np.float32) for name in floats}))


def depth_px(table: PoseTable) -> tuple[np.ndarray, np.ndarray]:
    """Root-relative depth (N, J) in pixels by each sample's depth scale, and which samples have one (N)."""
    if table.joints3d is None:
        return np.zeros(table.labelled.shape), np.zeros(len(table), bool)
    scale = depth_scale(table.joints3d, table.joints2d, table.labelled)  # N, px/mm
    return scale[:, None] * table.joints3d[..., 2] * table.labelled, scale > 0


def truth_of(table: PoseTable, mpii: PoseTable) -> np.ndarray:
    """The 3D truth (N, 17, 3) in Human3.6M's order: its own, else MPII's slots as they are."""
    if table.joints3d is None or mpii.joints3d is None:
        return np.zeros((len(table), 17, 3))
    if table.skeleton == "h36m17":
        return table.joints3d
    known = np.ones(mpii.joints3d.shape[:2], bool)
    return convert(mpii.joints3d, known, "mpii16", "h36m17", "direct")[0]
