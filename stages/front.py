"""The front page of the reports and the whole ledger: `front.py` writes reports/README.md and claims.csv."""

from pathlib import Path
from typing import Any

from repose.stage import run_stage

SYSTEMS = ("gcn", "learner", "fusion")


def main(params: dict[str, Any]) -> None:
    from repose.report.front import write_front
    from repose.report.page import setting_text
    from repose.report.published import load_paper

    reports = Path("reports")
    ledgers = [reports / "claims" / f"{system}.csv" for system in SYSTEMS]
    setting = setting_text(params["scale"]["name"], params["scale"]["world"], "world")
    write_front(reports, [load_paper(system) for system in SYSTEMS], ledgers, setting)


if __name__ == "__main__":
    run_stage(main)
