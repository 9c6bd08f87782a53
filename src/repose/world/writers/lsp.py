"""Leeds Sports Poses: `joints.mat` (3, 14, N) and `images/im%04d.jpg`.

The first half trains, the second tests. The third row says 1 where a joint is hidden; all are labelled.
"""

from functools import partial
from pathlib import Path

import numpy as np

from repose.foundations.processes import ordered_map
from repose.world.clips import chunks
from repose.world.people import strangers
from repose.world.settings import WorldSettings
from repose.world.wild import STRETCH, photograph, some_size
from repose.world.writers.matfile import save_mat

SIZES = {(150, 190): 0.6, (190, 150): 0.25, (170, 170): 0.15}  # people are about 150 px long
IMAGE = "images/im{:04d}.jpg"


def save_joints(folder: Path, joints_px: np.ndarray, visible: np.ndarray) -> None:
    """`joints.mat` of (N, 14, 2) px and (N, 14) bool."""
    rows = np.concatenate([joints_px, ~visible[..., None]], axis=-1)  # N, 14, 3
    save_mat(folder / "joints.mat", {"joints": rows.transpose(2, 1, 0).astype(np.float64)})


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """Pictures and joints."""
    jobs = chunks(pictures(settings), STRETCH)
    drawn = ordered_map(partial(draw, folder, settings), jobs, workers, "lsp", chunk=1)
    joints, visible = (np.concatenate(columns) for columns in zip(*drawn, strict=True))
    save_joints(folder, joints, visible)


def draw(folder: Path, settings: WorldSettings, job: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A stretch of pictures: joints (n, 14, 2) px and which are visible (n, 14)."""
    first, length = job
    keys = [("lsp", first + n) for n in range(length)]
    people = strangers(settings.motion, ["sport"] * length, settings.seed, keys)
    joints, visible = [], []
    for n, (figure, key) in enumerate(zip(people, keys, strict=True)):
        size = some_size(settings, SIZES, *key)
        shot = photograph([figure], size, settings.seed, *key, share=(0.75, 0.95))
        shot.save(folder / IMAGE.format(first + n + 1))
        seen = shot.joints("lsp14")
        joints.append(seen.px[0])
        visible.append(seen.visible[0])
    return np.stack(joints), np.stack(visible)


def half(settings: WorldSettings) -> int:
    """Pictures of each half: as many for training as for testing."""
    return max(settings.linear("train"), settings.tested("test"))


def pictures(settings: WorldSettings) -> int:
    """How many image files this set has."""
    return 2 * half(settings)
