"""Online hierarchical graph clustering (Alg. 1): candidates become macro-nodes, and these whole people.

The network runs once; then in every round each macro-node has the mean features of its candidates, its edges
are scored, those below a cut are dropped, the rest is matched, pairs merge, and edges between macro-nodes
with a kind of joint in common are pruned. It ends when no edge is left, or after ⌈log2 J⌉ rounds.

Pictures are grouped together, as one graph without edges between them. What is decided needs no gradient; the
losses (`repose.hgg.labels`) ask the edge discriminator again about those edges that they are made of.

Legend: N candidates of all pictures, M macro-nodes, E edges, F macro-nodes formed, J joints, C channels.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numba import njit
from scipy.special import logit
from torch import Tensor, nn

from repose.foundations.errors import ReposeError
from repose.hgg.discriminators import EdgeDiscriminator, MacroDiscriminator
from repose.hgg.graph_net import GraphNet, GraphNetDesign, Nodes
from repose.hgg.matching import ORDERS, match

JUDGES = ("edge", "macro")
ScoreEdges = Callable[[Tensor, np.ndarray], Tensor]  # features (M, C), pairs (E, 2) → logits (E)
ScoreNodes = Callable[[Tensor], Tensor]  # features (M, C) → logits (M)


@dataclass(frozen=True)
class ClusteringRules:
    """What Alg. 1 leaves open."""

    cut: float = 0.5  # probability below which an edge is none
    order: str = "score"  # how edges are matched: score | random
    macro_cut: float = 0.0  # probability below which a merged macro-node is undone; 0: none is
    judge: str = "edge"  # who scores edges: the edge discriminator | macro, that of macro-nodes

    def __post_init__(self) -> None:
        if self.judge not in JUDGES:
            raise ReposeError(f"hgg.clustering.judge: found {self.judge!r}, expected one of {JUDGES}")
        if self.order not in ORDERS:
            raise ReposeError(f"hgg.clustering.order: found {self.order!r}, expected one of {ORDERS}")


class Round(NamedTuple):
    """One round, from the macro-nodes before it to those after it."""

    before: np.ndarray  # N int64: the macro-node of each candidate
    features: Tensor  # M, C: of the macro-nodes before it
    pairs: np.ndarray  # E, 2 int64: the feasible edges
    logits: np.ndarray  # E float32: of the edge discriminator, without a gradient
    after: np.ndarray  # N int64
    formed: np.ndarray  # F int64: the macro-nodes after the round that two made in it
    formed_logits: Tensor | None  # F, of the macro-node discriminator


class Grouping(NamedTuple):
    """The people found, and how."""

    clusters: np.ndarray  # N int64, counted over all pictures
    rounds: list[Round]


def cluster(
    features: Tensor, picture: np.ndarray, types: np.ndarray, allowed: np.ndarray, score_edges: ScoreEdges,
    rules: ClusteringRules, score_nodes: ScoreNodes | None = None, draw: np.random.Generator | None = None,
) -> Grouping:  # fmt: skip
    """Alg. 1 from the network's `features` (N, C) on.

    `picture` (N, rising) and `types` (N) of candidates, `allowed` (J, J) the pairs of kinds that the graph
    links: macro-nodes inherit an edge if any two of their members have one. `draw` is for the random order.
    """
    if draw is None and rules.order == "random":
        raise RuntimeError("matching in random order needs a `draw`")
    kinds = np.left_shift(1, np.arange(len(allowed), dtype=np.int64))  # a bit a kind of joint
    own, linked = kinds[types], (allowed @ kinds)[types]  # N: own kind, kinds linked with it
    node, rounds = np.arange(len(types)), []
    for _ in range(math.ceil(math.log2(len(allowed)))):
        where, have, reach = macro_nodes(node, picture, own, linked)
        pairs = feasible_pairs(where, have, reach)
        if not len(pairs):
            break
        means = mean_features(features, node)
        with torch.no_grad():
            logits = score_edges(means, pairs).float().cpu().numpy()
        taken = match(pairs, logits, len(where), logit(rules.cut), draw if rules.order == "random" else None)
        after, formed = merged(node, pairs[taken])
        formed_logits = score_nodes(mean_features(features, after)[formed]) if score_nodes else None
        if rules.macro_cut and formed_logits is not None:
            good = (formed_logits.detach().sigmoid() >= rules.macro_cut).cpu().numpy()
            after, formed = merged(node, pairs[taken[good]])
            formed_logits = formed_logits[torch.from_numpy(good)]
        rounds.append(Round(node, means, pairs, logits, after, formed, formed_logits))
        if not len(formed):
            break
        node = after
    return Grouping(node, rounds)


class Grouper(nn.Module):
    """The network, both discriminators, and the clustering that they steer."""

    def __init__(self, design: GraphNetDesign, allowed: np.ndarray, rules: ClusteringRules) -> None:
        super().__init__()
        self.allowed, self.rules = allowed, rules
        self.graph_net = GraphNet(design, allowed)
        self.edge = EdgeDiscriminator(design.width, dropout=design.dropout)
        self.macro = MacroDiscriminator(design.width, dropout=design.dropout)

    def forward(self, nodes: Nodes, draw: np.random.Generator | None = None) -> Grouping:
        """All pictures of a batch; candidates are those of `nodes.mask`, one picture behind the other."""
        features = self.graph_net(nodes)[nodes.mask]  # N, C
        picture = np.nonzero(nodes.mask.cpu().numpy())[0]
        types = nodes.type[nodes.mask].cpu().numpy()
        score_nodes = self.macro if self.training or self.rules.macro_cut else None
        return cluster(
            features, picture, types, self.allowed, self.score_edges, self.rules, score_nodes, draw
        )

    def score_edges(self, features: Tensor, pairs: np.ndarray) -> Tensor:
        """Logits (E) of edges; where none is ever taught, of the macro-nodes that they would make."""
        if self.rules.judge == "edge":
            return self.edge(features, pairs)
        i, j = torch.from_numpy(pairs.T.copy()).to(features.device)
        return self.macro((features[i] + features[j]) / 2)


def macro_nodes(
    node: np.ndarray, picture: np.ndarray, own: np.ndarray, linked: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """M: the picture of every macro-node, the kinds that it has, and those to which a member is linked."""
    nodes = int(node.max()) + 1 if len(node) else 0
    where, have, reach = (np.zeros(nodes, np.int64) for _ in range(3))
    where[node] = picture
    np.bitwise_or.at(have, node, own)
    np.bitwise_or.at(reach, node, linked)
    return where, have, reach


def feasible_pairs(where: np.ndarray, have: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """E, 2: macro-nodes of one picture with no kind of joint in common and a link between them."""
    most = sum(n * (n - 1) // 2 for n in np.unique(where, return_counts=True)[1].tolist())
    pairs = np.empty((most, 2), np.int64)
    return pairs[: list_pairs(where, have, reach, pairs)]


@njit(cache=True)
def list_pairs(where, have, reach, pairs):  # type: ignore[no-untyped-def]
    """Fills the feasible pairs in order, and says how many; `where` never falls."""
    n = 0
    for i in range(len(where)):
        for j in range(i + 1, len(where)):
            if where[j] != where[i]:
                break
            if have[i] & have[j] == 0 and reach[i] & have[j] != 0:
                pairs[n, 0], pairs[n, 1] = i, j
                n += 1
    return n


def mean_features(features: Tensor, node: np.ndarray) -> Tensor:
    """M, C: the mean of the members' features (N, C), all candidates alike."""
    nodes = int(node.max()) + 1
    if nodes == len(node):  # each its own macro-node, in order
        return features
    member = torch.from_numpy(node).to(features.device)
    count = torch.from_numpy(np.bincount(node)).to(features)
    return features.new_zeros(nodes, features.shape[1]).index_add(0, member, features) / count[:, None]


def merged(node: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The macro-node of each candidate (N) when pairs (F, 2) of macro-nodes merge, and which those are
    (F).
    """
    root = np.arange(node.max() + 1)
    root[pairs[:, 1]] = pairs[:, 0]  # the one with the smaller number
    number = np.unique(root, return_inverse=True)[1]
    return number[node], number[pairs[:, 0]]
