"""COCO 2017 keypoints: `annotations/person_keypoints_<split>2017.json` and `<split>2017/` for each split.

Small people have a mask but no joints; a crowd is one region in run lengths without joints. The split `test`
stands for test-dev, whose labels are not public: it is made like `val`, of other people.

Legend: K people, 17 joints, H, W picture.
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
from repose.world.people import gathered, placed, strangers
from repose.world.render import Figure
from repose.world.settings import WorldSettings
from repose.world.shot import Shot
from repose.world.wild import STRETCH, photograph, photographer, some_size
from repose.world.writers.coco_json import (
    flat_keypoints,
    mask_box,
    outline,
    person_category,
    run_lengths,
    save_json,
)

IMAGE = "{0}2017/{1:012d}.jpg"
FILE = "annotations/person_keypoints_{}2017.json"
PERSON_ID, CROWD_ID = 200000, 900100000000  # COCO numbers crowd regions apart
KINDS = ("everyday", "sport")
FIRST = {"train": 1, "val": 500001, "test": 800001}  # numbers of the pictures
SIZES = {(640, 480): 0.5, (480, 640): 0.25, (640, 427): 0.25}
# of the pictures, as published and where all people are near: nobody, a crowd, people far behind
EMPTY_SHARE, CROWD_SHARE, FAR_SHARE = (0.12, 0.04), (0.05, 0.03), (0.3, 0.0)
SMALLEST, LARGEST = (0.35, 1.05), (1.0, 1.1)  # share of the picture that the people in front fill, likewise
PEOPLE = (0.5, 0.25, 0.15, 0.1)  # share of pictures with one to four people in front
FAR_PEOPLE, CROWD_PEOPLE = 2, 9
FAR_MM = (3500.0, 9000.0)
UNLABELLED_SHARE = 0.35  # of the hidden joints
NOBODY_MM = np.array([[-600.0, -600.0, 0.0], [600.0, 600.0, 1700.0]])  # what a picture without people shows
PUBLISHED_PX = 640  # long edge of COCO's pictures
SMALL_AREA = 32**2  # px² there; smaller people have no joints


@dataclass(frozen=True)
class Labels:
    """The labels of one picture, ready for the file."""

    number: int
    size: tuple[int, int]  # width, height
    people: list[dict[str, Any]]  # segmentation, area, bbox, keypoints, num_keypoints
    crowd: dict[str, Any] | None


def person(
    mask: np.ndarray, joints_px: np.ndarray, labelled: np.ndarray, visible: np.ndarray
) -> dict[str, Any] | None:
    """One person from what the picture shows of them (H, W) bool; None where that is nothing."""
    box = mask_box(mask)
    if box is None:
        return None
    area = int(mask.sum())
    small = area < SMALL_AREA * (max(mask.shape) / PUBLISHED_PX) ** 2
    labelled = labelled & ~small
    return {
        "segmentation": [outline(mask)],
        "area": float(area),
        "bbox": box,
        "keypoints": flat_keypoints(joints_px, labelled, visible),
        "num_keypoints": int(labelled.sum()),
    }


def crowd(mask: np.ndarray) -> dict[str, Any] | None:
    """The region (H, W) of people who are not told apart."""
    box = mask_box(mask)
    if box is None:
        return None
    runs = run_lengths(mask)
    return {
        "segmentation": runs,
        "area": float(mask.sum()),
        "bbox": box,
        "keypoints": [0] * 51,
        "num_keypoints": 0,
    }


def save_split(folder: Path, split: str, pictures: Iterable[Labels]) -> None:
    """`person_keypoints_<split>2017.json`."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for labels in pictures:
        width, height = labels.size
        name = f"{labels.number:012d}.jpg"
        images.append(
            {
                "license": 1,
                "file_name": name,
                "coco_url": f"http://images.cocodataset.org/{split}2017/{name}",
                "height": height,
                "width": width,
                "date_captured": "2013-11-14 17:02:52",
                "flickr_url": "",
                "id": labels.number,
            }
        )
        regions = [(0, record) for record in labels.people] + [(1, labels.crowd)] * (labels.crowd is not None)
        for iscrowd, record in regions:
            number = (CROWD_ID if iscrowd else PERSON_ID) + len(annotations)
            extra = {"iscrowd": iscrowd, "image_id": labels.number, "category_id": 1, "id": number}
            annotations.append({**(record or {}), **extra})
    skeleton = get_skeleton("coco17")
    content = {
        "info": {"description": "COCO 2017 Dataset", "version": "1.0", "year": 2017},
        "licenses": [{"id": 1, "name": "", "url": ""}],
        "images": images,
        "annotations": annotations,
        "categories": [person_category(skeleton)],
    }
    save_json(folder / FILE.format(split), content)


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """Pictures and files of all splits."""
    for split, count in picture_counts(settings).items():
        jobs = [(split, *stretch) for stretch in chunks(count, STRETCH)]
        drawn = ordered_map(partial(draw, folder, settings), jobs, workers, f"coco {split}", chunk=1)
        save_split(folder, split, [labels for stretch in drawn for labels in stretch])


