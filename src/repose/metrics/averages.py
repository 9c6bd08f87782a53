"""From errors of frames to the averages that papers print."""

import numpy as np


def frame_mean(errors: np.ndarray) -> float:
    """Frame-weighted mean: every frame counts the same."""
    return float(np.mean(errors, dtype=np.float64))


def group_means(errors: np.ndarray, groups: np.ndarray) -> dict[str, float]:
    """Mean error of each group of frames (an action, say), in the order of the names."""
    names, codes = np.unique(groups, return_inverse=True)
    sums = np.bincount(codes, weights=errors)
    return {str(name): float(mean) for name, mean in zip(names, sums / np.bincount(codes), strict=True)}


def mean_of_group_means(errors: np.ndarray, groups: np.ndarray) -> float:
    """Unweighted mean of the groups' means: every action counts the same, however long it is."""
    return float(np.mean(list(group_means(errors, groups).values())))
