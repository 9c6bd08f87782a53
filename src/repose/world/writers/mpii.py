"""MPII Human Pose: the Xiao/MSRA lists `annot/train.json` and `valid.json`, and the release's MATLAB struct.

Pixels in the files count from 1. A joint without a label is (-1, -1) in the lists and absent in the struct.

Legend: K people of a picture, 16 joints.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
from repose.world.shot import Shot, overlaps
from repose.world.wild import STRETCH, photograph, some_size
from repose.world.writers.coco_json import save_json
from repose.world.writers.matfile import EMPTY, cells, save_mat, struct_array

IMAGE = "images/{:09d}.jpg"
HEAD = (8, 9)  # upper neck and head top: taken from the head box, so without a visibility
CODES = (
    "rank", "rkne", "rhip", "lhip", "lkne", "lank", "pelv", "thor",
    "neck", "head", "rwri", "relb", "rsho", "lsho", "lelb", "lwri",
)  # fmt: skip
KINDS = ("sport", "everyday")
UPPER = [
    POINTS.index(name)
    for name in ("head_top", "nose", "r_shoulder", "l_shoulder", "r_elbow", "l_elbow", "r_hip", "l_hip")
]
SIZES = {(1280, 720): 0.3, (640, 480): 0.4, (480, 640): 0.3}
ROUGH = 8  # pictures of the real test set, which come without joints
MOST_PEOPLE = 5  # in one picture
APART = 0.1  # overlap of boxes below which people count as well apart
UNLABELLED_SHARE = 0.12  # of the hidden joints
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
    return struct_array(records) if records else EMPTY


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


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """Pictures, lists, the validation truth and the release."""
    counts = picture_counts(settings)
    density = settings.sizes["train_people"] / settings.sizes["train"]
    groups: dict[str, list[People]] = {}
    number = 1
    for split, count in counts.items():
        crowds = people_counts(count, density, settings.seed, split)
        jobs = [
            (split, first, number + first, crowds[first : first + n]) for first, n in chunks(count, STRETCH)
        ]
        drawn = ordered_map(partial(draw, folder, settings), jobs, workers, f"mpii {split}", chunk=1)
        groups[split] = [people for stretch in drawn for people in stretch]
        number += count
    save_list(folder / "annot/train.json", groups["train"])
    save_list(folder / "annot/valid.json", groups["val"])
    save_truth(folder / "annot/gt_valid.mat", groups["val"])
    save_release(folder / "mpii_human_pose_v1_u12_1.mat", [*groups["train"], *groups["val"]], groups["test"])


def picture_counts(settings: WorldSettings) -> dict[str, int]:
    """Pictures of each split; those of the test set have no joints."""
    return {"train": settings.linear("train"), "val": settings.tested("val"), "test": ROUGH}


def people_counts(count: int, density: float, seed: int, split: str) -> list[int]:
    """How many people stand in each of `count` pictures: a third hold groups, the mean is `density`."""
    people = np.ones(count, int)
    generator = rng(seed, "mpii", "people", split)
    groups = generator.permutation(count)[: max(1, count // 3)]
    for _ in range(round(count * (density - 1))):
        free = groups[people[groups] < MOST_PEOPLE]
        if len(free):
            people[generator.choice(free)] += 1
    return people.tolist()


def draw(folder: Path, settings: WorldSettings, job: tuple[str, int, int, list[int]]) -> list[People]:
    """A stretch of pictures."""
    split, first, number, crowds = job
    keys = [("mpii", split, first + n, k) for n, count in enumerate(crowds) for k in range(count)]
    kinds = [str(kind) for kind in rng(settings.seed, "mpii", "kinds", split, first).choice(KINDS, len(keys))]
    everybody = iter(strangers(settings.motion, kinds, settings.seed, keys))
    result = []
    for n, count in enumerate(crowds):
        key = ("mpii", split, first + n)
        generator = rng(settings.seed, *key, "labels")
        figures = gathered([next(everybody) for _ in range(count)], "group", settings.seed, *key)
        target = figures[0].points_mm if generator.random() < 0.4 else None
        share = (0.65, 1.0)
        if generator.random() < 0.12:  # legs cut off, heads hardly ever
            target, share = figures[0].points_mm[UPPER], (0.75, 0.95)
        size = some_size(settings, SIZES, *key)
        shot = photograph(figures, size, settings.seed, *key, share=share, target_mm=target)
        name = IMAGE.format(number + n)
        shot.save(folder / name)
        result.append(labels(Path(name).name, shot, generator))
    return result


def labels(name: str, shot: Shot, generator: np.random.Generator) -> People:
    """What an annotator would write down about a picture."""
    seen = shot.joints("mpii16")
    labelled = seen.inside & (seen.visible | (generator.random(seen.inside.shape) >= UNLABELLED_SHARE))
    boxes = shot.body_boxes()
    kept = seen.visible.any(1)
    return People(
        name=name,
        joints_px=seen.px[kept],
        labelled=labelled[kept],
        visible=(labelled & seen.visible)[kept],
        head_px=shot.head_boxes()[kept],
        center=(boxes[kept, :2] + boxes[kept, 2:]) / 2,
        scale=shot.person_heights_px()[kept] / 200,
        single=overlaps(boxes[kept]) < APART,
    )


def pictures(settings: WorldSettings) -> int:
    """How many image files this set has."""
    return sum(picture_counts(settings).values())
