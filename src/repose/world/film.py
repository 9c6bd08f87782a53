"""The camera's film: exposure, white balance, blur, vignette, gamma and the sensor's noise."""

import numpy as np

from repose.foundations.rng import rng
from repose.world.kernels import kernel

MIDDLE_GREY = 0.2


@kernel
def develop(film, row_film, image, gains, blur, grain, vignette, seed):  # type: ignore[no-untyped-def]
    """Film (H,W,3) linear → image (H,W,3) uint8; blur is the weight of each neighbour in a 3×3 kernel.

    row_film (W,3) is room to work in.
    """
    height, width = film.shape[0], film.shape[1]
    keep = 1.0 - 2.0 * blur
    for row in range(height):
        before, after = max(row - 1, 0), min(row + 1, height - 1)
        for column in range(width):
            for c in range(3):
                around = film[before, column, c] + film[after, column, c]
                row_film[column, c] = keep * film[row, column, c] + blur * around
        y = (row + 0.5) / height - 0.5
        for column in range(width):
            x = (column + 0.5) / width - 0.5
            dim = 1.0 - vignette * (x * x + y * y)
            left, right = max(column - 1, 0), min(column + 1, width - 1)
            h = np.uint64(row * width + column) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)
            h ^= h >> np.uint64(31)
            h *= np.uint64(0xBF58476D1CE4E5B9)
            h ^= h >> np.uint64(29)
            h *= np.uint64(0x94D049BB133111EB)
            h ^= h >> np.uint64(32)
            for c in range(3):
                value = keep * row_film[column, c] + blur * (row_film[left, c] + row_film[right, c])
                value = 255.0 * np.sqrt(max(0.0, value * gains[c] * dim))
                # the sum of two uniform numbers of 10 bits, whose deviation is 418
                noise = np.float64(h & np.uint64(1023)) + np.float64((h >> np.uint64(10)) & np.uint64(1023))
                h = h >> np.uint64(20)
                value += grain * (noise - 1023.0) / 418.0
                image[row, column, c] = np.uint8(min(255.0, max(0.0, value + 0.5)))


def developed(film: np.ndarray, seed: int, *key: str | int) -> np.ndarray:
    """Automatic exposure with its errors, and the faults of one camera's shot, drawn from the key."""
    generator = rng(seed, "film", *key)
    few = film[::4, ::4]
    mean = float(few.sum()) / few.size + 1e-6
    normal = generator.standard_normal(4)
    gains = (MIDDLE_GREY / mean) ** 0.6 * np.exp(0.18 * normal[0] + 0.04 * normal[1:])
    first, second, third = generator.random(3).tolist()
    blur, vignette, grain = 0.02 + 0.14 * first, 0.5 * second, 1.0 + 4.0 * third
    image = np.empty(film.shape, np.uint8)
    row_film = np.empty(film.shape[1:], np.float32)
    develop(film, row_film, image, gains, blur, grain, vignette, int(generator.integers(1 << 62)))
    return image
