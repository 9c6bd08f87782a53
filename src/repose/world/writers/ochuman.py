"""OCHuman: `ochuman.json` as its own API reads it, the COCO-like exports of both halves, and `images/`.

Of the people of a picture not all are labelled. Boxes are x1, y1, x2, y2 in the first file and x, y, width,
height in the exports.

Legend: K people, 19 joints.
"""

import dataclasses
from collections.abc import Sequence
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
from repose.world.render import Figure
from repose.world.settings import WorldSettings
from repose.world.shot import Shot, overlaps
from repose.world.wild import STRETCH, photograph, some_size
from repose.world.writers.coco_json import long_name, outline, person_category, save_json

IMAGE = "images/{:06d}.jpg"
EXPORT = "ochuman_coco_format_{}_range_0.00_1.00.json"
SIZES = {(640, 480): 0.5, (480, 640): 0.3, (640, 427): 0.2}
# share of the picture that the two fill, as published and where all people are near
SMALLEST, LARGEST = (0.7, 0.9), (0.95, 0.95)
LEAST_OVERLAP = 0.5  # of the two people's boxes
TRIES = 60  # arrangements among which one with enough overlap is looked for
THIRD_SHARE = 0.3  # pictures with a third person, labelled by a box only
MISSING_SHARE = 0.2  # of the hidden joints
VISIBLE = {"missing": 0, "vis": 1, "self_occluded": 2, "others_occluded": 3}
COCO_FLAG = {0: 0, 1: 2, 2: 2, 3: 1}  # the export calls a joint behind its own body visible


@dataclass(frozen=True)
class Pair:
    """The labels of one picture."""

    number: int
    size: tuple[int, int]  # width, height
    keypoints: np.ndarray  # K, 19, 3: x y and a flag of VISIBLE
    box: np.ndarray  # K, 4 x1 y1 x2 y2
    outlines: list[list[float]]  # K polygons
    full: np.ndarray  # K bool: labelled with joints and mask; others with the box only


def entry(pair: Pair) -> dict[str, Any]:
    """One picture of `ochuman.json`."""
    width, height = pair.size
    worst = overlaps(np.round(pair.box))
    people = []
    for k in range(len(pair.box)):
        full = bool(pair.full[k])
        segms = {"outer": [pair.outlines[k]], "inner": [], "width": width, "height": height}
        people.append(
            {
                "bbox": np.round(pair.box[k]).astype(int).tolist(),
                "keypoints": np.round(pair.keypoints[k], 2).ravel().tolist() if full else None,
                "segms": segms if full else None,
                "max_iou": round(float(worst[k]), 4),
            }
        )
    name = f"{pair.number:06d}"
    shape = {"width": width, "height": height}
    return {"image_id": name, "file_name": f"{name}.jpg", **shape, "annotations": people}


def save_pairs(folder: Path, pairs: Sequence[Pair], val: int) -> None:
    """All files; the first `val` pictures are the validation half."""
    entries = [entry(pair) for pair in pairs]
    names = [long_name(joint) for joint in get_skeleton("ochuman19").joints]
    content = {"keypoint_names": names, "keypoint_visible": VISIBLE, "images": entries}
    save_json(folder / "ochuman.json", content)
    save_json(folder / EXPORT.format("val"), export(entries[:val], names))
    save_json(folder / EXPORT.format("test"), export(entries[val:], names))


def export(entries: Sequence[dict[str, Any]], names: list[str]) -> dict[str, Any]:
    """COCO's form of the people with joints and masks: 17 of the joints, ids from 1, the box's area."""
    coco = get_skeleton("coco17")
    order = [names.index(long_name(joint)) for joint in coco.joints]
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for item in entries:
        people = [person for person in item["annotations"] if person["keypoints"] and person["segms"]]
        if not people:
            continue
        images.append({"id": len(images) + 1, **{key: item[key] for key in ("file_name", "height", "width")}})
        for person in people:
            keypoints = np.reshape(person["keypoints"], (-1, 3))[order]
            keypoints[:, 2] = [COCO_FLAG[int(flag)] for flag in keypoints[:, 2]]
            x1, y1, x2, y2 = person["bbox"]
            annotations.append(
                {
                    "image_id": len(images),
                    "area": (x2 - x1) * (y2 - y1),
                    "num_keypoints": int((keypoints[:, 2] > 0).sum()),
                    "iscrowd": 0,
                    "id": len(annotations) + 1,
                    "category_id": 1,
                    "keypoints": keypoints.ravel().tolist(),
                    "segmentation": person["segms"]["outer"],
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                }
            )
    return {"annotations": annotations, "categories": [person_category(coco)], "images": images}


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """Pictures and files."""
    val = settings.tested("val")
    jobs = chunks(pictures(settings), STRETCH)
    drawn = ordered_map(partial(draw, folder, settings), jobs, workers, "ochuman", chunk=1)
    save_pairs(folder, [pair for stretch in drawn for pair in stretch], val)


