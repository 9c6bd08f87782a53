"""Summaries of papers, as their reports leave them for the front page."""

WORDS = ("agrees", "disagrees", "undecided", "not testable here")


def made_row(**changes):
    """A line of the ledger."""
    row = {
        "id": "one_helps", "system": "one", "kind": "difference", "claim": "A helps", "metric": "m",
        "unit": "mm", "runs": "a b", "table": "1a", "published_effect": "1.5", "measured_effect": "2.00",
        "low": "1.00", "high": "3.00", "rung": "", "rung_effect": "", "rung_low": "", "rung_high": "",
        "trend": "", "seeds": "3", "samples": "96000", "verdict": "agrees",
    }  # fmt: skip
    return row | changes


def summary(system="one", words=WORDS, rows=None, **ran):
    """What the front page knows of a paper."""
    cells = {
        "data": "drawn: h36m", "scale": "default", "runs": "2", "seeds": "3", "share": "0.1 %",
        "computed": "bf16 on cpu", "warning": "",
    }  # fmt: skip
    about = {"system": system, "title": "A title", "venue": "Someone; 2020", "ran": cells | ran}
    own = [made_row(verdict=words[0])] if rows is None else rows
    return about | {"claims": own, "metrics": {"claims": dict.fromkeys(words, 0)}}
