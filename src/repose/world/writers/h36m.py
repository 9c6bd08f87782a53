"""Human3.6M as VideoPose3D reads it: 3D poses of the world, true and detected 2D poses, no pictures.

Legend: T frames, 32 and 17 joints.
"""

from pathlib import Path
from typing import Any

import numpy as np

Tree = dict[str, dict[str, Any]]  # subject → take → arrays

METADATA = {
    "layout_name": "h36m",
    "num_joints": 17,
    "keypoints_symmetry": [[4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]],
}


def save_positions3d(path: Path, positions: Tree) -> None:
    """`positions_3d`: (T, 32, 3) float32, metres, of every subject and take."""
    save_tree(path, positions_3d=positions)


def save_positions2d(path: Path, positions: Tree) -> None:
    """`positions_2d`: a list of four (T, 17, 2) float32, px, one a camera."""
    save_tree(path, positions_2d=positions, metadata=METADATA)


def save_tree(path: Path, **trees: Any) -> None:
    """Nested dictionaries as pickled arrays without dimensions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {name: np.array(tree, dtype=object) for name, tree in trees.items()}
    with open(path, "wb") as file:
        np.savez(file, **arrays)
