"""Groupers: functions from candidates to numbers of people. Ours is trained on simulated pictures here.

`repose.hgg.benchmark` puts them side by side, and any other with them.

Legend: N candidates, R rows of poses, J joints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from repose.foundations.errors import ReposeError
from repose.foundations.progress import progress
from repose.foundations.rng import rng
from repose.hgg.clustering import ClusteringRules, Grouper
from repose.hgg.embedding_groups import group_by_tags, joint_order
from repose.hgg.graph_net import GraphNetDesign, Nodes
from repose.hgg.labels import Assignment, grouping_losses
from repose.hgg.simulation import Candidates, Quality, Scene, simulate
from repose.hgg.spectral import group_by_spectrum
from repose.training.loop import seed_of
from repose.training.optimiser import Stepper
from repose.training.recipe import optimiser_of
from repose.training.schedule import Schedule, learning_rate

Group = Callable[[Candidates], np.ndarray]  # candidates → N, the number of each one's person


@dataclass(frozen=True)
class SimulatedTraining:
    """How a grouper is trained on simulated pictures; enough for half a minute on one core."""

    steps: int = 800
    batch: int = 6  # pictures a step
    people: tuple[int, int] = (1, 8)  # least and most of a picture
    tag_noise: tuple[float, float] = (0.1, 1.0)  # least and most
    rate: float = 2e-2  # Muon's
    balance: str = "focal"
    macro_weight: float = 0.5  # of the macro-nodes' losses beside the edges'
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("people", "tag_noise"):
            found = getattr(self, name)
            if len(found) != 2 or found[0] > found[1]:
                expected = f"found {list(found)}, expected two numbers, the least and the most"
                raise ReposeError(f"hgg.simulation.training.{name}: {expected}")


def scenes_of(poses: np.ndarray, people: int, count: int, quality: Quality, seed: int) -> list[Scene]:
    """Pictures with so many people each."""
    return [simulate(poses, people, quality, seed, "test", k) for k in range(count)]


def associative(joints: Sequence[str], farthest: float = np.inf) -> Group:
    """Associative embedding's grouping, as published unless distances of tags end at `farthest`."""
    order = joint_order(joints)
    return lambda c: group_by_tags(c.type, c.tags, c.score, order, farthest=farthest)


def spectral(candidates: Candidates) -> np.ndarray:
    """Spectral grouping."""
    return group_by_spectrum(candidates.type, candidates.points, candidates.tags)


def hierarchical(grouper: Grouper) -> Group:
    """Hierarchical graph grouping by a trained network."""

    def group(candidates: Candidates) -> np.ndarray:
        with torch.inference_mode():
            return grouper(batch_of([candidates])).clusters

    return group


def batch_of(pictures: Sequence[Candidates]) -> Nodes:
    """The nodes of some pictures' candidates, padded to the most."""
    count = torch.tensor([len(c.type) for c in pictures])
    most = int(count.max())

    def padded(name: str) -> Tensor:
        arrays = [np.asarray(getattr(c, name)) for c in pictures]
        return torch.from_numpy(
            np.stack([np.pad(a, [(0, most - len(a))] + [(0, 0)] * (a.ndim - 1)) for a in arrays])
        )

    return Nodes(padded("tags"), padded("type"), padded("points"), torch.arange(most) < count[:, None])


def train_grouper(
    poses: np.ndarray, allowed: np.ndarray, design: GraphNetDesign, rules: ClusteringRules,
    quality: Quality, training: SimulatedTraining,
) -> Grouper:  # fmt: skip
    """A grouper trained by Muon on simulated pictures of `poses` (R, J, 2), all of them different."""
    torch.manual_seed(seed_of(training.seed, "hgg", "weights"))
    grouper = Grouper(design, allowed, rules).train()
    stepper = Stepper(optimiser_of("muon"), grouper.parameters())
    schedule = Schedule("cosine", training.rate, warmup=training.steps // 20, total=training.steps)
    for step in progress(range(training.steps), "grouper on simulated pictures", training.steps):
        scenes = [
            training_scene(poses, quality, training, step * training.batch + k) for k in range(training.batch)
        ]
        draw = rng(training.seed, "hgg", "matching", step)
        found = grouper(batch_of([scene.candidates for scene in scenes]), draw)
        loss = grouping_losses(found, truth_of(scenes), grouper.edge, draw, training.balance)
        total = loss.edge + training.macro_weight * (loss.final + loss.intermediate)
        for parameter in stepper.parameters:
            parameter.grad = None
        total.backward()
        stepper.step(learning_rate(schedule, step))
    return grouper.eval()


def training_scene(poses: np.ndarray, quality: Quality, training: SimulatedTraining, number: int) -> Scene:
    """A picture of a training: people and noise of tags by lot."""
    draw = rng(training.seed, "hgg", "training", number)
    people = int(draw.integers(training.people[0], training.people[1] + 1))
    noise = float(draw.uniform(*training.tag_noise))
    return simulate(poses, people, replace(quality, tag_noise=noise), training.seed, "training", number)


def truth_of(scenes: Sequence[Scene]) -> Assignment:
    """Whose the candidates of several pictures are, one picture behind the other."""
    person = np.concatenate([scene.person for scene in scenes])
    return Assignment(person, np.zeros(len(person), bool))
