"""Object keypoint similarity: how alike a found pose and a true one are, from 0 to 1.

The size of a person sets the scale, and each joint has a width of its own, since people agree better on where
an eye is than on where a hip is.

Legend: P found people, G true people, J joints.
"""

from __future__ import annotations

import numpy as np


def oks(
    found_px: np.ndarray, truth_px: np.ndarray, labelled: np.ndarray, area: np.ndarray, box: np.ndarray,
    sigma: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """P, G: OKS = Σ_{v_i>0} exp(−d_i² / (2 · area · (2σ_i)²)) / #{v_i>0}.

    `found_px` (P, J, 2), `truth_px` (G, J, 2), `labelled` (G, J), `area` (G, px²), `box` (G, 4: x y w h).
    For a person without labelled joints d_i is the distance to the box drawn out to both sides by its own
    size, and all joints count: whatever lies there is that person's.
    """
    away = found_px[:, None] - truth_px  # P, G, J, 2
    unlabelled = np.logical_not(labelled.any(axis=1))
    if unlabelled.any():
        away[:, unlabelled] = outside(found_px, box[unlabelled])
    counts = labelled | unlabelled[..., None]
    likeness = gaussian((away**2).sum(axis=-1), area, sigma)
    return np.asarray((likeness * counts).sum(axis=-1) / np.maximum(counts.sum(axis=-1), 1))


def joint_similarity(
    found_px: np.ndarray, truth_px: np.ndarray, area: np.ndarray, sigma: np.ndarray
) -> np.ndarray:
    """P, G, J: exp(−d_i² / (2 · area · (2σ_i)²)) of every joint, labelled or not."""
    return gaussian(((found_px[:, None] - truth_px) ** 2).sum(axis=-1), area, sigma)


def gaussian(squared_px: np.ndarray, area: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """The similarity at squared distances (…, G, J) of people with an area (G)."""
    return np.asarray(np.exp(-squared_px / (2 * sigma) ** 2 / (area[:, None] + np.spacing(1)) / 2))


def outside(found_px: np.ndarray, box: np.ndarray) -> np.ndarray:
    """P, G, J, 2: how far points lie outside boxes three times as wide and high."""
    low, high = box[:, :2] - box[:, 2:], box[:, :2] + 2 * box[:, 2:]  # G, 2
    points = found_px[:, None]  # P, 1, J, 2
    return np.asarray(np.maximum(low[:, None] - points, 0) + np.maximum(points - high[:, None], 0))
