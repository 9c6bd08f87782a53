"""The front page of the reports, as Markdown and as HTML, its figure, the ledger and a few numbers."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any]) -> None:
    from repose.report.front import write_front
    from repose.report.other_seed import read_other_seed
    from repose.report.site.page import write_site

    reports, pages, systems = Path("reports"), Path("data/pages"), params["systems"]
    again = params["other_seed"]
    alike = params["scale"]["name"] == again["scale"] and params["seed"] != again["seed"]
    other = read_other_seed(Path(again["file"]), again["seed"]) if alike else None
    write_front(reports, [pages / f"{system}.json" for system in systems], other)
    write_site(
        reports / "index.html",
        [pages / f"{system}_site.json" for system in systems],
        reports / "headline.png",
    )


if __name__ == "__main__":
    run_stage(main)
