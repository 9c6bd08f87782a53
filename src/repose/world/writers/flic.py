"""FLIC-full: `examples.mat`, a 1 x N struct array, and `images/`.

Of its 29 joints only eleven are ever labelled; the others are NaN. Besides the entries of the two splits
there are bad ones and unchecked ones.
"""

from pathlib import Path
from typing import Any

import numpy as np

from repose.world.writers.matfile import save_mat, struct_array

FIELDS = (
    "poselet_hit_idx", "moviename", "coords", "filepath", "imgdims", "currframe", "torsobox",
    "istrain", "istest", "isbad", "isunchecked",
)  # fmt: skip
LABELLED = (0, 1, 2, 3, 4, 5, 6, 9, 12, 13, 16)  # shoulders, elbows, wrists, hips, eyes, nose


def example(
    movie: str, frame: int, joints_px: np.ndarray, size: tuple[int, int], flags: dict[str, bool]
) -> dict[str, Any]:
    """One entry: (29, 2) px of a picture (width, height)."""
    coords = np.full((2, 29), np.nan)
    coords[:, LABELLED] = joints_px[list(LABELLED)].T
    torso = joints_px[[0, 3, 6, 9]]  # shoulders and hips
    return {
        "poselet_hit_idx": np.array([[float(frame % 150 + 1)]]),
        "moviename": movie,
        "coords": coords,
        "filepath": f"{movie}-{frame:08d}.jpg",
        "imgdims": np.array([[size[1], size[0], 3.0]]),
        "currframe": np.array([[float(frame)]]),
        "torsobox": np.concatenate([torso.min(0), torso.max(0)])[None],
    } | {name: np.array([[flags.get(name, False)]]) for name in FIELDS[7:]}


def save_examples(folder: Path, examples: list[dict[str, Any]]) -> None:
    """`examples.mat`."""
    save_mat(folder / "examples.mat", {"examples": struct_array(examples, FIELDS)})
