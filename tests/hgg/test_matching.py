"""Legend: E edges, M nodes."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repose.foundations.rng import rng
from repose.hgg.matching import match


def complete_graph(nodes, seed):
    pairs = np.array(list(itertools.combinations(range(nodes), 2)), np.int64).reshape(-1, 2)
    return pairs, rng(seed, "scores").random(len(pairs))


def orders(seed):
    return [None, rng(seed, "order")]


def slow_best_first(pairs, scores, cut):
    """Takes the best edge, strikes out its ends, and begins again."""
    left, taken = [row for row in range(len(pairs)) if scores[row] >= cut], []
    while left:
        best = max(left, key=lambda row: (scores[row], -row))
        taken.append(best)
        left = [row for row in left if not set(pairs[row]) & set(pairs[best])]
    return taken


def largest_sum(pairs, scores, free):
    """The largest sum of scores of a matching, by trying all."""
    if len(free) < 2:
        return 0.0
    node, rest = min(free), free - {min(free)}
    best = largest_sum(pairs, scores, rest)
    for row, (a, b) in enumerate(pairs):
        if a == node and b in rest:
            best = max(best, scores[row] + largest_sum(pairs, scores, rest - {b}))
    return best


@settings(deadline=None)
@given(st.integers(0, 9), st.integers(0, 1000), st.sampled_from([0.0, 0.3, 0.5, 2.0]))
def test_no_node_is_in_two_pairs_and_none_scores_below_the_cut(nodes, seed, cut):
    pairs, scores = complete_graph(nodes, seed)
    for draw in orders(seed):
        taken = match(pairs, scores, nodes, cut, draw)
        assert len(set(pairs[taken].ravel())) == 2 * len(taken)
        assert (scores[taken] >= cut).all()


@settings(deadline=None)
@given(st.integers(0, 9), st.integers(0, 1000))
def test_nothing_is_left_that_could_still_be_matched(nodes, seed):
    pairs, scores = complete_graph(nodes, seed)
    for draw in orders(seed):
        used = set(pairs[match(pairs, scores, nodes, 0.5, draw)].ravel())
        assert all(score < 0.5 or {a, b} & used for (a, b), score in zip(pairs, scores, strict=True))


@settings(deadline=None)
@given(st.integers(2, 9), st.integers(0, 1000))
def test_without_a_draw_the_best_edge_is_taken_first(nodes, seed):
    pairs, scores = complete_graph(nodes, seed)
    scores = np.round(scores, 1)  # with ties
    assert match(pairs, scores, nodes, 0.3).tolist() == slow_best_first(pairs, scores, 0.3)


@pytest.mark.parametrize("seed", range(10))
def test_the_sum_of_scores_is_half_of_the_largest_at_least(seed):
    pairs, scores = complete_graph(7, seed)
    assert scores[match(pairs, scores, 7, 0.0)].sum() >= largest_sum(pairs, scores, set(range(7))) / 2


def test_a_node_in_random_order_takes_the_best_of_its_free_neighbours():
    pairs = np.array([[0, 1], [0, 2], [1, 2], [2, 3]])
    scores = np.array([0.6, 0.9, 0.8, 0.7])
    for seed in range(20):
        draw = rng(seed, "order")
        first = rng(seed, "order").permutation(4)[0]
        taken = match(pairs, scores, 4, 0.0, draw)
        assert {0: 1, 1: 2, 2: 1, 3: 3}[int(first)] == taken[0]


def test_the_random_order_follows_from_its_draw_alone():
    pairs, scores = complete_graph(20, 0)
    found = [match(pairs, scores, 20, 0.0, rng(seed, "order")).tolist() for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]
