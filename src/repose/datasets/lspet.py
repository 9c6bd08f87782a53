"""Leeds Sports Poses, extended training set: `joints.mat` (14, 3, N) and `images/im%05d.jpg`, counted from 1.

Choices: one split, `train`. A joint whose flag differs from that of most joints is not labelled (its
coordinates mean nothing); all others count as visible.
"""

from __future__ import annotations

from pathlib import Path

from repose.datasets.lsp import picture_names, read_joints, table_of
from repose.datasets.pictures import Pictures
from repose.skeletons.posetable import PoseTable

FILES: tuple[str, ...] = ("joints.mat", "images/*.jpg")


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """The one split."""
    joints_px, labelled = read_joints(root / "joints.mat")
    names = picture_names(pictures, len(joints_px))
    return {"train": table_of("lspet", "train", joints_px, labelled, labelled, names, pictures)}
