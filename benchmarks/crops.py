"""Training steps on crops with several people: what loading costs beside them.

The crops are of noise, since a step takes as long whatever it sees; the people in them are drawn figures.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from torch import nn

from benchmarks.decoder import figures
from benchmarks.timing import best_seconds
from repose.foundations.rng import rng
from repose.pictures.scene_batches import SceneBatches, Targets
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scenes import Scenes
from repose.training.devices import Forward
from repose.training.loop import Loss, Step
from repose.training.optimiser import Optimiser, Stepper

SKELETON, JOINTS = "coco17", 17
PICTURES, PEOPLE = 256, 4
STEPS = 12  # of a measurement


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


def crop_batches(
    picture_px: int, crop_px: int, augment: SceneAugment, batch: int, targets: Targets
) -> SceneBatches:
    """Batches of crops enough for every measurement."""
    return SceneBatches(crowded(picture_px), Noise(picture_px), batch, 400, crop_px, augment, 0, targets)


def training_step(
    network: nn.Module, objective: Loss, forward: Forward, optimiser: Optimiser, plain: Iterable[str]
) -> Callable[[Any], None]:
    """One step of a training on a batch, as the training loop takes it."""
    left, named = set(plain), dict(network.named_parameters())
    stepper = Stepper(optimiser, named.values(), plain=[name in left for name in named])

    def step(batch: Any) -> None:
        total, _ = objective(forward, batch, Step(0, 0, 1))
        for parameter in stepper.parameters:
            parameter.grad = None
        total.backward()
        stepper.step(1e-4)

    return step


def loading_lines(
    name: str, step: Callable[[Any], None], batches: Callable[[Targets], SceneBatches], targets: Targets
) -> list[str]:
    """With loading against without, and what the loading thread does."""
    whole, bare = batches(targets), batches(lambda *labels: labels)
    stream, ready, unlabelled = whole.epoch(0), next(whole.prepared(0)), bare.prepared(0)
    arrays, batch = next(unlabelled)["labels"], whole.samples
    taken = best_seconds({
        "with": lambda: step(next(stream)), "without": lambda: step(ready),
        "crops": lambda: next(unlabelled), "labels": lambda: targets(*arrays),
    }, STEPS)  # fmt: skip
    loading = taken["crops"] + taken["labels"]
    return [
        f"training {name}, batch {batch} of {whole.px} px: {batch / taken['with']:.0f} crops/s with loading, "
        f"{batch / taken['without']:.0f} without, ratio {taken['without'] / taken['with']:.2f}",
        f"a batch: crops {1e3 * taken['crops']:.1f} ms, labels of {PEOPLE} people a picture "
        f"{1e3 * taken['labels']:.1f} ms; {loading / taken['without']:.1%} of a step",
    ]


def against(base: str, figures: Mapping[str, float], unit: str) -> str:
    """The figure of `base`, and how much more the others are."""
    others = {name: value for name, value in figures.items() if name != base}
    more = ", ".join(f"{name} {value / figures[base] - 1:+.1%}" for name, value in others.items())
    return f"{base} {figures[base]:.1f} {unit}, {more}"
