"""The skeleton as a graph: which joints are linked, and with which weight."""

import numpy as np

from repose.skeletons import get_skeleton


def normalised_adjacency(skeleton_id: str) -> np.ndarray:
    """Liu et al., eq. 1: the symmetric D^-1/2 (A + I) D^-1/2 of a skeleton's bones, (N, N) float32."""
    skeleton = get_skeleton(skeleton_id)
    return normalise(np.asarray(skeleton.bones), len(skeleton.joints))


def normalise(bones: np.ndarray, joints: int) -> np.ndarray:
    """D^-1/2 (A + I) D^-1/2 of a graph given as index pairs (B, 2)."""
    connected = np.eye(joints)
    connected[bones[:, 0], bones[:, 1]] = connected[bones[:, 1], bones[:, 0]] = 1
    root_degree = np.sqrt(connected.sum(1))
    return (connected / root_degree[:, None] / root_degree[None, :]).astype(np.float32)
