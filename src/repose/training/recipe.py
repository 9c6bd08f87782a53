"""A training and the batches that it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from repose.training.loop import Training
from repose.training.optimiser import Optimiser

MUON = Optimiser("muon", momentum=0.95, nesterov=True, rest=0.5)  # half the rate suits Adam's part


@dataclass(frozen=True)
class Recipe:
    """A training with `steps` batches of `batch` samples per epoch."""

    batch: int
    steps: int
    training: Training

    @property
    def samples(self) -> int:
        """Samples that one seed sees."""
        return self.batch * self.steps * self.training.epochs


def optimiser_of(kind: str, stacked: bool = False) -> Optimiser:
    """Adam, or Muon as the smaller scales use it; `stacked` if several models are trained together."""
    return replace(MUON, stacked=stacked) if kind == "muon" else Optimiser(kind)


def value_of(run: str, family: str, values: Mapping[str, float]) -> float:
    """A run's own value, such as its rate, or else that of its family."""
    return values.get(run, values[family])
