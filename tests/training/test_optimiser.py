import pytest
import torch
from torch import nn

from repose.foundations.errors import ReposeError
from repose.training.optimiser import (
    Optimiser,
    Stepper,
    clip_grad_norm,
    named_state,
    orthogonalised,
    take_state,
)

CASES = {
    "adam": (Optimiser("adam"), torch.optim.Adam, {}),
    "amsgrad": (Optimiser("adam", amsgrad=True, weight_decay=0.1), torch.optim.Adam, {}),
    "adamw": (Optimiser("adamw", weight_decay=0.1, eps=1e-12), torch.optim.AdamW, {}),
    "rmsprop": (Optimiser("rmsprop", momentum=0.5), torch.optim.RMSprop, {"alpha": 0.99}),
    "sgd": (Optimiser("sgd"), torch.optim.SGD, {}),
    "nesterov": (Optimiser("sgd", momentum=0.9, nesterov=True), torch.optim.SGD, {}),
}


def weights() -> list[nn.Parameter]:
    torch.manual_seed(0)
    filters = torch.randn(8, 4, 3, 3).to(memory_format=torch.channels_last)
    return [nn.Parameter(filters), nn.Parameter(torch.randn(8)), nn.Parameter(torch.ones(3))]


def backward(parameters: list[nn.Parameter]) -> None:
    filters, bias, _ = parameters  # the last one never gets a gradient
    image = torch.ones(1, 4, 5, 5).to(memory_format=torch.channels_last)
    torch.nn.functional.conv2d(image, filters, bias).square().sum().backward()


@pytest.mark.parametrize("case", CASES)
def test_steps_are_those_of_torch(case):
    settings, reference, options = CASES[case]
    for name in ("weight_decay", "amsgrad", "eps", "momentum", "nesterov"):
        if name in reference.__init__.__code__.co_varnames:
            options = {name: getattr(settings, name)} | options
    ours, theirs = weights(), weights()
    stepper, optimiser = Stepper(settings, ours), reference(theirs, lr=1e-2, **options)
    for _ in range(3):
        for parameters in (ours, theirs):
            for p in parameters:
                p.grad = None
            backward(parameters)
        stepper.step(1e-2)
        optimiser.step()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other)


def test_muon_turns_matrices_as_torch_does_and_moves_the_rest_as_adam():
    torch.manual_seed(0)
    shapes = (6, 20), (20, 6), (6, 9), (5,)
    values, gradients = ([torch.randn(shape) for shape in shapes] for _ in range(2))
    ours, theirs = ([nn.Parameter(v.clone()) for v in values] for _ in range(2))
    stepper = Stepper(Optimiser("muon", momentum=0.9, nesterov=True, rest=0.5), ours)
    muon = torch.optim.Muon(theirs[:3], lr=0.1, momentum=0.9, weight_decay=0.0)
    adam = torch.optim.Adam(theirs[3:], lr=0.05)
    for step in range(3):
        for mine, other, gradient in zip(ours, theirs, gradients, strict=True):
            mine.grad = other.grad = gradient + step
        stepper.step(0.1)
        muon.step()
        adam.step()
    for mine, other in zip(ours, theirs, strict=True):  # torch's iteration is in bf16
        torch.testing.assert_close(mine, other, rtol=0, atol=5e-3 if mine.ndim > 1 else 1e-6)


def test_orthogonalised_matrices_keep_their_directions():
    torch.manual_seed(0)
    matrix = torch.randn(1, 8, 30) * torch.logspace(0, -2, 30)
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    turned = (left.mT @ orthogonalised([matrix])[0] @ right.mT)[0]
    torch.testing.assert_close(turned, turned.diagonal().diag(), rtol=0, atol=1e-4)
    assert 0.6 < turned.diagonal().min() < turned.diagonal().max() < 1.25


