"""The claims ledger: the paper's effect, ours with its interval, and a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from repose.report.published import Claim
from repose.report.scores import Score, Scores, of_group
from repose.report.statistics import Effect, effect, system_variance, what_decides

FIELDS = (
    "id", "system", "kind", "claim", "metric", "unit", "runs", "table", "published_effect", "measured_effect",
    "low", "high", "seeds", "verdict",
)  # fmt: skip
VERDICTS = ("reproduced", "contradicted", "undecided")


@dataclass(frozen=True)
class Verdict:
    """A claim judged; `effect` is the weakest step where the claim is a chain."""

    claim: Claim
    effect: Effect | None
    verdict: str
    needs: str  # what would decide it, where it is undecided


def judge(claim: Claim, scores: Scores, seed: int, fallback: tuple[float, int]) -> Verdict:
    """The verdict on one claim."""
    wanted = {(run, metric) for terms in claim.contrasts for _, run, metric in terms}
    parts = {key: of_group(scores[key], claim.group) for key in wanted if key in scores}
    known = {key: part for key, part in parts.items() if part is not None}
    missing = sorted({run for run, metric in wanted if (run, metric) not in known})
    if claim.undecided_by_design or missing or not claim.contrasts:
        reason = claim.undecided_by_design or f"no scores of {', '.join(missing)}, made as the paper has it"
        return Verdict(claim, None, "undecided", reason)
    steps = []
    for number, terms in enumerate(claim.contrasts):
        weighted: list[tuple[float, Score]] = [(weight, known[run, metric]) for weight, run, metric in terms]
        if claim.kind == "count":
            value = float(sum(weight * score.value().mean() for weight, score in weighted))
            steps.append(Effect(value, value, value, 1, 0.0, 0.0))
        else:
            steps.append(effect(weighted, seed, f"{claim.id}.{number}", fallback))
    weakest = min(steps, key=lambda step: step.low)
    verdict = verdict_of(claim, steps)
    return Verdict(claim, weakest, verdict, needs(claim, weakest) if verdict == "undecided" else "")


def verdict_of(claim: Claim, steps: list[Effect]) -> str:
    """Reproduced: every interval wholly on the claim's side; contradicted: one wholly on the other side."""
    if claim.kind == "equivalence":
        margin = claim.margin or 0.0
        inside = [-margin < step.low and step.high < margin for step in steps]
        outside = [step.low > margin or step.high < -margin for step in steps]
    else:
        inside = [step.low > 0 for step in steps]
        outside = [step.high <= 0 if claim.kind == "count" else step.high < 0 for step in steps]
    return "reproduced" if all(inside) else "contradicted" if any(outside) else "undecided"


def needs(claim: Claim, result: Effect) -> str:
    """What an undecided claim would take, by the measured variance, if the effect is as measured."""
    d = decimals(claim)
    seen = f"the smallest effect that could be seen is {result.seen:.{d}f} {claim.unit}"
    if not math.isfinite(result.seed_sd):
        return f"{seen} by the test units alone; how seeds vary takes a run with several"
    margin = (claim.margin or 0.0) if claim.kind == "equivalence" else 0.0
    takes = what_decides(abs(result.value) - margin, result, [weight for weight, _, _ in claim.contrasts[0]])
    beside = f" against the margin of {margin:.{d}f}" if margin else ""
    return f"{seen}; to decide an effect of {result.value:.{d}f}{beside} takes {takes}"


def decimals(claim: Claim) -> int:
    """Decimals of a claim's figures: squared metres are small."""
    return 6 if claim.unit == "m²" else 2


def judge_all(claims: tuple[Claim, ...], scores: Scores, seed: int) -> list[Verdict]:
    """All verdicts of a system; one-seed comparisons borrow the seed variance of the system's other runs."""
    return [
        judge(claim, scores, seed, system_variance(scores, claim.metric, claim.group)) for claim in claims
    ]


def ledger_row(system: str, verdict: Verdict) -> dict[str, str]:
    """One line of `claims.csv`."""
    claim, result = verdict.claim, verdict.effect
    d = decimals(claim)

    figures = (result.value, result.low, result.high) if result else (None, None, None)
    measured, low, high = ("" if value is None else f"{value:.{d}f}" for value in figures)
    runs = dict.fromkeys(run for terms in claim.contrasts for _, run, _ in terms)
    return {
        "id": claim.id, "system": system, "kind": claim.kind, "claim": claim.claim, "metric": claim.metric,
        "unit": claim.unit, "runs": " ".join(runs), "table": claim.table,
        "published_effect": "" if claim.published_effect is None else f"{claim.published_effect:g}",
        "measured_effect": measured, "low": low, "high": high, "seeds": str(result.seeds) if result else "",
        "verdict": verdict.verdict,
    }  # fmt: skip


def interval_text(row: Mapping[str, str]) -> str:
    """Our effect with its interval, from a line of the ledger; a count is exact."""
    if not row["measured_effect"] or row["kind"] == "count":
        return row["measured_effect"]
    return f"{row['measured_effect']} ({row['low']} to {row['high']})"
