"""The equations against loops over samples, joints and neighbours."""

import numpy as np
import torch

from repose.gcn.adjacency import normalise, normalised_adjacency
from repose.gcn.layers import global_update, local_update, separate_update, shared_update, split

ADJACENCY = torch.from_numpy(normalised_adjacency("semgcn16"))
S, B, D, C = 2, 3, 4, 5


def tensors(*shapes, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in shapes]


def by_loops(x, u, q, w, t, bias, adjacency):
    """Eq. 4 as printed; the column vectors of the paper are rows here."""
    out = torch.zeros(S, 16, B, C, dtype=torch.float64)
    for s in range(S):
        for b in range(B):
            for i in range(16):
                out[s, i, b] = x[s, i, b] @ q[s] * adjacency[i, i] + u[s, b] @ t[s] + bias[s]
                for j in range(16):
                    if j != i and adjacency[i, j] != 0:
                        out[s, i, b] += x[s, j, b] @ w[s] * adjacency[i, j]
    return out


def test_the_local_update_is_equation_4_and_without_global_node_equation_3():
    x, u, q, w, t, bias = tensors((S, 16, B, D), (S, B, D), (S, D, C), (S, D, C), (S, D, C), (S, C))
    a = ADJACENCY.double()
    torch.testing.assert_close(local_update(x, u, split(a), q, w, t, bias), by_loops(x, u, q, w, t, bias, a))
    torch.testing.assert_close(separate_update(x, split(a), q, w, bias), by_loops(x, u, q, w, 0 * t, bias, a))


def test_one_weight_for_both_gives_equation_1():
    x, w, bias = tensors((S, 16, B, D), (S, D, C), (S, C))
    a = ADJACENCY.double()
    torch.testing.assert_close(shared_update(x, split(a), w, bias), separate_update(x, split(a), w, w, bias))


def test_the_global_update_is_equation_5_with_its_mean():
    x, u, r, own = tensors((S, 16, B, D), (S, B, D), (S, D, C), (S, D, C))
    slow = torch.stack(
        [
            torch.stack([sum(x[s, j, b] @ r[s] for j in range(16)) / 16 + u[s, b] @ own[s] for b in range(B)])
            for s in range(S)
        ]
    )
    torch.testing.assert_close(global_update(x, u, r, own), slow)


def test_a_zero_global_node_leaves_joints_alone():
    x, q, w, t, bias = tensors((S, 16, B, D), (S, D, C), (S, D, C), (S, D, C), (S, C))
    graph = split(ADJACENCY.double())
    nothing = torch.zeros(S, B, D, dtype=torch.float64)
    torch.testing.assert_close(
        local_update(x, nothing, graph, q, w, t, bias), separate_update(x, graph, q, w, bias)
    )


def test_the_adjacency_is_symmetric_with_46_entries_and_spectral_radius_one():
    a = normalised_adjacency("semgcn16")
    assert np.array_equal(a, a.T)
    assert np.count_nonzero(a) == 46
    assert np.isclose(np.abs(np.linalg.eigvalsh(a.astype(float))).max(), 1, atol=1e-6)


def test_renaming_joints_permutes_the_adjacency():
    bones = np.array([[0, 1], [1, 2], [1, 3]])
    order = np.array([2, 0, 3, 1])  # joint k becomes order[k]
    renamed = normalise(order[bones], 4)
    assert np.allclose(renamed[np.ix_(order, order)], normalise(bones, 4))


def test_the_fused_layer_is_equation_4_with_normalisation_forward_and_back():
    from repose.gcn.fused import active_layer
    from repose.lifting.stacked import BatchNorm

    graph = split(ADJACENCY)
    inputs = tensors((S, 16, B, D), (S, B, D), (S, D, C), (S, D, C), (S, D, C), (S, C), (S, C))
    leaves = [[t.float().clone().requires_grad_() for t in inputs] for _ in range(2)]
    norm = BatchNorm(S, C)
    pushes = [t.float() for t in tensors((S, 16, B, C), (S, B, D), seed=1)]

    x, u, q, w, t, bias, gamma = leaves[0]
    norm.weight = torch.nn.Parameter(gamma.detach().clone())
    plain = norm(local_update(x, u, graph, q, w, t, bias).view(S, 16 * B, C)).view(S, 16, B, C)
    ((plain * pushes[0]).sum() + (x.mean(1) * pushes[1]).sum()).backward()
    gamma.grad = norm.weight.grad

    x, u, q, w, t, bias, gamma = leaves[1]
    told = torch.baddbmm(bias[:, None], u, t)
    y, x_mean, _, _ = active_layer(x, told, graph, q, w, gamma, norm.bias.detach())
    ((y * pushes[0]).sum() + (x_mean * pushes[1]).sum()).backward()

    torch.testing.assert_close(y, plain, rtol=1e-4, atol=1e-4)
    for one, two in zip(*leaves, strict=True):
        torch.testing.assert_close(one.grad, two.grad, rtol=1e-3, atol=1e-3)
