"""CrowdPose: COCO-like files without areas and masks, with a crowd index for every picture.

Legend: K people, 14 joints.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.processes import ordered_map
from repose.foundations.rng import rng
from repose.skeletons import get_skeleton
from repose.world.clips import chunks
from repose.world.people import gathered, strangers
from repose.world.settings import WorldSettings
from repose.world.wild import STRETCH, photograph, some_size
from repose.world.writers.coco_json import flat_keypoints, person_category, save_json

IMAGE = "images/{}.jpg"
SIZES = {(640, 480): 0.6, (480, 640): 0.2, (640, 427): 0.2}
EXTRA_PEOPLE, MOST_PEOPLE = 2.4, 14  # mean above two, and limit
# share of the picture that everybody fills, as published and where all people are near
SMALLEST, LARGEST = (0.75, 1.05), (1.05, 1.05)
CROWDED_SHARE = 0.95  # of the pictures; in the others people keep apart
UNLABELLED_SHARE = 0.15  # of the hidden joints
ISCROWD_SHARE = 0.012  # of the people
FIRST = 100000  # the number of the first picture
FILE = "json/crowdpose_{}.json"


@dataclass(frozen=True)
class Crowd:
    """The labels of one picture."""

    number: int
    size: tuple[int, int]  # width, height
    joints_px: np.ndarray  # K, 14, 2
    labelled: np.ndarray  # K, 14 bool
    visible: np.ndarray  # K, 14 bool
    box: np.ndarray  # K, 4 x y w h
    iscrowd: np.ndarray  # K bool; some such people keep their joints


def crowd_index(joints_px: np.ndarray, labelled: np.ndarray, box: np.ndarray) -> float:
    """Mean over people of (others' joints in the person's box) / (own joints in it)."""
    low, high = box[:, None, None, :2], box[:, None, None, :2] + box[:, None, None, 2:]
    within = ((joints_px[None] >= low) & (joints_px[None] <= high)).all(-1) & labelled[None]
    counts = within.sum(-1)  # box of a person, joints of another
    own = np.diagonal(counts)
    others = counts.sum(1) - own
    return float(np.mean(others / np.maximum(own, 1))) if len(box) else 0.0


def save_split(folder: Path, split: str, pictures: Iterable[Crowd]) -> None:
    """`crowdpose_<split>.json`."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for crowd in pictures:
        index = crowd_index(crowd.joints_px, crowd.labelled, crowd.box)
        images.append(
            {
                "file_name": f"{crowd.number}.jpg",
                "id": crowd.number,
                "height": crowd.size[1],
                "width": crowd.size[0],
                "crowdIndex": round(index, 2),
            }
        )
        for k in range(len(crowd.box)):
            annotations.append(
                {
                    "num_keypoints": int(crowd.labelled[k].sum()),
                    "iscrowd": int(crowd.iscrowd[k]),
                    "keypoints": flat_keypoints(crowd.joints_px[k], crowd.labelled[k], crowd.visible[k]),
                    "image_id": crowd.number,
                    "bbox": np.round(crowd.box[k], 2).tolist(),
                    "category_id": 1,
                    "id": FIRST + len(annotations),
                }
            )
    skeleton = get_skeleton("crowdpose14")
    categories = [person_category(skeleton)]
    save_json(
        folder / FILE.format(split), {"images": images, "annotations": annotations, "categories": categories}
    )


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """Pictures and files of the three splits."""
    number = FIRST
    for split, count in picture_counts(settings).items():
        jobs = [(number + first, n) for first, n in chunks(count, STRETCH)]
        drawn = ordered_map(partial(draw, folder, settings), jobs, workers, f"crowdpose {split}", chunk=1)
        save_split(folder, split, [crowd for stretch in drawn for crowd in stretch])
        number += count


def picture_counts(settings: WorldSettings) -> dict[str, int]:
    """Pictures by split; validation joins training, so it shrinks likewise."""
    return {"train": settings.linear("train"), "val": settings.linear("val"), "test": settings.tested("test")}


def draw(folder: Path, settings: WorldSettings, job: tuple[int, int]) -> list[Crowd]:
    """A stretch of pictures."""
    first, length = job
    counts = (
        2 + rng(settings.seed, "crowdpose", "people", first).geometric(1 / (1 + EXTRA_PEOPLE), length) - 1
    )
    counts = np.minimum(counts, MOST_PEOPLE)
    keys = [("crowdpose", first + n, k) for n, count in enumerate(counts.tolist()) for k in range(count)]
    everybody = iter(strangers(settings.motion, ["crowd"] * len(keys), settings.seed, keys))
    result = []
    for n, count in enumerate(counts.tolist()):
        key = ("crowdpose", first + n)
        generator = rng(settings.seed, *key, "labels")
        manner = "crowd" if generator.random() < CROWDED_SHARE else "group"
        figures = gathered([next(everybody) for _ in range(count)], manner, settings.seed, *key)
        size = some_size(settings.of_several(), SIZES, *key)
        share = settings.nearer(*SMALLEST), settings.nearer(*LARGEST)
        shot = photograph(figures, size, settings.seed, *key, share=share, elevation_deg=(-2.0, 16.0))
        shot.save(folder / IMAGE.format(first + n))
        seen = shot.joints("crowdpose14")
        kept = seen.visible.sum(1) >= 1
        labelled = seen.inside & (seen.visible | (generator.random(seen.inside.shape) >= UNLABELLED_SHARE))
        corners = shot.body_boxes()[kept]
        boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], 1)
        lumped = generator.random(len(kept)) < ISCROWD_SHARE
        result.append(
            Crowd(first + n, size, seen.px[kept], labelled[kept], seen.visible[kept], boxes, lumped[kept])
        )
    return result


def pictures(settings: WorldSettings) -> int:
    """How many image files this set has."""
    return sum(picture_counts(settings).values())
