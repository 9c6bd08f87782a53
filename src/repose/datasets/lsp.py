"""Leeds Sports Poses: `joints.mat` (3, 14, N) and `images/im%04d.jpg`, counted from 1.

Choices: the first half trains, the second tests. The flag's meaning is read off the file (most joints can be
seen), and so is the order of the axes: here a flagged joint is hidden but labelled, in `lspet` it is
not labelled. Pixels are taken as they are; the box is the tight one of the joints.

Legend: N pictures, one person each.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from repose.datasets.pictures import Pictures
from repose.datasets.sources import fault, numbers, read_mat, shown
from repose.datasets.tables import pose_table
from repose.skeletons.posetable import PoseTable

FILES: tuple[str, ...] = ("joints.mat", "images/*.jpg")


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """Training and test half."""
    joints_px, seen = read_joints(root / "joints.mat")
    names = picture_names(pictures, len(joints_px))
    half = len(joints_px) // 2
    return {
        split: table_of(
            "lsp", split, joints_px[part], np.ones_like(seen[part]), seen[part], names[part], pictures
        )
        for split, part in {"train": slice(0, half), "test": slice(half, None)}.items()
    }


def read_joints(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (N, 14, 2) and which joints can be seen (N, 14 bool), whatever the order of the axes."""
    array = read_mat(path, "joints")["joints"]
    shape = np.shape(array)
    if len(shape) != 3 or {shape[0], shape[1]} != {3, 14} or shape[2] == 0:
        raise fault(path, f"`joints` of shape {shown(shape)}", "(3, 14, N) or (14, 3, N)")
    rows = numbers(array, (None, None, None), f"{path}: `joints`").transpose(2, 0, 1)
    rows = rows if shape[0] == 14 else rows.transpose(0, 2, 1)  # N, 14, 3
    flag = rows[..., 2] > 0.5
    return rows[..., :2], flag if flag.mean() > 0.5 else ~flag


def picture_names(pictures: Pictures, count: int) -> list[str]:
    """The pictures' names, numbered with four digits or five."""
    digits = 4 if pictures.there(["images/im0001.jpg"])[0] else 5
    return [f"images/im{number:0{digits}d}.jpg" for number in range(1, count + 1)]


def table_of(
    dataset: str,
    split: str,
    joints_px: np.ndarray,
    labelled: np.ndarray,
    visible: np.ndarray,
    names: list[str],
    pictures: Pictures,
) -> PoseTable:
    """One person per picture."""
    sizes = pictures.sizes(names)
    return pose_table(
        dataset, split, "lsp14", joints_px.astype(np.float32), labelled, sizes, visible=visible,
        image=np.arange(len(names)), image_names=names, image_sizes=sizes,
    )  # fmt: skip
