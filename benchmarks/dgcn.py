"""Training the bottom-up network at the default scale, and what its graph costs.

Crops a second of whole training steps, with crops and labels made by the thread beside it, against the same
steps on a batch that is already there; how long the thread takes for crops and for labels; a step with one,
two and three heads of the graph against the baseline's; and forward at the papers' width, where a head's
share of time stands beside its share of operations, those of convolutions. One thread, all within this
process; ratios are what counts. `python -m benchmarks.dgcn 2` takes two threads.
"""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.decoder import figures
from repose.dgcn.designs import PAPER, PUBLISHED, Design, build_seeded, design_of, network_size, output_layers
from repose.dgcn.labels import LabelMaker
from repose.dgcn.limbs import limbs_of
from repose.dgcn.objective import Objective
from repose.dgcn.recipe import trunk_recipe
from repose.dgcn.run import Setup
from repose.dgcn.settings import setup_of, trunk_of
from repose.foundations.parameters import load_params
from repose.foundations.rng import rng
from repose.pictures.scene_batches import SceneBatches
from repose.pictures.scenes import Scenes
from repose.skeletons.soft_adjacency import hand_adjacency
from repose.training.devices import Device, Forward, cpu_has_bf16, prepare_device
from repose.training.loop import Step
from repose.training.optimiser import Stepper

SKELETON, JOINTS = "coco17", 17
PICTURES, PEOPLE = 256, 4
HEADS: Mapping[str, tuple[int, ...]] = {
    "baseline": (), "one head": (16,), "two heads": (16, 8), "three heads": (16, 8, 4),
}  # fmt: skip
STEPS, ROUNDS = 12, 3
WIDE_PX = 321  # side of the picture at the papers' width


class Noise:
    """Stored pictures of noise."""

    def __init__(self, px: int) -> None:
        self.px = px
        self.squares = rng(0, "benchmark", "pictures").integers(0, 255, (PICTURES, px, px, 3), dtype=np.uint8)

    def ask(self, rows: np.ndarray) -> Callable[[], np.ndarray]:
        """Read when they are needed."""
        return lambda: self.squares[rows]


def crowded(px: int) -> Scenes:
    """Pictures of some standing people each, between two and five sixths of a picture tall."""
    draw = rng(0, "benchmark", "scenes")
    joints = figures(draw, PICTURES, PEOPLE, px, (px / 6, 5 * px / 6)).reshape(-1, JOINTS, 2)
    known, people = np.ones(joints.shape[:2], bool), len(joints)
    low, high = joints.min(1), joints.max(1)
    return Scenes(
        skeleton=SKELETON, part=np.zeros(PICTURES, np.int8), ids=np.arange(PICTURES, dtype=np.int32),
        image=np.full(PICTURES, b""), size_px=np.full((PICTURES, 2), px, np.int32),
        published_px=np.full(PICTURES, 640, np.float32), crowd_index=np.full(PICTURES, np.nan, np.float32),
        first=PEOPLE * np.arange(PICTURES + 1), joints2d_px=joints, labelled=known, visible=known,
        area=(high - low).prod(1), box=np.concatenate([low, high - low], 1), crowd=np.zeros(people, bool),
    )  # fmt: skip


def design(setup: Setup, strides: tuple[int, ...], paper: bool = False) -> Design:
    """The baseline, or the dynamic graph with heads at some strides."""
    graph = replace(PUBLISHED, strides=strides) if strides else None
    return design_of("resnet50", PAPER if paper else setup.scale, JOINTS, len(limbs_of(SKELETON)), graph)


def training_step(
    setup: Setup, optimiser: Any, device: Device, strides: tuple[int, ...]
) -> Callable[[Any], None]:
    """One step of a training on a batch, as the training loop takes it."""
    limbs = limbs_of(SKELETON)
    network = build_seeded(design(setup, strides), 0, hand_adjacency(JOINTS, limbs), limbs).train()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    heads = set(output_layers(network))
    named = dict(network.named_parameters())
    stepper = Stepper(optimiser, named.values(), plain=[name in heads for name in named])
    objective = Objective(network, SKELETON, setup.weights, setup.supervision, 0)
    forward = Forward(network, device)

    def step(batch: Any) -> None:
        total, _ = objective(forward, batch, Step(0, 0, 1))
        for parameter in stepper.parameters:
            parameter.grad = None
        total.backward()
        stepper.step(1e-4)

    return step


