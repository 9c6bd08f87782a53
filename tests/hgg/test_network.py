"""The proposal network: the published size, pictures of any size, beginnings."""

import dataclasses

import pytest
import torch

from repose.foundations.errors import ReposeError
from repose.hgg.designs import PAPER, build_seeded, design_of, network_size, output_layers
from repose.hgg.network import Hourglasses, NetworkScale
from repose.training.devices import Device, Forward

SMALL = NetworkScale(2, 12, 4, 3, (4, 6, 8), 2, 0, True)
PUBLISHED = dataclasses.replace(SMALL, tags=1, spare=3, normalise=False)


def network(scale=SMALL, seed=0):
    return build_seeded(design_of(scale, 5), seed)


def parameters(scale, joints=17):
    with torch.device("meta"):
        return sum(p.numel() for p in Hourglasses(design_of(scale, joints)).parameters())


def pictures(*sides):
    return torch.randint(
        0, 256, (2, 3, *sides), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )


def convolutions(one):
    return {name: m for name, m in one.named_modules() if isinstance(m, torch.nn.Conv2d)}


def test_the_published_network_has_68_outputs_and_its_parameters():
    assert design_of(PAPER, 17).outputs == 68
    assert parameters(PAPER) == 138_893_840


def test_spare_outputs_only_cost_their_kernels():
    without = dataclasses.replace(PAPER, spare=0)
    assert parameters(PAPER) - parameters(without) == 34 * (4 * (256 + 1) + 3 * 256)


@pytest.mark.parametrize("scale", [SMALL, PUBLISHED])
@pytest.mark.parametrize("sides", [(64, 48), (52, 100), (4, 28)])
def test_pictures_of_any_sides_give_maps_of_a_quarter(scale, sides):
    with torch.inference_mode():
        said = network(scale).eval()(pictures(*sides))
    height, width = (side // 4 for side in sides)
    assert len(said) == 2
    for stack in said:
        assert stack.heat.shape == (2, 5, height, width)
        assert stack.tags.shape == (2, 5, scale.tags, height, width)


def test_every_joint_has_its_own_heat_map_and_its_own_tag():
    one = network(PUBLISHED).eval()
    changed = network(PUBLISHED).eval()
    with torch.no_grad():
        changed.says[1].bias[3] += 1  # the heat map of joint 3
        changed.says[1].bias[5 + 2] += 2  # the tag of joint 2
        changed.says[1].bias[10:] += 4
        before, after = (n(pictures(32, 32))[-1] for n in (one, changed))
    by_heat, by_tags = (after.heat - before.heat).mean((0, 2, 3)), (after.tags - before.tags).mean((0, 3, 4))
    torch.testing.assert_close(by_heat, torch.tensor([0.0, 0, 0, 1, 0]), atol=1e-5, rtol=0)
    torch.testing.assert_close(by_tags[:, 0], torch.tensor([0.0, 0, 2, 0, 0]), atol=1e-5, rtol=0)


def test_a_later_stack_hears_what_the_one_before_it_said():
    one = network(PUBLISHED).eval()
    changed = network(PUBLISHED).eval()
    with torch.no_grad():
        changed.says[0].bias += 1
        assert not torch.equal(one(pictures(32, 32))[1].heat, changed(pictures(32, 32))[1].heat)


@pytest.mark.parametrize("scale", [SMALL, PUBLISHED])
def test_every_weight_learns(scale):
    one = network(scale).train()
    said = one(pictures(52, 36))
    terms = [maps for stack in said for maps in stack]
    sum((t * torch.randn_like(t)).sum() for t in terms).backward()
    assert [name for name, p in one.named_parameters() if p.grad is None or not p.grad.isfinite().all()] == []


def test_every_convolution_but_those_of_1x1_is_normalised_or_none_is():
    normalised, plain = network(SMALL), network(PUBLISHED)
    wide = {name: m for name, m in convolutions(normalised).items() if m.kernel_size != (1, 1)}
    norms = [m for m in normalised.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(norms) == len(wide) == 4 + 2 * 12
    assert all(m.bias is None for m in wide.values())
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in plain.modules())
    assert all(m.bias is not None for m in convolutions(plain).values())


def test_a_normalised_network_begins_with_heat_maps_near_zero_and_the_same_tags_for_all_joints():
    with torch.inference_mode():
        said = network().train()(pictures(64, 48))
    for stack in said:
        assert 0 < stack.heat.abs().max() < 0.1
        assert stack.tags.std((3, 4)).min() > 0.1  # people apart have different ones
        torch.testing.assert_close(stack.tags, stack.tags[:, :1].expand_as(stack.tags))
    first, second = said[0].tags[:, 0].unbind(1)
    assert not torch.allclose(first, second)


def test_first_weights_follow_from_the_seed_alone():
    torch.manual_seed(1)
    state = torch.random.get_rng_state()
    one, same, other = network(seed=0), network(seed=0), network(seed=1)
    assert torch.equal(torch.random.get_rng_state(), state)
    for a, b in zip(one.parameters(), same.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(one.stem[0][0].weight, other.stem[0][0].weight)


def test_output_layers_are_one_kernel_a_stack():
    one = network()
    named = dict(one.named_parameters())
    assert output_layers(one) == ["says.0.weight", "says.1.weight"]
    assert all(named[name].shape[0] == one.design.outputs for name in output_layers(one))


def test_a_network_is_measured_on_a_small_picture():
    small = network_size(design_of(SMALL, 5), 128)
    assert small.parameters == sum(p.numel() for p in network().parameters())
    more = network_size(design_of(dataclasses.replace(SMALL, stacks=3), 5), 128)
    assert more.operations > small.operations
    assert network_size(design_of(SMALL, 5), 256).operations == 4 * small.operations


def test_maps_stay_channels_last():
    one = network().train().to(memory_format=torch.channels_last)
    contiguous = []
    for module in convolutions(one).values():
        module.register_forward_hook(
            lambda m, x, y: contiguous.append(y.is_contiguous(memory_format=torch.channels_last))
        )
    one(pictures(52, 36).contiguous(memory_format=torch.channels_last))
    assert all(contiguous)


def test_bf16_layers_give_float32_maps_near_those_of_float32():
    one = network().eval()
    exact, rough = (
        Forward(one, Device(torch.device("cpu"), kind))(pictures(64, 48))[-1] for kind in ("fp32", "bf16")
    )
    assert rough.heat.dtype == rough.tags.dtype == torch.float32
    assert (rough.heat - exact.heat).abs().mean() < 0.1 * exact.heat.abs().mean()


def test_a_stem_of_other_numbers_is_refused():
    with pytest.raises(ReposeError, match="found 2 numbers, expected 3"):
        design_of(dataclasses.replace(SMALL, stem=(4, 6)), 5)
