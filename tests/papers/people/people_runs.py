"""Test sets with pictures, and what runs have found there."""

import dataclasses
import functools

import numpy as np

from repose.foundations.files import save_arrays, write_json
from repose.foundations.parameters import read_yaml12
from repose.foundations.rng import rng
from repose.papers.people.judged import SKELETONS
from repose.report.runs import Run
from repose.settings.presets import beside
from repose.skeletons import convert_table
from repose.skeletons.posetable import PoseTable
from tests.imports import ROOT
from tests.report.poses import pose_table

OWN_JOINTS = {"ochuman": "ochuman19"}  # of sets that are judged in other joints than their own


def section_at(system, preset):
    """A system's section of `params.yaml` as a preset of the scale makes it."""
    params = read_yaml12(ROOT / "params.yaml")
    for key, value in beside(preset).items():
        *parents, leaf = key.split(".")
        functools.reduce(dict.__getitem__, parents, params)[leaf] = value
    return params[system]


def write_set(poses, test, native=None, images=6, people=2):
    """`poses/<set>/<split>.npz` with people in pictures; the last picture is empty, one person is a crowd.

    Returns the table in the joints that it is judged in.
    """
    dataset, _, split = test.rpartition("-")
    skeleton = OWN_JOINTS.get(dataset, SKELETONS[dataset])
    table = pose_table(dataset, split, skeleton, people, images, root=native or poses / "native")
    low, high = table.joints2d.min(1), table.joints2d.max(1)
    box = np.concatenate([low, high - low], axis=1)
    rows = len(table)
    extra = {
        "area": np.linspace(0.4, 1, rows) * box[:, 2] * box[:, 3], "iscrowd": np.arange(rows) == 1,
        "head_px": np.full(rows, 6.0), "single": np.arange(rows) < people,
    }  # fmt: skip
    index = np.linspace(0.0, 1.0, images + 1)
    image_extra = {"image_id": np.arange(images + 1), "crowd_index": index}
    table = dataclasses.replace(table, box=box, extra=extra, image_extra=image_extra)
    table.save(poses / dataset / f"{split}.npz")
    return convert_table(table, SKELETONS[dataset])


def write_sets(folder, native=None, tests=(), **how):
    """Tables by test set."""
    tables: dict[str, PoseTable] = {}
    for test in tests:
        root = native / test.rpartition("-")[0] if native else folder / "native"
        tables[test] = write_set(folder / "poses", test, root, **how)
    return tables


def found_arrays(table, wrong=0.0, seed=0, spurious=2):
    """Everybody who counts, off by `wrong` px, with some more people somewhere."""
    chance = rng(seed, "found", table.dataset)
    rows = np.flatnonzero(~table.extra["iscrowd"])
    image = np.concatenate([table.image[rows], np.arange(spurious)])
    points = np.concatenate([table.joints2d[rows], table.joints2d[:spurious] + 30])
    points = points + wrong * chance.normal(size=points.shape)
    score = np.concatenate([chance.uniform(0.4, 1, len(rows)), np.full(spurious, 0.1)])
    return {
        "joints": np.array(table.joints), "image": image.astype(np.int32),
        "person_score": score.astype(np.float32), "joints2d_px": points.astype(np.float32),
        "score": np.tile(score[:, None], (1, len(table.joints))).astype(np.float32),
    }  # fmt: skip


def loose_arrays(found):
    """The same joints before grouping."""
    people, joints = found["score"].shape
    return {
        "joints": found["joints"], "image": np.repeat(found["image"], joints),
        "joint": np.tile(np.arange(joints), people).astype(np.int16),
        "joints2d_px": found["joints2d_px"].reshape(-1, 2), "score": found["score"].ravel(),
    }  # fmt: skip


def write_found(folder, tables, wrong=0.0, seed=0, candidates=True, variant=""):
    """A seed's predictions on the sets of `tables` (test → table)."""
    for test, table in tables.items():
        found = found_arrays(table, wrong, seed)
        path = folder / f"predictions/{test}{variant}.npz"
        save_arrays(path, {"format": np.array(1), **found})
        if candidates:
            loose = {"format": np.array(1), **loose_arrays(found)}
            save_arrays(path.with_name(f"{test}_candidates.npz"), loose)


def plain_run(folder, name, tables, wrong=0.0, seeds=(0,)):
    """A run of which nothing is known but what it found."""
    record = {"seeds": list(seeds), "tests": list(tables)}
    write_json(folder / name / "run.json", record)
    for seed in seeds:
        write_found(folder / name / f"seed{seed}", tables, wrong, seed)
    return Run(name, folder / name, {}, record)
