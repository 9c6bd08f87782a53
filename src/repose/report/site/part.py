"""What one paper gives to the page: its claims, tables, figures, training curves and poses, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from repose.foundations.files import write_json
from repose.report.claims import Verdict
from repose.report.claims_section import kind_text
from repose.report.contrasts import runs_in
from repose.report.ledger import ledger_row
from repose.report.page import Figure
from repose.report.premises import Evidence
from repose.report.published import Paper, Table
from repose.report.room import Materials
from repose.report.runs import Run
from repose.report.setting import ran_lines
from repose.report.site.curves import run_curves
from repose.report.site.poses import posed_sets
from repose.report.site.words import data_uri
from repose.report.tables import grid, table_cells


def write_part(
    path: Path,
    materials: Materials,
    evidence: Evidence,
    verdicts: Sequence[Verdict],
    figures: Sequence[Figure],
) -> None:
    """Write a paper's part of the page; `figures` are those that its own page shows."""
    paper = materials.paper
    about = {"system": paper.system, "title": paper.title, "venue": paper.venue, "summary": paper.summary}
    part = about | {
        "ran": ran_lines(evidence.setting, evidence.facts),
        "claims": [claim_entry(paper, verdict) for verdict in verdicts],
        "tables": [table_entry(table, evidence) for table in paper.tables],
        "figures": [figure_entry(materials.folder, figure) for figure in figures],
        "curves": curves_of(materials.runs),
        "poses": posed_sets(materials.runs, materials.data / "poses"),
    }
    write_json(path, part)


def claim_entry(paper: Paper, verdict: Verdict) -> dict[str, Any]:
    """A line of the ledger, with its runs, why the claim is open or fails, and what else there is to say."""
    more = {"kind": kind_text(verdict), "needs": verdict.needs, "note": verdict.claim.note or ""}
    return ledger_row(paper.system, verdict) | more | {"runs": runs_in(verdict.claim)}


def table_entry(table: Table, evidence: Evidence) -> dict[str, Any]:
    """A table as its page shows it, but every line has its labels, so that lines may be put in any order."""
    header, lines = grid(table, table_cells(table, evidence.scores, evidence.facts))
    labels = len(table.labels)
    whole: list[list[str]] = []
    for line in lines:
        again = whole and not any(line[:labels])
        whole.append([*whole[-1][:labels], *line[labels:]] if again else line)
    entry = {"number": table.number, "caption": table.caption, "notes": list(table.notes)}
    return entry | {"header": header, "labels": labels, "lines": whole}


def figure_entry(folder: Path, figure: Figure) -> dict[str, str]:
    """A figure with its picture."""
    return {
        "title": figure.title, "caption": figure.caption, "picture": data_uri(folder / figure.file),
    }  # fmt: skip


def curves_of(runs: Sequence[Run]) -> dict[str, Any]:
    """The curves of every run that has some."""
    found = {run.name: run_curves(run) for run in runs}
    return {name: curves for name, curves in found.items() if curves is not None}
