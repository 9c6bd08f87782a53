"""The world's native files of one data set: `world.py NAME` writes `data/native/NAME/`."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], name: str) -> None:
    from repose.foundations.files import atomic_folder
    from repose.world.build import write_dataset
    from repose.world.motion import MotionSource
    from repose.world.settings import WorldScale, WorldSettings

    world = params["world"]
    recordings = world["bvh"]["root"]
    settings = WorldSettings(
        seed=params["seed"],
        motion=MotionSource(world["motion"], params["seed"], recordings and Path(recordings)),
        sizes=world["sizes"][name],
        scale=WorldScale(**params["scale"]["world"]),
    )
    with atomic_folder(f"data/native/{name}") as folder:
        write_dataset(name, folder, settings, params["workers"])


if __name__ == "__main__":
    run_stage(main)
