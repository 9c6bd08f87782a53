"""Scores of all runs of a system, from their predictions: `score.py SYSTEM` writes data/scores/SYSTEM.npz."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], system: str) -> None:
    from repose.report.room import room_of
    from repose.report.runs import load_runs
    from repose.report.scores import save_scores

    room = room_of(system)
    runs = load_runs(Path("runs") / system, room.declared(params[system]))
    save_scores(f"data/scores/{system}.npz", *room.scored(runs, Path("data")))


if __name__ == "__main__":
    run_stage(main)
