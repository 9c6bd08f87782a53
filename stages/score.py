"""Scores of all runs of one lifting system: `score.py gcn|learner` writes data/scores/<system>.npz."""

from pathlib import Path
from typing import Any

from repose.stage import run_stage


def main(params: dict[str, Any], system: str) -> None:
    from repose.report.lifting import lifting_scores
    from repose.report.runs import declared_runs, load_runs
    from repose.report.scores import save_scores

    section = params[system]
    runs = load_runs(Path("runs") / system, declared_runs(section))
    save_scores(f"data/scores/{system}.npz", *lifting_scores(runs, Path("data/poses")))


if __name__ == "__main__":
    run_stage(main)
