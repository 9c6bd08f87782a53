"""The report on one system: `report.py SYSTEM` writes reports/SYSTEM/ and what the front page says of it."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], system: str) -> None:
    from repose.report.paper import write_paper
    from repose.report.published import load_paper
    from repose.report.room import Materials, origins, room_of
    from repose.report.runs import load_runs
    from repose.report.scores import load_scores
    from repose.report.setting import Setting

    room, section, scale = room_of(system), params[system], params["scale"].get(system, {})
    origin = origins(Path("data/poses"), room.data_sets())
    setting = Setting(params["scale"]["name"], origin, *room.settings(section, scale))
    runs = load_runs(Path("runs") / system, room.declared(section))
    roots = {name: entry["root"] for name, entry in params["datasets"].items()}
    scores, facts = load_scores(f"data/scores/{system}.npz")
    materials = Materials(
        Path("reports") / system, Path("data"), roots, runs, scores, facts, load_paper(system)
    )
    write_paper(room, materials, setting, Path(f"data/pages/{system}.json"))


if __name__ == "__main__":
    run_stage(main)
