"""Small prepared sets and pose tables."""

from pathlib import Path

import numpy as np

from repose.foundations.rng import rng
from repose.fusion.batches import Set
from repose.pictures.pack import PackedPeople
from repose.pictures.people import Split
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable


def split_of_points(points, depth=None):
    """People (N, 16, 2) px with a crop of 64 px in the middle of a picture of 100."""
    n = len(points)
    return Split(
        source=np.zeros(n, np.int8),
        sample=np.arange(n, dtype=np.int32),
        image=np.full(n, b"a.png"),
        center=np.full((n, 2), 50.0, np.float32),
        side=np.full(n, 64.0, np.float32),
        largest=np.full(n, 100.0, np.float32),
        joints2d=points.astype(np.float32),
        labelled=np.ones((n, 16), bool),
        visible=np.ones((n, 16), bool),
        depth=np.zeros((n, 16), np.float32) if depth is None else depth.astype(np.float32),
        has_depth=np.full(n, depth is not None),
        truth_mm=rng(0, "test", "truth", n).normal(0, 300, (n, 17, 3)).astype(np.float32),
        head_px=np.full(n, np.nan, np.float32),
        subject=np.full(n, b""),
    )


def toy_set(folder: Path, name: str, people: int, in_3d: bool, px: int = 40) -> Set:
    """A set with noise for pictures."""
    draw = rng(0, "test", name)
    points, depth = draw.uniform(20, 80, (people, 16, 2)), draw.normal(0, 10, (people, 16))
    np.save(folder / f"{name}.npy", draw.integers(0, 255, (people, px, px, 3), dtype=np.uint8))
    return Set(name, split_of_points(points, depth if in_3d else None), PackedPeople(folder / f"{name}.npy"))


def table_of(rows: int, skeleton: str = "mpii16", **changes) -> PoseTable:
    """A pose table of people in pictures of 160×120 px."""
    joints = get_skeleton(skeleton).joints
    draw = rng(0, "test", "table", skeleton)
    columns = {name: np.zeros(rows, np.int32) for name in ("subject", "action", "camera", "sequence")}
    arrays = {
        "joints2d": draw.uniform(20, 100, (rows, len(joints), 2)).astype(np.float32),
        "labelled": np.ones((rows, len(joints)), bool),
        "visible": np.ones((rows, len(joints)), bool),
        "image_size": np.tile(np.array([160, 120], np.int32), (rows, 1)),
        "box": np.zeros((rows, 4), np.float32),
        "frame": np.arange(rows, dtype=np.int32),
        "names": dict.fromkeys(columns, ("",)),
        "image": np.arange(rows, dtype=np.int32),
        "image_names": np.array([f"images/{row}.png" for row in range(rows)]),
        "image_sizes": np.tile(np.array([160, 120], np.int32), (rows, 1)),
    }
    return PoseTable("toy", "test", skeleton, joints, **(columns | arrays | changes))
