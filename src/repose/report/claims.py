"""The verdicts on claims: from intervals, within families, and at all budgets.

Below the paper's scale or on drawn data a claim *agrees* or *disagrees*; *reproduced* and *contradicted* are
reserved for the paper's scale on the published files. In both settings it may be *undecided* or *not testable
here*. A claim is decided where

    its premises hold, and every run of it has enough seeds,
    the interval of its effect (of every step of a chain) lies on one side,
    Holm's adjusted p of its family is at most 5 %,
    and all of this is so at the smaller budgets too, of the premises only that the runs have learnt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from repose.report.contrasts import borrowed_variance, exact, not_at_hand, runs_in, seeds_lacking, terms_of
from repose.report.ladder import share_words
from repose.report.premises import Evidence, Finding, check
from repose.report.published import Claim
from repose.report.setting import Setting
from repose.report.statistics import LEVEL, UNKNOWN, Effect, Term, effect, holm, what_decides
from repose.report.tables import Facts

UNDECIDED, NOT_TESTABLE = "undecided", "not testable here"
OPEN = (UNDECIDED, NOT_TESTABLE)
VERDICTS = ("reproduced", "contradicted", "agrees", "disagrees", *OPEN)
GROWS, SHRINKS, STAYS = "grows", "shrinks", "stays"


@dataclass(frozen=True)
class Rung:
    """A claim at a share of the steps: the same step as at the full budget, and its own verdict."""

    share: float
    samples: int  # the most that one of its runs has seen
    effect: Effect
    verdict: str
    trend: str  # of the effect, from here to the full budget


@dataclass(frozen=True)
class Verdict:
    """A claim judged; `effect` is the step that decides where the claim is a chain."""

    claim: Claim
    effect: Effect | None
    verdict: str
    needs: str = ""  # if undecided, what would decide it; if not testable, why; else the step that fails
    findings: tuple[Finding, ...] = ()  # its premises, checked
    step: int = 0  # which one `effect` is
    steps: tuple[Effect, ...] = ()
    adjusted: float | None = None  # Holm's p; None where its interval is not asked
    rungs: tuple[Rung, ...] = ()  # from the smallest budget
    samples: int = 0  # the most that one of its runs has seen


def verdicts_in(setting: Setting) -> tuple[str, ...]:
    """The four verdicts that a setting allows: for the claim, against it, and the two that leave it open."""
    return (*(VERDICTS[:2] if setting.as_published else VERDICTS[2:4]), *OPEN)


def judge(claim: Claim, evidence: Evidence) -> Verdict:
    """The verdict on one claim, the only one of its family."""
    return judge_all((claim,), evidence)[0]


def judge_all(claims: Sequence[Claim], evidence: Evidence) -> list[Verdict]:
    """All verdicts of a system."""
    learnt = [replace(c, premises=tuple(p for p in c.premises if p.kind == "learnt")) for c in claims]
    rungs = {
        share: at_budget(learnt, replace(evidence, scores=budget.scores, facts=budget.facts))
        for share, budget in evidence.rungs.items()
    }
    return [
        at_all_budgets(verdict, {share: own[place] for share, own in rungs.items()}, evidence)
        for place, verdict in enumerate(at_budget(claims, evidence))
    ]


def at_budget(claims: Sequence[Claim], evidence: Evidence) -> list[Verdict]:
    """All verdicts at one budget."""
    drafts = [draft(claim, evidence) for claim in claims]
    families: dict[str, list[int]] = {}
    for place, verdict in enumerate(drafts):
        if not verdict.verdict and verdict.claim.kind != "count":
            families.setdefault(verdict.claim.family, []).append(place)
    for places in families.values():
        values = holm([p_value(drafts[place].claim, drafts[place].steps) for place in places])
        for place, adjusted in zip(places, values, strict=True):
            drafts[place] = replace(drafts[place], adjusted=adjusted)
    sizes = {family: len(places) for family, places in families.items()}
    return [
        verdict if verdict.verdict else settled(verdict, evidence.setting, sizes.get(verdict.claim.family, 0))
        for verdict in drafts
    ]


def draft(claim: Claim, evidence: Evidence) -> Verdict:
    """A claim measured; its verdict is empty unless something else than its effect leaves it open."""
    if reason := claim.not_testable or not_at_hand(claim, evidence):
        return Verdict(claim, None, NOT_TESTABLE, reason)
    borrowed = UNKNOWN if claim.kind == "count" else borrowed_variance(claim, evidence.scores)
    terms = [terms_of(claim, step, evidence) for step in range(len(claim.contrasts))]
    steps = tuple(exact(own) if claim.kind == "count" else effect(own, borrowed) for own in terms)
    findings = check(claim, evidence)
    step = deciding_step(claim, steps)
    seen = most_samples(claim, evidence.facts)
    measured = Verdict(claim, steps[step], "", "", findings, step, steps, samples=seen)
    if failed := [finding.reason for finding in findings if not finding.holds]:
        return replace(measured, verdict=NOT_TESTABLE, needs="; ".join(failed))
    if claim.kind != "count" and (reason := seeds_lacking(claim, evidence)):
        return replace(measured, verdict=UNDECIDED, needs=reason)
    return measured


def most_samples(claim: Claim, facts: Facts) -> int:
    """The most samples that one of a claim's runs has seen: with its trunk, but without earlier stages."""
    trainings = {run.partition("@")[0] for run in runs_in(claim)}  # behind the @ stands how it is tested
    return max((facts.get(run, {}).get("samples_seen", 0) for run in trainings), default=0)


