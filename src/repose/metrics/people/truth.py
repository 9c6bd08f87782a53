"""What found people are judged on: the pictures of a set and everybody who is labelled in them.

Legend: M pictures, N people, J joints.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from repose.foundations.errors import ReposeError
from repose.skeletons import convert_table, get_skeleton
from repose.skeletons.posetable import PoseTable

PERSON = 1  # COCO's category


@dataclass(frozen=True)
class PeopleTruth:
    """All labelled people of some pictures, crowds and people without joints too."""

    joints: tuple[str, ...]
    picture_ids: np.ndarray  # M int64, as files of results name them
    picture_sizes: np.ndarray  # M, 2 int: width, height, px; 0 where not known
    image: np.ndarray  # N int64, row of a person's picture
    joints2d_px: np.ndarray  # N, J, 2
    labelled: np.ndarray  # N, J bool
    area: np.ndarray  # N, px²
    box: np.ndarray  # N, 4: x y w h, px
    crowd: np.ndarray  # N bool: stands for many people, matches any number and never counts
    num_keypoints: np.ndarray  # N int; a person with 0 does not count
    crowd_index: np.ndarray | None = None  # M, CrowdPose's measure of a picture
    head_px: np.ndarray | None = None  # N, MPII's head size
    single: np.ndarray | None = None  # N bool, MPII's people who stand well apart
    category: int = PERSON

    def __len__(self) -> int:
        return len(self.image)

    @property
    def ignored(self) -> np.ndarray:
        """N bool: people who may be found or not."""
        return np.asarray(self.crowd | (self.num_keypoints == 0))

    def rows(self, selection: np.ndarray) -> PeopleTruth:
        """The truth with some of the people (indices or mask); the pictures stay."""
        return dataclasses.replace(self, **{
            name: getattr(self, name)[selection] for name in PERSON_ARRAYS if getattr(self, name) is not None
        })  # fmt: skip

    def scaled(self, factor: np.ndarray | float) -> PeopleTruth:
        """The truth in pictures `factor` times as large (one number, or one a picture): areas by its square.

        COCO's ranges of area, 32² and 96² px, mean nothing on pictures that were shrunk.
        """
        factors = np.broadcast_to(np.asarray(factor, float), self.picture_ids.shape)
        person = factors[self.image]
        return dataclasses.replace(
            self,
            picture_sizes=np.rint(self.picture_sizes * factors[:, None]).astype(np.int64),
            joints2d_px=self.joints2d_px * person[:, None, None],
            area=self.area * person**2,
            box=self.box * person[:, None],
            head_px=None if self.head_px is None else self.head_px * person,
        )

    def factors_to(self, longest_px: float) -> np.ndarray:
        """M: what makes the longer side of each picture `longest_px`."""
        longest = self.picture_sizes.max(axis=1)
        if not (longest > 0).all():
            raise ReposeError(
                "the truth does not say how large its pictures are, expected a width and a height of each"
            )
        return np.asarray(longest_px / longest)


PERSON_ARRAYS = (
    "image", "joints2d_px", "labelled", "area", "box", "crowd", "num_keypoints", "head_px", "single",
)  # fmt: skip


def with_visible_person(truth: PeopleTruth) -> np.ndarray:
    """M bool: pictures in which somebody has a labelled joint; some published scores leave the others out."""
    people = np.bincount(truth.image[truth.labelled.any(axis=1)], minlength=len(truth.picture_ids))
    return np.asarray(people > 0)


def counted_joints(skeleton: str, labelled: np.ndarray) -> np.ndarray:
    """N: labelled joints as the files of a data set count them; CrowdPose leaves out head and neck."""
    counted = get_skeleton(skeleton).groups.get("counted")
    return np.asarray(labelled.sum(axis=1) if counted is None else labelled[:, counted].sum(axis=1))


def truth_of_table(table: PoseTable, skeleton: str | None = None) -> PeopleTruth:
    """The truth of a pose table with all people of a picture, in the joints of a skeleton it converts to."""
    name = f"{table.dataset} {table.split}"
    image, sizes = table.image, table.image_sizes
    if image is None or sizes is None:
        raise ReposeError(f"{name}: no pictures, expected a table with all people of each picture")
    missing = [column for column in ("area", "iscrowd") if column not in table.extra]
    if missing:
        raise ReposeError(
            f"{name}: no column `{missing[0]}`, expected a data set with all people of each picture "
            "such as coco, crowdpose, ochuman or mpii_multi"
        )
    table = convert_table(table, skeleton or table.skeleton)
    return PeopleTruth(
        joints=table.joints,
        picture_ids=table.image_extra.get("image_id", np.arange(len(sizes))).astype(np.int64),
        picture_sizes=sizes.astype(np.int64),
        image=image.astype(np.int64),
        joints2d_px=table.joints2d.astype(np.float64),
        labelled=table.labelled,
        area=table.extra["area"].astype(np.float64),
        box=table.box.astype(np.float64),
        crowd=table.extra["iscrowd"].astype(bool),
        num_keypoints=counted_joints(table.skeleton, table.labelled),
        crowd_index=table.image_extra.get("crowd_index"),
        head_px=table.extra.get("head_px"),
        single=table.extra.get("single"),
    )
