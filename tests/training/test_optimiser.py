import pytest
import torch
from torch import nn

from repose.errors import ReposeError
from repose.training.optimiser import Optimiser, Stepper, clip_grad_norm

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
