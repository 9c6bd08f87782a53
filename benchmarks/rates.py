"""How the optimisation of `scale.gcn` is chosen: trained without one training subject, scored on that one.

`python -m benchmarks.rates RUN key=value …` prints the error of each seed on the held-out subject beside
that of always predicting the mean pose; keys are those of `scale.gcn`, `scale.gcn.train` and of the run.
Test subjects are never looked at.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from repose.foundations.errors import ReposeError
from repose.foundations.parameters import load_params
from repose.gcn.run import Model, Weights, as_trained, build, objective_of, schedules, setup_of
from repose.labels import cluster_poses
from repose.lifting.harness import predict, train_lifter
from repose.lifting.lifter import numbers_of
from repose.lifting.poses import LiftingPoses, lifting_poses
from repose.lifting.recipe import PaperTraining, SmallTraining, make_recipe
from repose.skeletons.posetable import PoseTable
from repose.training.devices import Device, Forward, prepare_device

HELD_OUT = "S8"


def main(name: str, *changes: str) -> None:
    """Train one run with changed settings and print what came out."""
    params = load_params()
    scale, gcn = params["scale"]["gcn"], params["gcn"]
    entry = next(gcn[f][name] for f in ("runs", "class_runs", "free_runs") if name in gcn[f])
    model = gcn["model"] | {"classes": params["aux"]["classes"]} | entry
    model = vars(as_trained(Model(**model), scale))
    _, small = schedules(gcn["train"], scale, Model(**model))
    apply_changes(changes, small, scale, model)
    table = PoseTable.load("data/poses/h36m/train.npz")
    poses = lifting_poses(table, gcn["train"]["setup"]["skeleton"], model["input"])
    held_out = table.words("subject") == HELD_OUT
    train, test = poses.rows(~held_out), poses.rows(held_out)
    seeds = range(scale["seeds"])
    device = prepare_device(params["device"], params["threads"], gcn["train"]["precision"])
    start = time.perf_counter()
    errors, history = run(Model(**model), params, SmallTraining(**small), train, test, seeds, device)
    loss = float(np.mean(history[-1]["loss"]))
    mean = np.linalg.norm((test.joints3d_m - train.joints3d_m.mean(0)) * 1000, axis=-1).mean()
    deviation = errors.std(ddof=1) if len(errors) > 1 else float("nan")
    seen = 1.96 * deviation * (2 / len(errors)) ** 0.5
    each = " ".join(f"{error:.1f}" for error in errors)
    print(f"{name} {' '.join(changes)}: {each} mm, mean {errors.mean():.2f}, deviation {deviation:.2f}")
    fitted = float(np.mean(history[-1]["train_error"]))
    print(f"  {errors.mean() / mean:.1%} of the mean pose's {mean:.0f} mm; training error {fitted:.1f} mm")
    print(f"  training loss {loss:.6f}")
    print(f"  two runs of {len(errors)} seeds differ visibly from {seen:.1f} mm on")
    print(f"  {time.perf_counter() - start:.0f} s", flush=True)


def apply_changes(changes: Sequence[str], *sections: dict[str, Any]) -> None:
    """Set each `key=value` in the first section that has the key, which may be a path (`loss.tags`)."""
    for change in changes:
        key, _, value = change.partition("=")
        *path, last = key.split(".")
        holders = [holder for section in sections if last in (holder := inner(section, path))]
        if not holders:
            known = ", ".join(dict.fromkeys(name for section in sections for name in section))
            raise ReposeError(f"{change}: no such key, expected one of {known}, or a path from there")
        holders[0][last] = YAML(typ="safe").load(value)


def inner(section: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """The section within a section at the end of a path; empty where there is none."""
    for key in path:
        found = section.get(key)
        section = found if isinstance(found, dict) else {}
    return section


def run(
    model: Model,
    params: dict[str, Any],
    small: SmallTraining,
    train: LiftingPoses,
    test: LiftingPoses,
    seeds: range,
    device: Device,
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Errors (S,) in mm and the curves."""
    common, scale = params["gcn"]["train"], params["scale"]["gcn"]
    setup = setup_of(common, scale, model)
    labels = None
    if model.task == "classes" and model.classes:
        cluster = params["labels"] | {"subsample": 10_000}
        labels = cluster_poses(train.joints3d_m, model.classes, **cluster, seed=params["seed"]).labels
    numbers = numbers_of(model.normalise, train.joints2d, train.joints3d_m)
    lifter, *_ = build(model, setup, seeds, numbers)
    published, _ = schedules(common, scale, model)
    recipe = make_recipe(PaperTraining(**published), small, len(train.sample))
    objective = objective_of(model, Weights(**common["weights"]), numbers, seeds)
    options = {"clip": setup.clip, "seed": params["seed"], "name": "rates", "labels": labels}
    history = train_lifter(lifter, objective, train, test, recipe, device, **options)
    apart = predict(Forward(lifter, device), test.rows(np.arange(0, len(test.sample), 7)), len(seeds))
    truth = test.joints3d_m[::7] * 1000
    return np.linalg.norm(apart - truth, axis=-1).mean((1, 2)), history


if __name__ == "__main__":
    Path("data").exists() or sys.exit("run from the project's root, after `dvc repro convert`")
    main(*sys.argv[1:])
