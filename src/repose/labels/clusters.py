"""Pose labels: the class of a training pose is its nearest of K cluster centres (K-means).

Legend: N poses, n poses of the sample, J joints, K classes.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays, save_arrays
from repose.foundations.rng import rng
from repose.skeletons import convert
from repose.skeletons.posetable import PoseTable

CHUNK = 100_000  # poses that are assigned at a time


class PoseClusters(NamedTuple):
    """The class of every pose, and the poses that stand for the classes."""

    labels: np.ndarray  # N int16
    centers: np.ndarray  # K, J, 3 float32, metres, root-relative


def cluster_poses(
    poses_m: np.ndarray, classes: int, subsample: int, n_init: int, iterations: int, seed: int
) -> PoseClusters:
    """K-means on root-relative poses (N, J, 3) in metres: centres from `subsample` of them, labels for all.

    It runs in one thread: with more, scikit-learn adds up the centres in another order and their last digits
    follow the number of threads.
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    flat = poses_m.reshape(len(poses_m), -1)  # N, 3J
    rows = np.sort(rng(seed, "labels", "subsample").permutation(len(flat))[:subsample])  # n
    if not 0 < classes <= min(len(rows), np.iinfo(np.int16).max):
        raise ReposeError(
            f"labels: {classes} classes of {len(rows)} poses, expected no more classes than poses; "
            "ask for fewer"
        )
    state = int(rng(seed, "labels", "start", classes).integers(2**31))
    model = KMeans(classes, n_init=n_init, max_iter=iterations, random_state=state)
    with threadpool_limits(1):
        model.fit(flat[rows].astype(np.float64))
        parts = (flat[start : start + CHUNK] for start in range(0, len(flat), CHUNK))
        labels = np.concatenate([model.predict(part.astype(np.float64)) for part in parts])
    centers = model.cluster_centers_.reshape(classes, *poses_m.shape[1:])
    return PoseClusters(labels.astype(np.int16), centers.astype(np.float32))


def root_relative_m(table: PoseTable, skeleton: str) -> np.ndarray:
    """Poses (N, J, 3) of a table in another skeleton, root-relative, in metres."""
    if table.joints3d is None:
        raise ReposeError(
            f"{table.dataset} {table.split}: no 3D joints, expected a 3D data set for pose labels"
        )
    known = np.ones(table.joints3d.shape[:2], dtype=bool)
    return convert(table.joints3d, known, table.skeleton, skeleton)[0] * np.float32(1e-3)


def save_clusters(path: str | Path, clusters: PoseClusters) -> None:
    """Write labels and centres as one npz, with the number of classes."""
    save_arrays(path, {**clusters._asdict(), "classes": np.array(len(clusters.centers))})


def load_clusters(path: str | Path) -> PoseClusters:
    """Read labels and centres written by `save_clusters`."""
    return PoseClusters(**load_arrays(path, *PoseClusters._fields))
