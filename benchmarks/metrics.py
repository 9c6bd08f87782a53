"""P-MPJPE in poses a second, against the batched singular value decomposition that is usual in public code.

Both run in this process on the same poses; the ratio is what counts, not the machine. Depth scales have no
counterpart and are timed for as many poses as the largest set has.
"""

import time
from collections.abc import Callable

import numpy as np

from repose.foundations.rng import rng
from repose.labels import depth_scale
from repose.metrics import aligned_errors

POSES, MANY = 100_000, 390_000


def by_decomposition(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Errors (N, J) after the best similarity of each frame, by batched SVD: the reference."""
    truth_mean, predicted_mean = truth.mean(1, keepdims=True), predicted.mean(1, keepdims=True)
    x, y = truth - truth_mean, predicted - predicted_mean
    x_size, y_size = (np.sqrt((a**2).sum((1, 2), keepdims=True)) for a in (x, y))
    u, s, vt = np.linalg.svd((x / x_size).transpose(0, 2, 1) @ (y / y_size))
    v = vt.transpose(0, 2, 1)
    sign = np.sign(np.linalg.det(v @ u.transpose(0, 2, 1)))
    v[:, :, -1] *= sign[:, None]
    s[:, -1] *= sign
    rotation = v @ u.transpose(0, 2, 1)
    scale = s.sum(1)[:, None, None] * x_size / y_size
    aligned = scale * (predicted @ rotation) + truth_mean - scale * (predicted_mean @ rotation)
    return np.linalg.norm(aligned - truth, axis=-1)


def rate(function: Callable[..., object], *arguments: np.ndarray) -> float:
    """Poses a second, the best of five."""
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        function(*arguments)
        seconds.append(time.perf_counter() - start)
    return len(arguments[0]) / min(seconds)


def main() -> None:
    """Print the rates, their ratio and the largest difference, for both precisions."""
    truth = rng(0, "benchmark", "truth").normal(size=(POSES, 16, 3)) * (250, 450, 200)
    predicted = truth + rng(0, "benchmark", "noise").normal(size=truth.shape) * 50
    for kind in (np.float32, np.float64):
        pair = predicted.astype(kind), truth.astype(kind)
        ours, reference = rate(aligned_errors, *pair), rate(by_decomposition, *pair)
        apart = np.abs(aligned_errors(*pair) - by_decomposition(predicted, truth)).max()
        print(
            f"P-MPJPE {kind.__name__}: {ours / 1e3:.0f} k poses/s, by SVD {reference / 1e3:.0f} k poses/s, "
            f"ratio {ours / reference:.1f}, largest difference {apart:.0e} mm"
        )
    bodies = np.resize(truth, (MANY, 16, 3)) - truth[0, :1]
    image = 0.2 * bodies[..., :2] + 500
    seconds = MANY / rate(depth_scale, bodies, image, np.ones(bodies.shape[:2], bool))
    print(f"depth scales of {MANY / 1e3:.0f} k poses in {seconds:.2f} s")


if __name__ == "__main__":
    main()
