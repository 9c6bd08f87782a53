"""What the discriminators should say, by whose joint each candidate is, and their losses.

Candidates that lie on a joint of somebody are theirs; the nearest is the joint, further ones are duplicates
of which nothing is asked. The paper does not say what holds for them, for macro-nodes of several people, and
for what the losses average over: our readings stand with each function.

Legend: N candidates, P people, J joints, M macro-nodes, E edges.
"""

from typing import NamedTuple

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from repose.foundations.errors import ReposeError
from repose.hgg.clustering import Grouping, Round, ScoreEdges
from repose.metrics.people.oks import joint_similarity

NOBODY, SEVERAL, UNSURE = -1, -2, -3  # whose a macro-node is, where it is not one person's
LEAST_SIMILARITY = 0.5  # of a candidate to a joint, to be that joint
LEAST_NEGATIVES = 16  # times the negatives for every positive, where those are few
BALANCES = ("classes", "focal", "none")
FOCUS = 2.0  # γ of the focal loss


class Assignment(NamedTuple):
    """Whose joint each candidate is."""

    person: np.ndarray  # N int64, −1 for nobody's
    duplicate: np.ndarray  # N bool: another candidate is nearer to the joint


class GroupingLosses(NamedTuple):
    """Binary cross-entropies, unweighted."""

    edge: Tensor
    final: Tensor  # macro-nodes that are found people
    intermediate: Tensor  # macro-nodes that merged further


def assign(
    types: np.ndarray, points_px: np.ndarray, joints2d_px: np.ndarray, labelled: np.ndarray,
    area: np.ndarray, sigma: np.ndarray,
) -> Assignment:  # fmt: skip
    """Whose joints the candidates `types` (N), `points_px` (N, 2) of a picture are.

    People are `joints2d_px` (P, J, 2), `labelled` (P, J), `area` (P, px²); `sigma` (J) as in OKS. The most
    similar pairs come first; a candidate is one joint at most, and a joint's first candidate is the one that
    counts.
    """
    person = np.full(len(types), NOBODY)
    duplicate = np.zeros(len(types), bool)
    if not len(types) or not len(joints2d_px):
        return Assignment(person, duplicate)
    everywhere = np.repeat(points_px[:, None], len(sigma), axis=1)  # N, J, 2: as if of every kind
    alike = joint_similarity(everywhere, joints2d_px, area, sigma)[np.arange(len(types)), :, types]  # N, P
    alike = np.where(labelled[:, types].T, alike, 0.0)
    found = np.zeros(labelled.shape, bool)
    candidates, people = np.nonzero(alike > LEAST_SIMILARITY)
    for row in np.argsort(-alike[candidates, people], kind="stable"):
        n, p = candidates[row], people[row]
        if person[n] == NOBODY and not found[p, types[n]]:
            person[n], found[p, types[n]] = p, True
    rest = np.flatnonzero((person == NOBODY) & (alike.max(axis=1) > LEAST_SIMILARITY))
    person[rest], duplicate[rest] = alike[rest].argmax(axis=1), True
    return Assignment(person, duplicate)


def owners(node: np.ndarray, assignment: Assignment) -> np.ndarray:
    """M int64: whose each macro-node is; of NOBODY, SEVERAL, or UNSURE where not one person's.

    NOBODY: all members are. SEVERAL: of two people, or of one and nobody. UNSURE: one person's, with a
    duplicate.
    """
    most, count = majority(node, assignment.person)
    owner = np.where(count == np.bincount(node), most, SEVERAL)
    doubtful = np.bincount(node, assignment.duplicate) > 0
    return np.where(doubtful & (owner >= 0), UNSURE, owner)


