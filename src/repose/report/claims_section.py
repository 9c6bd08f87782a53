"""The section of a page on its claims: what was found, why some are open, what would decide them."""

from __future__ import annotations

from collections import Counter
from math import isfinite

from repose.foundations.markdown import markdown_table
from repose.report.claims import OPEN, Verdict, verdicts_in
from repose.report.ladder import share_words
from repose.report.ledger import interval_text, ledger_row, rung_text
from repose.report.premises import Evidence
from repose.report.setting import Setting
from repose.report.statistics import what_decides

SIGNS = {
    "reproduced": "✓ reproduced", "contradicted": "✗ contradicted", "agrees": "✓ agrees",
    "disagrees": "✗ disagrees", "undecided": "· undecided", "not testable here": "– not testable here",
}  # fmt: skip
VERDICTS_TEXT = """A positive effect supports the claim. Its 95 % interval is over test units and
seeds, with Student's t as there are few of either, and is for one claim by itself. On drawn data or
below the paper's scale, the verdict is *agrees* when the interval lies wholly on the claim's side (for
an equivalence: within the margin), *disagrees* when it lies wholly on the other side, and *undecided*
otherwise; of a chain every step must hold. Exact counts have no interval: their sign decides. A claim
also stays *undecided* when one of its runs has fewer than three seeds, when its p is above 5 % after
Holm's correction, or when the same runs at a smaller budget, if there is one, trained on a share of the
samples with a schedule of their own, give another verdict. The correction is for those claims of a
family whose premises hold and whose runs have enough seeds; the others are open whatever their p is. A
claim is *not testable here* when something that it presumes does not hold. *Reproduced* and
*contradicted* are reserved for the paper's scale on the published files. Claims marked (ours) are not
made in words by the paper."""
TREND_TEXT = """An effect *grows* from the smaller budget to the full one, or *shrinks*, when the interval
of the difference excludes zero, and else *stays*; one that grows comes to speak more for the claim (in an
equivalence: to be larger)."""
LEAST_P = 0.001
PREMISES = """### Premises

What the claims presume. *learnt*: every run beats the trivial answer on the claim's test set by a margin,
and reaches what counts as learnt in any case; *fitted*: the runs that are compared fit their training data
about equally well; *overfits*: at least one run over-fits; *used*: the part that a claim is about has come
into use; *real*: at least one of the named data sets is not drawn. Claims on exact counts presume nothing.
"""


def budgets_text(evidence: Evidence) -> str:
    """Which smaller budgets there are, and what the trend says."""
    if not evidence.rungs:
        return "All runs have one budget.\n"
    shares = " and with ".join(share_words(share) for share in evidence.rungs)
    return f"Runs were trained at the full budget and with {shares}. {TREND_TEXT}\n"


def claims_text(verdicts: list[Verdict]) -> str:
    """The claims with the paper's effect, ours and the verdict; why some are open or fail; notes."""
    rungs = any(verdict.rungs for verdict in verdicts)
    lines = []
    for verdict in verdicts:
        row = ledger_row("", verdict)
        smaller = [smaller_text(verdict)] if rungs else []
        lines.append(
            [row["claim"], kind_text(verdict), row["metric"], row["published_effect"], interval_text(row),
             *smaller, row["unit"], p_text(verdict), SIGNS[verdict.verdict]]
        )  # fmt: skip
    header = ["claim", "kind", "metric", "paper's effect", "ours", *(["with fewer samples"] if rungs else [])]
    text = markdown_table([*header, "unit", "Holm's p (its family)", "verdict"], lines)
    said = {
        "Why claims are open": {v.claim.id: f"{v.needs}." for v in verdicts if v.needs and v.verdict in OPEN},
        "Why claims fail": {v.claim.id: f"{v.needs}." for v in verdicts if v.needs and v.verdict not in OPEN},
        "Notes on the claims": {v.claim.id: v.claim.note for v in verdicts if v.claim.note},
    }
    for title, items in said.items():
        listed = "".join(f"- **{name}**: {words}\n" for name, words in items.items())
        text += f"\n### {title}\n\n{listed}" if items else ""
    return text


def kind_text(verdict: Verdict) -> str:
    """The kind of a claim, with the margin of an equivalence."""
    claim = verdict.claim
    return claim.kind if claim.margin is None else f"{claim.kind} within ±{claim.margin:.{claim.decimals}f}"


def p_text(verdict: Verdict) -> str:
    """Holm's p, where there is one, and the family; a count has neither."""
    if verdict.claim.kind == "count":
        return ""
    if verdict.adjusted is None:
        return f"– ({verdict.claim.family})"
    p = f"{verdict.adjusted:.3f}" if verdict.adjusted >= LEAST_P else f"< {LEAST_P}"
    return f"{p} ({verdict.claim.family})"


def smaller_text(verdict: Verdict) -> str:
    """The effect at the smallest budget, by the samples seen there, and its trend."""
    if not verdict.rungs:
        return ""
    return rung_text(ledger_row("", verdict), f"{verdict.rungs[0].samples:,} samples")


def premises_text(verdicts: list[Verdict]) -> str:
    """What claims presume and does not hold, then, folded and by premise, what does."""
    found = [(verdict.claim.id, finding) for verdict in verdicts for finding in verdict.findings]
    failed = [[name, finding.kind, finding.found] for name, finding in found if not finding.holds]
    met: dict[tuple[str, str], list[str]] = {}
    for name, finding in sorted(found, key=lambda item: item[1].kind):
        if finding.holds:
            met.setdefault((finding.kind, finding.found), []).append(name)
    text = f"Not met:\n\n{markdown_table(['claim', 'premise', 'found'], failed)}" if failed else "All hold.\n"
    if met:
        lines = [[kind, words, ", ".join(names)] for (kind, words), names in met.items()]
        summary = f"{sum(len(names) for names in met.values())} premises that hold"
        table = markdown_table(["premise", "found", "claims"], lines)
        text += f"\n<details>\n<summary>{summary}</summary>\n\n{table}\n</details>\n"
    return f"{PREMISES}\n{text}" if found else ""


def decided_text(verdicts: list[Verdict], setting: Setting) -> str:
    """The share of claims that is decided."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    decided = sum(count for word, count in counts.items() if word not in OPEN)
    shares = ", ".join(f"{counts[word]} {word}" for word in verdicts_in(setting))
    return f"Decided: {decided} of {len(verdicts)} claims ({shares}).\n"


def power_text(verdicts: list[Verdict]) -> str:
    """Which effects these seeds and test sets can detect, and what it would take to detect the paper's."""
    lines = []
    for verdict in verdicts:
        claim, result = verdict.claim, verdict.effect
        if result is None or claim.kind in {"count", "equivalence"}:
            continue
        weights = [weight for weight, _, _ in claim.contrasts[0]]
        unknown = "" if isfinite(result.seed_sd) else "a run with several seeds"
        printed = claim.published_effect
        needed = "" if printed is None else unknown or what_decides(printed, result, weights)
        figures = [result.seed_sd, result.unit_se, result.seen]
        lines.append(
            [
                claim.id,
                *(f"{figure:.{claim.decimals}f}" if isfinite(figure) else "" for figure in figures),
                claim.unit,
                needed,
            ]
        )
    if not lines:
        return ""
    header = ["claim", "SD of one seed", "SE of the test units", "smallest detectable effect", "unit"]
    return "### Power\n\n" + markdown_table([*header, "needed to detect the paper's effect"], lines)
