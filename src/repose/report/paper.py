"""One paper's report: its page and tables, its claims, and what the front page says about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from repose.foundations.files import write_json, write_text
from repose.report.claims import Verdict, verdicts_in
from repose.report.ladder import split
from repose.report.ledger import FIELDS, ledger_row
from repose.report.others import with_rows
from repose.report.page import BUDGETS, write_page
from repose.report.premises import Evidence
from repose.report.published import Paper
from repose.report.room import Materials, Room
from repose.report.scores import of_group
from repose.report.setting import Setting, ran_cells
from repose.report.site.part import write_part
from repose.report.tables import csv_text


def write_paper(room: Room, materials: Materials, setting: Setting, summary: Path) -> None:
    """Write a paper's folder, its `summary` for the front page and, beside that, its part of the HTML page.

    Runs at smaller budgets are shown only beside the claims.
    """
    full, rungs = split(materials.scores, materials.facts)
    facts = full.facts
    folder, paper = materials.folder, with_rows(materials.paper, full.scores, facts)
    shown = room.presented(replace(materials, scores=full.scores, facts=facts))
    evidence = Evidence(full.scores, facts, setting, rungs)
    verdicts = write_page(folder, paper, evidence, shown.figures, shown.learnt, shown.more)
    ledger = [ledger_row(paper.system, verdict) for verdict in verdicts]
    numbers = headline(paper, evidence, verdicts)
    write_text(folder / "claims.csv", csv_text(FIELDS, ledger))
    write_json(folder / "metrics.json", numbers)
    about = {"system": paper.system, "title": paper.title, "venue": paper.venue}
    came_out = {"ran": ran_cells(setting, facts), "claims": ledger, "metrics": numbers}
    write_json(summary, about | came_out)
    figures = [*shown.figures, *([BUDGETS] if any(verdict.rungs for verdict in verdicts) else [])]
    part = summary.with_name(f"{paper.system}_site.json")
    write_part(part, replace(materials, paper=paper), evidence, verdicts, figures)


def headline(paper: Paper, evidence: Evidence, verdicts: Sequence[Verdict]) -> Mapping[str, Any]:
    """One number per run (in the system's first metric) and the counts of verdicts."""
    first, part = paper.headline or (
        next(c.metric for t in paper.tables for c in t.columns if c.unit in {"mm", "%"}),
        None,
    )
    family = first.rsplit("_", 1)[0]
    numbers: dict[str, Any] = {}
    for (run, metric), score in evidence.scores.items():
        wanted = metric == first or (
            part is None and metric.rsplit("_", 1)[0] == family and run not in numbers
        )
        if wanted and (own := of_group(score, part)) is not None:
            numbers[run] = round(float(own.value().mean()), 4)
    found = [verdict.verdict for verdict in verdicts]
    return numbers | {"claims": {name: found.count(name) for name in verdicts_in(evidence.setting)}}
