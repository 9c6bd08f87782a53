"""What a claim presumes, and whether our runs meet it; if not, the claim is not testable here.

    learnt      every run beats the trivial answer on the judged set, in the claim's metric, by a margin
    fitted      the training errors of the runs in each comparison differ by at most a factor
    overfits    the test error of some run is at least so many times its training error
    real        at least one of the named data sets is not drawn

Training and test errors are the facts `training_error` and `test_error` of a run, in the same unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from repose.report.published import Claim, Premise
from repose.report.scores import Scores, of_group
from repose.report.setting import Setting
from repose.report.tables import Facts

MOST_NAMES = 3  # of runs in a sentence


@dataclass(frozen=True)
class Evidence:
    """What claims are judged on."""

    scores: Scores
    facts: Facts
    setting: Setting


@dataclass(frozen=True)
class Finding:
    """A premise that was checked."""

    kind: str
    holds: bool
    found: str  # the figures, short
    reason: str = ""  # a sentence, where the premise fails


def check(claim: Claim, evidence: Evidence) -> tuple[Finding, ...]:
    """Every premise of a claim, checked."""
    checks = {"learnt": learnt, "fitted": fitted, "overfits": overfits, "real": real}
    return tuple(checks[premise.kind](premise, claim, evidence) for premise in claim.premises)


def learnt(premise: Premise, claim: Claim, evidence: Evidence) -> Finding:
    """Every run beats the trivial answer by the margin; metrics without a trivial answer are exempt."""
    trivial = figure(evidence.scores, premise.trivial, claim)
    if trivial is None:
        return Finding("learnt", True, f"exempt: `{claim.metric}` has no trivial answer")
    sign = 1 if claim.lower_is_better else -1
    bound = trivial * (1 - sign * premise.limit)
    found = {run: figure(evidence.scores, run, claim) for run in runs_of(claim, premise)}
    figures = {run: value for run, value in found.items() if value is not None}
    weak = {run: value for run, value in figures.items() if not sign * value <= sign * bound}
    most = "at most" if claim.lower_is_better else "at least"
    text = f"{extent(figures.values())} {claim.unit}; {most} {bound:.4g} ({premise.trivial}: {trivial:.4g})"
    if not weak:
        return Finding("learnt", True, text)
    runs = listed([f"{run} ({value:.4g})" for run, value in weak.items()])
    reason = (
        f"{runs} {'do' if len(weak) > 1 else 'does'} not beat the trivial answer "
        f"({premise.trivial}: {trivial:.4g} {claim.unit}) by {100 * premise.limit:g} %"
    )
    return Finding("learnt", False, text, reason)


def fitted(premise: Premise, claim: Claim, evidence: Evidence) -> Finding:
    """The training errors of the runs in each comparison differ by at most the factor."""
    worst = (0.0, "", "", 0.0, 0.0)
    for terms in claim.contrasts:
        runs = [run for _, run, _ in terms if not premise.names or run in premise.names]
        errors = {run: fact(evidence, run, "training_error") for run in runs}
        if unknown := [run for run, error in errors.items() if error is None]:
            return unknown_errors("fitted", unknown)
        ordered = sorted((error, run) for run, error in errors.items() if error is not None)
        (least, better), (most, worse) = ordered[0], ordered[-1]
        worst = max(worst, (ratio(most, least), worse, better, most, least))
    factor, worse, better, most, least = worst
    text = f"training errors {least:.3g} to {most:.3g}, a factor of {factor:.2f}; at most {premise.limit:g}"
    reason = (
        f"{worse} has fitted its training data less well than {better} (training errors {most:.3g} and "
        f"{least:.3g}, a factor of {factor:.2f}, where at most {premise.limit:g} is comparable)"
    )
    holds = factor <= premise.limit
    return Finding("fitted", holds, text, "" if holds else reason)


def overfits(premise: Premise, claim: Claim, evidence: Evidence) -> Finding:
    """Some run's test error is at least the factor times its training error."""
    factors: dict[str, float] = {}
    for run in premise.names or runs_of(claim, premise):
        test, training = (fact(evidence, run, name) for name in ("test_error", "training_error"))
        if test is None or training is None:
            return unknown_errors("overfits", [run])
        factors[run] = ratio(test, training)
    run = max(factors, key=lambda name: factors[name])
    text = f"{run}: test error {factors[run]:.2f} times the training error; at least {premise.limit:g}"
    reason = (
        f"nothing over-fits (the test error of {run} is {factors[run]:.2f} times its training error, "
        f"less than {premise.limit:g} times)"
    )
    holds = factors[run] >= premise.limit
    return Finding("overfits", holds, text, "" if holds else reason)


def real(premise: Premise, claim: Claim, evidence: Evidence) -> Finding:
    """At least one of the named data sets is not drawn."""
    origin = evidence.setting.origin
    found = [name for name in premise.names if origin.get(name) == "real"]
    if found:
        return Finding("real", True, f"real: {listed(found)}")
    names = listed(premise.names)
    reason = f"{names} {'are' if len(premise.names) > 1 else 'is'} drawn, so that nothing real is compared"
    return Finding("real", False, f"drawn: {names}", reason)


def runs_of(claim: Claim, premise: Premise) -> list[str]:
    """The runs that a premise is about: the named ones, or all that the claim compares in its metric."""
    runs = dict.fromkeys(
        run for terms in claim.contrasts for _, run, metric in terms if metric == claim.metric
    )
    return [run for run in runs if not premise.names or run in premise.names]


def figure(scores: Scores, run: str, claim: Claim) -> float | None:
    """A run's figure on the set that the claim is judged on."""
    score = scores.get((run, claim.metric))
    part = None if score is None else of_group(score, claim.group)
    return None if part is None else float(part.value().mean())


def fact(evidence: Evidence, run: str, name: str) -> float | None:
    """A fact of a run, None where it has none."""
    value = evidence.facts.get(run, {}).get(name)
    return None if value is None else float(value)


def unknown_errors(kind: str, runs: Sequence[str]) -> Finding:
    """A premise that cannot be checked does not hold."""
    return Finding(kind, False, "unknown", f"it is unknown how well {listed(runs)} fitted the training data")


def ratio(larger: float, smaller: float) -> float:
    """A quotient; infinite if the divisor is zero."""
    return larger / smaller if smaller else inf


def extent(values: Iterable[float]) -> str:
    """The smallest and the largest of some figures."""
    ends = sorted(values)
    return " to ".join(dict.fromkeys(f"{value:.4g}" for value in (ends[0], ends[-1])))


def listed(words: Sequence[str]) -> str:
    """Words joined by commas and `and`, shortened when they are many."""
    some = list(words)
    if len(some) > MOST_NAMES:
        some = [*some[: MOST_NAMES - 1], f"{len(some) - MOST_NAMES + 1} more"]
    return " and ".join(part for part in (", ".join(some[:-1]), some[-1]) if part)
