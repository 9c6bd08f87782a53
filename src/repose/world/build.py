"""One data set of the world, written whole."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from repose.foundations.files import write_text
from repose.foundations.processes import usable_cores
from repose.world.people import strangers
from repose.world.settings import WorldSettings
from repose.world.wild import photograph
from repose.world.writers import (
    coco,
    crowdpose,
    flic,
    h36m,
    h36m_eccv,
    lsp,
    lspet,
    mpi_inf_3dhp,
    mpii,
    occlusion_person,
    ochuman,
    threedpw,
)

WRITERS: dict[str, ModuleType] = {
    "h36m": h36m,
    "h36m_eccv": h36m_eccv,
    "mpi_inf_3dhp": mpi_inf_3dhp,
    "occlusion_person": occlusion_person,
    "mpii": mpii,
    "lsp": lsp,
    "lspet": lspet,
    "flic": flic,
    "coco": coco,
    "crowdpose": crowdpose,
    "ochuman": ochuman,
    "threedpw": threedpw,
}


VERSION = 1  # of the world; written in the marker by which readers tell its files from real data


def write_dataset(name: str, folder: Path, settings: WorldSettings, workers: int) -> None:
    """Write a data set's native files below `folder`; `workers` 0 means one process per usable core."""
    if WRITERS[name].pictures(settings):
        compile_renderer(settings)
    WRITERS[name].write(folder, settings, workers or usable_cores())
    write_text(folder / "WORLD", f"the embedded world, version {VERSION}, seed {settings.seed}\n")


def picture_count(name: str, settings: WorldSettings) -> int:
    """How many image files `write_dataset` leaves."""
    count: Callable[[WorldSettings], int] = WRITERS[name].pictures
    return count(settings)


def compile_renderer(settings: WorldSettings) -> None:
    """Take one small picture, so that processes forked later find the renderer compiled."""
    person = strangers(settings.motion, ["everyday"], 0, [("first picture", 0)])
    photograph(person, (32, 32), 0, "first picture", share=(0.5, 0.9))
