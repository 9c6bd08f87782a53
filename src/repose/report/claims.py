"""The claims ledger: the paper's effect, ours with its interval, and a verdict.

Below the paper's scale or on drawn data a claim *agrees* or *disagrees*; *reproduced* and *contradicted* are
reserved for the paper's scale on the published files. In both settings it may be *undecided* or *not testable
here*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from repose.report.premises import Evidence, Finding, check, metrics_of
from repose.report.published import Claim
from repose.report.scores import Score, Scores, of_group
from repose.report.setting import Setting
from repose.report.statistics import Effect, effect, system_variance, what_decides

FIELDS = (
    "id", "system", "kind", "claim", "metric", "unit", "runs", "table", "published_effect", "measured_effect",
    "low", "high", "seeds", "verdict",
)  # fmt: skip
UNDECIDED, NOT_TESTABLE = "undecided", "not testable here"
OPEN = (UNDECIDED, NOT_TESTABLE)
VERDICTS = ("reproduced", "contradicted", "agrees", "disagrees", *OPEN)
SEEDS_UNKNOWN = "how seeds vary is not known: a run with several is needed"  # its interval is of units alone
OURS = " (ours)"  # follows a claim that the paper does not make in words


@dataclass(frozen=True)
class Verdict:
    """A claim judged; `effect` is the weakest step where the claim is a chain."""

    claim: Claim
    effect: Effect | None
    verdict: str
    needs: str = ""  # if undecided, what would decide it; if not testable, why
    findings: tuple[Finding, ...] = ()  # its premises, checked


def verdicts_in(setting: Setting) -> tuple[str, ...]:
    """The four verdicts that a setting allows: for the claim, against it, and the two that leave it open."""
    return (*(VERDICTS[:2] if setting.as_published else VERDICTS[2:4]), *OPEN)


def judge(claim: Claim, evidence: Evidence, seed: int, fallback: tuple[float, int]) -> Verdict:
    """The verdict on one claim."""
    wanted = {(run, metric) for terms in claim.contrasts for _, run, metric in terms}
    scores = evidence.scores
    parts = {key: of_group(scores[key], claim.group) for key in wanted if key in scores}
    known = {key: part for key, part in parts.items() if part is not None}
    missing = sorted({run for run, metric in wanted if (run, metric) not in known})
    if claim.not_testable or missing or not claim.contrasts:
        reason = claim.not_testable or f"no scores of {', '.join(missing)}, trained as the paper states"
        return Verdict(claim, None, NOT_TESTABLE, reason)
    steps = []
    for number, terms in enumerate(claim.contrasts):
        weighted: list[tuple[float, Score]] = [(weight, known[run, metric]) for weight, run, metric in terms]
        if claim.kind == "count":
            value = float(sum(weight * score.value().mean() for weight, score in weighted))
            steps.append(Effect(value, value, value, 1, 0.0, 0.0))
        else:
            steps.append(effect(weighted, seed, f"{claim.id}.{number}", fallback))
    weakest = min(steps, key=lambda step: step.low)
    findings = check(claim, evidence)
    if failed := [finding.reason for finding in findings if not finding.holds]:
        return Verdict(claim, weakest, NOT_TESTABLE, "; ".join(failed), findings)
    if claim.kind != "count" and not seeds_known(claim, scores):
        return Verdict(claim, weakest, UNDECIDED, SEEDS_UNKNOWN, findings)
    verdict = verdict_of(claim, steps, evidence.setting)
    return Verdict(claim, weakest, verdict, needs(claim, weakest) if verdict == UNDECIDED else "", findings)


def seeds_known(claim: Claim, scores: Scores) -> bool:
    """Whether some run of the system has several seeds, in each metric of the claim."""
    return all(system_variance(scores, metric, claim.group)[1] for metric in metrics_of(claim))


def verdict_of(claim: Claim, steps: list[Effect], setting: Setting) -> str:
    """For the claim if every interval lies wholly on its side; against it if one lies wholly on the other."""
    if claim.kind == "equivalence":
        margin = claim.margin or 0.0
        inside = [-margin < step.low and step.high < margin for step in steps]
        outside = [step.low > margin or step.high < -margin for step in steps]
    else:
        inside = [step.low > 0 for step in steps]
        outside = [step.high <= 0 if claim.kind == "count" else step.high < 0 for step in steps]
    favourable, adverse, *_ = verdicts_in(setting)
    return favourable if all(inside) else adverse if any(outside) else UNDECIDED


def needs(claim: Claim, result: Effect) -> str:
    """What it would take to decide an undecided claim, given the measured variance and effect."""
    d = decimals(claim)
    seen = f"the smallest detectable effect is {result.seen:.{d}f} {claim.unit}"
    margin = (claim.margin or 0.0) if claim.kind == "equivalence" else 0.0
    takes = what_decides(abs(result.value) - margin, result, [weight for weight, _, _ in claim.contrasts[0]])
    beside = f" against the margin of {margin:.{d}f}" if margin else ""
    return f"{seen}; deciding an effect of {result.value:.{d}f}{beside} takes {takes}"


DECIMALS = {"m²": 6, "AP": 3}


def decimals(claim: Claim) -> int:
    """Decimals of a claim's figures."""
    return DECIMALS.get(claim.unit, 2)


def judge_all(claims: tuple[Claim, ...], evidence: Evidence, seed: int) -> list[Verdict]:
    """All verdicts of a system; single seeds borrow the seed variance of the system's other runs."""
    return [judge(claim, evidence, seed, borrowed_variance(claim, evidence.scores)) for claim in claims]


def borrowed_variance(claim: Claim, scores: Scores) -> tuple[float, int]:
    """The system's seed variance and its degrees of freedom, in the claim's metric that varies most."""
    found = [system_variance(scores, metric, claim.group) for metric in metrics_of(claim)]
    return max((own for own in found if own[1]), default=(float("nan"), 0))


def ledger_row(system: str, verdict: Verdict) -> dict[str, str]:
    """One line of `claims.csv`."""
    claim, result = verdict.claim, verdict.effect
    d = decimals(claim)
    figures = (result.value, result.low, result.high) if result else (None, None, None)
    measured, low, high = ("" if value is None else f"{value:.{d}f}" for value in figures)
    runs = dict.fromkeys(run for terms in claim.contrasts for _, run, _ in terms)
    return {
        "id": claim.id, "system": system, "kind": claim.kind,
        "claim": claim.claim + (OURS if claim.ours else ""), "metric": claim.metric,
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
