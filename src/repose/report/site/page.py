"""The page itself: a template filled with the papers' parts, its style, its script and Plotly's."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from repose.foundations.files import read_json, write_text
from repose.report.claims import VERDICTS
from repose.report.claims_section import SIGNS, TREND_TEXT, VERDICTS_TEXT
from repose.report.ledger import interval_text, rung_text
from repose.report.site.words import data_uri, inline

HERE = Path(__file__).parent


def write_site(path: Path, parts: Sequence[Path], headline: Path | None = None) -> None:
    """Write the page from the parts of the papers, in their order; `headline` is a picture of all effects."""
    from plotly.offline import get_plotlyjs

    picture = data_uri(headline) if headline is not None and headline.is_file() else ""
    write_text(path, site_html([read_json(part) for part in parts], get_plotlyjs(), picture))


def site_html(papers: Sequence[Mapping[str, Any]], plotly: str, headline: str = "") -> str:
    """The page as HTML; `plotly` is the script that draws, `headline` the address of a picture, if any."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"inline": inline, "slug": slug}
    found = {claim["verdict"] for paper in papers for claim in paper["claims"]}
    return environment.get_template("page.html").render(
        papers=papers,
        headline=headline,
        verdicts=[word for word in VERDICTS if word in found],
        counts={paper["system"]: Counter(claim["verdict"] for claim in paper["claims"]) for paper in papers},
        claims=[told(claim) for claim in claims_of(papers)],
        signs={word: sign.replace(" ", "\N{NO-BREAK SPACE}", 1) for word, sign in SIGNS.items()},
        explained=[VERDICTS_TEXT, TREND_TEXT],
        data=script_json(drawn(papers)),
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
        script=Markup((HERE / "page.js").read_text(encoding="utf-8")),
        plotly=Markup(plotly.replace("</script", r"<\/script")),
    )


def claims_of(papers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The claims of all papers."""
    return [claim for paper in papers for claim in paper["claims"]]


def told(claim: Mapping[str, Any]) -> dict[str, Any]:
    """A claim with our effect at both budgets as text."""
    return {**claim, "ours": interval_text(claim), "fewer": rung_text(claim)}


def drawn(papers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the script draws: the claims by their id, and the curves and poses of every system."""
    kept = ("system", "runs", "metric")
    return {
        "claims": {claim["id"]: {name: claim[name] for name in kept} for claim in claims_of(papers)},
        "curves": {paper["system"]: paper["curves"] for paper in papers},
        "poses": {paper["system"]: paper["poses"] for paper in papers if paper["poses"]},
    }


def script_json(value: Any) -> Markup:
    """JSON that cannot end the script element which holds it."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def slug(text: str) -> str:
    """A word or two as part of a name in HTML."""
    return text.replace(" ", "-")