def deciding_step(claim: Claim, steps: Sequence[Effect]) -> int:
    """The step of a chain that fails, or else the weakest one."""
    places = range(len(steps))
    if claim.kind == "equivalence":
        return max(places, key=lambda i: max(abs(steps[i].low), abs(steps[i].high)))
    failing = [i for i in places if steps[i].high < 0]
    return min(failing, key=lambda i: steps[i].high) if failing else min(places, key=lambda i: steps[i].low)


def p_value(claim: Claim, steps: Sequence[Effect]) -> float:
    """The p of a claim: for it all steps must hold, so the worst counts; against it one is enough.

    Against it the best of several steps counts, so that it is multiplied by their number.
    """
    if claim.kind == "equivalence":
        margin = claim.margin or 0.0
        favour = [max(step.p_above(-margin), step.p_below(margin)) for step in steps]  # two one-sided tests
        against = [min(step.p_above(margin), step.p_below(-margin)) for step in steps]
    else:
        favour, against = [step.p_above(0) for step in steps], [step.p_below(0) for step in steps]
    return min(1.0, max(favour), len(steps) * min(against))


def settled(measured: Verdict, setting: Setting, family: int) -> Verdict:
    """The verdict that the intervals and the family of so many claims allow."""
    claim, step = measured.claim, step_words(measured)
    verdict = verdict_of(claim, measured.steps, setting)
    against = verdicts_in(setting)[1]
    if verdict == UNDECIDED:
        weakest = f"its weakest step is {step}; " if step else ""
        return replace(measured, verdict=verdict, needs=weakest + needs(claim, measured.effect))
    if measured.adjusted is not None and measured.adjusted > 1 - LEVEL:
        lies = "lies on one side of the margin" if claim.kind == "equivalence" else "excludes zero"
        reason = (
            f"its interval {lies}, but p is {measured.adjusted:.3f} when the {family} claims of its family "
            f"({claim.family}) are controlled together"
        )
        return replace(measured, verdict=UNDECIDED, needs=reason)
    return replace(
        measured, verdict=verdict, needs=f"the step {step} fails" if step and verdict == against else ""
    )


def verdict_of(claim: Claim, steps: Sequence[Effect], setting: Setting) -> str:
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


