"""The graph module: adjacencies, relations, the non-local layer, the pyramid."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from repose.dgcn.designs import PUBLISHED
from repose.dgcn.graph import DGCM, GraphDesign, GraphLayer, GraphPyramid, drawn_adjacency, row_softmax
from repose.dgcn.nonlocal_layer import NonLocal, sums_over_pairs, tail_sums
from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.skeletons.soft_adjacency import soft_adjacency

K = 17
DISTANCES = rng(0, "distances").uniform(0.1, 1.3, (K, K))
SOFT = torch.from_numpy(soft_adjacency((DISTANCES + DISTANCES.T) / 2, 0.5))


def design(**changes: Any) -> GraphDesign:
    return dataclasses.replace(PUBLISHED, **changes)


def layer(**changes: Any) -> GraphLayer:
    torch.manual_seed(0)
    made = GraphLayer(design(**changes), SOFT, "pif16")
    if made.relations is not None:
        torch.nn.init.normal_(made.relations)
    made.drawing = 3, 5
    return made


def module(channels=(12, 12), **changes: Any) -> DGCM:
    torch.manual_seed(0)
    return DGCM(design(**changes), channels, 3, 1, SOFT, "pif16")


@pytest.mark.parametrize("adjacency", ["hand", "soft", "dynamic"])
@pytest.mark.parametrize("softmax", ["literal", "masked"])
def test_rows_of_beta_sum_to_one(adjacency, softmax):
    one = layer(adjacency=adjacency, softmax=softmax)
    beta = row_softmax(one.relations, one.edges(4), softmax == "masked")
    torch.testing.assert_close(beta.sum(-1), torch.ones(1, K))


def test_the_literal_softmax_leaves_weight_to_missing_edges_and_the_masked_does_not():
    relations, adjacency = torch.randn(K, K), torch.eye(K)
    logits = relations.double().diagonal()
    literal = logits.exp() / (logits.exp() + K - 1)
    torch.testing.assert_close(row_softmax(relations, adjacency, False).diagonal().double(), literal)
    torch.testing.assert_close(row_softmax(relations, adjacency, True), torch.eye(K))


@pytest.mark.parametrize("resample", ["iteration", "sample"])
def test_eq_8_is_the_sum_over_nodes_of_what_each_sample_draws(resample):
    one, x = layer(resample=resample), torch.randn(3, K, 4, 5)
    edges = one.edges(3).expand(3, -1, -1)
    expected = torch.zeros(3, K, 4, 5)
    for b in range(3):
        said = (one.weight.weight[:, :, 0, 0] @ x[b].flatten(1) + one.weight.bias[:, None]).view(K, 4, 5)
        beta = torch.softmax(one.relations * edges[b], 1)
        for i in range(K):
            expected[b, i] = sum(beta[i, j] * said[j] for j in range(K)).relu()
    torch.testing.assert_close(one(x), expected)


def test_eq_4_with_the_identity_has_no_relations():
    one, x = layer(adjacency="identity"), torch.randn(2, K, 4, 5)
    assert one.relations is None
    torch.testing.assert_close(one(x), one.weight(x).relu())


def test_a_dynamic_graph_has_all_edges_in_tests():
    one = layer().eval()
    assert torch.equal(one.edges(4), torch.ones(1, K, K))


def test_a_soft_graph_is_the_same_in_training_and_tests():
    one = layer(adjacency="soft")
    assert torch.equal(one.edges(4), SOFT[None])
    assert torch.equal(one.eval().edges(4), SOFT[None])


def test_a_draw_has_its_diagonal_and_else_only_ones_and_zeros():
    drawn = drawn_adjacency(SOFT, 50, 0, 0, "pif16")
    assert (drawn.diagonal(dim1=1, dim2=2) == 1).all()
    assert set(drawn.unique().tolist()) == {0.0, 1.0}


def test_the_mean_of_many_draws_is_the_soft_adjacency():
    drawn = torch.stack([drawn_adjacency(SOFT, 1, 0, step, "pif16")[0] for step in range(4000)])
    deviation = (SOFT * (1 - SOFT) / 4000).sqrt()
    assert ((drawn.mean(0) - SOFT).abs() <= 5 * deviation + 1e-6).all()


def test_a_draw_follows_from_seed_step_and_module():
    def drawn(*key):
        return drawn_adjacency(SOFT, 2, *key)

    assert torch.equal(drawn(0, 1, "pif16"), drawn(0, 1, "pif16"))
    for other in ((1, 1, "pif16"), (0, 2, "pif16"), (0, 1, "paf16")):
        assert not torch.equal(drawn(0, 1, "pif16"), drawn(*other))


def test_modules_of_a_pyramid_draw_apart_and_anew_every_iteration():
    pyramid = GraphPyramid(design(strides=(16, 8)), {8: 8, 16: 16}, {"pif": SOFT, "paf": SOFT}, False)
    layers = [m for m in pyramid.modules() if isinstance(m, GraphLayer)]
    with pytest.raises(RuntimeError, match="set_draw"):
        layers[0].edges(1)
    seen = []
    for step in (0, 1):
        pyramid.set_draw(0, step)
        seen += [m.edges(8).numpy().tobytes() for m in layers]
    assert len(layers) == 4
    assert len(set(seen)) == 8


def test_a_module_that_begins_at_zero_adds_nothing_and_still_learns():
    one, x = module().train(), torch.randn(2, 12, 6, 5)
    one.graph.drawing = 0, 0
    added, logits = one(x)
    assert (added == 0).all()
    assert logits.shape == (2, K, 6, 5)
    (added * torch.randn_like(added)).sum().backward()
    assert one.expand[1].weight.grad.abs().sum() > 0


@pytest.mark.parametrize("changes", [{"gate": 1.0}, {"residual": False}])
def test_a_module_may_begin_otherwise(changes):
    added, _ = module(**changes).eval()(torch.randn(2, 12, 6, 5))
    assert added.abs().sum() > 0


def test_supervised_logits_are_the_reduction_or_a_convolution_beside_it():
    x = torch.randn(2, 12, 6, 5)
    one = module(supervise="logits").eval()
    torch.testing.assert_close(one(x)[1], one.reduce(x))
    one = module(supervise="conv1x1").eval()
    torch.testing.assert_close(one(x)[1], one.confidence(x))


def literal_non_local(one: NonLocal, x: torch.Tensor) -> torch.Tensor:
    """Zhao et al.'s layer with every pair's concatenation."""
    heard = one.pool(x)
    theta, phi, g = (
        one.theta(x).flatten(2),
        one.phi(heard).flatten(2),
        one.g(heard).flatten(2),
    )  # B, D, N or M
    n, m = theta.shape[2], phi.shape[2]
    pairs = torch.cat([theta[..., :, None].expand(-1, -1, n, m), phi[..., None, :].expand(-1, -1, n, m)], 1)
    f = one.pair(pairs)[:, 0].relu() / m  # B, N, M
    y = (f @ g.mT).mT.unflatten(2, x.shape[2:])
    return x + one.norm(one.out(y))


@pytest.mark.parametrize("pooled", [False, True])
def test_the_non_local_layer_is_the_literal_one_with_its_gradients(pooled):
    torch.manual_seed(0)
    one = NonLocal(K, pooled).double().eval()
    torch.nn.init.normal_(one.norm.weight)
    torch.nn.init.normal_(one.phi.bias)
    x = torch.randn(2, K, 9, 7, dtype=torch.float64)
    grads = []
    for function in (one, lambda x: literal_non_local(one, x)):
        x = x.detach().requires_grad_()
        y = function(x)
        grads.append([y, *torch.autograd.grad((y**2).sum(), [x, one.pair.weight, one.g.weight])])
    torch.testing.assert_close(grads[0], grads[1])


def test_the_non_local_layer_begins_as_the_identity():
    x = torch.randn(2, K, 9, 7)
    assert torch.equal(NonLocal(K, False)(x), x)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (5, 64), (200, 130), (1681, 441)])
def test_sums_over_pairs_are_those_of_the_pairs_whatever_is_equal(n, m):
    torch.manual_seed(n)
    a, b = torch.randint(-3, 4, (2, n)).double(), torch.randint(-3, 4, (2, m)).double()
    g = torch.randn(2, m, 3, dtype=torch.float64)
    expected = (a[:, :, None] + b[:, None]).relu() @ g
    torch.testing.assert_close(sums_over_pairs(a, b, g), expected)


def test_in_float32_the_sums_are_as_exact_as_the_pairs():
    torch.manual_seed(0)
    a, b, g = torch.randn(1, 1681), torch.randn(1, 1681), torch.randn(1, 1681, 8)
    exact = (a.double()[:, :, None] + b.double()[:, None]).relu() @ g.double()
    assert (sums_over_pairs(a, b, g) - exact).abs().max() < 1e-5 * exact.abs().max()


@pytest.mark.parametrize("count", [1, 63, 64, 65, 300])
def test_tail_sums_end_with_nothing(count):
    x = torch.randn(2, count, 3, dtype=torch.float64)
    expected = torch.stack([x[:, k:].sum(1) for k in range(count + 1)], 1)
    torch.testing.assert_close(tail_sums(x), expected)


@pytest.mark.parametrize("pyramid", ["before", "after", "own"])
@pytest.mark.parametrize("sides", [(64, 96), (65, 97)])
def test_eq_9_sums_the_modules_where_the_pyramid_says(pyramid, sides):
    channels = {2: 4, 4: 8, 8: 16, 16: 32}
    torch.manual_seed(0)
    made = design(strides=(16, 8, 4), pyramid=pyramid, gate=1.0)
    one = GraphPyramid(made, channels, {"pif": SOFT, "paf": SOFT}, shared=False).eval()
    maps = {s: torch.randn(2, c, *(-(-side // s) for side in sides)) for s, c in channels.items()}
    enriched = one(maps)
    strides = {"before": [16] * 6, "after": [16, 16, 8, 8, 4, 4], "own": [16, 16, 8, 8, 4, 4]}[pyramid]
    assert [stride for stride, _ in enriched.supervision] == strides
    assert all(t.shape[2:] == maps[s].shape[2:] for s, t in enriched.supervision)
    for field, found in (("pif", enriched.pif), ("paf", enriched.paf)):
        added = {}
        for stride in (16, 8, 4):
            x = one.down[str(stride)](maps[stride]) if str(stride) in one.down else maps[stride]
            added[stride] = one.psi[f"{field}{stride}"](x)[0]
        if pyramid != "own":
            added = {16: added[16] + added[8] + added[4]}
        for stride, map_ in maps.items():
            torch.testing.assert_close(found[stride], map_ + added.get(stride, torch.zeros(())))


def test_unknown_readings_are_errors_of_the_user():
    with pytest.raises(
        ReposeError, match=r"dgcn.graph.softmax: found 'hard', expected one of literal, masked"
    ):
        design(softmax="hard")
    with pytest.raises(ReposeError, match="strides"):
        design(strides=(32,))


def test_relations_begin_at_one_with_the_diagonal_that_is_asked_for():
    relations = GraphLayer(design(relations_own=4.0), SOFT, "pif16").relations
    np.testing.assert_array_equal(relations.detach(), np.ones((K, K)) + 3 * np.eye(K))


def test_a_module_passes_something_on_whatever_its_first_weights():
    for seed in range(20):
        torch.manual_seed(seed)
        one = GraphLayer(PUBLISHED, SOFT, "pif16").eval()
        x = torch.randn(2, K, 6, 5).relu()
        torch.testing.assert_close(one(x), x.mean(1, keepdim=True).expand_as(x))
