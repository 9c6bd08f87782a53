"""Small random pictures of people, and the public evaluation of them."""

import contextlib
import copy
import io

import numpy as np

from repose.foundations.rng import rng
from repose.metrics.people import PeopleFound, PeopleTruth, sigmas
from repose.metrics.people.coco import annotations_of
from repose.metrics.people.results import records_of
from repose.skeletons import get_skeleton

SKELETONS = ("coco17", "crowdpose14")


def truth(seed=0, pictures=40, skeleton="coco17", people=None, **changes):
    """Pictures of up to six people of all sizes, with crowds, people without labels, and empty pictures."""
    g = rng(seed, "truth", skeleton)
    joints = get_skeleton(skeleton).joints
    image = np.sort(g.integers(0, pictures, people or 3 * pictures))
    n = len(image)
    side = np.exp(g.uniform(np.log(15), np.log(250), n))
    corner = g.uniform(0, 250, (n, 2))
    labelled = g.random((n, len(joints))) < 0.7
    labelled[g.random(n) < 0.1] = False
    crowd = g.random(n) < 0.08
    points = corner[:, None] + side[:, None, None] * g.random((n, len(joints), 2))
    box = np.concatenate([corner, np.stack([side, side], 1)], 1)
    ids = g.permutation(10 * pictures)[:pictures]
    columns = {
        "picture_sizes": np.full((pictures, 2), 500), "image": image, "joints2d_px": points,
        "labelled": labelled, "area": side**2 * g.uniform(0.4, 0.9, n), "box": box, "crowd": crowd,
        "num_keypoints": labelled.sum(1), "crowd_index": g.random(pictures), "head_px": side / 5,
    }  # fmt: skip
    return PeopleTruth(joints, ids, **(columns | changes))


def found(of, seed=0, ties=True):
    """Most true people with noise, some twice, some elsewhere; scores that are often equal."""
    g = rng(seed, "found")
    rows = np.flatnonzero(g.random(len(of)) < 0.8)
    rows = g.permutation(np.concatenate([rows, rows[g.random(len(rows)) < 0.3]]))
    size = np.sqrt(of.area[rows])
    noise = (
        g.normal(size=(len(rows), len(of.joints), 2)) * (size * g.uniform(0, 0.15, len(rows)))[:, None, None]
    )
    lost = g.random(len(rows)) < 0.15
    points = of.joints2d_px[rows] + noise + lost[:, None, None] * g.uniform(-300, 300, (len(rows), 1, 2))
    score = g.random(points.shape[:2])
    person = np.round(score.mean(1), 2) if ties else score.mean(1)
    image = np.where(
        g.random(len(rows)) < 0.05, g.integers(0, len(of.picture_ids), len(rows)), of.image[rows]
    )
    return PeopleFound(of.joints, image, points, score, person)


def empty(of):
    """Nobody found."""
    j = len(of.joints)
    return PeopleFound(of.joints, np.zeros(0, int), np.zeros((0, j, 2)), np.zeros((0, j)), np.zeros(0))


def pycocotools_numbers(of, people, skeleton="coco17", pictures=None):
    """The ten numbers of pycocotools, −1 as NaN."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        gt = COCO()
        gt.dataset = {
            "images": [{"id": int(p)} for p in of.picture_ids],
            "annotations": annotations_of(of),
            "categories": [{"id": 1, "name": "person"}],
        }
        gt.createIndex()
        judge = COCOeval(gt, gt.loadRes(copy.deepcopy(records_of(people, of))), "keypoints")
        judge.params.kpt_oks_sigmas = sigmas(skeleton, of.joints)
        if pictures is not None:
            judge.params.imgIds = of.picture_ids[pictures].tolist()
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    names = ("AP", "AP50", "AP75", "APM", "APL", "AR", "AR50", "AR75", "ARM", "ARL")
    return {
        name: float(value) if value >= 0 else np.nan for name, value in zip(names, judge.stats, strict=True)
    }