def draw(folder: Path, settings: WorldSettings, job: tuple[int, int]) -> list[Pair]:
    """A stretch of pictures."""
    first, length = job
    thirds = rng(settings.seed, "ochuman", "thirds", first).random(length) < THIRD_SHARE
    keys = [("ochuman", first + n, k) for n in range(length) for k in range(2 + int(thirds[n]))]
    everybody = iter(strangers(settings.motion, ["crowd"] * len(keys), settings.seed, keys))
    result = []
    for n in range(length):
        key = ("ochuman", first + n)
        figures = [next(everybody) for _ in range(2 + int(thirds[n]))]
        size = some_size(settings.of_several(), SIZES, *key)
        share = settings.nearer(*SMALLEST), settings.nearer(*LARGEST)
        shot = embraced(figures, size, share, settings.seed, *key)
        shot.save(folder / IMAGE.format(first + n + 1))
        result.append(labels(first + n + 1, shot, rng(settings.seed, *key, "labels")))
    return result


def embraced(
    figures: list[Figure], size: tuple[int, int], share: tuple[float, float], seed: int, *key: str | int
) -> Shot:
    """The picture of two people whose boxes overlap enough, and perhaps of a third.

    Where no arrangement of their own poses does it, the second takes the pose of the first.
    """
    best: tuple[float, Shot] | None = None
    for attempt in range(TRIES):
        first, second = figures[:2]
        if attempt >= TRIES // 2:
            second = dataclasses.replace(second, points_mm=first.points_mm)
        couple = gathered([first, second], "pair", seed, *key, attempt)
        azimuth = float(rng(seed, *key, attempt).uniform(0, 2 * np.pi))
        if side_view_overlap(couple, azimuth) < LEAST_OVERLAP and attempt + 1 < TRIES:
            continue
        third = gathered([couple[0], *figures[2:]], "group", seed, *key)[1:]
        people = np.concatenate([figure.points_mm for figure in couple])
        shot = photograph(
            [*couple, *third], size, seed, *key, attempt, share=share, target_mm=people,
            azimuth=(azimuth, azimuth), elevation_deg=(-3.0, 12.0),
        )  # fmt: skip
        both = shot.mask(0).any() and shot.mask(1).any()
        overlap = float(overlaps(np.round(shot.body_boxes()[:2]))[0]) * bool(both)
        if best is None or overlap > best[0]:
            best = overlap, shot
        if overlap > LEAST_OVERLAP:
            break
    assert best is not None
    return best[1]


def side_view_overlap(couple: list[Figure], azimuth: float) -> float:
    """Overlap of the boxes of two people as seen from far away on their level."""
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    flat = [np.stack([figure.points_mm @ right, figure.points_mm[:, 2]], -1) for figure in couple]
    boxes = np.array([np.concatenate([points.min(0), points.max(0)]) for points in flat])
    return float(overlaps(boxes)[0])


def labels(number: int, shot: Shot, generator: np.random.Generator) -> Pair:
    """What an annotator would write down: the couple in full, others by their box."""
    seen = shot.joints("ochuman19")
    hidden = np.where(shot.covered_by_others(seen.px), VISIBLE["others_occluded"], VISIBLE["self_occluded"])
    missing = ~seen.inside | (~seen.visible & (generator.random(seen.inside.shape) < MISSING_SHARE))
    flags = np.where(missing, VISIBLE["missing"], np.where(seen.visible, VISIBLE["vis"], hidden))
    keypoints = np.concatenate([np.where(missing[..., None], 0.0, seen.px), flags[..., None]], -1)
    masks = [shot.mask(k) for k in range(len(flags))]
    full = np.array([k < 2 and mask.any() for k, mask in enumerate(masks)])
    outlines = [outline(mask) if mask.any() else [] for mask in masks]
    size = (shot.camera.width, shot.camera.height)
    return Pair(number, size, keypoints, shot.body_boxes(), outlines, full)


def pictures(settings: WorldSettings) -> int:
    """How many image files this set has."""
    return settings.tested("val") + settings.tested("test")
