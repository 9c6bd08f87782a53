"""Leeds Sports Poses Extended: `joints.mat` (14, 3, N) and `images/im%05d.jpg`, all of it for training.

The third column says 1 where a joint is labelled, the opposite of LSP's flag; the others are zero.
"""

from pathlib import Path

import numpy as np

from repose.world.writers.matfile import save_mat

IMAGE = "images/im{:05d}.jpg"


def save_joints(folder: Path, joints_px: np.ndarray, labelled: np.ndarray) -> None:
    """`joints.mat` of (N, 14, 2) px and (N, 14) bool."""
    columns = np.concatenate([joints_px * labelled[..., None], labelled[..., None]], axis=-1)  # N, 14, 3
    save_mat(folder / "joints.mat", {"joints": columns.transpose(1, 2, 0).astype(np.float64)})
