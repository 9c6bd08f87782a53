import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.hgg.graphs import GRAPHS, type_pairs
from repose.skeletons import get_skeleton


def linked(graph, first, second, skeleton="coco17"):
    column = get_skeleton(skeleton).index
    return type_pairs(skeleton, graph)[column(first), column(second)]


@pytest.mark.parametrize("skeleton", ["coco17", "crowdpose14"])
def test_each_graph_holds_the_one_before_and_is_symmetric_without_loops(skeleton):
    smaller = np.zeros(1, bool)
    for graph in GRAPHS:
        allowed = type_pairs(skeleton, graph)
        assert (allowed == allowed.T).all()
        assert not allowed.diagonal().any()
        assert (allowed >= smaller).all()
        assert allowed.sum() > smaller.sum()
        smaller = allowed


def test_the_graphs_of_coco_have_their_numbers_of_edges():
    assert [int(type_pairs("coco17", graph).sum()) // 2 for graph in GRAPHS] == [16, 26, 36, 136]


def test_skips_leave_out_one_joint_of_a_side():
    assert linked("bypass", "l_shoulder", "l_wrist")
    assert linked("bypass", "nose", "r_hip")
    assert not linked("tree", "l_shoulder", "l_wrist")
    assert not linked("bypass", "l_shoulder", "r_wrist")


def test_the_extended_graph_links_left_with_right():
    assert linked("extended", "l_ankle", "r_ankle")
    assert not linked("bypass", "l_ankle", "r_ankle")
    assert linked("extended", "l_ear", "l_shoulder")


def test_an_unknown_graph_is_an_error_of_the_user():
    with pytest.raises(ReposeError, match=r"hgg.graph: found 'dense', expected one of tree, bypass"):
        type_pairs("coco17", "dense")
