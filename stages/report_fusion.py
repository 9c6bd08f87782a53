"""The report on the fusion trainings: writes the page, tables and figures of Jiang et al."""

from pathlib import Path
from typing import Any

from repose.stage import run_stage

CHOSEN = (
    "Network, optimiser, share, rates, weights of the losses and width of the targets were chosen on "
    "held-out pictures of the training set of Human3.6M; all is the same for all runs. Where a CPU has no "
    "native bf16, its layers compute in fp32."
)


def main(params: dict[str, Any]) -> None:
    from repose.files import write_text
    from repose.posetable import PoseTable
    from repose.report.front import write_headline
    from repose.report.fusion import fusion_runs
    from repose.report.fusion_facts import everywhere_text, learnt_text
    from repose.report.fusion_figures import fusion_figures
    from repose.report.page import ledger_text, setting_text, write_report
    from repose.report.published import load_paper
    from repose.report.runs import load_runs
    from repose.report.scores import load_scores

    reports, paper = Path("reports"), load_paper("fusion")
    scores, facts = load_scores("data/scores/fusion.npz")
    source = PoseTable.load("data/poses/h36m_eccv/val.npz").meta["source"]
    scale = params["scale"]["fusion"]
    settings = scale["network"] | scale["train"] | {"rates": scale["rates"], "subpixel": scale["subpixel"]}
    settings |= {"precision": params["fusion"]["precision"]}
    setting = setting_text(
        params["scale"]["name"], settings, source, CHOSEN if scale["train"]["share"] else ""
    )
    listed = load_runs(Path("runs/fusion"), fusion_runs(params["fusion"]))
    setting = "\n".join(text for text in (setting, learnt_text(listed, facts)) if text)
    runs, everywhere = {run.name: run for run in listed}, everywhere_text(listed, scores)
    roots = {name: entry["root"] for name, entry in params["datasets"].items()}
    figures = fusion_figures(reports, runs, Path("data"), roots, scores, paper)
    verdicts = write_report(reports, paper, scores, facts, figures, setting, params["seed"], everywhere)
    write_text(reports / "claims/fusion.csv", ledger_text("fusion", verdicts))
    write_headline(reports / "metrics/fusion.json", paper, scores, [v.verdict for v in verdicts])


if __name__ == "__main__":
    run_stage(main)
