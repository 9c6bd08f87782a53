"""Legend: B pictures, N candidates, T numbers of an embedding, J joints, C channels in, D channels out."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import leaky_relu

from repose.foundations.errors import ReposeError
from repose.hgg.discriminators import EdgeDiscriminator, MacroDiscriminator
from repose.hgg.graph_net import (
    Attention,
    EdgeConv,
    GraphNet,
    GraphNetDesign,
    Nodes,
    layer_widths,
    parameters,
)
from repose.hgg.graphs import type_pairs

FULL = type_pairs("coco17", "full")
TREE = type_pairs("coco17", "tree")


def nodes(batch=2, count=9, padding=2, embedding=1, seed=0):
    made = torch.Generator().manual_seed(seed)
    mask = torch.ones(batch, count, dtype=torch.bool)
    mask[-1, count - padding :] = False
    return Nodes(
        torch.randn(batch, count, embedding, generator=made),
        torch.randint(17, (batch, count), generator=made),
        torch.rand(batch, count, 2, generator=made),
        mask,
    )


def literal_edge_conv(layer, h, types, mask, allowed):
    """W [h_i, h_j − h_i] of every pair, one by one."""
    out = torch.zeros(*h.shape[:2], layer.linear.out_features, dtype=h.dtype)
    for b, i in mask.nonzero().tolist():
        heard = [
            layer.linear(torch.cat([h[b, i], h[b, j] - h[b, i]])).relu()
            for j in range(h.shape[1])
            if mask[b, j] and allowed[types[b, i], types[b, j]]
        ]
        if heard:
            stacked = torch.stack(heard)
            out[b, i] = stacked.amax(0) if layer.aggregate == "max" else stacked.mean(0)
    return out


def literal_attention(layer, h, types, mask, allowed):
    """Every node's softmax over its neighbours and itself, one head after the other."""
    values = layer.linear(h).unflatten(2, (layer.heads, -1))
    out = torch.zeros_like(values)
    for b, i in mask.nonzero().tolist():
        heard = [j for j in range(h.shape[1]) if mask[b, j] and (j == i or allowed[types[b, i], types[b, j]])]
        for k in range(layer.heads):
            to, of = layer.pay[:, k]
            logits = torch.stack(
                [leaky_relu(to @ values[b, i, k] + of @ values[b, j, k], 0.2) for j in heard]
            )
            out[b, i, k] = (logits.softmax(0)[:, None] * values[b, heard, k]).sum(0)
    return out.flatten(2).relu()


@pytest.mark.parametrize("allowed", [FULL, TREE], ids=["full", "tree"])
@pytest.mark.parametrize(
    ("layer", "literal"),
    [
        (EdgeConv(5, 6), literal_edge_conv),
        (EdgeConv(5, 6, "mean"), literal_edge_conv),
        (Attention(5, 6, 2), literal_attention),
    ],
    ids=["max", "mean", "attention"],
)
def test_a_layer_is_the_literal_one_with_its_gradients(layer, literal, allowed):
    one, layer = nodes(), layer.double()
    results = []
    for function in (layer, lambda *args: literal(layer, *args)):
        h = torch.randn(2, 9, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
        h.requires_grad_()
        out = function(h, one.type, one.mask, torch.from_numpy(allowed))[one.mask]
        results.append([out, *torch.autograd.grad((out**2).sum(), [h, *layer.parameters()])])
    torch.testing.assert_close(*results)


def test_a_candidate_without_neighbours_has_finite_features_and_gradients():
    net = GraphNet(GraphNetDesign(), FULL)
    one = nodes(1, 1, 0)
    features = net(one)
    features.sum().backward()
    assert torch.isfinite(features).all()
    assert all(torch.isfinite(p.grad).all() for p in net.parameters())


@pytest.mark.parametrize("kind", ["edge_conv", "attention", "fully_connected"])
def test_padding_changes_nothing_and_candidates_may_come_in_any_order(kind):
    net = GraphNet(GraphNetDesign(kind), FULL).eval()
    one = nodes(1, 12, 0)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(2))
    padded = Nodes(*(torch.cat([t[:, order], torch.ones_like(t[:, :3])], 1) for t in one))
    padded.mask[:, 12:] = False
    torch.testing.assert_close(net(padded)[:, :12], net(one)[:, order])


@pytest.mark.parametrize("kind", ["attention", "fully_connected"])
@pytest.mark.parametrize(("width", "embedding"), [(64, 1), (64, 8), (32, 1), (24, 2)])
def test_the_alternatives_have_as_many_parameters_within_one_percent(kind, width, embedding):
    design = GraphNetDesign(width=width, embedding=embedding)
    counts = [
        sum(p.numel() for p in GraphNet(d, FULL).parameters()) for d in (design, replace(design, kind=kind))
    ]
    assert abs(counts[1] / counts[0] - 1) < 0.01
    assert counts[1] == parameters(replace(design, kind=kind), layer_widths(replace(design, kind=kind)))


def test_edge_conv_has_the_papers_widths():
    net = GraphNet(GraphNetDesign(), FULL)
    assert [tuple(layer.linear.weight.shape) for layer in net.layers] == [(64, 40), (64, 128), (64, 128)]
    assert net(nodes()).shape == (2, 9, 64)


def test_the_edge_discriminator_has_no_direction_and_is_the_same_without_gradients():
    torch.manual_seed(0)
    edge, h = EdgeDiscriminator().eval(), torch.randn(60, 64)
    pairs = np.stack(np.triu_indices(60, 1), 1)
    logits = edge(h, pairs)
    torch.testing.assert_close(logits, edge(h, pairs[:, ::-1].copy()))
    with torch.no_grad():
        torch.testing.assert_close(edge(h, pairs), logits.detach(), atol=1e-5, rtol=1e-5)
        assert edge(h, pairs[:0]).shape == (0,)


def test_the_edge_discriminator_reads_both_orders_of_a_pair():
    torch.manual_seed(0)
    edge, h = EdgeDiscriminator(8, (6, 4)).eval(), torch.randn(2, 8)
    first = [edge.mlp[0](torch.cat([h[a], h[b]])).relu() for a, b in ((0, 1), (1, 0))]
    expected = edge.mlp[2:]((first[0] + first[1]) / 2)
    torch.testing.assert_close(edge(h, np.array([[0, 1]])), expected)


def test_discriminators_have_the_papers_inputs():
    assert EdgeDiscriminator().mlp[0].in_features == 128
    assert MacroDiscriminator().mlp[0].in_features == 64
    assert MacroDiscriminator()(torch.randn(5, 64)).shape == (5,)


@pytest.mark.parametrize("make", [MacroDiscriminator, EdgeDiscriminator])
def test_decisions_know_no_dropout_in_training_either(make):
    torch.manual_seed(0)
    net, h = make(dropout=0.5).train(), torch.randn(20, 64)
    pairs = [np.stack(np.triu_indices(20, 1), 1)] if make is EdgeDiscriminator else []
    with torch.no_grad():
        decided = net(h, *pairs)
        assert torch.equal(net(h, *pairs), decided)
    assert not torch.allclose(net(h, *pairs), decided, atol=1e-3)  # what is taught has it
    torch.testing.assert_close(net.eval()(h, *pairs).detach(), decided, atol=1e-5, rtol=1e-5)


def test_unknown_kinds_are_errors_of_the_user():
    with pytest.raises(ReposeError, match=r"hgg.graph_net.kind: found 'cnn', expected one of edge_conv"):
        GraphNetDesign("cnn")
    with pytest.raises(ReposeError, match="wider"):
        layer_widths(GraphNetDesign("attention", width=2))
