"""The world's native files of one data set: `world.py NAME` writes `data/native/NAME/`.

Nothing is drawn where `datasets.NAME.root` is another folder.
"""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage
from repose.world.folders import NATIVE, draws_into

NOT_DRAWN = "Nothing is drawn here: `datasets.{name}.root` in `params.yaml` is another folder.\n"


def main(params: dict[str, Any], name: str) -> None:
    root = params["datasets"][name]["root"]
    if draws_into(root, name):
        draw(params, name)
    else:
        leave_note(name)
        print(f"world: {name} is not drawn, because datasets.{name}.root is {root}")


def draw(params: dict[str, Any], name: str) -> None:
    """Write the files of a data set."""
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
    with atomic_folder(NATIVE / name) as folder:
        write_dataset(name, folder, settings, params["workers"])


def leave_note(name: str) -> None:
    """Say why there is nothing: DVC needs the folder, and whoever reads it the reason."""
    from repose.foundations.files import atomic_folder, write_text

    with atomic_folder(NATIVE / name) as folder:
        write_text(folder / "README.md", NOT_DRAWN.format(name=name))


if __name__ == "__main__":
    run_stage(main)