def picture_counts(settings: WorldSettings) -> dict[str, int]:
    """Pictures by split; both held-out splits are of one size."""
    held_out = settings.tested("val")
    return {"train": settings.compressed("train"), "val": held_out, "test": held_out}


def cast(settings: WorldSettings, split: str, n: int) -> tuple[int, int, bool]:
    """How many people stand in front, how many far behind, and whether those are a crowd."""
    generator = rng(settings.seed, "coco", "cast", split, n)
    draw = generator.random()
    front = 1 + int(generator.choice(len(PEOPLE), p=PEOPLE))
    empty, crowded, far = (settings.nearer(*share) for share in (EMPTY_SHARE, CROWD_SHARE, FAR_SHARE))
    if draw < empty:
        return 0, 0, False
    if draw < empty + crowded:
        return front, CROWD_PEOPLE, True
    return front, FAR_PEOPLE * (draw > 1 - far), False


def draw(folder: Path, settings: WorldSettings, job: tuple[str, int, int]) -> list[Labels]:
    """A stretch of pictures."""
    split, first, length = job
    casts = [cast(settings, split, first + n) for n in range(length)]
    keys = [
        ("coco", split, first + n, k) for n, (near, far, _) in enumerate(casts) for k in range(near + far)
    ]
    kinds = [str(kind) for kind in rng(settings.seed, "coco", "kinds", split, first).choice(KINDS, len(keys))]
    everybody = iter(strangers(settings.motion, kinds, settings.seed, keys) if keys else [])
    result = []
    for n, (near, far, crowded) in enumerate(casts):
        key = ("coco", split, first + n)
        generator = rng(settings.seed, *key, "labels")
        front = gathered([next(everybody) for _ in range(near)], "group", settings.seed, *key) if near else []
        target = np.concatenate([figure.points_mm for figure in front]) if front else NOBODY_MM
        azimuth = photographer(front, generator)
        behind = [far_away(next(everybody), azimuth, crowded, generator) for _ in range(far)]
        shot = photograph(
            [*front, *behind], some_size(settings.of_several(), SIZES, *key), settings.seed, *key,
            target_mm=target, share=(settings.nearer(*SMALLEST), settings.nearer(*LARGEST)),
            azimuth=(azimuth, azimuth),
        )  # fmt: skip
        number = FIRST[split] + first + n
        shot.save(folder / IMAGE.format(split, number))
        result.append(labels_of(number, shot, near, crowded, generator))
    return result


def far_away(figure: Figure, azimuth: float, crowded: bool, generator: np.random.Generator) -> Figure:
    """A person behind the others, as seen by a camera that stands at an azimuth; a crowd stands together."""
    distance, angle = generator.uniform(*FAR_MM), generator.normal(0, 0.25)
    if crowded:
        distance, angle = FAR_MM[1] + generator.normal(0, 350), generator.normal(0, 0.07)
    heading = azimuth + np.pi + angle
    place = distance * np.array([np.cos(heading), np.sin(heading)])
    return placed(figure, place, float(generator.uniform(0, 2 * np.pi)))


def labels_of(number: int, shot: Shot, near: int, crowded: bool, generator: np.random.Generator) -> Labels:
    """What an annotator would write down about a picture."""
    seen = shot.joints("coco17")
    labelled = seen.inside & (seen.visible | (generator.random(seen.inside.shape) >= UNLABELLED_SHARE))
    told_apart = near if crowded else len(labelled)
    people = [person(shot.mask(k), seen.px[k], labelled[k], seen.visible[k]) for k in range(told_apart)]
    region = crowd(shot.picture.owner >= near) if crowded else None
    size = (shot.camera.width, shot.camera.height)
    return Labels(number, size, [record for record in people if record], region)


def pictures(settings: WorldSettings) -> int:
    """How many image files this set has."""
    return sum(picture_counts(settings).values())