def step_words(verdict: Verdict) -> str:
    """The step of a chain that decides, by its runs; empty where there is only one."""
    claim = verdict.claim
    if len(claim.contrasts) < 2:
        return ""
    sign = -1.0 if claim.lower_is_better else 1.0
    terms = claim.contrasts[verdict.step]
    good, bad = ([run for weight, run, _ in terms if sign * weight * side > 0] for side in (1, -1))
    between = "and" if claim.kind == "equivalence" else "over"
    return f"{' + '.join(good)} {between} {' + '.join(bad)}"


def needs(claim: Claim, result: Effect | None) -> str:
    """What it would take to decide an undecided claim, given the measured variance and effect."""
    assert result is not None
    d = claim.decimals
    seen = f"the smallest detectable effect is {result.seen:.{d}f} {claim.unit}"
    margin = (claim.margin or 0.0) if claim.kind == "equivalence" else 0.0
    takes = what_decides(abs(result.value) - margin, result, [weight for weight, _, _ in claim.contrasts[0]])
    beside = f" against the margin of {margin:.{d}f}" if margin else ""
    near = not margin and round(result.value, d) == 0
    found = "this near zero" if near else f"of {result.value:z.{d}f}{beside}"
    return f"{seen}; deciding an effect {found} takes {takes}"


def at_all_budgets(full: Verdict, rungs: Mapping[float, Verdict], evidence: Evidence) -> Verdict:
    """The verdict at the full budget, which a smaller one with another verdict leaves undecided."""
    if full.effect is None or full.claim.kind == "count":
        return full
    known = {share: verdict for share, verdict in rungs.items() if verdict.effect is not None}
    shown = tuple(rung(full, share, verdict, evidence) for share, verdict in known.items())
    reasons = [
        otherwise(share, verdict, evidence.setting)
        for share, verdict in known.items()
        if full.verdict not in OPEN and verdict.verdict != full.verdict
    ]
    if not reasons:
        return replace(full, rungs=shown)
    return replace(full, rungs=shown, verdict=UNDECIDED, needs="; ".join(reasons))


def otherwise(share: float, verdict: Verdict, setting: Setting) -> str:
    """How a smaller budget says otherwise than the full one."""
    claim, result = verdict.claim, verdict.effect
    if verdict.verdict == NOT_TESTABLE or result is None:
        return f"not learnt at {share_words(share)}: {verdict.needs}"
    d, step = claim.decimals, step_words(verdict)
    of = f" of {step}" if step else ""
    found = f"{result.value:.{d}f} {claim.unit} ({result.low:.{d}f} to {result.high:.{d}f})"
    at_hand = f"at {share_words(share)} the effect{of} is {found}"
    if verdict.verdict != UNDECIDED:
        return f"{at_hand}, which {verdict.verdict}"
    if verdict.adjusted is not None and verdict_of(claim, verdict.steps, setting) == UNDECIDED:
        return f"{at_hand}, which is undecided"
    return f"{at_hand}, which is undecided: {verdict.needs}"  # for its seeds or its family


def rung(full: Verdict, share: float, verdict: Verdict, evidence: Evidence) -> Rung:
    """A smaller budget beside the full one."""
    budget = evidence.rungs[share]
    at_share = replace(evidence, scores=budget.scores, facts=budget.facts)
    found = trend(full, terms_of(full.claim, full.step, at_share, share), evidence)
    return Rung(share, verdict.samples, verdict.steps[full.step], verdict.verdict, found)


def trend(full: Verdict, shorter: Sequence[Term], evidence: Evidence) -> str:
    """Whether the effect grows or shrinks with the budget: on the same units, with seeds of their own.

    An effect grows when it comes to speak more for the claim, in an equivalence when it gets larger.
    """
    claim, result = full.claim, full.effect
    assert result is not None
    terms = terms_of(claim, full.step, evidence)
    less = [replace(term, weight=-term.weight) for term in shorter]
    change = effect([*terms, *less], borrowed_variance(claim, evidence.scores))
    sign = -1.0 if claim.kind == "equivalence" and result.value < 0 else 1.0
    low, high = sorted((sign * change.low, sign * change.high))
    return GROWS if low > 0 else SHRINKS if high < 0 else STAYS
