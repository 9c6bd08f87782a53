"""Scores of all runs of a system, and of other software: `score.py SYSTEM` writes data/scores/SYSTEM.npz."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], system: str) -> None:
    from repose.report.others import declared_others, with_others
    from repose.report.published import load_paper
    from repose.report.room import room_of
    from repose.report.runs import load_runs
    from repose.report.scores import save_scores

    room, section, data = room_of(system), params[system], Path("data")
    others = declared_others(system, section, load_paper(system))
    runs = load_runs(Path("runs") / system, room.declared(section))
    scores, facts = with_others(room, others, *room.scored(runs, data), data)
    save_scores(f"data/scores/{system}.npz", scores, facts)


if __name__ == "__main__":
    run_stage(main)
