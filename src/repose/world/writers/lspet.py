"""Leeds Sports Poses Extended: `joints.mat` (14, 3, N) and `images/im%05d.jpg`, all of it for training.

The third column says 1 where a joint is labelled, the opposite of LSP's flag; the others are zero.
"""

from functools import partial
from pathlib import Path

import numpy as np

from repose.foundations.processes import ordered_map
from repose.foundations.rng import rng
from repose.world.clips import chunks
from repose.world.people import strangers
from repose.world.settings import WorldSettings
from repose.world.wild import STRETCH, photograph, some_size
from repose.world.writers.lsp import SIZES
from repose.world.writers.matfile import save_mat

UNLABELLED_SHARE = 0.5  # of the hidden joints
IMAGE = "images/im{:05d}.jpg"


def save_joints(folder: Path, joints_px: np.ndarray, labelled: np.ndarray) -> None:
    """`joints.mat` of (N, 14, 2) px and (N, 14) bool."""
    columns = np.concatenate([joints_px * labelled[..., None], labelled[..., None]], axis=-1)  # N, 14, 3
    save_mat(folder / "joints.mat", {"joints": columns.transpose(1, 2, 0).astype(np.float64)})


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """Pictures and joints."""
    jobs = chunks(pictures(settings), STRETCH)
    drawn = ordered_map(partial(draw, folder, settings), jobs, workers, "lspet", chunk=1)
    joints, labelled = (np.concatenate(columns) for columns in zip(*drawn, strict=True))
    save_joints(folder, joints, labelled)


def draw(folder: Path, settings: WorldSettings, job: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A stretch of pictures: joints (n, 14, 2) px and which are labelled (n, 14)."""
    first, length = job
    keys = [("lspet", first + n) for n in range(length)]
    people = strangers(settings.motion, ["sport"] * length, settings.seed, keys)
    joints, labelled = [], []
    for n, (figure, key) in enumerate(zip(people, keys, strict=True)):
        size = some_size(settings, SIZES, *key)
        shot = photograph([figure], size, settings.seed, *key, share=(0.75, 1.1))
        shot.save(folder / IMAGE.format(first + n + 1))
        seen = shot.joints("lsp14")
        guessed = rng(settings.seed, *key, "labels").random(seen.inside[0].shape) >= UNLABELLED_SHARE
        joints.append(seen.px[0])
        labelled.append(seen.inside[0] & (seen.visible[0] | guessed))
    return np.stack(joints), np.stack(labelled)


def pictures(settings: WorldSettings) -> int:
    """How many image files: what LSP's first half leaves of both sets' training pictures."""
    of_lsp = max(settings.linear("lsp_train"), settings.tested("lsp_test"))
    return max(1, settings.linear("train") + settings.linear("lsp_train") - of_lsp)
