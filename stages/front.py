"""The front page of the reports, the whole ledger and the few numbers of every system: `front.py`."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any]) -> None:
    from repose.report.front import write_front

    write_front(Path("reports"), [Path(f"data/pages/{system}.json") for system in params["systems"]])


if __name__ == "__main__":
    run_stage(main)
