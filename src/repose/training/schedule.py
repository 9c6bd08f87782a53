"""Learning rate as data: one frozen description, one pure function of the step."""

import math
from dataclasses import dataclass

from repose.foundations.errors import ReposeError


@dataclass(frozen=True)
class Schedule:
    """The rate over the steps of one training.

    constant   `rate` throughout
    step       times `decay` at each of `milestones`
    staircase  times `decay` after every `every` steps
    cosine     half a cosine from `rate` at the end of the warm-up to `rate * floor` after `total` steps
    linear     `rate` for `hold` steps, then a straight line to `rate * floor` after `total` steps

    Each starts with a linear warm-up over `warmup` steps.
    """

    kind: str
    rate: float
    warmup: int = 0  # steps
    decay: float = 1.0
    every: int = 0  # steps
    milestones: tuple[int, ...] = ()  # steps
    total: int = 0  # steps
    hold: int = 0  # steps, warm-up included
    floor: float = 0.0  # share of `rate`

    def __post_init__(self) -> None:
        needs = {"constant": True, "step": True, "staircase": self.every > 0}
        needs |= {"cosine": self.total > 0, "linear": self.total > 0}
        if self.kind not in needs:
            raise ReposeError(f"schedule: found kind {self.kind!r}, expected one of {', '.join(needs)}")
        if not needs[self.kind]:
            raise ReposeError(f"schedule: {self.kind} needs `every` (staircase) or `total` (others) above 0")


def learning_rate(schedule: Schedule, step: int) -> float:
    """The rate at step `step` of the optimiser, counted from 0."""
    warmth = min(1.0, (step + 1) / schedule.warmup) if schedule.warmup else 1.0
    return schedule.rate * warmth * decayed(schedule, step)


def decayed(schedule: Schedule, step: int) -> float:
    """The share of the peak rate that the decay leaves, without the warm-up."""
    match schedule.kind:
        case "step":
            return schedule.decay ** sum(step >= milestone for milestone in schedule.milestones)
        case "staircase":
            return schedule.decay ** (step // schedule.every)
        case "cosine":
            way = (step - schedule.warmup) / max(1, schedule.total - schedule.warmup)
            cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, max(0.0, way))))
            return schedule.floor + (1 - schedule.floor) * cosine
        case "linear":
            way = (step - schedule.hold) / max(1, schedule.total - schedule.hold)
            return 1 - (1 - schedule.floor) * min(1.0, max(0.0, way))
    return 1.0
