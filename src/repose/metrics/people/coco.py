"""COCO's ten numbers and CrowdPose's nine, by the field's own evaluation.

Some published scores are of all pictures of a set, others of those with a visible person
(`with_visible_person`): `pictures` chooses.

Legend: M pictures, J joints.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster

from repose.metrics.people.found import PeopleFound
from repose.metrics.people.matching import MOST_PEOPLE
from repose.metrics.people.results import records_of
from repose.metrics.people.truth import PeopleTruth
from repose.skeletons.sigmas import sigmas

TEN = ("AP", "AP50", "AP75", "APM", "APL", "AR", "AR50", "AR75", "ARM", "ARL")
OVERALL = ("AP", "AP50", "AP75", "AR", "AR50", "AR75")
CUTS = (0.2, 0.8)  # of the crowd index, in CrowdPose's official evaluation; its paper is read as 0.1, 0.8


def coco_numbers(
    truth: PeopleTruth, found: PeopleFound, skeleton: str = "coco17", pictures: np.ndarray | None = None
) -> dict[str, float]:
    """The ten numbers with a skeleton's sigmas over some pictures (M bool; all if None), NaN for none."""
    return evaluated(loaded(truth, found), truth, skeleton, pictures)


def crowdpose_numbers(
    truth: PeopleTruth, found: PeopleFound, cuts: tuple[float, float] = CUTS,
    pictures: np.ndarray | None = None, skeleton: str = "crowdpose14",
) -> dict[str, float]:  # fmt: skip
    """CrowdPose's nine: six overall, and AP where the crowd index is below, between and from the cuts on."""
    everything = np.ones(len(truth.picture_ids), bool) if pictures is None else pictures
    content = loaded(truth, found)
    overall = evaluated(content, truth, skeleton, everything)
    numbers = {name: overall[name] for name in OVERALL}
    index = np.full(len(everything), np.nan) if truth.crowd_index is None else truth.crowd_index
    parts = {
        "AP_easy": index < cuts[0],
        "AP_medium": (index >= cuts[0]) & (index < cuts[1]),
        "AP_hard": index >= cuts[1],
    }
    for name, part in parts.items():
        numbers[name] = evaluated(content, truth, skeleton, everything & part)["AP"]
    return numbers


def loaded(truth: PeopleTruth, found: PeopleFound) -> tuple[COCO, COCO]:
    """Truth and findings as the evaluation wants them."""
    pictures = [{"id": int(picture)} for picture in truth.picture_ids]
    categories = [{"id": truth.category, "name": "person"}]
    official = COCO({"images": pictures, "annotations": annotations_of(truth), "categories": categories})
    return official, official.loadRes(records_of(found, truth))


def annotations_of(truth: PeopleTruth) -> list[dict[str, Any]]:
    """COCO's annotations of the true people; their ids count from 1, for 0 would mean nobody."""
    flat = np.concatenate([truth.joints2d_px, 2.0 * truth.labelled[..., None]], axis=-1)
    columns = {
        "image_id": truth.picture_ids[truth.image],
        "keypoints": flat.reshape(-1, 3 * len(truth.joints)),
        "num_keypoints": truth.num_keypoints,
        "area": truth.area,
        "bbox": truth.box,
        "iscrowd": truth.crowd.astype(int),
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [
        {"id": number, "category_id": truth.category, **dict(zip(columns, row, strict=True))}
        for number, row in enumerate(rows, 1)
    ]


def evaluated(
    content: tuple[COCO, COCO], truth: PeopleTruth, skeleton: str, pictures: np.ndarray | None
) -> dict[str, float]:
    """The ten numbers over some pictures; the evaluation's −1 for nobody becomes NaN."""
    chosen = truth.picture_ids if pictures is None else truth.picture_ids[pictures]
    if not len(chosen) or not len(truth):
        return dict.fromkeys(TEN, float("nan"))
    judge = COCOeval_faster(*content, "keypoints", kpt_oks_sigmas=sigmas(skeleton, truth.joints))
    judge.params.imgIds = chosen.tolist()
    judge.params.catIds = [truth.category]
    judge.params.maxDets = [MOST_PEOPLE]
    judge.run()
    return {
        name: float(value) if value >= 0 else float("nan")
        for name, value in zip(TEN, judge.all_stats, strict=True)
    }
