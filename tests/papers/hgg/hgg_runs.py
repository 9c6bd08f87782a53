"""A small stand-in of what the HGG trainings leave, with configurations as `params.yaml` makes them."""

import json

import numpy as np

from repose.foundations.files import load_arrays, save_arrays, write_json, write_text
from repose.foundations.parameters import read_yaml12
from repose.hgg.operations import operations_of
from repose.hgg.settings import arm_of, configuration_of
from repose.report.runs import Run
from tests.imports import ROOT
from tests.papers.people.people_runs import write_found

PARAMS = read_yaml12(ROOT / "params.yaml")
SECTION, SCALE = PARAMS["hgg"], PARAMS["scale"]["hgg"]
TESTS = ("coco-val", "coco-test", "ochuman-val", "ochuman-test")
LOSSES = {"heatmap": 0.004, "pull": 0.1, "push": 0.2}
OF_GROUPING = {"edge": 0.1, "final": 0.2, "intermediate": 0.3}
SKILLS = {"held_judge": 0.7, "held_macro": 0.6}


def record_of(name, seeds=None, section=SECTION, **changed):
    """A run's record, as JSON brings it back; `changed` are settings of its grouping."""
    run = arm_of(section, name, SCALE, 0)
    configuration = json.loads(json.dumps(configuration_of(section, SCALE, run, 0), sort_keys=True))
    if changed:
        configuration["grouping"] |= changed
    return {
        "configuration": configuration, "seeds": list(range(seeds or len(run.seeds))),
        "tests": [f"{dataset}-{split}" for dataset, split in run.sets],
        "variants": {test: {"scales": list(t.scales), "grouper": t.grouper} for test, t in run.tests.items()},
        "parameters": {"here": 1000, "paper": 138_893_840}, "paper_cost": {"samples": 8 * 10**6},
        "cost": {"samples": 28800, "operations": 10**15}, "parent": "trunk",
    }  # fmt: skip


def write_history(folder, grouped, skills=SKILLS):
    """The losses of a training, falling, and the skills of its discriminators, rising."""
    losses = LOSSES | (OF_GROUPING if grouped else {})
    rising = skills if grouped else {}
    lines = [",".join(["epoch", *losses, *rising])]
    for e in (1, 2, 3, 4):
        values = [value * 4 / e for value in losses.values()] + [value * e / 4 for value in rising.values()]
        lines.append(",".join(map(str, [e, *values])))
    write_text(folder / "history.csv", "\n".join(lines) + "\n")


def bare_run(folder, name, **changed):
    """A run that has left its losses alone."""
    record = record_of(name, **changed)
    for seed in record["seeds"]:
        write_history(folder / name / f"seed{seed}", record["configuration"]["grouping"])
    return Run(name, folder / name, SECTION["runs"][name], record)


def write_run(folder, name, tables, wrong=0.0, seeds=2):
    """A run's folder with what it found, by each of its tests a little better, on the sets of `tables`."""
    run = bare_run(folder, name, seeds=seeds)
    run.record["tests"] = list(tables)
    write_json(folder / name / "run.json", run.record)
    for number, seed in enumerate(run.seeds):
        for place, test in enumerate(("single", "greedy", "multi")):
            if test in run.record["variants"]:
                suffix = "" if test == "single" else f"_{test}"
                write_found(seed, tables, wrong * (1 - 0.2 * place), number, test == "single", suffix)
        write_operations(seed, name, tables)
    return run


def write_operations(seed, name, tables):
    """`<test>_operations.npz` of a run with a grouping, from the candidates that its folder has."""
    if grouping := arm_of(SECTION, name, SCALE, 0).grouping:
        for test, table in tables.items():
            loose = load_arrays(seed / f"predictions/{test}_candidates.npz")
            counted = operations_of(grouping.net, grouping.graph, loose, len(table.image_names))
            save_arrays(seed / f"predictions/{test}_operations.npz", {"format": np.array(1), **counted})


def find_nothing(run, tables):
    """Let a run's files be those of one that has not found a single candidate."""
    for seed in run.seeds:
        for path in (seed / "predictions").iterdir():
            arrays = load_arrays(path)
            rows = {name: own[:0] for name, own in arrays.items() if name not in ("format", "joints")}
            save_arrays(path, arrays | rows)
        write_operations(seed, run.name, tables)
        if arm_of(SECTION, run.name, SCALE, 0).grouping:
            write_rounds(seed, tables["coco-val"].rows(np.arange(0)))


def write_rounds(seed, table):
    """`coco-val_rounds.npz`: everybody's candidates, paired in every round within each person."""
    people, joints = table.labelled.shape
    image, joint = np.repeat(table.image, joints), np.tile(np.arange(joints), people)
    person = np.repeat(np.arange(people), joints)
    rounds = [person * joints + joint // 2**number for number in range(6)]
    found = [np.unique(clusters, return_index=True, return_inverse=True) for clusters in rounds]
    numbers = np.stack([first[number] for _, first, number in found])
    save_arrays(seed / "predictions/coco-val_rounds.npz", {
        "image": image, "joint": joint, "joints2d_px": table.joints2d.reshape(-1, 2),
        "score": np.ones(len(joint), np.float32), "rounds": numbers.astype(np.int32),
    })  # fmt: skip
