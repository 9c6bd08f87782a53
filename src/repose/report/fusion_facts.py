"""What every run of the fusion trainings has learnt, as the page on Jiang et al. says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from repose.report.runs import Run, run_facts
from repose.report.scores import Scores, of_group
from repose.report.tables import Facts

REFERENCES = {
    "mean_pose": "no training: always the mean training pose of the test set's own training set, as it is",
    "perfect": "no training: the truth itself",
}


def fusion_facts(runs: Sequence[Run], scores: Scores) -> Facts:
    """Facts of all runs and of the two rows without one."""
    facts: Facts = {run.name: run_facts(run) | learnt(run, scores) for run in runs}
    return facts | {name: {"settings": words} for name, words in REFERENCES.items()}


def learnt(run: Run, scores: Scores) -> dict[str, Any]:
    """Accuracy and error on the run's own test set, and the error by that of the mean pose."""
    own = run.record["tests"][0]
    facts = {"learnt: own test set": own}
    if (accuracy := figure(scores, run.name, "heatmap_pck", own)) is not None:
        facts["learnt: heat-map PCK, %"] = round(accuracy, 1)
    error, mean = (figure(scores, name, "mpjpe_corrected", own) for name in (run.name, "mean_pose"))
    if error is not None:
        facts["learnt: MPJPE, mm"] = round(error, 1)
    if error is not None and mean:
        facts["learnt: % of the mean pose's error"] = round(100 * error / mean, 1)
    return facts


def figure(scores: Scores, run: str, metric: str, group: str) -> float | None:
    """A run's figure on one test set."""
    score = scores.get((run, metric))
    part = None if score is None else of_group(score, group)
    return None if part is None else float(part.value().mean())
