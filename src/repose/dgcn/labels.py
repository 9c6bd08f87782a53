"""Labels of a batch of crops: the fields' targets, and confidences at the strides of the graph modules.

Legend: B pictures, M people, J joints, K joints or limbs, I regions to ignore.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from repose.dgcn.encode import confidence_targets, counted_cells, encode
from repose.dgcn.fields import FieldShape, Targets, as_tensors
from repose.dgcn.limbs import limbs_of
from repose.skeletons import get_skeleton
from repose.skeletons.sigmas import sigmas

OF_COCO = {"pelvis": "l_hip", "thorax": "l_shoulder", "upper_neck": "l_shoulder", "head_top": "l_shoulder"}


class Supervision(NamedTuple):
    """What a graph module's reduction should say at its stride."""

    stride: int
    c: Tensor  # B, K, H, W uint8: of joints, or of limbs
    counted: Tensor  # B, H, W uint8


class Labels(NamedTuple):
    """Everything that the losses of a batch compare with."""

    targets: Targets
    supervision: tuple[Supervision, ...]


@dataclass(frozen=True)
class LabelMaker:
    """Makes the labels of crops of one size."""

    skeleton: str
    stride: int  # of the fields
    px: int  # side of the crops
    strides: Sequence[int] = ()  # at which graph modules say confidences
    limb_nodes: bool = False  # the limbs' modules say confidences of limbs, not of joints

    @property
    def shape(self) -> FieldShape:
        """The fields of a crop."""
        return shape_of(self.skeleton, self.stride, self.px)

    def __call__(
        self, joints: np.ndarray, labelled: np.ndarray, ignored: np.ndarray, valid: np.ndarray
    ) -> Labels:
        """The labels of a batch; arrays as in `pictures.scene_crops.SceneLabels`."""
        targets = as_tensors(encode(joints, labelled, ignored, valid, self.shape))
        supervision = []
        for stride in self.strides:
            shape = shape_of(self.skeleton, stride, self.px)
            counted = torch.from_numpy(counted_cells(ignored, valid, stride, shape.size))
            c = [confidence_targets(joints, labelled, valid, stride, shape.size)]
            c += [encode(joints, labelled, ignored, valid, shape).paf_c] if self.limb_nodes else []
            supervision += [Supervision(stride, torch.from_numpy(of_kind), counted) for of_kind in c]
        return Labels(targets, tuple(supervision))


def cells(px: int, stride: int) -> int:
    """Cells a side of a map: strided convolutions with odd kernels keep the last, partial one."""
    return -(-px // stride)


def shape_of(skeleton: str, stride: int, px: int) -> FieldShape:
    """The fields of pictures of a side."""
    return FieldShape(len(get_skeleton(skeleton).joints), limbs_of(skeleton), stride, cells(px, stride))


def joint_sigmas(skeleton: str) -> np.ndarray:
    """J: the joints' widths in OKS; MPII publishes none, so its joints take those of COCO's next to them."""
    joints = get_skeleton(skeleton).joints
    if skeleton != "mpii16":
        return sigmas(skeleton, joints)
    return sigmas("coco17", [OF_COCO.get(name, name) for name in joints])
