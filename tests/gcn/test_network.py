"""The whole network: parameter counts of the paper, models side by side, symmetries."""

import pytest
import torch

from repose.gcn.adjacency import normalised_adjacency
from repose.gcn.network import Architecture, Decoder, GraphNetwork
from repose.lifting.stacked import parameter_count

ADJACENCY = torch.from_numpy(normalised_adjacency("semgcn16"))


def network(kind="global", channels=12, outputs=7, seeds=(0,), **more):
    design = Architecture(kind, channels, 4, outputs, 2**0.5, **more)
    return GraphNetwork(seeds, design, ADJACENCY.clone())


@pytest.mark.parametrize(
    ("kind", "channels", "outputs", "count"),
    [
        ("separate", 205, 0, 679_988),
        ("separate", 410, 0, 2_704_773),
        ("global", 128, 100, 689_155),
        ("global", 256, 100, 2_689_027),
        ("global", 128, 50, 676_355),
        ("global", 128, 200, 714_755),
        ("global", 256, 50, 2_663_427),
        ("global", 256, 200, 2_740_227),
        ("global", 128, 10, 666_115),
        ("global", 128, 20, 668_675),
    ],
)
def test_the_papers_networks_have_the_papers_parameters(kind, channels, outputs, count):
    assert parameter_count(network(kind, channels, outputs)) == count


def test_the_same_counting_gives_semgcn_its_published_count():
    """SemGCN: two weights and 46 learned edge weights a layer, one bias and normalisation a channel."""
    layers = len(network("separate", 8).blocks) + 2
    assert parameter_count(network("separate", 128, 0)) + 46 * layers == 267_343


def test_the_decoder_is_counted_apart():
    assert parameter_count(Decoder((0,), 10, 64, 48)) == 669_939 - 666_115


@pytest.mark.parametrize("kind", ["shared", "separate", "global"])
def test_stacked_models_are_the_models_alone(kind):
    seeds, x = (3, 4, 5), torch.randn(3, 16, 6, 2)
    together = network(kind, seeds=seeds)
    out, code = together(x)
    out.square().sum().backward()
    for k, seed in enumerate(seeds):
        alone = network(kind, seeds=(seed,))
        single, single_code = alone(x[k : k + 1])
        torch.testing.assert_close(out[k : k + 1], single, rtol=1e-4, atol=1e-5)
        if code is not None:
            torch.testing.assert_close(code[k : k + 1], single_code, rtol=1e-4, atol=1e-5)
        single.square().sum().backward()
        for (name, p), (_, q) in zip(together.named_parameters(), alone.named_parameters(), strict=True):
            if q.grad is not None:
                scale = q.grad.abs().max() + 1e-3
                assert (p.grad[k] - q.grad[0]).abs().max() < 1e-3 * scale, name


def test_normalisation_statistics_of_the_global_node_are_of_the_batch_alone():
    model = network()
    x = torch.randn(1, 16, 9, 2)
    model(x)
    u = model.first.layer.forward(x, torch.zeros(1, 9, 2), _graph(model))[1]
    torch.testing.assert_close(model.first.global_norm.running_mean, 0.1 * u.mean(1))
    torch.testing.assert_close(model.first.global_norm.running_var, 0.9 + 0.1 * u.var(1))


def _graph(model):
    from repose.gcn.layers import split

    return split(model.adjacency)


def test_samples_in_another_order_give_results_in_that_order():
    model = network().eval()
    x, order = torch.randn(1, 16, 5, 2), torch.tensor([3, 1, 4, 0, 2])
    torch.testing.assert_close(model(x[:, :, order])[0], model(x)[0][:, :, order], rtol=1e-4, atol=1e-5)


def test_left_and_right_are_alike_to_a_graph():
    """Swapping sides in the input swaps them in the output, as the skeleton graph is symmetric."""
    from repose.skeletons import get_skeleton

    flip = torch.as_tensor(get_skeleton("semgcn16").flip)
    model, x = network().eval(), torch.randn(1, 16, 5, 2)
    torch.testing.assert_close(model(x[:, flip])[0], model(x)[0][:, flip], rtol=1e-4, atol=1e-5)


def test_bf16_layers_stay_near_float32():
    model, x = network(channels=32), torch.randn(1, 16, 64, 2)
    exact = model(x)[0]
    with torch.autocast("cpu", torch.bfloat16):
        rough = model(x)[0]
    assert rough.dtype == torch.float32
    assert (rough - exact).abs().mean() < 0.05 * exact.abs().mean()
