"""The report on one lifting system: `report.py gcn|learner` writes its page, tables and figures."""

from pathlib import Path
from typing import Any

from repose.stage import run_stage

CHOSEN = {
    "gcn": "Chosen on a held-out training subject, the same for all graph networks; Martinez' network alone "
    "has its own optimiser and rate (`martinez`), which serve it better than the others'.",
    "learner": "Chosen on a held-out training subject, the same on both sides of every comparison.",
}


def main(params: dict[str, Any], system: str) -> None:
    from repose.files import write_text
    from repose.posetable import PoseTable
    from repose.report.front import write_headline
    from repose.report.lifting_figures import lifting_figures
    from repose.report.page import ledger_text, setting_text, write_report
    from repose.report.published import load_paper
    from repose.report.runs import declared_runs, load_runs
    from repose.report.scores import load_scores

    reports, paper = Path("reports"), load_paper(system)
    scores, facts = load_scores(f"data/scores/{system}.npz")
    source = PoseTable.load("data/poses/h36m/test.npz").meta["source"]
    scale = params["scale"][system]
    settings = {key: value for key, value in scale.items() if key != "train"} | scale["train"]
    setting = setting_text(
        params["scale"]["name"], settings, source, CHOSEN[system] if scale["train"]["steps"] else ""
    )
    section = params[system]
    runs = {run.name: run for run in load_runs(Path("runs") / system, declared_runs(section))}
    figures = lifting_figures(reports, runs, Path("data"))
    verdicts = write_report(reports, paper, scores, facts, figures, setting, params["seed"])
    write_text(reports / "claims" / f"{system}.csv", ledger_text(system, verdicts))
    write_headline(reports / "metrics" / f"{system}.json", paper, scores, [v.verdict for v in verdicts])


if __name__ == "__main__":
    run_stage(main)
