"""People of a data set as the fusion trainings read them: `depth.py NAME` writes data/fusion/NAME/."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage
from repose.fusion.prepare import prepare


def main(params: dict[str, Any], name: str) -> None:
    roots = {source: entry["root"] for source, entry in params["datasets"].items()}
    reading, px = params["fusion"]["reading"], params["scale"]["fusion"]["pack_px"]
    prepare(name, Path("data/poses"), roots, reading, px, params["workers"], Path("data/fusion") / name)


if __name__ == "__main__":
    run_stage(main)
