"""A training and the batches that it takes."""

from dataclasses import dataclass

from repose.training.loop import Training


@dataclass(frozen=True)
class Recipe:
    """A training with batches of `batch` and `steps` of them an epoch."""

    batch: int
    steps: int
    training: Training

    @property
    def samples(self) -> int:
        """Samples that one seed sees."""
        return self.batch * self.steps * self.training.epochs
