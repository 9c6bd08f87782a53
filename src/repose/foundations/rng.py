"""Keyed randomness: every draw comes from a seed and the names of what it is for.

No generator is carried from one draw to the next, so the number of workers, their order and a resumed
training change nothing.
"""

import zlib

import numpy as np


def key_seed(seed: int, *key: str | int) -> list[int]:
    """The entropy of a key: the seed, then every part as a number (names by CRC-32)."""
    return [seed, *(part if isinstance(part, int) else zlib.crc32(part.encode()) for part in key)]


def rng(seed: int, *key: str | int) -> np.random.Generator:
    """The generator of one key, such as `rng(0, "augment", epoch, index)`."""
    return np.random.default_rng(key_seed(seed, *key))
