"""Optimisers by name, and clipping of gradients, for one model or for several stacked on a leading axis."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.rmsprop import rmsprop
from torch.optim.sgd import sgd

from repose.foundations.errors import ReposeError

KINDS = ("adam", "adamw", "rmsprop", "sgd", "muon")
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # Muon's: five rounds bring most singular values near 1
ROUNDS = 5
CACHED = 1 << 17  # numbers of the matrices that a CPU iterates on at a time
MUON_SIDES = 4  # fewest inputs and outputs of a kernel for Muon: colours and coordinates have three


@dataclass(frozen=True)
class Optimiser:
    """What to step with; the rate comes from the schedule.

    Muon moves matrices and kernels along their orthogonalised momentum; Adam moves all other parameters, and
    kernels with fewer than `MUON_SIDES` inputs or outputs, which read or write coordinates or colours.
    """

    kind: str  # one of KINDS
    weight_decay: float = 0.0  # adam (added to the gradient), adamw, sgd, rmsprop
    amsgrad: bool = False  # adam, adamw
    betas: tuple[float, float] = (0.9, 0.999)  # adam, adamw, muon's rest
    eps: float = 1e-8  # adam, adamw, rmsprop, muon's rest
    momentum: float = 0.0  # sgd, rmsprop, muon
    nesterov: bool = False  # sgd, muon
    rest: float = 1.0  # muon: factor on the rate of the rest
    stacked: bool = False  # muon: parameters are models by inputs by outputs
    smoothing: float = 0.99  # rmsprop: share of the old mean square that is kept

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ReposeError(f"optimiser: found kind {self.kind!r}, expected one of {', '.join(KINDS)}")
        if self.kind == "muon" and (self.weight_decay or self.amsgrad):
            raise ReposeError("optimiser: muon has neither weight decay nor amsgrad")
        if self.kind != "muon" and (self.rest != 1.0 or self.stacked):
            raise ReposeError(f"optimiser: `rest` and `stacked` are muon's, found {self.kind}")


class Stepper:
    """PyTorch's optimisers as functions, with their state in plain lists.

    `torch.optim`'s classes import the compiler at their first step: 1.3 s, too much for a short training.
    `scales` are factors on the rate, one per parameter; `plain` says which parameters Muon leaves to Adam,
    whatever their shape.
    """

    def __init__(
        self,
        settings: Optimiser,
        parameters: Iterable[Tensor],
        scales: Sequence[float] = (),
        plain: Sequence[bool] = (),
    ) -> None:
        self.settings, self.parameters = settings, list(parameters)
        self.scales = list(scales) or [1.0] * len(self.parameters)
        own = {i for i, is_plain in enumerate(plain) if is_plain}
        self.kernels = {i for i, p in enumerate(self.parameters) if is_kernel(p, settings)} - own
        kept = {
            "steps": settings.kind != "sgd",
            "mean": settings.kind in ("adam", "adamw", "muon") or settings.momentum > 0,
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
            kernels = [i for i in chosen if i in self.kernels]
            rest = [i for i in chosen if i not in self.kernels]
            if kernels:
                self.turn(kernels, rate * scale)
            if rest:
                self.move(rest, rate * scale * self.settings.rest)

    def turn(self, chosen: list[int], rate: float) -> None:
        """Muon's step of the chosen kernels, each as a matrix of its first axis by all others.

        That is outputs by inputs (of a deconvolution inputs by outputs), of stacked models inputs by outputs.
        """
        s, mean = self.settings, [self.state["mean"][i] for i in chosen]
        gradients: list[Any] = [self.parameters[i].grad for i in chosen]
        torch._foreach_lerp_(mean, gradients, 1 - s.momentum)
        ahead = torch._foreach_lerp(gradients, mean, s.momentum) if s.nesterov else mean
        matrices = [m.flatten(2) if s.stacked else m.flatten(1)[None] for m in ahead]  # S, rows, columns
        for i, move in zip(chosen, orthogonalised(matrices), strict=True):
            outputs, inputs = move.shape[:0:-1] if s.stacked else move.shape[1:]
            far = max(1.0, outputs / inputs) ** 0.5  # more outputs than inputs move further
            self.parameters[i].sub_(move.reshape(self.parameters[i].shape), alpha=rate * far)

    def move(self, chosen: list[int], rate: float) -> None:
        """One step of the chosen parameters."""
        s, parameters = self.settings, [self.parameters[i] for i in chosen]
        gradients: list[Any] = [p.grad for p in parameters]
        mean, square, peak, steps = (
            [self.state[name][i] for i in chosen] if self.state[name] else []
            for name in ("mean", "square", "peak", "steps")
        )
        rest: dict[str, Any] = {"lr": rate, "weight_decay": s.weight_decay}
        if s.kind == "sgd":  # on a CPU the fused kernels take a third of the others' time
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


def named_state(stepper: Stepper, names: Sequence[str]) -> dict[str, Tensor]:
    """The state as `<parameter>/<moment>` → tensor, for a training that goes on from here."""
    return {
        f"{name}/{moment}": tensor
        for moment, tensors in stepper.state.items()
        for name, tensor in zip(names, tensors, strict=bool(tensors))
    }


@torch.no_grad()
def take_state(stepper: Stepper, names: Sequence[str], state: Mapping[str, Tensor]) -> None:
    """Take over the named state of another training.

    A parameter whose moments are not all there, in its shape, begins anew, its count of steps included.
    """
    kept = {moment: tensors for moment, tensors in stepper.state.items() if tensors}
    for number, name in enumerate(names):
        mine = {f"{name}/{moment}": tensors[number] for moment, tensors in kept.items()}
        if all(key in state and state[key].shape == tensor.shape for key, tensor in mine.items()):
            for key, tensor in mine.items():
                tensor.copy_(state[key])


def is_kernel(parameter: Tensor, settings: Optimiser) -> bool:
    """Whether Muon turns a parameter."""
    shape = parameter.shape[settings.stacked :]
    return settings.kind == "muon" and len(shape) > 1 and min(shape[:2]) >= MUON_SIDES


def orthogonalised(matrices: Sequence[Tensor]) -> list[Tensor]:
    """About U Vᵀ of the matrices U D Vᵀ (S, rows, columns), by the Newton-Schulz iteration as in Muon.

    All but the last product is done with the small square matrices X Xᵀ, those of one size together, as many
    at a time as stay in the cache.
    """
    tall = [m.shape[1] > m.shape[2] for m in matrices]
    wide = [m.mT if t else m for m, t in zip(matrices, tall, strict=True)]
    wide = [m / (torch.linalg.matrix_norm(m, keepdim=True) + 1e-7) for m in wide]
    turned: list[Any] = [None] * len(wide)
    for size in sorted({m.shape[1] for m in wide}):
        rows = [i for i, m in enumerate(wide) if m.shape[1] == size]
        squares = torch.cat([wide[i] @ wide[i].mT for i in rows])
        at_once = max(1, CACHED // size**2) if squares.device.type == "cpu" else len(squares)
        factor = torch.cat([newton_schulz(part) for part in squares.split(at_once)])
        for row, turn in zip(rows, factor.split([len(wide[i]) for i in rows]), strict=True):
            turned[row] = turn @ wide[row]
    return [m.mT if t else m for m, t in zip(turned, tall, strict=True)]


def newton_schulz(square: Tensor) -> Tensor:
    """The factors by which the rounds together turn X into about U Vᵀ, given X Xᵀ (S, n, n)."""
    step = factor = round_factor(square)
    for _ in range(ROUNDS - 1):
        square = step @ square @ step  # X Xᵀ of the next round's X
        step = round_factor(square)
        factor = step @ factor
    return factor


def round_factor(square: Tensor) -> Tensor:
    """The factor of one round, a + b X Xᵀ + c (X Xᵀ)²."""
    a, b, c = NEWTON_SCHULZ
    factor = torch.baddbmm(square, square, square, beta=b, alpha=c)
    factor.diagonal(dim1=1, dim2=2).add_(a)
    return factor


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
