"""People as the fusion trainings read them: `depth.py [SET ...]` writes data/fusion/SET/."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage
from repose.fusion.prepare import SOURCES, prepare


def main(params: dict[str, Any], *names: str) -> None:
    roots = {source: entry["root"] for source, entry in params["datasets"].items()}
    reading, px = params["fusion"]["reading"], params["scale"]["fusion"]["pack_px"]
    for name in names or SOURCES:
        prepare(name, Path("data/poses"), roots, reading, px, params["workers"], Path("data/fusion") / name)


if __name__ == "__main__":
    run_stage(main)
