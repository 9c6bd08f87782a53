"""2D percentages of correct keypoints: the official PCKh, and one of heat maps that often goes by its name.

Both come as hits of single joints, so that means over joints, images or data sets are formed from one array.

Legend: N people, J = MPII's 16 joints.
"""

import numpy as np

from repose.skeletons import get_skeleton

HIT = 0.5 / 10  # share of the map's side within which heat-map PCK counts a joint as found (3.2 of 64 cells)


def pckh_hits(
    predicted_px: np.ndarray, truth_px: np.ndarray, labelled: np.ndarray, head_px: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """PCKh@0.5 of MPII: within half the head size (0.6 · the head box's diagonal, px of the image).

    Hits and counted joints (N, J bool): labelled ones, pelvis and thorax left out.
    """
    distance = np.linalg.norm(predicted_px.astype(np.float64) - truth_px, axis=-1)
    counted = labelled & _among("pckh")
    return counted & (distance <= 0.5 * head_px[:, None]), counted


def heatmap_pck_hits(
    predicted_cell: np.ndarray, truth_cell: np.ndarray, labelled: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Heat-map PCK: maxima of both maps (N, J, 2 cells) closer than `HIT`.

    Hits and counted joints (N, J bool): the labelled ones among ten. A truth outside the map has no maximum,
    and one in row or column 0 counts as none, as in public code.
    """
    distance = np.linalg.norm(predicted_cell.astype(np.float64) - truth_cell, axis=-1)
    inside = ((truth_cell > 0) & (truth_cell < size)).all(-1)
    counted = labelled & inside & _among("accuracy")
    return counted & (distance < HIT * size), counted


def sides_apart(
    cell: np.ndarray, truth: np.ndarray, labelled: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Whether both sides of a pair of joints (N, J, 2 cells of `size`) are found apart.

    Hits and counted joints (N, J), at the first joint of each pair. A pair counts if the truth is twice
    `HIT` apart, and it is a hit if what is found is at least `HIT` apart.
    """
    flip, hit = get_skeleton("mpii16").flip, HIT * size
    found, true = (np.linalg.norm(c - c[:, flip].astype(float), axis=-1) for c in (cell, truth))
    counted = labelled & labelled[:, flip] & (true >= 2 * hit) & (np.arange(len(flip)) < flip)
    return counted & (found >= hit), counted


def heatmap_maxima(heatmaps: np.ndarray) -> np.ndarray:
    """Cells (…, 2) as x, y of the maxima of maps (…, H, W)."""
    height, width = heatmaps.shape[-2:]
    cell = heatmaps.reshape(*heatmaps.shape[:-2], height * width).argmax(-1)
    return np.stack([cell % width, cell // width], axis=-1)


def pooled_rate(hits: np.ndarray, counted: np.ndarray) -> float:
    """Share of all counted joints that are hits, as MPII's evaluation prints; NaN when none is counted."""
    return float(hits.sum() / counted.sum()) if counted.any() else float("nan")


def mean_joint_rate(hits: np.ndarray, counted: np.ndarray) -> float:
    """Unweighted mean of the joints' own shares, as heat-map PCK is printed; NaN when none is counted."""
    present = counted.any(0)
    return float(np.mean(hits.sum(0)[present] / counted.sum(0)[present])) if present.any() else float("nan")


def _among(group: str) -> np.ndarray:
    """Whether each of MPII's joints belongs to a group (J bool)."""
    return np.isin(np.arange(16), get_skeleton("mpii16").groups[group])
