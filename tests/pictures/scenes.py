"""Small sets of pictures with several people."""

from pathlib import Path

import numpy as np

from repose.foundations.rng import rng
from repose.pictures.scenes import Scenes, scenes_of
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable
from tests.fusion.sets import table_of

SIZES = np.array([[160, 120], [120, 160], [160, 106], [80, 60], [40, 20]], np.int32)


def table_of_people(pictures: int = 5, skeleton: str = "coco17", people: int = 9, **changes) -> PoseTable:
    """People in turn in all pictures but the last; person 3 is a crowd, person 5 has no joint."""
    draw = rng(0, "test", "scenes", skeleton)
    image = (np.arange(people) * 7 % max(1, pictures - 1)).astype(np.int32)
    sizes = SIZES[np.arange(pictures) % len(SIZES)]
    joints = len(get_skeleton(skeleton).joints)
    points = draw.uniform(0.1, 0.9, (people, joints, 2)) * sizes[image][:, None]
    labelled = draw.random((people, joints)) < 0.8
    labelled[np.isin(np.arange(people), (3, 5))] = False
    low = sizes[image] * 0.2
    arrays = {
        "joints2d": np.where(labelled[..., None], points, 0).astype(np.float32),
        "labelled": labelled,
        "visible": labelled.copy(),
        "image_size": sizes[image],
        "box": np.concatenate([low, low * 2], 1).astype(np.float32),
        "image": image,
        "image_names": np.array([f"images/{row}.png" for row in range(pictures)]),
        "image_sizes": sizes,
        "extra": {"area": np.full(people, 300, np.float32), "iscrowd": np.arange(people) == 3},
    }
    return table_of(people, skeleton, **(arrays | changes))


def scenes_with(points: np.ndarray, size: tuple[int, int], skeleton: str = "coco17", **changes) -> Scenes:
    """One picture (width, height) of people (N, J, 2)."""
    count = len(points)
    table = table_of_people(
        1, skeleton, count,
        joints2d=points.astype(np.float32), labelled=np.ones(points.shape[:2], bool),
        visible=np.ones(points.shape[:2], bool), image=np.zeros(count, np.int32),
        image_sizes=np.array([size], np.int32), extra={},
        **changes,
    )  # fmt: skip
    return scenes_of(table)


class ArrayPictures:
    """Stored squares in memory."""

    def __init__(self, squares: np.ndarray) -> None:
        self.squares, self.px = squares, squares.shape[1]

    def ask(self, rows):
        return lambda: self.squares[rows]


def save_pictures(folder: Path, table: PoseTable, ending: str = "png") -> None:
    """Smooth pictures of the table's sizes."""
    from PIL import Image

    for row, (name, size) in enumerate(zip(table.image_names, table.image_sizes.tolist(), strict=True)):
        coarse = rng(0, "test", "picture", row).integers(0, 255, (6, 8, 3), dtype=np.uint8)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).save(
            (folder / name).with_suffix(f".{ending}")
        )
