"""Scores and costs of all runs of the fusion trainings: writes data/scores/fusion.npz."""

from pathlib import Path
from typing import Any

from repose.stage import run_stage


def main(params: dict[str, Any]) -> None:
    from repose.report.fusion import fusion_runs, fusion_scores
    from repose.report.fusion_cost import cost_scores
    from repose.report.fusion_facts import fusion_facts
    from repose.report.runs import load_runs
    from repose.report.scores import save_scores

    runs = load_runs(Path("runs/fusion"), fusion_runs(params["fusion"]))
    scores = fusion_scores(runs, Path("data/fusion")) | cost_scores(runs)
    save_scores("data/scores/fusion.npz", scores, fusion_facts(runs, scores))


if __name__ == "__main__":
    run_stage(main)
