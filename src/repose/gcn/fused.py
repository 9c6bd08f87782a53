"""A graph layer with its normalisation and ReLU as one operation with a hand-written gradient.

Written term by term, eqs. 3 and 4 pass over the activations four times as often as the arithmetic needs;
here every product lands in a buffer that is used again. Tests compare it with `layers.py`.
Legend: S models, N joints, B batch, D channels in, C channels out.
"""

from typing import Any

import torch
from torch import Tensor

from repose.gcn.layers import Graph
from repose.lifting.stacked import EPSILON


def active_layer(
    x: Tensor, told: Tensor, graph: Graph, q: Tensor, w: Tensor, weight: Tensor, bias: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Eq. 4 with σ = ReLU after normalisation: relu(norm(Q x_i â_ii + Σ_j W x_j â_ij + told)).

    x (S, N, B, D), told (S, B or 1, C) is T x_u + bias (eq. 3: the bias alone), q and w (S, D, C), weight and
    bias (S, C) of the normalisation. Returns y (S, N, B, C), the mean of x over joints (S, B, D) that eq. 5
    needs, and mean and variance (S, C) for the running statistics.
    """
    half = torch.is_autocast_enabled(x.device.type)
    kind = torch.get_autocast_dtype(x.device.type) if half else torch.float32
    with torch.autocast(x.device.type, enabled=False):
        result: tuple[Tensor, Tensor, Tensor, Tensor] = _ActiveLayer.apply(
            x.to(kind), told.float(), graph.own, graph.neighbours, q, w, weight, bias
        )
    return result


class _ActiveLayer(torch.autograd.Function):
    """Products in x's type, normalisation in float32."""

    @staticmethod
    def forward(ctx: Any, *inputs: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        x, told, own, neighbours, q, w, weight, bias = inputs
        s, n, b, d = x.shape
        c = q.shape[2]
        q, w, flat = q.to(x.dtype), w.to(x.dtype), x.reshape(s, n * b, d)
        first, second = torch.bmm(flat, q), torch.bmm(flat, w)
        rows = neighbours.to(x.dtype).expand(s, n, n)
        heard = told.to(x.dtype).expand(s, b, c).reshape(s, 1, b * c).expand(s, n, b * c)
        p = torch.baddbmm(heard, rows, second.view(s, n, b * c)).view(s, n, b, c)
        p.addcmul_(first.view(s, n, b, c), own.to(x.dtype))
        p = p.view(s, n * b, c).float()
        if x.dtype != torch.float32:
            first, second = torch.empty_like(p), torch.empty_like(p)
        mean = p.mean(1)  # S, C
        centred = p.sub_(mean[:, None])
        var = torch.mul(centred, centred, out=first).mean(1)
        inverse = (var + EPSILON).rsqrt()
        y = torch.addcmul(bias[:, None], centred, (weight * inverse)[:, None], out=second).relu_()
        ctx.save_for_backward(x, own, neighbours, q, w, weight, centred, inverse, y)
        ctx.told = told.shape
        ctx.mark_non_differentiable(mean, var)
        ctx.set_materialize_grads(False)
        return y.view(s, n, b, c), x.mean(1).float(), mean, var

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        x, own, neighbours, q, w, weight, centred, inverse, y = ctx.saved_tensors
        d_y, d_mean = gradients[:2]
        assert d_y is not None
        s, n, b, d = x.shape
        c, samples = q.shape[2], n * b
        g = torch.ops.aten.threshold_backward(d_y.reshape(s, samples, c), y, 0)
        d_bias = g.sum(1)  # S, C
        p = g * centred
        along = p.sum(1)
        scale = weight * inverse
        shift, slope = scale * d_bias / -samples, scale * inverse.square() * along / -samples
        torch.addcmul(shift[:, None], centred, slope[:, None], out=p).addcmul_(g, scale[:, None])  # ∂/∂p
        d_told = p.view(s, n, b, c).sum(1)
        if ctx.told[1] == 1:
            d_told = d_told.sum(1, keepdim=True)
        torch.mul(p.view(s, n, b, c), own, out=g.view(s, n, b, c))  # ∂/∂(x Q)
        p, g = p.to(x.dtype), g.to(x.dtype)
        columns = neighbours.to(x.dtype).t().expand(s, n, n)
        h = torch.bmm(columns, p.view(s, n, b * c)).view(s, samples, c)  # ∂/∂(x W)
        flat = x.reshape(s, samples, d).transpose(1, 2)
        d_q, d_w = torch.bmm(flat, g), torch.bmm(flat, h)
        d_x = None
        if ctx.needs_input_grad[0]:
            d_x = torch.bmm(g, q.transpose(1, 2), out=p if d == c else None).baddbmm_(h, w.transpose(1, 2))
            d_x = d_x.view(s, n, b, d)
            if d_mean is not None:
                d_x.add_((d_mean / n).to(x.dtype)[:, None])
        return d_x, d_told, None, None, d_q.float(), d_w.float(), along * inverse, d_bias
