"""Stacked layers against PyTorch's own."""

import pytest
import torch

from repose.lifting.stacked import BatchNorm, dropout


@pytest.mark.parametrize("relu", [False, True])
def test_batch_norm_is_pytorchs_for_each_model_forward_and_back(relu):
    torch.manual_seed(0)
    x = torch.randn(3, 20, 5, dtype=torch.float32) * 2 + 1
    ours = BatchNorm(3, 5, relu)
    with torch.no_grad():
        ours.weight.uniform_(0.5, 2)
        ours.bias.uniform_(-1, 1)
    mine = x.clone().requires_grad_()
    y = ours(mine)
    push = torch.randn_like(y)
    y.backward(push)
    for s in range(3):
        theirs = torch.nn.BatchNorm1d(5)
        theirs.weight.data, theirs.bias.data = ours.weight[s].data.clone(), ours.bias[s].data.clone()
        single = x[s].clone().requires_grad_()
        out = theirs(single).relu() if relu else theirs(single)
        out.backward(push[s])
        torch.testing.assert_close(y[s], out, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(mine.grad[s], single.grad, rtol=1e-3, atol=1e-5)
        torch.testing.assert_close(ours.weight.grad[s], theirs.weight.grad, rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(ours.bias.grad[s], theirs.bias.grad, rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(ours.running_var[s], theirs.running_var, rtol=1e-4, atol=1e-5)
        theirs.eval()
        ours.eval()
        torch.testing.assert_close(
            ours(x)[s], theirs(x[s]).relu() if relu else theirs(x[s]), rtol=1e-4, atol=1e-5
        )
        ours.train()


def test_dropout_keeps_the_mean_and_gives_each_model_its_own_mask():
    def noise(*seeds):
        return [torch.Generator().manual_seed(seed) for seed in seeds]

    x = torch.ones(2, 4000, 5)
    y = dropout(x, 0.2, noise(1, 2))
    assert abs(float((y == 0).float().mean()) - 0.2) < 0.01
    assert abs(float(y.mean()) - 1) < 0.01
    torch.testing.assert_close(y[1:], dropout(x[1:], 0.2, noise(2)))
    assert not torch.equal(y[0], y[1])
    assert dropout(x, 0.2, None) is x
