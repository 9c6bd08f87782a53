"""Pictures with all their people, as trainings read them: `scenes.py NAME` writes data/scenes/NAME/."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage
from repose.pictures.prepare_scenes import prepare_scenes


def main(params: dict[str, Any], name: str) -> None:
    root, px = params["datasets"][name]["root"], params["scale"]["world"]["people_px"]
    prepare_scenes(name, Path("data/poses"), root, px, params["workers"], Path("data/scenes") / name)


if __name__ == "__main__":
    run_stage(main)
