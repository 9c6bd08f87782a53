"""People as the fusion trainings read them: `depth.py [SET ...]` writes data/fusion/SET/."""

from pathlib import Path
from typing import Any

from repose.foundations.errors import ReposeError
from repose.foundations.stage import run_stage
from repose.fusion.prepare import SOURCES, prepare

POSES = Path("data/poses")


def main(params: dict[str, Any], *names: str) -> None:
    roots = {source: entry["root"] for source, entry in params["datasets"].items()}
    reading, px = params["fusion"]["reading"], params["scale"]["fusion"]["pack_px"]
    for name in names or SOURCES:
        for source, split in SOURCES[name]["train"]:
            if not (POSES / source / f"{split}.npz").is_file():
                raise ReposeError(
                    f"{roots[source]}: holds no training set of {source}, expected one; fusion trains on it"
                )
        prepare(name, POSES, roots, reading, px, params["workers"], Path("data/fusion") / name)


if __name__ == "__main__":
    run_stage(main)
