"""What a proposal network should say about a batch of crops, and who is in them.

A joint is in the cell whose pixels it lies on: cell k of a row covers the pixels 4k to 4k + 3. Pixels'
centres are whole numbers here, so its middle is at 4k + 1.5 px.

Legend: B pictures, M people of a picture, P of them at most, J joints, I regions to ignore, H W cells.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from numba import njit
from torch import Tensor

from repose.foundations.errors import ReposeError
from repose.hgg.network import STRIDE
from repose.hgg.simulation import drawn_poses

PEAK = 255  # of heat maps, which are kept in bytes
REACH = 3.0  # sigmas on each axis, beyond which a heat map is zero
FIGURES = 500  # drawn, from which it is known how far apart joints are
SIDE_OF_AREA = 0.44  # √area by height of such a figure: the median of people in the world's COCO
LEAST_SIDE = 4 * STRIDE  # px, of √area where a lone joint tells no size


class Labels(NamedTuple):
    """What the losses of a batch compare with."""

    heat: Tensor  # B, J, H, W uint8: a bell of height PEAK at each joint, the largest of several
    counted: Tensor  # B, H, W uint8: background counts here
    cell: Tensor  # B, P, J, 2 int16: column and row
    labelled: Tensor  # B, P, J bool: what cell and joints2d_px are known of
    joints2d_px: Tensor  # B, P, J, 2 float32
    area: Tensor  # B, P float32: px², as OKS wants it


@dataclass(frozen=True)
class LabelMaker:
    """Makes the labels of crops of one size."""

    skeleton: str
    px: int  # side of the crops
    sigma: float  # cells, of the bells; published 2 on maps of 128
    most_people: int  # whose tags and joints are told; heat maps show everybody
    exact: bool = False  # a bell's middle is the joint itself, not its cell's middle as published

    def __post_init__(self) -> None:
        if self.px % STRIDE:
            raise ReposeError(
                f"hgg's crop_px: found {self.px}, expected a multiple of {STRIDE}, the cells' side"
            )

    def __call__(
        self, joints: np.ndarray, labelled: np.ndarray, ignored: np.ndarray, valid: np.ndarray
    ) -> Labels:
        """The labels of a batch; arrays as in `pictures.scene_crops.SceneLabels`."""
        size = self.px // STRIDE
        joints = np.where(labelled[..., None], joints, 0).astype(np.float32)
        points = (joints.astype(np.float64) + 0.5) / STRIDE  # cells from the corner
        cell = np.clip(np.floor(points), 0, size - 1)
        inside = cells_within(valid, size)
        heat = np.zeros((len(joints), joints.shape[2], size, size), np.uint8)
        draw_bells(points - 0.5 if self.exact else cell, np.ascontiguousarray(labelled), self.sigma, heat)
        heat *= inside[:, None]
        told = slice(self.most_people)
        arrays = (
            heat,
            (inside & ~cells_within(ignored, size).any(1)).astype(np.uint8),
            cell[:, told].astype(np.int16),
            labelled[:, told],
            joints[:, told],
            areas(joints, labelled, self.skeleton)[:, told],
        )
        return Labels(*(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays))


def cells_within(boxes: np.ndarray, size: int) -> np.ndarray:
    """..., H, W bool: the cells whose middles lie in boxes (..., 4: x0 y0 x1 y1 px); none in one of NaN."""
    middle = STRIDE * (np.arange(size) + 0.5) - 0.5
    x0, y0, x1, y1 = np.moveaxis(boxes[..., None], -2, 0)  # ..., 1 each
    columns, rows = (x0 <= middle) & (middle <= x1), (y0 <= middle) & (middle <= y1)
    return np.asarray(rows[..., :, None] & columns[..., None, :])


@njit(cache=True, nogil=True, error_model="numpy")
def draw_bells(middle: np.ndarray, labelled: np.ndarray, sigma: float, heat: np.ndarray) -> None:
    """Fill `heat` (B, J, H, W, all zero) with Gaussians around the middles (B, M, J, 2; cells)."""
    pictures, people, joints, _ = middle.shape
    size, reach, bend = heat.shape[2], REACH * sigma, 0.5 / sigma**2
    for b in range(pictures):
        for m in range(people):
            for j in range(joints):
                if not labelled[b, m, j]:
                    continue
                x, y = middle[b, m, j]
                for row in range(max(0, int(np.ceil(y - reach))), min(size, int(np.floor(y + reach)) + 1)):
                    for column in range(
                        max(0, int(np.ceil(x - reach))), min(size, int(np.floor(x + reach)) + 1)
                    ):
                        value = PEAK * np.exp(-((x - column) ** 2 + (y - row) ** 2) * bend)
                        heat[b, j, row, column] = max(heat[b, j, row, column], int(value + 0.5))


def areas(joints: np.ndarray, labelled: np.ndarray, skeleton: str) -> np.ndarray:
    """B, M float32: people's areas, which crops do not tell, by how far apart their labelled joints lie.

    Squared distances of all pairs, by those of the same joints in standing figures, give a height. Of a whole
    person the joints' box would do as well; of one who is cut by the crop's edge it is far too small.
    `joints` (B, M, J, 2) are 0 where not `labelled`.
    """
    count = labelled.sum(2)[..., None]  # B, M, 1
    mean = joints.sum(2, dtype=np.float64) / np.maximum(count, 1)  # B, M, 2
    spread = np.square(joints - mean[:, :, None]).sum(3)
    found = 2 * count[..., 0] * (spread * labelled).sum(2)  # squared distances of all pairs
    wanted = np.einsum("bmi,ij,bmj->bm", labelled, figure_distances(skeleton), labelled)
    height = np.sqrt(found / np.maximum(wanted, 1e-12))
    return np.asarray(np.square(np.maximum(SIDE_OF_AREA * height, LEAST_SIDE)), np.float32)


@cache
def figure_distances(skeleton: str) -> np.ndarray:
    """J, J: mean squared distances of joints in standing figures of height 1."""
    poses = drawn_poses(FIGURES, 0, skeleton)
    return np.square(poses[:, :, None] - poses[:, None]).sum(3).mean(0)