def best_seconds(works: Mapping[str, Callable[[], object]], calls: int) -> dict[str, float]:
    """The shortest mean time of some calls of each, in turn, so that all meet the same neighbours."""
    best = dict.fromkeys(works, float("inf"))
    for work in works.values():
        work()
    for _ in range(ROUNDS):
        for name, work in works.items():
            start = time.perf_counter()
            for _ in range(calls):
                work()
            best[name] = min(best[name], (time.perf_counter() - start) / calls)
    return best


def loading_lines(setup: Setup, step: Callable[[Any], None], batch: int) -> list[str]:
    """With loading against without, and what the loading thread does."""
    scenes, px = crowded(setup.picture_px), setup.crop_px
    maker = LabelMaker(SKELETON, design(setup, ()).stride, px)
    batches = SceneBatches(scenes, Noise(setup.picture_px), batch, 400, px, setup.augment, 0, maker)
    bare = SceneBatches(
        scenes, Noise(setup.picture_px), batch, 400, px, setup.augment, 0, lambda *labels: labels
    )
    stream, ready, unlabelled = batches.epoch(0), next(batches.prepared(0)), bare.prepared(0)
    arrays = next(unlabelled)["labels"]
    taken = best_seconds({
        "with": lambda: step(next(stream)), "without": lambda: step(ready),
        "crops": lambda: next(unlabelled), "labels": lambda: maker(*arrays),
    }, STEPS)  # fmt: skip
    loading = taken["crops"] + taken["labels"]
    return [
        f"training the baseline, batch {batch} of {px} px: {batch / taken['with']:.0f} crops/s with loading, "
        f"{batch / taken['without']:.0f} without, ratio {taken['without'] / taken['with']:.2f}",
        f"a batch: crops {1e3 * taken['crops']:.1f} ms, labels of {PEOPLE} people a picture "
        f"{1e3 * taken['labels']:.1f} ms; {loading / taken['without']:.1%} of a step",
    ]


def head_lines(setup: Setup, optimiser: Any, device: Device, batch: int) -> list[str]:
    """Steps with heads of the graph against the baseline's."""
    scenes, px = crowded(setup.picture_px), setup.crop_px
    maker = LabelMaker(SKELETON, design(setup, ()).stride, px, (16,))
    noise = Noise(setup.picture_px)
    ready = next(SceneBatches(scenes, noise, batch, 1, px, setup.augment, 0, maker).prepared(0))
    steps = {name: training_step(setup, optimiser, device, strides) for name, strides in HEADS.items()}
    taken = best_seconds({name: partial(step, ready) for name, step in steps.items()}, STEPS // 2)
    return ["a step: " + against_baseline({name: 1e3 * seconds for name, seconds in taken.items()}, "ms")]


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
    times, operations = against_baseline(taken, "ms"), against_baseline(flop, "Gflop")
    return [f"{what}: {times}", f"the same in operations: {operations}"]


def against_baseline(figures: Mapping[str, float], unit: str) -> str:
    """The baseline's figure, and how much more the others are."""
    base = figures["baseline"]
    others = {name: value for name, value in figures.items() if name != "baseline"}
    more = ", ".join(f"{name} {value / base - 1:+.1%}" for name, value in others.items())
    return f"baseline {base:.1f} {unit}, {more}"


def main(threads: int = 1) -> None:
    """Print rates and ratios."""
    params = load_params()
    section, scale = params["dgcn"], params["scale"]["dgcn"]
    setup = setup_of(section, scale)
    recipe = trunk_recipe(trunk_of(section, "trunk_r50", scale, 0).small)
    precision = "bf16" if cpu_has_bf16() else "fp32"
    device = prepare_device("cpu", threads, precision, channels_last=True)
    optimiser = recipe.training.optimiser
    step = training_step(setup, optimiser, device, ())
    print(f"{precision}, {threads} thread(s) and that of the loading")
    for lines in (
        loading_lines(setup, step, recipe.batch),
        head_lines(setup, optimiser, device, recipe.batch),
        wide_lines(setup, device),
    ):
        print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
