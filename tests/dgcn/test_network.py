"""The whole network: published sizes, sizes of pictures, beginnings."""

import dataclasses

import numpy as np
import pytest
import torch

from repose.dgcn.designs import (
    BLOCKS,
    PAPER,
    PUBLISHED,
    NetworkScale,
    build,
    build_seeded,
    design_of,
    load_trunk,
    mebibytes,
    network_size,
    plain_parameters,
)
from repose.dgcn.fields import split_fields
from repose.foundations.errors import ReposeError
from repose.skeletons.soft_adjacency import hand_adjacency
from repose.training.devices import Device, Forward

LADDER = NetworkScale(0.125, 0.25, "basic", "ladder", 16, False)
SHUFFLE = dataclasses.replace(LADDER, decoder="shuffle", ladder=0, frozen_statistics=True)
LIMBS = np.stack([np.arange(19) % 17, (np.arange(19) + 1 + np.arange(19) // 17) % 17], 1)
HAND = hand_adjacency(17, LIMBS)


def graph(*strides, **changes):
    return dataclasses.replace(PUBLISHED, strides=strides, **changes)


def network(scale=LADDER, made=None, backbone="resnet50", seed=0):
    return build_seeded(design_of(backbone, scale, 17, 19, made), seed, HAND, LIMBS)


def parameters(backbone, *strides, **changes):
    design = design_of(backbone, PAPER, 17, 19, graph(*strides, **changes) if strides else None)
    with torch.device("meta"):
        return sum(p.numel() for p in build(design).parameters())


def pictures(*sides):
    return torch.randint(
        0, 255, (2, 3, *sides), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )


def test_the_baseline_has_the_published_heads():
    assert parameters("resnet50") == 23_508_032 + 340 * 2049 + 532 * 2049 == 25_294_760


@pytest.mark.parametrize(
    ("backbone", "strides", "published_mb"),
    [
        ("resnet50", (), 96), ("resnet50", (16,), 102), ("resnet50", (16, 8), 121),
        ("resnet50", (16, 8, 4), 127),
        ("resnet101", (), 169), ("resnet101", (16,), 174), ("resnet152", (), 229), ("resnet152", (16,), 234),
    ],
)  # fmt: skip
def test_parameters_are_those_of_table_4(backbone, strides, published_mb):
    assert round(mebibytes(parameters(backbone, *strides))) == published_mb


def test_one_two_and_three_heads_have_their_exact_parameters():
    found = [parameters("resnet50", *strides) for strides in ((16,), (16, 8), (16, 8, 4))]
    assert found == [26_628_556, 31_602_672, 33_201_940]


def test_other_readings_miss_table_4():
    assert round(mebibytes(parameters("resnet50", 16, supervise="logits"))) == 101
    assert round(mebibytes(parameters("resnet50", 16, 8, finer_expand_kernel=3))) == 123


def test_a_network_is_measured_on_a_small_picture():
    small = network_size(design_of("resnet50", LADDER, 17, 19, graph(16)), 128)
    assert small.parameters == sum(p.numel() for p in network(made=graph(16)).parameters())
    assert small.operations > network_size(design_of("resnet50", LADDER, 17, 19, None), 128).operations


@pytest.mark.parametrize("scale", [LADDER, SHUFFLE])
@pytest.mark.parametrize("made", [None, graph(16, 8, 4)])
@pytest.mark.parametrize("sides", [(64, 48), (65, 97), (51, 70), (1, 1)])
def test_pictures_of_any_sides_give_fields(scale, made, sides):
    one = network(scale, made).eval()
    with torch.inference_mode():
        output = one(pictures(*sides))
    stride = one.design.stride
    cells = [-(-side // 4) if stride == 4 else 2 * -(-side // 16) - 1 for side in sides]
    assert output.pif.shape == (2, 5 * 17, *cells)
    assert output.paf.shape == (2, 7 * 19, *cells)
    assert len(output.supervision) == (6 if made else 0)
    coarse = [-(-side // 16) for side in sides]
    assert all(s == 16 and t.shape == (2, 17, *coarse) for s, t in output.supervision)


def test_the_published_fields_of_401_pixels_have_51_cells():
    with torch.inference_mode():
        assert network(SHUFFLE).eval()(pictures(401, 401)).pif.shape[2:] == (51, 51)


@pytest.mark.parametrize("scale", [LADDER, SHUFFLE])
@pytest.mark.parametrize("pyramid", ["before", "own"])
def test_a_new_graph_leaves_the_baselines_answer_and_its_weights_as_they_are(scale, pyramid):
    baseline = network(scale).eval()
    one = network(scale, graph(16, 8, 4, pyramid=pyramid)).eval()
    named = list(one.named_parameters())
    for (name, weight), (own_name, own) in zip(baseline.named_parameters(), named, strict=False):
        assert name == own_name
        assert torch.equal(weight, own)
    picture = pictures(65, 48)
    with torch.inference_mode():
        assert torch.equal(one(picture).pif, baseline(picture).pif)
        assert torch.equal(one(picture).paf, baseline(picture).paf)


def test_a_graph_that_has_learnt_changes_the_answer_for_joints_and_limbs():
    baseline, one = network(SHUFFLE).eval(), network(SHUFFLE, graph(16, gate=1.0)).eval()
    with torch.inference_mode():
        for ours, theirs in zip(one(pictures(64, 48))[:2], baseline(pictures(64, 48))[:2], strict=True):
            assert not torch.equal(ours, theirs)


def test_an_arm_begins_with_a_trunks_weights_and_no_others():
    trunk = network(seed=1).state_dict()
    one = network(made=graph(16), seed=0)
    load_trunk(one, trunk)
    assert all(torch.equal(one.state_dict()[name], weight) for name, weight in trunk.items())
    with pytest.raises(ReposeError, match="does not fit"):
        load_trunk(one, network(SHUFFLE).state_dict())


@pytest.mark.parametrize("scale", [LADDER, SHUFFLE])
@pytest.mark.parametrize("backbone", BLOCKS)
def test_every_weight_learns(scale, backbone):
    one = network(scale, graph(16, 8, 4, gate=1.0), backbone).train()
    one.set_draw(0, 0)
    for module in one.modules():  # what begins at zero blocks those before it
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1)
    output = one(pictures(64, 48))
    terms = [output.pif, output.paf, *(t for _, t in output.supervision)]
    sum((t * torch.randn_like(t)).sum() for t in terms).backward()
    assert [name for name, p in one.named_parameters() if p.grad is None or not p.grad.isfinite().all()] == []


def test_confidences_begin_rare_and_everything_else_near_zero():
    with torch.inference_mode():
        output = network(made=graph(16)).eval()(pictures(64, 48))
    fields = split_fields(output.pif, output.paf)
    for logits in (fields.pif_c, fields.paf_c, *(t for _, t in output.supervision)):
        assert 0.01 < logits.sigmoid().mean() < 0.02
    assert fields.pif_vec.abs().max() < 0.5
    assert fields.paf_vec.abs().max() < 0.5


def test_frozen_statistics_stay_in_the_backbone_and_follow_elsewhere():
    one = network(SHUFFLE, graph(16)).train()
    one.set_draw(0, 0)
    one(pictures(64, 48))
    norms = {n: m for n, m in one.named_modules() if isinstance(m, torch.nn.BatchNorm2d)}
    counts = {name: int(norm.num_batches_tracked) for name, norm in norms.items()}
    assert {c for n, c in counts.items() if n.startswith("backbone.")} == {0}
    assert {c for n, c in counts.items() if not n.startswith("backbone.")} == {1}


def test_nodes_of_the_limbs_graph_may_be_limbs():
    output = network(made=graph(16, k_relations="limbs")).eval()(pictures(64, 48))
    assert [t.shape[1] for _, t in output.supervision] == [17, 19]


def test_weights_bring_their_adjacency_along():
    one = network(made=graph(16, adjacency="hand", gate=1.0)).eval()
    other = build(one.design)
    other.load_state_dict(one.state_dict())
    with torch.inference_mode():
        assert torch.equal(other.eval()(pictures(64, 48)).pif, one(pictures(64, 48)).pif)


def test_an_adjacency_of_other_joints_is_refused():
    with pytest.raises(ReposeError, match="expected that of 14 joints"):
        build(design_of("resnet50", LADDER, 14, 15, graph(16)), HAND)


def test_an_unknown_backbone_is_refused():
    with pytest.raises(ReposeError, match="'vgg16', expected one of resnet50"):
        design_of("vgg16", LADDER, 17, 19, None)


def test_plain_parameters_are_output_layers_and_the_graphs():
    one = network(made=graph(16))
    plain = set(plain_parameters(one))
    assert {name for name, _ in one.graph.named_parameters(prefix="graph")} < plain
    assert {name for name in plain if not name.startswith("graph.")} == {
        "pif.conv.weight", "pif.conv.bias", "paf.conv.weight", "paf.conv.bias",
    }  # fmt: skip


def test_bf16_layers_give_float32_fields_near_those_of_float32():
    one = network(made=graph(16, gate=1.0)).eval()
    torch.nn.init.normal_(one.pif.conv.weight)
    exact, rough = (
        Forward(one, Device(torch.device("cpu"), kind))(pictures(64, 48)) for kind in ("fp32", "bf16")
    )
    assert rough.pif.dtype == rough.supervision[0][1].dtype == torch.float32
    assert (rough.pif - exact.pif).abs().mean() < 0.1 * exact.pif.abs().mean()
