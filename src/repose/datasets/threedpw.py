"""3DPW: `sequenceFiles/{train,validation,test}/<sequence>.pkl` and `imageFiles/<sequence>/image_%05d.jpg`.

Choices: a row is a person in a frame; joints are the 18 of `poses2d`, labelled where their score is above
zero (`score` is a column). 3D joints of that skeleton need a body model, so there are none; the 24 joints
that come with the sequence are the column `smpl_joints_mm` (N, 24, 3), in the camera's frame, relative to
the pelvis. `valid` says whether the camera's pose is good. All pictures of a sequence have one size.

Legend: T frames, N rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from repose.datasets.pictures import Pictures
from repose.datasets.sources import entry, fault, folder, numbers
from repose.datasets.tables import pose_table
from repose.datasets.unpickle import read_pickle
from repose.skeletons.posetable import PoseTable, encode

FILES: tuple[str, ...] = ("sequenceFiles/*.pkl", "imageFiles/*.jpg")
SPLITS = {"train": "train", "val": "validation", "test": "test"}
IMAGE = "imageFiles/{}/image_{:05d}.jpg"
JOINTS, SMPL_JOINTS = 18, 24


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """The three splits."""
    return {split: read_split(root, pictures, split, word) for split, word in SPLITS.items()}


def read_split(root: Path, pictures: Pictures, split: str, word: str) -> PoseTable:
    """All sequences of a split."""
    place = folder(root / "sequenceFiles" / word)
    paths = sorted(place.glob("*.pkl"))
    if not paths:
        raise fault(place, "no sequences", "files such as courtyard_arguing_00.pkl")
    parts: dict[str, list[np.ndarray]] = {}
    names: list[str] = []
    sizes: list[np.ndarray] = []
    words: list[str] = []
    for path in paths:
        sequence = read_pickle(path)
        frames = len(numbers(entry(sequence, "img_frame_ids", path), (None,), f"{path}: `img_frame_ids`"))
        own = [IMAGE.format(path.stem, frame) for frame in range(frames)]
        pictures.require(own)
        size = pictures.sizes(own[:1])[0]
        for person, columns in enumerate(people_of(sequence, frames, path)):
            columns |= {"image": len(names) + np.arange(frames), "frame": np.arange(frames)}
            columns |= {"size": np.tile(size, (frames, 1))}
            for name, column in columns.items():
                parts.setdefault(name, []).append(column)
            words += [f"{path.stem} {person}"] * frames
        names += own
        sizes += [size] * frames
    joined = {name: np.concatenate(columns) for name, columns in parts.items()}
    points = joined["poses2d"]
    codes, known = encode(words)
    return pose_table(
        "threedpw", split, "coco18", points[..., :2].astype(np.float32), points[..., 2] > 0, joined["size"],
        frame=joined["frame"], columns={"sequence": (codes, known), "subject": (codes, known)},
        image=joined["image"], image_names=names, image_sizes=np.array(sizes, np.int32),
        extra={
            "score": points[..., 2].astype(np.float32), "smpl_joints_mm": joined["smpl"].astype(np.float32),
            "valid": joined["valid"] > 0,
        },
    )  # fmt: skip


def people_of(sequence: Any, frames: int, path: Path) -> list[dict[str, np.ndarray]]:
    """Joints of every person of a sequence: `poses2d` (T, 18, 3), `smpl` (T, 24, 3) mm, `valid` (T)."""
    camera = numbers(entry(sequence, "cam_poses", path), (frames, 4, 4), f"{path}: `cam_poses`")
    poses2d, smpl = entry(sequence, "poses2d", path), entry(sequence, "jointPositions", path)
    valid = entry(sequence, "campose_valid", path)
    if not len(poses2d) == len(smpl) == len(valid) or not len(poses2d):
        raise fault(path, f"{len(poses2d)}, {len(smpl)} and {len(valid)} people", "as many in every list")
    people = []
    for person in range(len(poses2d)):
        where = f"{path}: person {person}"
        points = numbers(poses2d[person], (frames, 3, JOINTS), f"{where}, `poses2d`").transpose(0, 2, 1)
        world = numbers(smpl[person], (frames, 3 * SMPL_JOINTS), f"{where}, `jointPositions`")
        world = world.reshape(frames, SMPL_JOINTS, 3)
        seen = np.einsum("tij,tkj->tki", camera[:, :3, :3], world - world[:, :1]) * 1000
        flags = numbers(valid[person], (frames,), f"{where}, `campose_valid`")
        people.append({"poses2d": points, "smpl": seen, "valid": flags})
    return people
