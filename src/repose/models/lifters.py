"""Runs that lift: the network of one seed, rebuilt from what its folder says.

Legend: N poses, J joints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json
from repose.lifting.harness import predict
from repose.lifting.lifter import FlatLifter, no_statistics
from repose.lifting.poses import LiftingPoses, screen_units
from repose.skeletons import get_skeleton
from repose.training.devices import Device, Forward
from repose.training.record import load_model, seed_folder

Lift = Callable[[np.ndarray, tuple[float, float]], np.ndarray]


def load_lifter(system: str, folder: Path) -> Lift:
    """The first seed of a run: 2D joints (N, J, 2) in px of a picture (width, height) to 3D joints (N, J, 3)
    in mm about the root, in the camera's frame."""
    record = read_json(folder / "run.json")
    joints, seed = joints_of(record["configuration"]), record["seeds"][0]
    lifter = BUILDERS[system](record["configuration"], seed, len(joints))
    shared = FlatLifter.SHARED if isinstance(lifter, FlatLifter) else ()
    load_model(lifter, seed_folder(folder, seed) / "model.safetensors", shared)
    forward = Forward(lifter.eval(), Device(torch.device("cpu")))

    def lift(joints2d_px: np.ndarray, size_px: tuple[float, float]) -> np.ndarray:
        points = np.asarray(joints2d_px, np.float32)
        if points.ndim != 3 or points.shape[1:] != (len(joints), 2):
            shape = "(N, J, 2)".replace("J", str(len(joints)))
            raise ReposeError(f"2D joints: found an array of {points.shape}, expected {shape}")
        screen = screen_units(points, np.array([size_px]))
        unknown = np.zeros((len(points), len(joints), 3), np.float32)
        poses = LiftingPoses("", "", joints, np.arange(len(points)), screen, unknown)
        return np.asarray(predict(forward, poses, 1)[0])

    return lift


def joints_of(configuration: Mapping[str, Any]) -> tuple[str, ...]:
    """The joints that a run lifts, in order."""
    return get_skeleton(configuration["train"]["setup"]["skeleton"]).joints


def build_gcn(configuration: Mapping[str, Any], seed: int, joints: int) -> nn.Module:
    """The network of a run of gcn."""
    from repose.gcn.run import Model, build, setup_of

    model = Model(**configuration["model"])
    setup = setup_of(configuration["train"], configuration["scale"], model)
    lifter, *_ = build(model, setup, [seed], no_statistics(joints))
    return lifter


def build_learner(configuration: Mapping[str, Any], seed: int, joints: int) -> nn.Module:
    """The network of a run of learner."""
    from repose.learner.run import Model, at_scale, build

    model = Model(**configuration["model"])
    design = at_scale(model, joints, configuration["scale"]["width"])
    return FlatLifter(build(model.kind, design, [seed]), no_statistics(joints))


BUILDERS: Mapping[str, Callable[[Mapping[str, Any], int, int], nn.Module]] = {
    "gcn": build_gcn,
    "learner": build_learner,
}
