"""Operations of the modules for a picture, at the papers' scale, from the networks' designs.

The proposal network looks at every picture alike; the rest grows with the candidates. It is counted as the
paper writes it, and at most: EdgeConv maps the features of every edge, all pairs of kinds that the graph
links have one, and a round halves the macro-nodes. Our own code does less (`repose.hgg.graph_net`).

Legend: M pictures, J kinds of joints, E edges, R rounds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from torch import nn

from repose.hgg.clustering import ClusteringRules, Grouper
from repose.hgg.designs import PAPER, design_of, network_size
from repose.hgg.graph_net import Attention, EdgeConv, GraphNetDesign
from repose.hgg.graphs import type_pairs

INPUT_PX = 512  # side of the published pictures
SKELETON, JOINTS = "coco17", 17


@dataclass(frozen=True)
class GroupingCost:
    """Operations a picture, two per multiplication."""

    graph_net: np.ndarray  # M
    discriminators: np.ndarray  # M, of edges and macro-nodes, all rounds together

    @property
    def total(self) -> np.ndarray:
        """M: of the whole grouping."""
        return self.graph_net + self.discriminators


@cache
def proposal_operations() -> int:
    """Of the published proposal network."""
    return network_size(design_of(PAPER, JOINTS), INPUT_PX).operations


def cost_of(net: GraphNetDesign, graph: str, counts: np.ndarray) -> GroupingCost:
    """What grouping so many candidates (M, J) costs with a graph network and the graph of its links."""
    net, allowed = replace(net, embedding=PAPER.tags), type_pairs(SKELETON, graph)
    with torch.device("meta"):
        grouper = Grouper(net, allowed, ClusteringRules())
    nodes = counts.sum(axis=1)
    directed = np.einsum("mi,ij,mj->m", counts, allowed.astype(float), counts)
    graph_net = nodes * perceptron(grouper.graph_net.mlp)
    for layer in grouper.graph_net.layers:
        graph_net = graph_net + layer_cost(layer, nodes, directed)
    edges, macro_nodes = rounds(nodes, directed / 2)
    first, *_ = (m for m in grouper.edge.mlp if isinstance(m, nn.Linear))
    each = perceptron(grouper.edge.mlp) + 2 * first.weight.numel()  # the first layer in both orders
    return GroupingCost(graph_net, edges * each + macro_nodes * perceptron(grouper.macro.mlp))


def layer_cost(layer: nn.Module, nodes: np.ndarray, directed: np.ndarray) -> np.ndarray:
    """M: of one layer of the graph network on so many nodes (M) and directed edges (M)."""
    weight = layer.get_submodule("linear").get_parameter("weight")
    outputs = weight.shape[0]
    if isinstance(layer, EdgeConv):
        return directed * 2.0 * weight.numel()
    own = nodes * 2.0 * weight.numel()
    if isinstance(layer, Attention):  # what each node pays and is paid, and the weighted sums
        return own + nodes * 4.0 * outputs + (directed + nodes) * 2.0 * outputs
    return own


def perceptron(layers: nn.Module) -> int:
    """Of its linear layers, for one input."""
    return sum(2 * layer.weight.numel() for layer in layers.modules() if isinstance(layer, nn.Linear))


def rounds(nodes: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """M twice: edges and macro-nodes of all rounds together, where each halves the macro-nodes."""
    left, all_edges, formed = nodes.astype(float), np.zeros(len(nodes)), np.zeros(len(nodes))
    for _ in range(math.ceil(math.log2(JOINTS))):
        all_edges += np.minimum(edges, left * (left - 1) / 2)
        left = np.ceil(left / 2)
        formed += left
    return all_edges, formed


def operations_of(
    net: GraphNetDesign, graph: str, loose: Mapping[str, np.ndarray], pictures: int
) -> dict[str, np.ndarray]:
    """The arrays of a file of operations, a row a picture, from the candidates found there."""
    counts = np.zeros((pictures, JOINTS))
    np.add.at(counts, (loose["image"], loose["joint"]), 1)
    cost = cost_of(net, graph, counts)
    return {
        "joints": loose["joints"],
        "image": np.arange(pictures, dtype=np.int32),
        "proposals": np.full(pictures, float(proposal_operations())),
        "graph_net": cost.graph_net,
        "discriminators": cost.discriminators,
    }
