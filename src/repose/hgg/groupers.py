"""Groupers side by side on simulated candidates: any function from candidates to numbers of people.

    scores = evaluate(my_grouper, scenes_of(poses, people=10, count=20, quality=Quality(), seed=0))

Legend: N candidates, P people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

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

PEOPLE = (1, 2, 5, 10, 20, 30)
TAG_NOISES = (0.1, 0.3, 0.5, 0.75, 1.0)


class GroupingScores(NamedTuple):
    """How well candidates were grouped."""

    pairwise_f1: float  # of all pairs of candidates, whether one person's
    exact: float  # share of people all of whose candidates, and no other, are together


@dataclass(frozen=True)
class SimulatedTraining:
    """How a grouper is trained on simulated pictures; enough for half a minute on one core."""

    steps: int = 800
    batch: int = 6  # pictures a step
    people: tuple[int, int] = (1, 8)  # in a picture
    tag_noise: tuple[float, float] = (0.1, 1.0)
    rate: float = 2e-2  # Muon's
    balance: str = "focal"
    macro_weight: float = 0.5  # of the macro-nodes' losses beside the edges'
    seed: int = 0


def scenes_of(poses: np.ndarray, people: int, count: int, quality: Quality, seed: int) -> list[Scene]:
    """Pictures with so many people each."""
    return [simulate(poses, people, quality, seed, "test", k) for k in range(count)]


def evaluate(grouper: Group, scenes: Sequence[Scene]) -> GroupingScores:
    """Pairs and people of all pictures together."""
    totals = np.sum([counted(grouper(scene.candidates), scene.person) for scene in scenes], axis=0)
    both, found, true, exact, people = totals.tolist()
    return GroupingScores(2 * both / max(found + true, 1) if found + true else 1.0, exact / max(people, 1))


def counted(group: np.ndarray, person: np.ndarray) -> tuple[int, int, int, int, int]:
    """Pairs that are together rightly, pairs together, pairs of one person; people exact, people.

    `person` is −1 for candidates of nobody: with whomever they are put, it is wrong.
    """
    real = person >= 0
    together = group[:, None] == group
    same = (person[:, None] == person) & real[:, None]
    both, found, true = ((m.sum() - np.trace(m)) // 2 for m in (together & same, together, same))
    people, first = np.unique(person[real], return_index=True)
    whole = (together == same).all(axis=1)[real][first]
    return int(both), int(found), int(true), int(whole.sum()), len(people)


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
    for step in range(training.steps):
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


def curves(
    groupers: Mapping[str, Group], poses: np.ndarray, quality: Quality, count: int, seed: int,
    people: Sequence[int] = PEOPLE, tag_noises: Sequence[float] = TAG_NOISES, crowd: int = 10,
) -> list[dict[str, str | float]]:  # fmt: skip
    """One row a grouper and point: over numbers of people, and over tags' noise with `crowd` people."""
    points = [("people", float(p), p, quality) for p in people]
    points += [("tag_noise", noise, crowd, replace(quality, tag_noise=noise)) for noise in tag_noises]
    rows: list[dict[str, str | float]] = []
    for axis, value, number, drawn in points:
        scenes = scenes_of(poses, number, count, drawn, seed)
        for name, grouper in groupers.items():
            scores = evaluate(grouper, scenes)
            rows.append({"axis": axis, "value": value, "grouper": name, **scores._asdict()})
    return rows