def test_muon_turns_stacked_models_each_alone():
    torch.manual_seed(0)
    values, gradients = torch.randn(2, 3, 6, 9)
    settings = Optimiser("muon", momentum=0.9, stacked=True)
    stack = nn.Parameter(values.clone())
    alone = [nn.Parameter(value.clone()[None]) for value in values]
    for parameters, slopes in (([stack], [gradients]), (alone, gradients[:, None])):
        for parameter, slope in zip(parameters, slopes, strict=True):
            parameter.grad = slope.clone()
        Stepper(settings, parameters).step(0.1)
    torch.testing.assert_close(stack, torch.cat(alone))
    layer = nn.Parameter(values[0].T.clone())  # as PyTorch's layers have it: outputs by inputs
    layer.grad = gradients[0].T.clone()
    Stepper(Optimiser("muon", momentum=0.9), [layer]).step(0.1)
    torch.testing.assert_close(layer.T, stack[0])
    bias = nn.Parameter(torch.ones(3, 6))
    bias.grad = torch.ones(3, 6)
    Stepper(settings, [bias]).step(0.1)
    torch.testing.assert_close(bias, torch.full((3, 6), 0.9))  # as Adam's first step


def test_a_scale_of_zero_keeps_a_parameter():
    parameters = weights()
    before = parameters[0].detach().clone()
    backward(parameters)
    Stepper(Optimiser("sgd"), parameters, [0.0, 1.0, 1.0]).step(0.1)
    assert torch.equal(parameters[0], before)
    assert not torch.equal(parameters[1], weights()[1])


def test_an_unknown_kind_is_refused():
    with pytest.raises(ReposeError, match="adagrad"):
        Optimiser("adagrad")


def test_settings_of_another_kind_are_refused():
    with pytest.raises(ReposeError, match="weight decay"):
        Optimiser("muon", weight_decay=0.1)
    with pytest.raises(ReposeError, match="muon's"):
        Optimiser("adam", rest=0.5)


def test_clipping_without_an_axis_is_that_of_torch():
    ours, theirs = weights()[:2], weights()[:2]
    for parameters in (ours, theirs):
        backward([*parameters, None])
    norm = clip_grad_norm(ours, 1.5)
    torch.testing.assert_close(norm, nn.utils.clip_grad_norm_(theirs, 1.5))
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine.grad, other.grad)


def test_clipping_on_a_leading_axis_is_clipping_each_alone():
    torch.manual_seed(0)
    scales = torch.tensor([0.01, 1.0, 100.0])  # S
    gradients = [torch.randn(3, *shape) * scales.view(3, *[1] * len(shape)) for shape in [(4, 5), (4,), ()]]
    stacked = [nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for parameter, gradient in zip(stacked, gradients, strict=True):
        parameter.grad = gradient.clone()
    clip_grad_norm(stacked, 1.0, leading=3)
    for s in range(3):
        alone = [nn.Parameter(torch.zeros_like(g[s])) for g in gradients]
        for parameter, gradient in zip(alone, gradients, strict=True):
            parameter.grad = gradient[s].clone()
        nn.utils.clip_grad_norm_(alone, 1.0)
        for parameter, one in zip(stacked, alone, strict=True):
            torch.testing.assert_close(parameter.grad[s], one.grad)


def test_muon_leaves_alone_what_it_is_told_to():
    torch.manual_seed(0)
    mine, other = (nn.Parameter(torch.ones(6, 8)) for _ in range(2))
    stepper = Stepper(Optimiser("muon", momentum=0.9, rest=0.5), [mine], plain=[True])
    adam = torch.optim.Adam([other], lr=0.05)
    mine.grad = other.grad = torch.randn(6, 8)
    stepper.step(0.1)
    adam.step()
    torch.testing.assert_close(mine, other)


def test_a_parameter_of_another_shape_begins_anew_its_count_of_steps_included():
    old, new = (
        Stepper(Optimiser("adam"), [nn.Parameter(torch.ones(n)), nn.Parameter(torch.ones(2))]) for n in (3, 4)
    )
    for parameter in old.parameters:
        parameter.grad = torch.ones_like(parameter)
    old.step(0.1)
    take_state(new, ["head", "body"], named_state(old, ["head", "body"]))
    assert [float(steps) for steps in new.state["steps"]] == [0.0, 1.0]
    assert not new.state["mean"][0].any()
    assert torch.equal(new.state["mean"][1], old.state["mean"][1])
