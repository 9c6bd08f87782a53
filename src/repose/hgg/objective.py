"""What a training minimises: heat maps and tags, and what the grouping of its own candidates should say.

Legend: B pictures, N candidates of all of them, P people, J joints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from repose.foundations.rng import rng
from repose.hgg.candidates import CandidateRules, Proposals, as_array, find_candidates, in_px, nodes_of
from repose.hgg.clustering import ClusteringRules, Grouper, cluster
from repose.hgg.designs import output_layers
from repose.hgg.labels import Assignment, GroupingLosses, assign, grouping_losses, skills
from repose.hgg.network import Hourglasses, Said
from repose.hgg.proposal_losses import proposal_losses
from repose.hgg.targets import Labels
from repose.skeletons import get_skeleton
from repose.skeletons.sigmas import sigmas
from repose.training.devices import Forward
from repose.training.loop import Step

PROPOSALS = "proposals."  # how the names of their parts begin
GROUPING = ("edge", "final", "intermediate")  # the losses that a run may have


@dataclass(frozen=True)
class Weights:
    """Of the losses' parts, and how they are averaged."""

    heat: float
    tags: float  # of pull and of push
    grouping: float  # of each of a run's losses of the grouping
    positive_weight: float  # how much more an error at a joint counts than one in the background
    balance: str  # classes | focal | none
    negatives: int  # edges to be cut for every one to be kept


class PoseGroups(nn.Module):
    """The proposal network, and what groups its candidates; associative embedding has no such part."""

    def __init__(self, proposals: Hourglasses, grouper: Grouper | None) -> None:
        super().__init__()
        self.proposals, self.grouper = proposals, grouper

    def forward(self, pictures: Tensor) -> list[Said]:
        return self.proposals(pictures)


def plain_parameters(network: PoseGroups) -> list[str]:
    """Names of the kernels that Adam moves where a body has Muon: those that say heat maps and tags."""
    return [f"{PROPOSALS}{name}" for name in output_layers(network.proposals)]


class Objective:
    """The losses of a batch; a run has those of GROUPING that `losses` names.

    `similar` is the least sigma of OKS by which a candidate is somebody's joint.
    """

    def __init__(
        self, network: PoseGroups, skeleton: str, weights: Weights, rules: CandidateRules,
        losses: Sequence[str], similar: float | None, seed: int,
    ) -> None:  # fmt: skip
        self.network, self.weights, self.rules, self.losses = network, weights, rules, tuple(losses)
        self.sigma = np.maximum(sigmas(skeleton, get_skeleton(skeleton).joints), similar or 0)
        self.seed = seed

    def __call__(self, forward: Forward, batch: Any, step: Step) -> tuple[Tensor, dict[str, Tensor]]:
        """The sum to minimise and its parts, unweighted."""
        labels: Labels = batch["labels"]
        said = forward(batch["pictures"])
        parts = proposal_losses(said, labels, self.weights.positive_weight)
        total = self.weights.heat * parts.heatmap + self.weights.tags * (parts.pull + parts.push)
        logs = parts._asdict()
        if self.network.grouper is not None:
            grouped, skill = self.grouped(self.network.grouper, said[-1], labels, step.step)
            total = total + self.weights.grouping * sum(getattr(grouped, name) for name in self.losses)
            logs |= grouped._asdict() | skill
        return total, logs

    def grouped(
        self, grouper: Grouper, said: Said, labels: Labels, step: int
    ) -> tuple[GroupingLosses, dict[str, Tensor]]:
        """The losses of the grouping of the last stack's candidates, and outside of training its skills.

        Their places come from the heat maps without a gradient; it flows through features into the tags.
        """
        proposals = find_candidates(as_array(said.heat), self.rules, labels.counted.cpu().numpy())
        draw = rng(self.seed, "hgg", "grouping", step)
        nodes = nodes_of(proposals, said.tags)
        grouping = cluster(
            grouper.graph_net(nodes)[nodes.mask], proposals.picture, proposals.type, grouper.allowed,
            grouper.score_edges, learning(grouper.rules), grouper.macro, draw,
        )  # fmt: skip
        truth = assigned(proposals, labels, self.sigma)
        losses = grouping_losses(
            grouping, truth, grouper.score_edges, draw, self.weights.balance, self.weights.negatives
        )
        known = {} if grouper.training else skills(grouping, truth)._asdict()
        return losses, {name: torch.tensor(value) for name, value in known.items() if value is not None}


def learning(rules: ClusteringRules) -> ClusteringRules:
    """The rules in training: merges that a discriminator of macro-nodes refuses are made all the same.

    Else it would be asked about those alone that it accepts; where nothing else teaches, it soon refuses all
    and learns no more.
    """
    return replace(rules, macro_cut=0.0, cut=0.0 if rules.judge == "macro" else rules.cut)


def assigned(proposals: Proposals, labels: Labels, sigma: np.ndarray) -> Assignment:
    """Whose the candidates (N) of a batch's crops are."""
    joints, labelled, area = (t.cpu().numpy() for t in (labels.joints2d_px, labels.labelled, labels.area))
    points_px, each = in_px(proposals.points), []
    for picture, known in enumerate(labelled):
        own, there = proposals.picture == picture, known.any(1)
        people = joints[picture, there], known[there], area[picture, there]
        each.append(assign(proposals.type[own], points_px[own], *people, sigma))
    return Assignment(*(np.concatenate(parts) for parts in zip(*each, strict=True)))
