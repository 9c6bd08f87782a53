"""The networks of the deep learner: counts, readings, cascades."""

import dataclasses

import pytest
import torch

from repose.learner.network import Cascade, Combined, Design, GatedStream
from repose.learner.run import KINDS, build, parameters
from repose.lifting.stacked import parameter_count

PAPER = Design(16, 1024, 1, 4, 0.5, "outer", "up", "add")
SMALL = dataclasses.replace(PAPER, width=6, dropout=0.0)


@pytest.mark.parametrize(
    ("kind", "changes", "count"),
    [
        ("combined", {}, 17_032_592),
        ("cascade", {"stages": 1, "blocks": 2}, 4_291_632),
        ("cascade", {"stages": 2, "blocks": 2}, 8_583_264),
        ("cascade", {"stages": 3, "blocks": 3}, 19_184_784),
    ],
)
def test_the_papers_networks_have_their_parameters(kind, changes, count):
    assert parameters(kind, dataclasses.replace(PAPER, **changes)) == count


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize(
    "changes", [{}, {"skip": "down"}, {"fuse": "concat"}, {"gate": "inner", "stages": 2}]
)
def test_the_formula_counts_what_is_there(kind, changes):
    design = dataclasses.replace(SMALL, **changes)
    assert parameter_count(build(kind, design, (0,))) == parameters(kind, design)


def test_only_the_text_s_order_of_product_and_sigmoid_can_close_the_gate():
    """The stream's output without the last layer's bias; a skip of ones shows the gate itself."""
    x = torch.randn(1, 200, 32)
    least = {}
    for gate in ("outer", "inner"):
        stream = GatedStream((0,), dataclasses.replace(SMALL, gate=gate))
        with torch.no_grad():
            stream.lift.weight.zero_()
            stream.lift.bias.fill_(-1.0 if gate == "outer" else 1.0)
        seen = []
        stream.last.register_forward_pre_hook(lambda layer, inputs, seen=seen: seen.append(inputs[0]))
        stream(x)
        least[gate] = float(seen[0].detach().min())
    assert least["outer"] < 0.1
    assert least["inner"] >= 0.5


def test_stacked_networks_are_the_networks_alone():
    x = torch.randn(2, 9, 32)
    both = Combined((4, 5), SMALL)(x)
    for index, seed in enumerate((4, 5)):
        alone = Combined((seed,), SMALL)(x[index : index + 1])
        torch.testing.assert_close(both[index : index + 1], alone, rtol=1e-4, atol=1e-5)


def test_a_cascade_adds_what_its_learners_say_and_trains_the_newest_only():
    design = dataclasses.replace(SMALL, stages=3, blocks=1)
    cascade, x = Cascade((0,), design), torch.randn(1, 9, 32)
    cascade.open(2)
    cascade.train()
    y = cascade(x)
    y.square().sum().backward()
    learners = cascade.learners
    torch.testing.assert_close(cascade.eval()(x), learners[0](x) + learners[1](x))
    assert [any(p.grad is not None for p in learner.parameters()) for learner in learners] == [
        False,
        True,
        False,
    ]
    assert not cascade.train().learners[0].training
