"""The same as `rates.py` for `scale.learner`: `python -m benchmarks.rates_learner RUN key=value …`."""

import sys
import time
from typing import Any

import numpy as np
import torch

from benchmarks.rates import HELD_OUT, apply_changes
from repose.foundations.parameters import load_params
from repose.learner.network import Cascade
from repose.learner.run import Model, at_scale, build, train_cascade, train_settings
from repose.lifting.harness import Objective, predict, train_lifter
from repose.lifting.lifter import FlatLifter, numbers_of
from repose.lifting.poses import lifting_poses
from repose.lifting.recipe import PaperTraining, Recipe, SmallTraining, make_recipe
from repose.skeletons.posetable import PoseTable
from repose.training.devices import Forward, prepare_device


def main(name: str, *changes: str) -> None:
    """Train one run with changed settings and print what came out."""
    params = load_params()
    scale, learner = params["scale"]["learner"], params["learner"]
    settings = learner["model"] | (learner["runs"] | learner["other_runs"])[name]
    small = train_settings(scale, name, settings["kind"])
    apply_changes(changes, small, scale, settings)
    model, seeds = Model(**settings), range(scale["seeds"])
    table = PoseTable.load("data/poses/h36m/train.npz")
    poses = lifting_poses(table, "semgcn16", model.input)
    held_out = table.words("subject") == HELD_OUT
    train, test = poses.rows(~held_out), poses.rows(np.flatnonzero(held_out)[::7])
    device = prepare_device(params["device"], params["threads"])
    start = time.perf_counter()
    network = build(model.kind, at_scale(model, 16, scale["width"], scale["output_gain"]), seeds)
    numbers = numbers_of(model.normalise, train.joints2d, train.joints3d_m)
    lifter = FlatLifter(network, numbers)
    objective = Objective(seeds, model.dropout > 0, torch.from_numpy(numbers.output_std).view(16, 3))
    paper = PaperTraining(**learner["train"]["schedule"])
    recipe = make_recipe(paper, SmallTraining(**small), len(train.sample), parts=model.learners)

    def part(recipe: Recipe, checkpoint: str, on_epoch: Any) -> Any:
        options = {"clip": 0.0, "seed": 0, "name": "rates"}
        return train_lifter(lifter, objective, train, test, recipe, device, **options)

    if isinstance(network, Cascade):
        history = train_cascade(network, recipe, part, lambda row: None)
    else:
        history = part(recipe, "", None)
    apart = predict(Forward(lifter, device), test, len(seeds)) - test.joints3d_m * 1000
    errors = np.linalg.norm(apart, axis=-1).mean((1, 2))
    mean = np.linalg.norm((test.joints3d_m - train.joints3d_m.mean(0)) * 1000, axis=-1).mean()
    each, fitted = " ".join(f"{error:.1f}" for error in errors), np.mean(history[-1]["train_error"])
    print(
        f"{name} {' '.join(changes)}: {each} mm, mean {errors.mean():.2f}, on the training set {fitted:.1f}"
    )
    print(f"  {errors.mean() / mean:.1%} of the mean pose's {mean:.0f} mm")
    print(f"  {time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
