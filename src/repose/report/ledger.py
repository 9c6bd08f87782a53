"""The claims ledger as it is written: one line a claim, the same in the CSV and on the pages."""

from __future__ import annotations

from collections.abc import Mapping

from repose.report.claims import Verdict
from repose.report.contrasts import runs_in
from repose.report.statistics import Effect

FIELDS = (
    "id", "system", "kind", "claim", "metric", "unit", "runs", "table", "published_effect", "measured_effect",
    "low", "high", "rung", "rung_effect", "rung_low", "rung_high", "trend", "seeds", "samples", "verdict",
)  # fmt: skip
OURS = " (ours)"  # follows a claim that the paper does not make in words


def ledger_row(system: str, verdict: Verdict) -> dict[str, str]:
    """One line of `claims.csv`; of several smaller budgets it has the smallest."""
    claim, result = verdict.claim, verdict.effect
    measured, low, high = figures(result, claim.decimals)
    rung = verdict.rungs[0] if verdict.rungs else None
    rung_effect, rung_low, rung_high = figures(rung.effect if rung else None, claim.decimals)
    return {
        "id": claim.id, "system": system, "kind": claim.kind,
        "claim": claim.claim + (OURS if claim.ours else ""), "metric": claim.metric,
        "unit": claim.unit, "runs": " ".join(runs_in(claim)), "table": claim.table,
        "published_effect": "" if claim.published_effect is None else f"{claim.published_effect:g}",
        "measured_effect": measured, "low": low, "high": high,
        "rung": f"{rung.share:g}" if rung else "", "rung_effect": rung_effect, "rung_low": rung_low,
        "rung_high": rung_high, "trend": rung.trend if rung else "",
        "seeds": str(result.seeds) if result else "",
        "samples": str(verdict.samples) if verdict.samples else "", "verdict": verdict.verdict,
    }  # fmt: skip


def figures(result: Effect | None, digits: int) -> tuple[str, str, str]:
    """An effect and the ends of its interval, empty where there is none."""
    if result is None:
        return "", "", ""
    value, low, high = (f"{x:z.{digits}f}" for x in (result.value, result.low, result.high))
    return value, low, high


def interval_text(row: Mapping[str, str]) -> str:
    """Our effect with its interval, from a line of the ledger; a count is exact."""
    if not row["measured_effect"] or row["kind"] == "count":
        return row["measured_effect"]
    return f"{row['measured_effect']} ({row['low']} to {row['high']})"


def rung_text(row: Mapping[str, str], budget: str = "") -> str:
    """The effect at the smaller budget, named by its share of the steps unless otherwise, and the trend."""
    if not row["rung"]:
        return ""
    named = budget or f"{100 * float(row['rung']):g} %"
    return f"{row['rung_effect']} ({row['rung_low']} to {row['rung_high']}) at {named}; {row['trend']}"
