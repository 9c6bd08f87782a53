"""What a claim compares: its runs, their scores as the terms of effects, and whether they are enough."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from repose.foundations.rungs import rung_name, rung_of
from repose.report.premises import Evidence, listed, metrics_of
from repose.report.published import Claim
from repose.report.scores import Score, Scores, of_group
from repose.report.statistics import SEEDS_NEEDED, UNKNOWN, Effect, Term, Variance, system_variance
from repose.report.tables import trained

NUMBERS = ("no", "one", "two", "three")


def not_at_hand(claim: Claim, evidence: Evidence) -> str:
    """Why a claim cannot be measured: runs with other settings than it presumes, or none at all."""
    differing = [evidence.differing[run] for run in runs_in(claim) if run in evidence.differing]
    if differing:
        return "; ".join(differing)
    wanted = [(run, metric) for terms in claim.contrasts for _, run, metric in terms]
    missing = sorted({run for run, metric in wanted if part_of(claim, run, metric, evidence.scores) is None})
    if missing or not wanted:
        return f"no scores of {', '.join(missing)}, trained as the paper states"
    return ""


def runs_in(claim: Claim) -> list[str]:
    """The runs that a claim compares."""
    return list(dict.fromkeys(run for terms in claim.contrasts for _, run, _ in terms))


def part_of(claim: Claim, run: str, metric: str, scores: Scores) -> Score | None:
    """The score of a run that a claim is about; a figure that was not taken at the end is none."""
    score = scores.get((run, metric))
    part = None if score is None else of_group(score, claim.group)
    return part if part is not None and np.isfinite(part.sums).all() else None


def terms_of(claim: Claim, step: int, evidence: Evidence, share: float | None = None) -> list[Term]:
    """The terms of a step; `share` names the budget of the runs where two budgets meet."""
    terms = []
    for weight, run, metric in claim.contrasts[step]:
        part = part_of(claim, run, metric, evidence.scores)
        assert part is not None  # see `not_at_hand`
        name = run if share is None or not trained(run, evidence.facts) else rung_name(run, share)
        terms.append(Term(weight, name, part, fixed=not trained(run, evidence.facts)))
    return terms


def exact(terms: Sequence[Term]) -> Effect:
    """A count has no interval."""
    value = float(sum(term.weight * term.score.value().mean() for term in terms))
    return Effect(value, value, value, 1, 0.0, 0.0)


def borrowed_variance(claim: Claim, scores: Scores) -> Variance:
    """The system's seed variance and its degrees of freedom, in the claim's metric that varies most."""
    found = [system_variance(scores, metric, claim.group) for metric in metrics_of(claim)]
    return max((own for own in found if own[1]), default=UNKNOWN)


def seeds_lacking(claim: Claim, evidence: Evidence) -> str:
    """Which runs have too few seeds; those that start from one training have no more chances than that."""
    few: dict[int, list[str]] = {}
    for run in runs_in(claim):
        if trained(run, evidence.facts):
            number, words = independent_seeds(run, evidence.scores, metrics_of(claim))
            if number < SEEDS_NEEDED:
                few.setdefault(number, []).append(words)
    parts = [
        f"{listed(runs)} {'has' if len(runs) == 1 else 'have'} {NUMBERS[number]} "
        f"seed{'s' if number > 1 else ''}"
        for number, runs in sorted(few.items())
    ]
    return f"seeds: {'; '.join(parts)}, {NUMBERS[SEEDS_NEEDED]} are needed" if parts else ""


def independent_seeds(run: str, scores: Scores, metrics: Sequence[str]) -> tuple[int, str]:
    """How many independent seeds a run has in some metrics, and its name, with its start if that decides."""
    own = [scores[run, metric] for metric in metrics if (run, metric) in scores]
    number = min(len(score.sums) for score in own)
    start = rung_of(own[0].start)[0]
    rows = [len(score.sums) for (name, _), score in scores.items() if name == start]
    return (max(rows), f"{run} (from {start})") if rows and max(rows) < number else (number, run)
