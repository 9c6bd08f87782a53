"""Optimisers by name, and clipping of gradients, for one model or for several stacked on a leading axis."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.rmsprop import rmsprop
from torch.optim.sgd import sgd

from repose.errors import ReposeError

KINDS = ("adam", "adamw", "rmsprop", "sgd")


@dataclass(frozen=True)
class Optimiser:
    """What to step with; the rate comes from the schedule."""

    kind: str  # one of KINDS
    weight_decay: float = 0.0
    amsgrad: bool = False  # adam, adamw
    betas: tuple[float, float] = (0.9, 0.999)  # adam, adamw
    eps: float = 1e-8  # adam, adamw, rmsprop
    momentum: float = 0.0  # sgd, rmsprop
    nesterov: bool = False  # sgd
    smoothing: float = 0.99  # rmsprop: share of the old mean square that is kept

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ReposeError(f"optimiser: found kind {self.kind!r}, expected one of {', '.join(KINDS)}")


class Stepper:
    """PyTorch's optimisers as functions, with their state in plain lists.

    `torch.optim`'s classes import the compiler at their first step: 1.3 s, more than many a short training
    should pay. `scales` are factors on the rate, one a parameter.
    """

    def __init__(
        self, settings: Optimiser, parameters: Iterable[Tensor], scales: Sequence[float] = ()
    ) -> None:
        self.settings, self.parameters = settings, list(parameters)
        self.scales = list(scales) or [1.0] * len(self.parameters)
        kept = {
            "steps": settings.kind != "sgd",
            "mean": settings.kind in ("adam", "adamw") or settings.momentum > 0,
            "square": settings.kind != "sgd",
            "peak": settings.amsgrad,
        }
        zeros = {name: [torch.zeros_like(p.detach()) for p in self.parameters] for name in kept if kept[name]}
        if "steps" in zeros:
            zeros["steps"] = [torch.zeros((), device=p.device) for p in self.parameters]
        self.state: dict[str, list[Tensor]] = {name: zeros.get(name, []) for name in kept}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move every parameter that has a gradient."""
        for scale in sorted(set(self.scales)):
            chosen = [
                i for i, p in enumerate(self.parameters) if p.grad is not None and self.scales[i] == scale
            ]
            if chosen:
                self.move(chosen, rate * scale)

    def move(self, chosen: list[int], rate: float) -> None:
        """One step of the chosen parameters."""
        s, parameters = self.settings, [self.parameters[i] for i in chosen]
        gradients: list[Any] = [p.grad for p in parameters]
        mean, square, peak, steps = (
            [self.state[name][i] for i in chosen] if self.state[name] else []
            for name in ("mean", "square", "peak", "steps")
        )
        rest: dict[str, Any] = {"lr": rate, "weight_decay": s.weight_decay}
        if s.kind == "sgd":  # the fused kernels take a third of the time of the others on CPU
            moments: list[Tensor | None] = [*mean] or [None for _ in chosen]
            rest |= {"momentum": s.momentum, "dampening": 0.0, "nesterov": s.nesterov, "maximize": False}
            sgd(parameters, gradients, moments, fused=True, **rest)
        elif s.kind == "rmsprop":
            rest |= {"alpha": s.smoothing, "eps": s.eps, "momentum": s.momentum, "centered": False}
            rmsprop(parameters, gradients, square, [], mean, steps, foreach=True, **rest)
        else:
            rest |= {"beta1": s.betas[0], "beta2": s.betas[1], "eps": s.eps, "amsgrad": s.amsgrad}
            rest |= {"decoupled_weight_decay": s.kind == "adamw", "maximize": False}
            adam(parameters, gradients, mean, square, peak, steps, fused=True, **rest)

    def load(self, state: dict[str, list[Tensor]]) -> None:
        """Take up an earlier `state`."""
        for name, tensors in state.items():
            for mine, theirs in zip(self.state[name], tensors, strict=True):
                mine.copy_(theirs)


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
