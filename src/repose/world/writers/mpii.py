"""MPII Human Pose: the Xiao/MSRA lists `annot/train.json` and `valid.json`, and the release's MATLAB struct.

Pixels in the files count from 1. A joint without a label is (-1, -1) in the lists and absent in the struct.

Legend: K people of a picture, 16 joints.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repose.world.writers.coco_json import save_json
from repose.world.writers.matfile import EMPTY, cells, save_mat, struct_array

IMAGE = "images/{:09d}.jpg"
HEAD = (8, 9)  # upper neck and head top: taken from the head box, so without a visibility
CODES = (
    "rank", "rkne", "rhip", "lhip", "lkne", "lank", "pelv", "thor",
    "neck", "head", "rwri", "relb", "rsho", "lsho", "lelb", "lwri",
)  # fmt: skip
ACTIVITIES = (
    ("sports", "sports, general"), ("dancing", "aerobic, step"), ("occupation", "carpentry, general"),
    ("walking", "walking, general"), ("home activities", "cleaning, sweeping"),
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """The labels of one picture; pixels from 0."""

    name: str  # of the image file
    joints_px: np.ndarray  # K, 16, 2
    labelled: np.ndarray  # K, 16 bool
    visible: np.ndarray  # K, 16 bool
    head_px: np.ndarray  # K, 4 box x1 y1 x2 y2
    center: np.ndarray  # K, 2
    scale: np.ndarray  # K, person's height over 200 px
    single: np.ndarray  # K bool: well apart from the others


def save_list(path: Path, pictures: Sequence[People]) -> None:
    """`train.json` or `valid.json`: one entry a person."""
    entries = []
    for people in pictures:
        joints = np.where(people.labelled[..., None], np.round(people.joints_px + 1, 4), -1.0)
        for k in range(len(joints)):
            entries.append(
                {
                    "joints_vis": people.labelled[k].astype(int).tolist(),
                    "joints": joints[k].tolist(),
                    "image": people.name,
                    "scale": round(float(people.scale[k]), 6),
                    "center": np.round(people.center[k] + 1, 4).tolist(),
                }
            )
    save_json(path, entries)


def save_truth(path: Path, pictures: Sequence[People]) -> None:
    """`gt_valid.mat`: joints, missing flags and head boxes of the people of `valid.json` in its order."""
    labelled = np.concatenate([people.labelled for people in pictures])  # N, 16
    joints = np.concatenate([people.joints_px for people in pictures]) + 1  # N, 16, 2
    heads = np.concatenate([people.head_px for people in pictures]).reshape(-1, 2, 2) + 1  # N, corner, xy
    variables = {
        "dataset_joints": cells(CODES, rows=False),
        "jnt_missing": (~labelled).T.astype(np.float64),  # 16, N
        "pos_gt_src": np.where(labelled[..., None], joints, -1.0).transpose(1, 2, 0),  # 16, 2, N
        "headboxes_src": heads.transpose(1, 2, 0),  # 2, 2, N
    }
    save_mat(path, variables)


def save_release(path: Path, pictures: Sequence[People], unlabelled: Sequence[People]) -> None:
    """`mpii_human_pose_v1_u12_1.mat`: pictures with labels, then test pictures with rough positions only."""
    together = [*pictures, *unlabelled]
    images = [
        {
            "image": {"name": people.name},
            "annorect": rectangles(people, n % 8, n < len(pictures)),
            "frame_sec": np.array([[float(n % 97)]]),
            "vididx": np.array([[float(n // 4 + 1)]]),
        }
        for n, people in enumerate(together)
    ]
    acts = [ACTIVITIES[n % len(ACTIVITIES)] for n in range(len(together))]
    release = {
        "annolist": struct_array(images),
        "img_train": (np.arange(len(together)) < len(pictures)).astype(np.float64)[None],
        "version": "12",
        "single_person": cells([np.flatnonzero(people.single)[:, None] + 1.0 for people in together]),
        "act": struct_array(
            [{"cat_name": c, "act_name": a, "act_id": float(ACTIVITIES.index((c, a)) + 1)} for c, a in acts]
        ).T,
        "video_list": cells([f"video{n:05d}" for n in range(len(together) // 4 + 1)], rows=False),
    }
    save_mat(path, {"RELEASE": release})


def rectangles(people: People, variant: int, train: bool) -> np.ndarray:
    """The `annorect` struct of one picture; `variant` decides how visibility is written."""
    records = []
    for k in range(len(people.scale)):
        x, y = (people.center[k] + 1).tolist()
        record: dict[str, Any] = {"scale": float(people.scale[k]), "objpos": {"x": x, "y": y}}
        if train:
            record |= dict(zip(("x1", "y1", "x2", "y2"), (people.head_px[k] + 1).tolist(), strict=True))
            record["annopoints"] = {"point": points(people, k, variant)}
        records.append(record)
    return struct_array(records)


def points(people: People, k: int, variant: int) -> np.ndarray:
    """The `point` struct of one person: `is_visible` a number, a character, or no such field at all."""
    fields = ("x", "y", "id") if variant == 7 else ("x", "y", "id", "is_visible")
    ids = np.flatnonzero(people.labelled[k]).tolist()
    array = np.empty((1, len(ids)), dtype=[(name, object) for name in fields])
    for n, joint in enumerate(ids):
        x, y = (people.joints_px[k, joint] + 1).tolist()
        seen = int(people.visible[k, joint])
        flag = EMPTY if joint in HEAD else str(seen) if variant in (5, 6) else float(seen)
        array[0, n] = (x, y, float(joint), flag)[: len(fields)]
    return array
