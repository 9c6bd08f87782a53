"""Training the bottom-up network at the default scale, and what its graph costs.

Crops a second of whole training steps, with crops and labels made by the thread beside it, against the same
steps on a batch that is already there; how long the thread takes for crops and for labels; a step with one,
two and three heads of the graph against the baseline's; and forward at the papers' width, where a head's
share of time stands beside its share of operations, those of convolutions. One thread, all within this
process; ratios are what counts. `python -m benchmarks.dgcn 2` takes two threads.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from benchmarks.crops import JOINTS, SKELETON, STEPS, against, crop_batches, loading_lines, training_step
from benchmarks.timing import best_seconds
from repose.dgcn.designs import (
    PAPER,
    PUBLISHED,
    Design,
    build_seeded,
    design_of,
    network_size,
    plain_parameters,
)
from repose.dgcn.labels import LabelMaker
from repose.dgcn.limbs import limbs_of
from repose.dgcn.objective import Objective
from repose.dgcn.recipe import trunk_recipe
from repose.dgcn.run import Setup
from repose.dgcn.settings import setup_of, trunk_of
from repose.foundations.parameters import load_params
from repose.pictures.scene_batches import SceneBatches, Targets
from repose.skeletons.soft_adjacency import hand_adjacency
from repose.training.devices import Device, Forward, cpu_has_bf16, prepare_device
from repose.training.optimiser import Optimiser

HEADS: Mapping[str, tuple[int, ...]] = {
    "baseline": (), "one head": (16,), "two heads": (16, 8), "three heads": (16, 8, 4),
}  # fmt: skip
WIDE_PX = 321  # side of the picture at the papers' width


def design(setup: Setup, strides: tuple[int, ...], paper: bool = False) -> Design:
    """The baseline, or the dynamic graph with heads at some strides."""
    graph = replace(PUBLISHED, strides=strides) if strides else None
    return design_of("resnet50", PAPER if paper else setup.scale, JOINTS, len(limbs_of(SKELETON)), graph)


def step_with(
    setup: Setup, optimiser: Optimiser, device: Device, strides: tuple[int, ...]
) -> Callable[[Any], None]:
    """One step of a training on a batch, with heads at some strides."""
    limbs = limbs_of(SKELETON)
    network = build_seeded(design(setup, strides), 0, hand_adjacency(JOINTS, limbs), limbs).train()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    objective = Objective(network, SKELETON, setup.weights, setup.supervision, 0)
    return training_step(network, objective, Forward(network, device), optimiser, plain_parameters(network))


def batches_of(setup: Setup, batch: int, targets: Targets) -> SceneBatches:
    """Batches of crops with some labels."""
    return crop_batches(setup.picture_px, setup.crop_px, setup.augment, batch, targets)


def head_lines(setup: Setup, optimiser: Optimiser, device: Device, batch: int) -> list[str]:
    """Steps with heads of the graph against the baseline's."""
    maker = LabelMaker(SKELETON, design(setup, ()).stride, setup.crop_px, (16,))
    ready = next(batches_of(setup, batch, maker).prepared(0))
    steps = {name: step_with(setup, optimiser, device, strides) for name, strides in HEADS.items()}
    taken = best_seconds({name: partial(step, ready) for name, step in steps.items()}, STEPS // 2)
    return ["a step: " + against("baseline", {name: 1e3 * seconds for name, seconds in taken.items()}, "ms")]


@torch.inference_mode()
def wide_lines(setup: Setup, device: Device) -> list[str]:
    """Forward of one picture at the papers' width, in time and in operations."""
    pictures = torch.zeros(1, 3, WIDE_PX, WIDE_PX, dtype=torch.uint8)
    works, flop = {}, {}
    for name, strides in HEADS.items():
        wide = design(setup, strides, paper=True)
        network = build_seeded(wide, 0).eval()
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        works[name] = partial(Forward(network, device), pictures)
        flop[name] = network_size(wide, WIDE_PX).operations / 1e9
    taken = {name: 1e3 * seconds for name, seconds in best_seconds(works, 1).items()}
    what = f"ResNet-50 at the papers' width, a picture of {WIDE_PX} px, forward"
    times, operations = against("baseline", taken, "ms"), against("baseline", flop, "Gflop")
    return [f"{what}: {times}", f"the same in operations: {operations}"]


def main(threads: int = 1) -> None:
    """Print rates and ratios."""
    params = load_params()
    section, scale = params["dgcn"], params["scale"]["dgcn"]
    setup = setup_of(section, scale)
    recipe = trunk_recipe(trunk_of(section, "trunk_r50", scale, 0).small)
    precision = "bf16" if cpu_has_bf16() else "fp32"
    device = prepare_device("cpu", threads, precision, channels_last=True)
    optimiser = recipe.training.optimiser
    step, maker = (
        step_with(setup, optimiser, device, ()),
        LabelMaker(SKELETON, design(setup, ()).stride, setup.crop_px),
    )
    print(f"{precision}, {threads} thread(s) and that of the loading")
    for lines in (
        loading_lines("the baseline", step, partial(batches_of, setup, recipe.batch), maker),
        head_lines(setup, optimiser, device, recipe.batch),
        wide_lines(setup, device),
    ):
        print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
