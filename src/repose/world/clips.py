"""Short stretches of varied motion for the 3D image sets: one of the actions, or a row of free poses.

Legend: N frames, P body points.
"""

import numpy as np

from repose.foundations.rng import rng
from repose.world.body import POINTS, Subject
from repose.world.frames import apply, yaw
from repose.world.motion import ACTIONS, MotionSource

STEP = 20  # frames of 50 Hz from one frame of a clip to the next
FREE_SHARE = 0.4  # of the clips
SPACE_MM = 500.0  # how far from the middle free poses are held
ACTIVITIES = {  # the test set's codes of what is done; actions not named here are standing or walking, 1
    "Sitting": 3, "Smoking": 3, "Eating": 3, "Purchases": 4, "SittingDown": 5, "sport": 6, "everyday": 7,
}  # fmt: skip


def clip(
    source: MotionSource, subject: Subject, frames: int, seed: int, *key: str | int
) -> tuple[np.ndarray, int]:
    """Points (N, P, 3) in the world, and the activity's code."""
    generator = rng(seed, "clip", *key)
    if generator.random() < FREE_SHARE:
        kind = str(generator.choice(["sport", "everyday"]))
        poses = source.poses([subject] * frames, kind, [(*key, n) for n in range(frames)])
        poses[..., :2] -= poses[:, POINTS.index("pelvis"), None, :2]
        turns = yaw(generator.uniform(0, 2 * np.pi, (frames, 1)))  # N, 1, 3, 3
        places = np.append(generator.uniform(-SPACE_MM, SPACE_MM, 2), 0.0)
        return apply(turns, poses) + places, ACTIVITIES[kind]
    action = str(generator.choice(ACTIONS))
    take = int(generator.integers(1 << 16))
    length = (frames - 1) * STEP + 1
    points = source.sequence(subject, action, take, length)[::STEP]
    return points, ACTIVITIES.get(action, 1)


def chunks(total: int, size: int) -> list[tuple[int, int]]:
    """Stretches (first, length) of at most `size` that cover `total` frames."""
    return [(first, min(size, total - first)) for first in range(0, total, size)]
