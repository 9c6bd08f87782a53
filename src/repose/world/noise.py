"""Two-dimensional joints as a detector finds them: ground truth with heavy-tailed errors.

Three kinds of error, as seen in the detections that lifting papers use (a cascaded pyramid network tuned on
Human3.6M: mean error near 5.4 px of 1000, median near 4): small errors around the joint, drifting slowly from
frame to frame; large ones, more often where a joint is hidden; and now and then left taken for right.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repose.skeletons import get_skeleton
from repose.world.frames import Array

Flags = NDArray[np.bool_]

# How much worse than the mean a joint is found; wrists and ankles are worst.
DIFFICULTY = {
    "wrist": 1.55, "hand": 1.7, "elbow": 1.25, "ankle": 1.35, "foot": 1.5, "knee": 1.05, "shoulder": 0.8,
    "hip": 0.85, "pelvis": 0.7, "spine": 0.85, "thorax": 0.65, "neck": 0.65, "nose": 0.7, "head": 0.75,
}  # fmt: skip


@dataclass(frozen=True)
class Noise:
    """Sizes in px of an image 1000 px wide."""

    spread_px: float = 3.25  # scale of the small errors
    tail: float = 3.5  # degrees of freedom of Student's t: smaller is heavier
    hidden_factor: float = 1.9  # hidden joints are found that much worse
    outlier_rate: float = 0.012  # shares of joints and frames, times two where hidden
    outlier_px: float = 32.0
    swap_rate: float = 0.004  # share of frames in which an arm or a leg is taken for the other
    drift_frames: float = 6.0  # errors live about that long in video


def _slowly(generator: np.random.Generator, frames: int, columns: tuple[int, ...], lasts: float) -> Array:
    """Normal numbers (frames, *columns) that follow one another smoothly: a first-order recursion."""
    fresh = generator.standard_normal((frames, *columns))
    if lasts <= 0 or frames < 2:
        return fresh
    from scipy.signal import lfilter

    keep = float(np.exp(-1 / lasts))
    fresh[1:] *= np.sqrt(1 - keep * keep)
    path: Array = lfilter([1.0], [1.0, -keep], fresh, axis=0)
    return path


def _difficulty(joints: tuple[str, ...]) -> Array:
    plain = [name[2:] if name[:2] in ("r_", "l_") else name for name in joints]
    return np.array([DIFFICULTY.get(name, 1.0) for name in plain])


def detected(
    joints2d_px: Array,
    skeleton_id: str,
    generator: np.random.Generator,
    width_px: float = 1000.0,
    hidden: Flags | None = None,
    noise: Noise | None = None,
) -> Array:
    """Detections (T, J, 2) for the true joints (T, J, 2) of one video; `hidden` (T, J) where not seen.

    With `Noise(drift_frames=0)` every frame is on its own, as in single pictures.
    """
    noise = noise or Noise()
    frames, count, _ = joints2d_px.shape
    unit_px = width_px / 1000.0
    hidden = np.zeros((frames, count), bool) if hidden is None else hidden
    scale = noise.spread_px * _difficulty(get_skeleton(skeleton_id).joints)[:, None]
    scale = scale * np.where(hidden, noise.hidden_factor, 1.0)[..., None]  # T, J, 1
    small = _slowly(generator, frames, (count, 2), noise.drift_frames)
    mixing = (
        _slowly(generator, frames, (count, 3), noise.drift_frames) ** 2
    )  # about chi-squared, drifting too
    heavy = small * np.sqrt(noise.tail / (mixing.sum(-1, keepdims=True) + noise.tail - 3.0))
    found: Array = _swapped(joints2d_px, skeleton_id, generator, noise) + scale * heavy * unit_px
    rate = noise.outlier_rate * np.where(hidden, 2.0, 1.0) / _burst(noise)
    start = generator.random((frames, count)) < rate
    lost = _lasting(start, _burst(noise))
    away = _slowly(generator, frames, (count, 2), 2 * noise.drift_frames) * noise.outlier_px * unit_px
    return found + np.where(lost[..., None], away, 0.0)


def _burst(noise: Noise) -> int:
    return max(1, round(noise.drift_frames))


def _lasting(start: Flags, frames: int) -> Flags:
    """Events (T, …) held for some frames."""
    held = start.copy()
    for later in range(1, frames):
        held[later:] |= start[:-later] if later < len(start) else start[:0]
    return held


def _swapped(joints2d_px: Array, skeleton_id: str, generator: np.random.Generator, noise: Noise) -> Array:
    """Left and right of a limb exchanged for a few frames now and then."""
    skeleton = get_skeleton(skeleton_id)
    found = joints2d_px.copy()
    for parts in (("elbow", "wrist", "hand"), ("knee", "ankle", "foot")):
        start = generator.random(len(found)) < noise.swap_rate / _burst(noise)
        rows = np.flatnonzero(_lasting(start, _burst(noise)))
        limb = [index for index, name in enumerate(skeleton.joints) if name[2:] in parts]
        for index in limb:
            found[rows, index] = joints2d_px[rows, skeleton.flip[index]]
    return found