def majority(node: np.ndarray, person: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """M, M: to whom most of a macro-node's candidates belong (the first of equals), and how many do."""
    names, column = np.unique(person, return_inverse=True)
    table = np.zeros((int(node.max()) + 1, len(names)), np.int64)
    np.add.at(table, (node, column), 1)
    return names[table.argmax(axis=1)], table.max(axis=1)


def edge_labels(of: Round, assignment: Assignment) -> tuple[np.ndarray, np.ndarray]:
    """E, E bool: whether both ends are one person's, and whether the edge counts.

    A macro-node that has gone wrong is the person's to whom more than half of its candidates belong, so that
    one stray does not cut the rest in two. Edges between people, and between somebody and nobody, are to be
    cut. Nothing is asked of an edge between two of nobody's, at a duplicate, or where no one has the
    majority.
    """
    most, count = majority(of.before, assignment.person)
    owner = np.where(2 * count > np.bincount(of.before), most, SEVERAL)
    owner[(owner >= 0) & (np.bincount(of.before, assignment.duplicate) > 0)] = UNSURE
    ends = owner[of.pairs]  # E, 2
    counts = ((ends != UNSURE) & (ends != SEVERAL)).all(axis=1) & (ends != NOBODY).any(axis=1)
    return (ends[:, 0] == ends[:, 1]) & (ends[:, 0] >= 0), counts


def macro_labels(of: Round, assignment: Assignment) -> tuple[np.ndarray, np.ndarray]:
    """F, F bool: whether the formed macro-nodes are each one person's, and whether they count."""
    owner = owners(of.after, assignment)[of.formed]
    return owner >= 0, owner != UNSURE


def final_nodes(rounds: list[Round]) -> list[np.ndarray]:
    """F bool of every round: whether the macro-nodes formed in it are found people, as they are."""
    last = rounds[-1].after if rounds else np.zeros(0, np.int64)
    whole = np.bincount(last)  # candidates of every person found
    final = []
    for of in rounds:
        size = np.bincount(of.after)
        person = np.zeros(len(size), np.int64)
        person[of.after] = last  # the person that a macro-node is part of
        final.append((size == whole[person])[of.formed])
    return final


def grouping_losses(
    grouping: Grouping, assignment: Assignment, score_edges: ScoreEdges, draw: np.random.Generator,
    balance: str = "classes", negatives: int = 3,
) -> GroupingLosses:  # fmt: skip
    """Losses of a grouping's rounds, for the candidates of all its pictures.

    Edges: the mean over rounds, so that the few of the last count as much as the many of the first. In each,
    `negatives` drawn edges to be cut count for every edge to be kept (0: all do). Macro-nodes: the mean over
    those of all rounds that ended up as people, and over the others.
    """
    zero = grouping.rounds[0].features.new_zeros(()) if grouping.rounds else torch.zeros(())
    edges, macros, asked, final = [], [], [], final_nodes(grouping.rounds)
    for of in grouping.rounds:
        label, counts = edge_labels(of, assignment)
        rows = sampled(label, counts, negatives, draw)
        if len(rows):
            logits = score_edges(of.features, of.pairs[rows])
            edges.append(discriminator_loss(logits, label[rows], counts[rows], balance))
        if of.formed_logits is not None:
            macros.append(of.formed_logits)
            asked.append(np.stack(macro_labels(of, assignment)))
    edge = torch.stack(edges).mean() if edges else zero
    if not macros:
        return GroupingLosses(edge, zero, zero)
    logits, (label, counts), ends = torch.cat(macros), np.concatenate(asked, 1), np.concatenate(final)
    return GroupingLosses(
        edge,
        discriminator_loss(logits, label, counts & ends, balance),
        discriminator_loss(logits, label, counts & ~ends, balance),
    )


class Skills(NamedTuple):
    """How well discriminators tell right from wrong: 0 as a coin, 1 without fault; None if all are alike."""

    judge: float | None  # of edges, by what decides them
    macro: float | None  # of macro-nodes formed


def skills(grouping: Grouping, assignment: Assignment) -> Skills:
    """Of a grouping's decisions, all rounds together."""
    edges = [(of.logits, *edge_labels(of, assignment)) for of in grouping.rounds]
    macro = [
        (of.formed_logits.detach().float().cpu().numpy(), *macro_labels(of, assignment))
        for of in grouping.rounds
        if of.formed_logits is not None
    ]
    return Skills(pooled(edges), pooled(macro))


def pooled(rounds: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> float | None:
    """The skill of logits, labels and what counts of some rounds."""
    return skill(*(np.concatenate(column) for column in zip(*rounds, strict=True))) if rounds else None


def skill(logits: np.ndarray, label: np.ndarray, counts: np.ndarray) -> float | None:
    """Twice the chance that a positive has a higher logit than a negative, less one (Gini, 2 AUC − 1)."""
    logits, label = logits[counts], label[counts]
    positive = int(label.sum())
    negative = len(label) - positive
    if not positive or not negative:
        return None
    above = rankdata(logits)[label].sum() - positive * (positive + 1) / 2  # pairs, ties for half
    return float(2 * above / (positive * negative) - 1)


def sampled(label: np.ndarray, counts: np.ndarray, negatives: int, draw: np.random.Generator) -> np.ndarray:
    """Rows of the edges that a loss is made of: all positive ones, and of the others so many for each."""
    positive, negative = np.flatnonzero(label & counts), np.flatnonzero(~label & counts)
    most = negatives * max(len(positive), LEAST_NEGATIVES)
    if negatives and len(negative) > most:
        negative = np.sort(draw.choice(negative, most, replace=False))
    return np.concatenate([positive, negative])


def discriminator_loss(logits: Tensor, label: np.ndarray, counts: np.ndarray, balance: str) -> Tensor:
    """Binary cross-entropy over what counts, zero where nothing does.

    classes  the mean of both classes' means, one alone where the other is absent
    focal    (1 − p)^γ times the cross-entropy, p the probability of the true class
    none     the mean
    """
    if balance not in BALANCES:
        raise ReposeError(f"hgg.loss.balance: found {balance!r}, expected one of {', '.join(BALANCES)}")
    weight = counts.astype(np.float32)
    if balance == "classes":
        for of_class in (label & counts, ~label & counts):
            weight[of_class] /= max(of_class.sum(), 1)
    weights = torch.from_numpy(weight).to(logits.device)
    wanted = torch.from_numpy(label.astype(np.float32)).to(logits.device)
    costs = binary_cross_entropy_with_logits(logits.float(), wanted, reduction="none")
    if balance == "focal":
        costs = costs * (1 - torch.exp(-costs)) ** FOCUS
    return (costs * weights).sum() / weights.sum().clamp(min=1e-12)
