"""Leeds Sports Poses: `joints.mat` (3, 14, N) and `images/im%04d.jpg`.

The first half trains, the second tests. The third row says 1 where a joint is hidden; all are labelled.
"""

from pathlib import Path

import numpy as np

from repose.world.writers.matfile import save_mat

IMAGE = "images/im{:04d}.jpg"


def save_joints(folder: Path, joints_px: np.ndarray, visible: np.ndarray) -> None:
    """`joints.mat` of (N, 14, 2) px and (N, 14) bool."""
    rows = np.concatenate([joints_px, ~visible[..., None]], axis=-1)  # N, 14, 3
    save_mat(folder / "joints.mat", {"joints": rows.transpose(2, 1, 0).astype(np.float64)})
