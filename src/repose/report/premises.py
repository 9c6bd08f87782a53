"""What a claim presumes, and whether our runs meet it; if not, the claim is not testable here.

    learnt      every run beats the trivial answer on the judged set, in the metric that it is compared in, by
                a margin, and reaches at least so much where more is better
    fitted      the training errors of the runs that are compared in one metric differ by at most a factor
    overfits    the test error of some run is at least so many times its training error
    used        the part that a claim is about has come into use in every run that has it: its size, which may
                begin at zero, or another fact that the claim names is at least so much
    real        at least one of the named data sets is not drawn

Training and test errors are the facts `training_error` and `test_error` of a run, in the same unit; the size
of the part that a run has beyond the baseline is its fact `part_size`, unless the claim names another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import floor, inf, isnan, log10

from repose.report.ladder import Budget
from repose.report.published import Claim, Premise
from repose.report.scores import Scores, figure
from repose.report.setting import Setting
from repose.report.tables import Facts

MOST_NAMES = 3  # of runs in a sentence
SHOWN_DECIMALS = 4  # of sizes


@dataclass(frozen=True)
class Evidence:
    """What claims are judged on."""

    scores: Scores
    facts: Facts
    setting: Setting
    rungs: Mapping[float, Budget] = field(default_factory=dict)  # the same runs at shares of their steps
    differing: Mapping[str, str] = field(default_factory=dict)  # runs without the settings that are presumed


@dataclass(frozen=True)
class Finding:
    """A premise that was checked."""

    kind: str
    holds: bool
    found: str  # the figures, short
    reason: str = ""  # a sentence, where the premise fails


def check(claim: Claim, evidence: Evidence) -> tuple[Finding, ...]:
    """Every premise of a claim, checked."""
    checks = {"learnt": learnt, "fitted": fitted, "overfits": overfits, "used": used, "real": real}
    return tuple(checks[premise.kind](premise, claim, evidence) for premise in claim.premises)


def learnt(premise: Premise, claim: Claim, evidence: Evidence) -> Finding:
    """Every run beats the trivial answer by the margin and reaches the least, in each metric of the claim."""
    compared = {metric: runs_of(claim, premise, metric) for metric in metrics_of(claim)}
    found = {m: learnt_in(m, runs, premise, claim, evidence.scores) for m, runs in compared.items() if runs}
    texts = [f"`{m}`: {own.found}" if len(found) > 1 else own.found for m, own in found.items()]
    reasons = [finding.reason for finding in found.values() if not finding.holds]
    return Finding("learnt", not reasons, "; ".join(texts), "; ".join(reasons))


def learnt_in(metric: str, runs: Sequence[str], premise: Premise, claim: Claim, scores: Scores) -> Finding:
    """The same for one metric; one that has no trivial answer and wants nothing in any case is exempt."""
    trivial = figure(scores, premise.trivial, metric, claim.group)
    least = None if claim.lower_is_better else premise.least.get(claim.unit)
    if trivial is None and least is None:
        return Finding("learnt", True, f"exempt: `{metric}` has no trivial answer")
    known = {run: figure(scores, run, metric, claim.group) for run in runs}
    figures = {run: value for run, value in known.items() if value is not None}
    sign = 1 if claim.lower_is_better else -1
    bound = None if trivial is None else trivial * (1 - sign * premise.limit)
    weak = {run: x for run, x in figures.items() if bound is not None and sign * x >= sign * bound}
    low = {run: x for run, x in figures.items() if least is not None and x < least and run not in weak}
    d, wanted, reasons = claim.decimals, [], []
    if trivial is not None and bound is not None:
        wanted = [trivial_bound(bound, trivial, claim, premise.trivial)]
        answer = f"the trivial answer ({premise.trivial}: {plain(trivial, d)} {claim.unit})"
        reasons = [fallen_short(weak, f"beat {answer} by {100 * premise.limit:g} %", d)] if weak else []
    if least is not None:
        wanted.append(f"at least {least:g}")
        what = f"reach {least:g} {claim.unit}, the least to be compared"
        reasons += [fallen_short(low, what, d)] if low else []
    text = f"{extent(figures.values(), d)} {claim.unit}; {' and '.join(wanted)}"
    return Finding("learnt", not reasons, text, "; ".join(reasons))


def trivial_bound(bound: float, trivial: float, claim: Claim, name: str) -> str:
    """What the trivial answer asks for; only its name where it is next to nothing."""
    d = claim.decimals
    small = round(trivial, d) == 0
    than = "the trivial answer" if small else plain(bound, d)
    return f"{'less' if claim.lower_is_better else 'more'} than {than} ({name}: {plain(trivial, d)})"


def fitted(premise: Premise, claim: Claim, evidence: Evidence) -> Finding:
    """The training errors of the runs of each comparison that share a metric differ by at most the factor.

    Different metrics are of different test sets, and so of training sets whose errors are not comparable.
    """
    worst = (0.0, "", "", 0.0, 0.0)
    comparisons = {(terms, metric): None for terms in claim.contrasts for *_, metric in terms}
    for terms, metric in comparisons:
        named = [run for _, run, own in terms if own == metric]
        runs = [run for run in named if not premise.names or run in premise.names]
        errors = {run: fact(evidence, run, "training_error") for run in runs}
        if unknown := [run for run, error in errors.items() if error is None]:
            return unknown_errors("fitted", unknown)
        ordered = sorted((error, run) for run, error in errors.items() if error is not None)
        if not ordered:
            continue
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
    for run in premise.names or runs_of(claim, premise, claim.metric):
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


def used(premise: Premise, claim: Claim, evidence: Evidence) -> Finding:
    """Every run of the claim that has the part has brought it into use."""
    runs = list(dict.fromkeys(run for terms in claim.contrasts for _, run, _ in terms))
    asked = [run for run in runs if not premise.names or run in premise.names]
    known = {run: fact(evidence, run, premise.fact) for run in asked}
    sizes = {run: size for run, size in known.items() if size is not None}
    if not sizes:
        return Finding(
            "used", False, "unknown", "it is unknown whether the runs use the part that it is about"
        )
    text = f"{premise.word} {extent(sizes.values())}; at least {premise.limit:g}"
    idle = {run: size for run, size in sizes.items() if size < premise.limit}
    what = f"use the part that it is about ({premise.word} at least {premise.limit:g})"
    return Finding("used", not idle, text, fallen_short(idle, what) if idle else "")


def real(premise: Premise, claim: Claim, evidence: Evidence) -> Finding:
    """At least one of the named data sets is not drawn."""
    origin = evidence.setting.origin
    found = [name for name in premise.names if origin.get(name) == "real"]
    if found:
        return Finding("real", True, f"real: {listed(found)}")
    names = listed(premise.names)
    verb = "are" if len(premise.names) > 1 else "is"
    reason = f"{names} {verb} drawn, and the claim is judged on published files alone"
    return Finding("real", False, f"drawn: {names}", reason)


def metrics_of(claim: Claim) -> list[str]:
    """The metrics that a claim compares its runs in."""
    return list(dict.fromkeys(metric for terms in claim.contrasts for *_, metric in terms))


def runs_of(claim: Claim, premise: Premise, metric: str) -> list[str]:
    """The runs that a premise is about: the named ones, or all that the claim compares in a metric."""
    runs = dict.fromkeys(run for terms in claim.contrasts for _, run, own in terms if own == metric)
    return [run for run in runs if not premise.names or run in premise.names]


def fact(evidence: Evidence, run: str, name: str) -> float | None:
    """A fact of a run, None where it has none."""
    value = evidence.facts.get(run, {}).get(name)
    return None if value is None or isnan(value) else float(value)


def unknown_errors(kind: str, runs: Sequence[str]) -> Finding:
    """A premise that cannot be checked does not hold."""
    return Finding(kind, False, "unknown", f"it is unknown how well {listed(runs)} fitted the training data")


def ratio(larger: float, smaller: float) -> float:
    """A quotient; infinite if the divisor is zero."""
    return larger / smaller if smaller else inf


def fallen_short(figures: Mapping[str, float], of: str, decimals: int = SHOWN_DECIMALS) -> str:
    """A clause on runs whose figures do not do something."""
    runs = listed([f"{run} ({plain(value, decimals)})" for run, value in figures.items()])
    return f"{runs} {'do' if len(figures) > 1 else 'does'} not {of}"


def extent(values: Iterable[float], decimals: int = SHOWN_DECIMALS) -> str:
    """The smallest and the largest of some figures."""
    ends = sorted(values)
    return " to ".join(dict.fromkeys(plain(value, decimals) for value in (ends[0], ends[-1])))


def plain(value: float, decimals: int) -> str:
    """Four digits, never as a power of ten; `about 0` where so many decimals show nothing of it."""
    if value == 0 or round(value, decimals) == 0:
        return "about 0" if value else "0"
    places = max(0, 3 - floor(log10(abs(value))))
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if places else text


def listed(words: Sequence[str]) -> str:
    """Words joined by commas and `and`, shortened when they are many."""
    some = list(words)
    if len(some) > MOST_NAMES:
        some = [*some[: MOST_NAMES - 1], f"{len(some) - MOST_NAMES + 1} more"]
    return " and ".join(part for part in (", ".join(some[:-1]), some[-1]) if part)
