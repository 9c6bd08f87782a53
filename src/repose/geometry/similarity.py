"""The similarity that maps points onto points best in the sense of least squares (Umeyama 1991).

Legend: N points of D = 2 or 3 dimensions, any leading batch dimensions.
"""

import numpy as np


def fit_similarity(
    source: np.ndarray, target: np.ndarray, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scale (…), rotation (…, D, D) and translation (…, D) with target ≈ scale · R source + translation.

    `source` and `target` are (…, N, D), `weights` (…, N) ≥ 0; points of weight zero may hold anything, NaN
    too. The rotation is never a reflection. Where the source is a single point (or no point has weight)
    the scale is 0, which is a least-squares solution and can be told from any real one; nothing is NaN.
    """
    x, y = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    w = (
        np.ones(x.shape[:-1])
        if weights is None
        else np.broadcast_to(weights, x.shape[:-1]).astype(np.float64)
    )
    x, y = (np.where(w[..., None] > 0, points, 0) for points in (x, y))
    w = w / np.maximum(w.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    w = w[..., None]  # …, N, 1
    x_mean, y_mean = (w * x).sum(axis=-2), (w * y).sum(axis=-2)  # …, D
    x, y = x - x_mean[..., None, :], y - y_mean[..., None, :]
    covariance = np.swapaxes(w * y, -1, -2) @ x  # …, D, D
    u, singular, vt = np.linalg.svd(covariance)
    # The smallest singular value's axis is turned back where the best orthogonal matrix is a reflection.
    sign = np.ones_like(singular)
    sign[..., -1] = np.where(np.linalg.det(u) * np.linalg.det(vt) < 0, -1, 1)
    rotation = (u * sign[..., None, :]) @ vt
    spread = (w * x**2).sum(axis=(-2, -1))
    known = spread > 1e-24 * np.maximum((x_mean**2).sum(axis=-1), np.finfo(float).tiny)
    scale = np.where(known, (singular * sign).sum(axis=-1), 0) / np.where(known, spread, 1)
    translation = y_mean - scale[..., None] * (rotation @ x_mean[..., None])[..., 0]
    return scale, rotation, translation


def apply_similarity(
    points: np.ndarray, scale: np.ndarray, rotation: np.ndarray, translation: np.ndarray
) -> np.ndarray:
    """Points (…, N, D) under scale (…), rotation (…, D, D) and translation (…, D)."""
    turned = points @ np.swapaxes(rotation, -1, -2)
    return np.asarray(scale)[..., None, None] * turned + translation[..., None, :]
