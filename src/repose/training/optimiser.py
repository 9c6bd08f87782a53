"""Optimisers by name, and clipping of gradients, for one model or for several stacked on a leading axis."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from repose.errors import ReposeError


@dataclass(frozen=True)
class Optimiser:
    """What to step with; the rate comes from the schedule."""

    kind: str  # adam | adamw | rmsprop | sgd
    weight_decay: float = 0.0
    amsgrad: bool = False  # adam, adamw
    betas: tuple[float, float] = (0.9, 0.999)  # adam, adamw
    eps: float = 1e-8  # adam, adamw, rmsprop
    momentum: float = 0.0  # sgd, rmsprop
    nesterov: bool = False  # sgd
    smoothing: float = 0.99  # rmsprop: share of the old mean square that is kept


def build_optimiser(settings: Optimiser, parameters: Iterable[Any]) -> torch.optim.Optimizer:
    """The optimiser of parameters (or of groups; a group's `rate_scale` multiplies the schedule's rate)."""
    parameters, s = list(parameters), settings
    adam: dict[str, Any] = {"weight_decay": s.weight_decay, "betas": tuple(s.betas), "eps": s.eps}
    match s.kind:  # the fused kernels took a third of the time of the others on CPU
        case "adam":
            return torch.optim.Adam(parameters, amsgrad=s.amsgrad, fused=True, **adam)
        case "adamw":
            return torch.optim.AdamW(parameters, amsgrad=s.amsgrad, fused=True, **adam)
        case "rmsprop":
            return torch.optim.RMSprop(
                parameters,
                alpha=s.smoothing,
                eps=s.eps,
                weight_decay=s.weight_decay,
                momentum=s.momentum,
                foreach=True,
            )
        case "sgd":
            return torch.optim.SGD(
                parameters,
                lr=1e-3,
                momentum=s.momentum,
                weight_decay=s.weight_decay,
                nesterov=s.nesterov,
                fused=True,
            )
    raise ReposeError(f"optimiser: found kind {s.kind!r}, expected one of adam, adamw, rmsprop, sgd")


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Let the next step use this rate."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get("rate_scale", 1.0)


def clip_grad_norm(parameters: Iterable[Tensor], max_norm: float, leading: int | None = None) -> Tensor:
    """Scale gradients down to the norm `max_norm`; the norm before.

    With `leading` = S every parameter stacks S models on its first axis, and each of the S is clipped by its
    own norm, as if trained alone.
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    stacked = [g.reshape(leading or 1, -1) for g in gradients]  # S, the rest
    norms = torch.stack([torch.linalg.vector_norm(g, dim=1, dtype=torch.float32) for g in stacked])
    norm = torch.linalg.vector_norm(norms, dim=0)  # S
    share = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    if leading is None:
        torch._foreach_mul_(gradients, share[0])
        return norm[0]
    torch._foreach_mul_(gradients, [share.to(g.dtype).view(-1, *[1] * (g.ndim - 1)) for g in gradients])
    return norm
