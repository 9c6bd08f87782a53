"""The budgets of a run: its full training, and shorter ones with complete schedules of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from repose.foundations.rungs import FULL, rung_folder, rung_name
from repose.lifting.harness import write_seeds
from repose.lifting.poses import LiftingPoses
from repose.lifting.recipe import PaperTraining, SmallTraining, make_recipe
from repose.training.checkpoint import fingerprint, resume_folder
from repose.training.devices import Device
from repose.training.loop import Row
from repose.training.recipe import Recipe
from repose.training.record import write_run
from repose.training.tracking import tracked

Log = Callable[[Row], None]


@dataclass(frozen=True)
class Budget:
    """One training of a run: all of its steps, or a share of them."""

    share: float
    recipe: Recipe  # of each part that is trained one after another

    def called(self, run: str) -> str:
        """The name of this training of a run."""
        return rung_name(run, self.share)

    def inside(self, folder: Path) -> Path:
        """Its place in the folder of a run."""
        return rung_folder(folder, self.share)


def budgets(
    paper: PaperTraining, small: SmallTraining, poses: int, ladder: Sequence[float] | None, parts: int = 1
) -> list[Budget]:
    """The full training first, then the shorter ones, if there are any."""
    shares = (FULL, *(ladder or ()))
    return [Budget(share, make_recipe(paper, small, poses, share, parts)) for share in shares]


@dataclass(frozen=True)
class Job:
    """What all budgets of a run share."""

    system: str
    name: str
    configuration: Mapping[str, Any]
    seeds: Sequence[int]
    device: Device
    folder: Path
    inputs: Sequence[Path]
    code: Sequence[Path]  # a resumed training needs the same
    tests: Sequence[LiftingPoses]
    parameters: tuple[int, int]  # here, at the paper's scale
    operations: int  # a sample
    parts: int = 1  # trained one after another
    shared: Collection[str] = ()  # tensors that the S models have in common


Trained = tuple[nn.Module, list[Row]]  # the S models and their curves
Train = Callable[[Budget, Path, Log], Trained]  # of a budget, a folder for checkpoints, what logs an epoch


def train_budgets(job: Job, trainings: Sequence[Budget], train: Train) -> None:
    """Train every budget and write the run's folder."""
    key = fingerprint([job.configuration, job.device.words], [*job.inputs, *job.code])
    with resume_folder(f"{job.system}@{job.name}", key) as kept:
        for budget in trainings:
            train_budget(job, budget, budget.inside(kept), train)


def train_budget(job: Job, budget: Budget, kept: Path, train: Train) -> None:
    """Train one budget, write and track it."""
    kept.mkdir(parents=True, exist_ok=True)
    folder, recipe, full = budget.inside(job.folder), budget.recipe, budget.share == FULL
    tags = {"device": job.device.words, "data": fingerprint(None, job.inputs)}
    tags |= {} if full else {"rung": f"{budget.share:g}"}
    configuration = dict(job.configuration) | ({} if full else {"share": budget.share})
    an_epoch = recipe.batch * recipe.steps * len(job.seeds)
    name = budget.called(job.name)
    with tracked(job.system, name, configuration, job.seeds, tags, an_epoch, kept) as log:
        model, history = train(budget, kept, log.epoch)
        write_seeds(folder, model, history, job.seeds, job.tests, job.device, job.shared)
        samples = recipe.samples * job.parts
        write_run(
            folder, configuration, job.seeds, *job.parameters, samples, job.operations * samples,
            computed=job.device.words,
        )  # fmt: skip
        log.finish(folder)
