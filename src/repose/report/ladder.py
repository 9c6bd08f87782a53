"""The budgets of runs: all of the steps, and the shares of them that the ladder has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from repose.foundations.rungs import rung_of
from repose.report.scores import Scores
from repose.report.tables import Facts

SHARES = {0.5: "half of", 0.25: "a quarter of", 0.125: "an eighth of"}


@dataclass(frozen=True)
class Budget:
    """Scores and facts of runs at one budget, under the names of the runs."""

    scores: Scores = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)


def split(scores: Scores, facts: Facts) -> tuple[Budget, dict[float, Budget]]:
    """The full budget, and each share of it from the smallest; what is not trained is in all of them."""
    shares = sorted({share for run in facts if (share := rung_of(run)[1]) is not None})
    full = at_share(scores, facts, None)
    references = {run for run, _ in full.scores if "seeds" not in full.facts.get(run, {})}
    rungs = {}
    for share in shares:
        own = at_share(scores, facts, share)
        same = {key: score for key, score in full.scores.items() if key[0] in references}
        rungs[share] = Budget(same | own.scores, of_runs(full.facts, references) | own.facts)
    return full, rungs


def at_share(scores: Scores, facts: Facts, share: float | None) -> Budget:
    """What was trained with one share of the steps."""
    own = {(rung_of(run)[0], metric): s for (run, metric), s in scores.items() if rung_of(run)[1] == share}
    return Budget(own, {rung_of(run)[0]: fact for run, fact in facts.items() if rung_of(run)[1] == share})


def of_runs(facts: Mapping[str, dict[str, Any]], runs: set[str]) -> Facts:
    """The facts of some runs."""
    return {run: fact for run, fact in facts.items() if run in runs}


def share_words(share: float) -> str:
    """A share of the samples in words."""
    return f"{SHARES.get(share, f'{100 * share:g} % of')} the samples"
