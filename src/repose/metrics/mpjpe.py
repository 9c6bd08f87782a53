"""Mean per-joint position errors, one number per frame, in the unit of the input.

Legend: N frames, J joints; `root` is the index of the root joint.
"""

import numpy as np

from repose.metrics.similarity import aligned_errors


def joint_errors(predicted: np.ndarray, truth: np.ndarray, root: int) -> np.ndarray:
    """Distances (N, J) of the joints (N, J, 3) after the roots are aligned; zero for the root."""
    difference = predicted.astype(np.float64) - truth
    difference -= difference[:, root : root + 1]
    return np.sqrt(np.einsum("njd,njd->nj", difference, difference))


def mpjpe(predicted: np.ndarray, truth: np.ndarray, root: int) -> np.ndarray:
    """Protocol 1, MPJPE (N): roots aligned, mean over all J joints, the root's zero included."""
    return joint_errors(predicted, truth, root).mean(1)


def mpjpe_without_root(predicted: np.ndarray, truth: np.ndarray, root: int) -> np.ndarray:
    """Protocol 1 without root (N): roots aligned, mean over the other J − 1 joints."""
    errors = joint_errors(predicted, truth, root)
    return errors.sum(1) / (errors.shape[1] - 1)


def p_mpjpe(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Protocol 2, P-MPJPE (N): similarity (scale, rotation, translation; no reflection) fitted per frame."""
    return aligned_errors(predicted, truth).mean(1)


def p_mpjpe_without_root(predicted: np.ndarray, truth: np.ndarray, root: int) -> np.ndarray:
    """Protocol 2 without root (N): the root is left out of the fit and of the mean."""
    return p_mpjpe(np.delete(predicted, root, 1), np.delete(truth, root, 1))
