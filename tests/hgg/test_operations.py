"""What grouping costs at the papers' scale, against every edge and macro-node counted by itself."""

import dataclasses

import numpy as np
import pytest

from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.graphs import type_pairs
from repose.hgg.operations import JOINTS, cost_of, operations_of, proposal_operations, rounds
from repose.skeletons import get_skeleton

NET = GraphNetDesign(embedding=4)  # the published tag is one number


def dense_cost(counts, graph):
    """The published modules on every edge, one by one: three layers of EdgeConv, both discriminators."""
    kinds = np.repeat(np.arange(17), counts)
    edges = sum(graph[a, b] for a in kinds for b in kinds)
    layers = sum(2 * 2 * inputs * 64 for inputs in (20, 64, 64))
    net = edges * layers + len(kinds) * 3 * 2 * 64 * 64
    left, discriminators = len(kinds), 0
    for _ in range(5):
        pairs = min(edges / 2, left * (left - 1) / 2)
        discriminators += pairs * (2 * 2 * 128 * 64 + 2 * 64 * 32 + 2 * 32)
        left = -(-left // 2)
        discriminators += left * (2 * 64 * 32 + 2 * 32 * 16 + 2 * 16)
    return net, discriminators


@pytest.mark.parametrize("graph", ["full", "tree"])
def test_grouping_costs_what_every_edge_and_macro_node_costs(graph):
    counts = np.random.default_rng(0).integers(0, 4, (2, 17))
    cost = cost_of(NET, graph, counts)
    for row, own in enumerate(counts):
        net, discriminators = dense_cost(own, type_pairs("coco17", graph))
        assert cost.graph_net[row] == pytest.approx(net)
        assert cost.discriminators[row] == pytest.approx(discriminators)
    np.testing.assert_allclose(cost.total, cost.graph_net + cost.discriminators)


def test_a_layer_in_which_nobody_hears_of_another_costs_least():
    counts = np.full((1, 17), 2)
    kinds = ("fully_connected", "attention", "edge_conv")
    costs = [cost_of(dataclasses.replace(NET, kind=kind), "full", counts).graph_net for kind in kinds]
    assert costs[0] < costs[1] < costs[2]


def test_rounds_halve_the_macro_nodes_until_a_person_is_one():
    edges, formed = rounds(np.array([17.0, 1.0]), np.array([136.0, 0.0]))
    assert formed.tolist() == [9 + 5 + 3 + 2 + 1, 5]
    assert edges.tolist() == [136 + 36 + 10 + 3 + 1, 0]


def test_a_file_has_a_row_for_every_picture_from_its_own_candidates():
    names = np.array(get_skeleton("coco17").joints)
    loose = {"joints": names, "image": np.array([2, 0, 2]), "joint": np.array([0, 5, 0], np.int16)}
    counts = np.zeros((4, JOINTS))
    counts[2, 0], counts[0, 5] = 2, 1
    arrays = operations_of(NET, "full", loose, 4)
    cost = cost_of(NET, "full", counts)
    assert arrays["image"].tolist() == [0, 1, 2, 3]
    assert arrays["image"].dtype == np.int32
    assert arrays["joints"] is names
    assert (arrays["proposals"] == proposal_operations()).all()
    assert 400e9 < proposal_operations() < 500e9
    np.testing.assert_array_equal(arrays["graph_net"], cost.graph_net)
    np.testing.assert_array_equal(arrays["discriminators"], cost.discriminators)
    assert cost.total[2] > cost.total[0] > cost.total[1] == 0


def test_where_no_candidate_was_found_only_the_proposals_cost():
    loose = {"joints": np.array(get_skeleton("coco17").joints), "image": np.zeros(0, np.int32),
             "joint": np.zeros(0, np.int16)}  # fmt: skip
    arrays = operations_of(NET, "tree", loose, 3)
    assert len(arrays["proposals"]) == 3
    assert not arrays["graph_net"].any()
    assert not arrays["discriminators"].any()
