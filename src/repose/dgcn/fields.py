"""The fields of PIF/PAF: what a network says in every cell, and what it should say.

A part intensity field (PIF) says for each joint: confidence c that one is within two cells, the vector to it,
the vector's spread b, the joint's scale. A part association field (PAF) says for each limb: confidence c that
one passes, the vectors to its two ends, their spreads. All lengths are in cells.

Cell k of a row has its centre on pixel k · stride of the network's input, whose pixels' centres are whole
numbers: so strided convolutions with odd kernels place it, and a point is in cells what it is in pixels
divided by the stride.

Legend: B pictures, M people of a picture, J joints, L limbs, H W cells, N cells of a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

PIF_CHANNELS, PAF_CHANNELS = 5, 7  # a joint and a limb
COMPILED: Mapping[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
}  # kernels allocate nothing


@dataclass(frozen=True, eq=False)
class FieldShape:
    """What the fields are about and how large they are."""

    joints: int
    limbs: np.ndarray  # L, 2 int64: the joints at the limbs' ends
    stride: int  # px of the input a cell
    size: int  # cells a side


class Fields(NamedTuple):
    """What the network says, as it leaves its last layer."""

    pif_c: Tensor  # B, J, H, W: logits
    pif_vec: Tensor  # B, J, 2, H, W: x, y from the cell to the joint
    pif_logb: Tensor  # B, J, H, W
    pif_scale: Tensor  # B, J, H, W: sqrt of the person's box, times the joint's sigma
    paf_c: Tensor  # B, L, H, W: logits
    paf_vec: Tensor  # B, L, 2, 2, H, W: to each end, x, y
    paf_logb: Tensor  # B, L, 2, H, W: of each end


class Targets(NamedTuple):
    """What the network should say: confidences everywhere, the rest at the positive cells.

    Cells are numbered as in a contiguous (B, J, H, W) or (B, L, H, W), in rising order.
    """

    counted: Any  # B, H, W uint8: background counts here; positive cells always count
    pif_c: Any  # B, J, H, W uint8: 1 around a joint
    pif_cell: Any  # N int64
    pif_vec: Any  # N, 2 float32
    pif_scale: Any  # N float32: sqrt of the person's box
    paf_c: Any  # B, L, H, W uint8: 1 along a limb
    paf_cell: Any  # N int64
    paf_vec: Any  # N, 2, 2 float32
    paf_scale: Any  # N float32: sqrt of the person's box


Maps = dict[str, np.ndarray]
"""One picture's fields for the decoder: named as `Fields`, no B, float32, both `c` as probabilities."""


def split_fields(pif: Tensor, paf: Tensor) -> Fields:
    """Fields of the output layers' planes: `pif` (B, 5J, H, W) and `paf` (B, 7L, H, W).

    Planes of a kind lie together: J c, J · (x, y), J log b, J scale; L c, L · (x1, y1, x2, y2), L · (log b1,
    log b2).
    """
    joints, limbs = pif.shape[1] // PIF_CHANNELS, paf.shape[1] // PAF_CHANNELS
    c, vec, logb, scale = pif.split([joints, 2 * joints, joints, joints], 1)
    limb_c, limb_vec, limb_logb = paf.split([limbs, 4 * limbs, 2 * limbs], 1)
    return Fields(
        c, vec.unflatten(1, (joints, 2)), logb, scale,
        limb_c, limb_vec.unflatten(1, (limbs, 2, 2)), limb_logb.unflatten(1, (limbs, 2)),
    )  # fmt: skip


def as_tensors(targets: Targets, device: torch.device | str = "cpu") -> Targets:
    """The same targets as tensors."""
    return Targets(*(torch.from_numpy(array).to(device) for array in targets))


def maps_of(fields: Fields) -> list[Maps]:
    """Each picture's fields for the decoder."""
    said = fields._replace(pif_c=fields.pif_c.float().sigmoid(), paf_c=fields.paf_c.float().sigmoid())
    arrays = {
        name: tensor.detach().float().cpu().contiguous().numpy() for name, tensor in said._asdict().items()
    }
    return [{name: array[b] for name, array in arrays.items()} for b in range(len(fields.pif_c))]
