"""FLIC-full: `examples.mat`, a 1 x N struct array, and `images/`.

Of its 29 joints only eleven are ever labelled; the others are NaN. Besides the entries of the two splits
there are bad ones and unchecked ones.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.processes import ordered_map
from repose.foundations.rng import rng
from repose.world.body import POINTS
from repose.world.clips import chunks
from repose.world.people import gathered, strangers
from repose.world.settings import WorldSettings
from repose.world.wild import STRETCH, photograph
from repose.world.writers.matfile import save_mat, struct_array

SIZE = (720, 480)
FRONT = (-0.75, 0.75)  # where the camera stands, radians from where the person looks
LEVEL_DEG = (-8.0, 12.0)
SECOND_SHARE = 0.3  # pictures with another person in them
FIELDS = (
    "poselet_hit_idx", "moviename", "coords", "filepath", "imgdims", "currframe", "torsobox",
    "istrain", "istest", "isbad", "isunchecked",
)  # fmt: skip
UPPER = [
    POINTS.index(name)
    for name in ("head_top", "r_hip", "l_hip", "r_elbow", "l_elbow", "r_shoulder", "l_shoulder")
]
LABELLED = (0, 1, 2, 3, 4, 5, 6, 9, 12, 13, 16)  # shoulders, elbows, wrists, hips, eyes, nose


def example(
    movie: str, frame: int, joints_px: np.ndarray, size: tuple[int, int], flags: dict[str, bool]
) -> dict[str, Any]:
    """One entry: (29, 2) px of a picture (width, height)."""
    coords = np.full((2, 29), np.nan)
    coords[:, LABELLED] = joints_px[list(LABELLED)].T
    torso = joints_px[[0, 3, 6, 9]]  # shoulders and hips
    return {
        "poselet_hit_idx": np.array([[float(frame % 150 + 1)]]),
        "moviename": movie,
        "coords": coords,
        "filepath": f"{movie}-{frame:08d}.jpg",
        "imgdims": np.array([[size[1], size[0], 3.0]]),
        "currframe": np.array([[float(frame)]]),
        "torsobox": np.concatenate([torso.min(0), torso.max(0)])[None],
    } | {name: np.array([[flags.get(name, False)]]) for name in FIELDS[7:]}


def save_examples(folder: Path, examples: list[dict[str, Any]]) -> None:
    """`examples.mat`."""
    save_mat(folder / "examples.mat", {"examples": struct_array(examples, FIELDS)})


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """Pictures and examples of both splits and of what no split uses."""
    examples: list[dict[str, Any]] = []
    for split, count in picture_counts(settings).items():
        jobs = [(split, *stretch) for stretch in chunks(count, STRETCH)]
        drawn = ordered_map(partial(draw, folder, settings), jobs, workers, f"flic {split}", chunk=1)
        joints = np.concatenate(list(drawn))
        for n, pixels in enumerate(joints):
            flags = {"istrain": split == "train", "istest": split == "test"}
            flags |= {
                "isbad": split == "unchecked" and n % 2 == 0,
                "isunchecked": split == "unchecked" and n % 2 == 1,
            }
            examples.append(example(*movie(split, n), pixels, settings.image_size(*SIZE), flags))
    save_examples(folder, examples)


def picture_counts(settings: WorldSettings) -> dict[str, int]:
    """Pictures by split."""
    unused = max(1, round(settings.linear("unchecked") * settings.scale.images))
    return {"train": settings.linear("train"), "test": settings.tested("test"), "unchecked": unused}


def movie(split: str, n: int) -> tuple[str, int]:
    """The name of a picture's film and the frame in it."""
    return f"{split}-film-{n % 12:02d}", 1 + 10 * (n // 12)


def draw(folder: Path, settings: WorldSettings, job: tuple[str, int, int]) -> np.ndarray:
    """A stretch of pictures: joints (n, 29, 2) px of the person in front."""
    split, first, length = job
    keys = [("flic", split, first + n, k) for n in range(length) for k in (0, 1)]
    kinds = ["frontal", "everyday"] * length
    people = strangers(settings.motion, kinds, settings.seed, keys)
    joints = []
    for n in range(length):
        key = ("flic", split, first + n)
        pair = people[2 * n : 2 * n + 2]
        if rng(settings.seed, *key, "second").random() < SECOND_SHARE:
            pair[1] = gathered(pair, "group", settings.seed, *key)[1]
        else:
            pair = pair[:1]
        shot = photograph(
            pair, settings.image_size(*SIZE), settings.seed, *key, share=(0.75, 1.05),
            target_mm=pair[0].points_mm[UPPER], azimuth=FRONT, elevation_deg=LEVEL_DEG,
        )  # fmt: skip
        shot.save(
            folder / "images" / example(*movie(split, first + n), np.zeros((29, 2)), SIZE, {})["filepath"]
        )
        joints.append(shot.joints("flic29").px[0])
    return np.stack(joints)


def pictures(settings: WorldSettings) -> int:
    """How many image files this set has."""
    return sum(picture_counts(settings).values())
