"""How strongly joints belong together: DGCN's soft adjacency, from the training persons, and its rivals.

Legend: N persons, J joints, L limbs.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays, save_arrays
from repose.skeletons.posetable import PoseTable

SCALE_NORMS = ("box", "longest", "diagonal")
NEAREST = 1e-3  # smaller distances count as this: joints at one point would have an infinite weight


class JointDistances(NamedTuple):
    """How far apart joints are on average, in units of the person's scale."""

    joints: tuple[str, ...]
    distances: np.ndarray  # J, J float64: M_d of eq. 5; infinite where no person has both joints labelled
    persons: np.ndarray  # J, J int64: persons with both joints labelled


def joint_distances(table: PoseTable, scale_norm: str) -> JointDistances:
    """Eq. 5 over the persons of a table; a box without area gives no scale, and its person is left out."""
    scale = person_scale(table.box, scale_norm)
    sized = scale > 0
    found = mean_distances(table.joints2d[sized], table.labelled[sized], scale[sized])
    return JointDistances(table.joints, *found)


def person_scale(box_px: np.ndarray, scale_norm: str) -> np.ndarray:
    """s_n of eq. 5 (N): the root of the box's area, its longest side, or its diagonal; boxes are x y w h.

    The paper says "the scale of the person" and no more.
    """
    if scale_norm not in SCALE_NORMS:
        raise ReposeError(f"scale_norm: found {scale_norm!r}, expected one of {', '.join(SCALE_NORMS)}")
    width, height = np.maximum(box_px[:, 2:].astype(np.float64), 0).T
    if scale_norm == "box":
        return np.sqrt(width * height)
    return np.maximum(width, height) if scale_norm == "longest" else np.hypot(width, height)


def mean_distances(
    joints2d_px: np.ndarray, labelled: np.ndarray, scale_px: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Eq. 5: M_d (J, J), the mean over persons of ‖V_i − V_j‖ / s_n, and how many persons each entry has.

    The mean of a pair is over the persons that have both joints labelled (the paper divides by all).
    """
    points = joints2d_px.astype(np.float64) / scale_px[:, None, None]  # N, J, 2
    known = labelled.astype(np.float64)
    persons = known.T @ known  # J, J
    total = np.zeros_like(persons)
    for joint in range(persons.shape[0]):  # all pairs at once would take J times the memory
        apart = np.linalg.norm(points - points[:, joint, None], axis=2)  # N, J
        total[joint] = known[:, joint] @ np.where(labelled, apart, 0)
    mean = np.divide(total, persons, out=np.full_like(total, np.inf), where=persons > 0)
    np.fill_diagonal(mean, 0)
    return mean, persons.astype(np.int64)


def soft_adjacency(distances: np.ndarray, gamma: float) -> np.ndarray:
    """Eq. 6: A_s (J, J) float32, the softmax of γ / M_d over each row without its diagonal, which is then 1.

    Pairs that were never labelled together get 0.
    """
    apart = ~np.eye(len(distances), dtype=bool) & np.isfinite(distances)
    closeness = np.where(apart, gamma / np.maximum(distances, NEAREST), -np.inf)
    highest = closeness.max(1, keepdims=True, initial=-np.inf)
    share = np.where(apart, np.exp(closeness - np.where(np.isfinite(highest), highest, 0)), 0)
    total = share.sum(1, keepdims=True)
    soft = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
    np.fill_diagonal(soft, 1)
    return soft.astype(np.float32)


def hand_adjacency(joints: int, limbs: np.ndarray) -> np.ndarray:
    """A_h (J, J) float32: 1 where a limb (L, 2) links two joints, and on the diagonal."""
    adjacency = np.eye(joints, dtype=np.float32)
    adjacency[limbs[:, 0], limbs[:, 1]] = adjacency[limbs[:, 1], limbs[:, 0]] = 1
    return adjacency


def limb_adjacency(adjacency: np.ndarray, limbs: np.ndarray) -> np.ndarray:
    """An adjacency of limbs (L, L) float32 from one of joints (J, J): the mean over the four pairs of ends.

    Our reading of a graph whose nodes are limbs, of which the paper says nothing.
    """
    of_starts = adjacency[limbs[:, 0]] + adjacency[limbs[:, 1]]  # L, J
    between = (of_starts[:, limbs[:, 0]] + of_starts[:, limbs[:, 1]]) / 4
    np.fill_diagonal(between, 1)
    return between.astype(np.float32)


def save_distances(path: str | Path, found: JointDistances) -> None:
    """Write the distances with the joints' names as one npz."""
    save_arrays(path, {**found._asdict(), "joints": np.array(found.joints)})


def load_distances(path: str | Path) -> JointDistances:
    """Read what `save_distances` wrote."""
    arrays = load_arrays(path, *JointDistances._fields)
    joints = tuple(str(name) for name in arrays["joints"])
    if arrays["distances"].shape != (len(joints), len(joints)):
        raise ReposeError(
            f"{path}: distances have the shape {arrays['distances'].shape}, expected one row and one column "
            f"for each of {len(joints)} joints; make it again with `dvc repro`"
        )
    return JointDistances(joints, arrays["distances"], arrays["persons"])
