"""Pictures with all their people, as trainings read them: `scenes.py [SET ...]` writes data/scenes/SET/."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage
from repose.pictures.prepare_scenes import SPLITS, prepare_scenes


def main(params: dict[str, Any], *names: str) -> None:
    px = params["scale"]["world"]["people_px"]
    for name in names or SPLITS:
        root = params["datasets"][name]["root"]
        prepare_scenes(name, Path("data/poses"), root, px, params["workers"], Path("data/scenes") / name)


if __name__ == "__main__":
    run_stage(main)
