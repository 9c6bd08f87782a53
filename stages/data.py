"""The page on the data sets: `data.py` writes reports/data/."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any]) -> None:
    from repose.report.data import DataSet, SizeRule, write_data_page

    real = params["world"]["sizes"]
    sets = [
        DataSet(name, Path("data/poses") / name, Path(entry["root"]), real.get(name, {}))
        for name, entry in params["datasets"].items()
    ]
    scale = SizeRule(**params["scale"]["world"])
    write_data_page(Path("reports/data"), sets, scale, params["world"]["motion"], params["workers"])


if __name__ == "__main__":
    run_stage(main)
