"""A small stand-in of what the DGCN trainings leave: test sets with pictures, runs with found people."""

import dataclasses

import numpy as np
from safetensors.numpy import save_file

from repose.foundations.files import save_arrays, write_json, write_text
from repose.foundations.rng import rng
from repose.papers.dgcn.people import SKELETONS
from repose.report.runs import Run
from repose.skeletons.posetable import PoseTable
from repose.skeletons.soft_adjacency import joint_distances, save_distances
from tests.report.poses import pose_table

TESTS = ("coco-val", "coco-test", "crowdpose-test", "mpii_multi-val")
PAPER = {"samples": 10**6, "operations": 10**16}


def write_set(poses, test, native=None, images=6, people=2):
    """`poses/<set>/<split>.npz` with people in pictures; the last picture is empty, one person is a crowd."""
    dataset, _, split = test.rpartition("-")
    table = pose_table(dataset, split, SKELETONS[dataset], people, images, root=native or poses / "native")
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
    return table


def write_adjacency(data, table):
    """`data/adjacency/coco.npz` from a table."""
    save_distances(data / "adjacency/coco.npz", joint_distances(table, "box"))


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


def record_of(tests, backbone="resnet50", graph=None, gamma=0.5, seeds=(0,), parent="trunk_r50"):
    """A run's record; `graph` is an adjacency with its strides."""
    dataset = tests[0].rpartition("-")[0]
    design = None if graph is None else {"adjacency": graph[0], "strides": list(graph[1:])}
    return {
        "seeds": list(seeds), "tests": list(tests), "parent": parent, "mib_paper": 96.49,
        "configuration": {
            "backbone": backbone, "data": dataset, "graph": design, "gamma": gamma,
            "training": {"crops": 600}, "scale": {"picture_px": 160},
        },
        "parameters": {"here": 1000, "paper": 25_294_760}, "paper_cost": PAPER,
        "cost": {"samples": 1000, "operations": 2 * 10**15},
    }  # fmt: skip


def write_weights(folder, size):
    """Weights with a graph module whose additions have so much size in the mean, and some other tensor."""
    names = [f"graph.psi.{field}16.expand.1.weight" for field in ("pif", "paf")]
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {names[0]: np.full(3, size + 0.1), names[1]: np.full(3, 0.1 - size), "pif.bias": np.ones(3)}
    save_file(
        {name: tensor.astype(np.float32) for name, tensor in tensors.items()}, folder / "model.safetensors"
    )


def write_run(folder, name, tables, wrong=0.0, candidates=True, **how):
    """A run's folder with what it found on the sets of `tables` (test → table)."""
    record = record_of(list(tables), **how)
    write_json(folder / name / "run.json", record)
    for seed in record["seeds"]:
        lines = ["epoch,loss,pif_c,paf_c,held_loss"]
        lines += [f"{e},{10 / e},{1 / e},{2 / e},{12 / e}" for e in (1, 2, 3, 4, 5)]
        write_text(folder / name / f"seed{seed}/history.csv", "\n".join(lines) + "\n")
        if record["configuration"]["graph"]:
            write_weights(folder / name / f"seed{seed}", 0.4)
        for test, table in tables.items():
            found = found_arrays(table, wrong, seed)
            path = folder / name / f"seed{seed}/predictions/{test}.npz"
            save_arrays(path, {"format": np.array(1), **found})
            if candidates:
                loose = {"format": np.array(1), **loose_arrays(found)}
                save_arrays(path.with_name(f"{test}_candidates.npz"), loose)
    return Run(name, folder / name, {}, record)


def write_sets(folder, native=None, tests=TESTS, **how):
    """Tables by test set."""
    tables: dict[str, PoseTable] = {}
    for test in tests:
        root = native / test.rpartition("-")[0] if native else folder / "native"
        tables[test] = write_set(folder / "poses", test, root, **how)
    return tables
