"""People found in whole pictures by a trained network.

Legend: P pictures, N people, J joints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from repose.dgcn.decode import Candidates, DecoderOptions, People, candidates, decode
from repose.dgcn.fields import Maps, maps_of, split_fields
from repose.dgcn.labels import joint_sigmas, shape_of
from repose.dgcn.network import Design, Output
from repose.pictures.pack import People as Pictures
from repose.pictures.scene_batches import WholePictures, whole
from repose.pictures.scenes import Scenes
from repose.skeletons import get_skeleton

BATCH = 32  # pictures at a time
MULTIPLE = 16  # whole pictures have sides of so many pixels, times a whole number


@dataclass(frozen=True)
class Reader:
    """How a network's fields are read."""

    skeleton: str
    stride: int
    options: DecoderOptions
    more: int  # pixels beyond the multiple: the published sides are 16 k + 1

    def people(self, maps: Maps) -> People:
        """The people of one picture."""
        return decode(maps, shape_of(self.skeleton, self.stride, self.stride), self.sigmas, self.options)

    def candidates(self, maps: Maps) -> Candidates:
        """Its joints, not grouped."""
        return candidates(maps, shape_of(self.skeleton, self.stride, self.stride), self.options)

    @property
    def sigmas(self) -> np.ndarray:
        """J: of OKS."""
        return joint_sigmas(self.skeleton)


def reader_of(skeleton: str, design: Design, options: DecoderOptions, regression: str) -> Reader:
    """How the fields of a design are read; only Laplace's loss teaches a spread."""
    spread = options.spread and regression == "laplace"
    more = 1 if design.decoder == "shuffle" else 0
    return Reader(skeleton, design.stride, replace(options, spread=spread), more)


@torch.inference_mode()
def find_people(
    forward: Callable[[Tensor], Output], scenes: Scenes, pictures: Pictures, rows: np.ndarray, reader: Reader,
    device: torch.device,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:  # fmt: skip
    """The people of some pictures, and all joints found there before anyone groups them.

    The arrays of two predictions files, one row a person and one a joint, in pixels of the files; `image` is
    the picture's row.
    """
    people: list[tuple[int, np.ndarray, np.ndarray, float]] = []
    loose: list[tuple[int, int, np.ndarray, float]] = []
    for batch in whole(scenes, pictures, rows, MULTIPLE, BATCH, reader.more):
        output = forward(batch.pictures.to(device))
        for place, maps in enumerate(maps_of(split_fields(output.pif, output.paf))):
            take(batch, place, reader.people(maps), people)
            take_joints(batch, place, reader.candidates(maps), loose)
    return as_arrays(people, reader.skeleton), joint_arrays(loose, reader.skeleton)


def take(batch: WholePictures, place: int, found: People, people: list) -> None:
    """Add the people of one picture."""
    row = int(batch.rows[place])
    for points, score, person_score in zip(*found, strict=True):
        people.append((row, batch.in_file(points, place), score, float(person_score)))


def take_joints(batch: WholePictures, place: int, found: Candidates, loose: list) -> None:
    """Add the ungrouped joints of one picture."""
    row = int(batch.rows[place])
    for joint, point, score in zip(*found, strict=True):
        loose.append((row, int(joint), batch.in_file(point, place), float(score)))


def as_arrays(people: list, skeleton: str) -> dict[str, np.ndarray]:
    """People by picture as the arrays of a predictions file."""
    people = sorted(people, key=lambda person: person[0])
    joints = get_skeleton(skeleton).joints
    empty = np.zeros((0, len(joints), 2))
    return {
        "joints": np.array(joints),
        "image": np.array([p[0] for p in people], np.int32),
        "person_score": np.array([p[3] for p in people], np.float32),
        "joints2d_px": np.array([p[1] for p in people] or empty, np.float32),
        "score": np.array([p[2] for p in people] or empty[..., 0], np.float32),
    }


def joint_arrays(loose: list, skeleton: str) -> dict[str, np.ndarray]:
    """Joints by picture as the arrays of a file of candidates."""
    loose = sorted(loose, key=lambda joint: joint[0])
    return {
        "joints": np.array(get_skeleton(skeleton).joints),
        "image": np.array([c[0] for c in loose], np.int32),
        "joint": np.array([c[1] for c in loose], np.int16),
        "joints2d_px": np.array([c[2] for c in loose] or np.zeros((0, 2)), np.float32),
        "score": np.array([c[3] for c in loose], np.float32),
    }
