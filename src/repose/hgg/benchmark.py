"""Groupers side by side on simulated candidates: how each gets on as people grow more and tags worse.

    rows = curves({"mine": my_grouper}, poses, Quality(), Points(pictures=20), seed=0)

No picture and no detector has a part in it, so what differs is the grouping alone (docs/grouping.md).

Legend: N candidates, R rows of poses, J joints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from repose.foundations.files import write_text
from repose.foundations.progress import progress
from repose.hgg.clustering import ClusteringRules
from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.graphs import type_pairs
from repose.hgg.groupers import (
    Group,
    SimulatedTraining,
    associative,
    hierarchical,
    scenes_of,
    spectral,
    train_grouper,
)
from repose.hgg.simulation import Quality, Scene, poses_of
from repose.skeletons.posetable import PoseTable

GRAPH = "full"  # of `repose.hgg.graphs`, as in the paper's best runs


@dataclass(frozen=True)
class Points:
    """Where groupers are compared."""

    people: tuple[int, ...] = (1, 2, 5, 10, 20, 30)  # in a picture
    tag_noise: tuple[float, ...] = (0.1, 0.3, 0.5, 0.75, 1.0)  # with `crowd` people
    crowd: int = 10
    pictures: int = 100  # a point


class GroupingScores(NamedTuple):
    """How well candidates were grouped."""

    pairwise_f1: float  # of all pairs of candidates, whether one person's
    exact: float  # share of people all of whose candidates, and no other, are together


class Row(NamedTuple):
    """A grouper at a point."""

    axis: str  # people | tag_noise
    value: float
    grouper: str
    pairwise_f1: float
    exact: float


@dataclass(frozen=True)
class Benchmark:
    """Our three groupers compared: how ours is built and trained, and on what all are judged."""

    design: GraphNetDesign
    rules: ClusteringRules
    quality: Quality
    training: SimulatedTraining
    points: Points


def benchmark_of(section: Mapping[str, Any], scale: Mapping[str, Any], joints: int, seed: int) -> Benchmark:
    """From the sections `hgg` and `scale.hgg.simulation` of the parameters."""
    simulation = section["simulation"]
    quality = Quality(**simulation["quality"])
    design = GraphNetDesign(
        embedding=quality.tag_size, joints=joints, **section["graph_net"], **simulation["network"]
    )
    training, points = ({**simulation[key], **ranges(simulation[key])} for key in ("training", "points"))
    return Benchmark(
        design,
        ClusteringRules(**section["clustering"]),
        quality,
        SimulatedTraining(**training, steps=scale["steps"], seed=seed),
        Points(**points, pictures=scale["pictures"]),
    )


def ranges(section: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """The entries that are lists, as tuples."""
    return {key: tuple(value) for key, value in section.items() if isinstance(value, list)}


def our_curves(benchmark: Benchmark, train: PoseTable, test: PoseTable) -> list[Row]:
    """Associative embedding, spectral grouping, and HGG's trained on poses of `train`, on poses of `test`."""
    allowed = type_pairs(train.skeleton, GRAPH)
    net = train_grouper(
        poses_of(train), allowed, benchmark.design, benchmark.rules, benchmark.quality, benchmark.training
    )
    groupers = {
        "associative": associative(train.joints),
        "hierarchical": hierarchical(net),
        "spectral": spectral,
    }
    return curves(groupers, poses_of(test), benchmark.quality, benchmark.points, benchmark.training.seed)


def curves(
    groupers: Mapping[str, Group], poses: np.ndarray, quality: Quality, points: Points, seed: int
) -> list[Row]:
    """One row a grouper and point, over pictures of `poses` (R, J, 2) that are the same for all groupers."""
    at: list[tuple[str, float, int, Quality]] = [("people", p, p, quality) for p in points.people]
    at += [("tag_noise", x, points.crowd, replace(quality, tag_noise=x)) for x in points.tag_noise]
    rows = []
    for axis, value, people, drawn in progress(at, "groupers compared, points", len(at)):
        scenes = scenes_of(poses, people, points.pictures, drawn, seed)
        rows += [Row(axis, value, name, *evaluate(group, scenes)) for name, group in groupers.items()]
    return rows


def write_curves(path: str | Path, rows: Sequence[Row]) -> None:
    """The rows as CSV with fixed decimals."""
    lines = [f"{r.axis},{r.value:.2f},{r.grouper},{r.pairwise_f1:.4f},{r.exact:.4f}" for r in rows]
    write_text(path, "\n".join([",".join(Row._fields), *lines]) + "\n")


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
