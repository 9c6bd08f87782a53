"""Values keyed over time with minimum-jerk movements between them (Flash & Hogan 1985), and smooth noise."""

import numpy as np

from repose.world.frames import Array


class Track:
    """A value of D numbers that rests, moves to a new value when told, and rests again."""

    def __init__(self, start: Array | list[float] | float) -> None:
        self.values: list[Array] = [np.atleast_1d(np.asarray(start, dtype=np.float64))]
        self.starts: list[float] = []
        self.lasts: list[float] = []

    def to(self, start: float, last: float, value: Array | list[float] | float) -> "Track":
        """Leave the present value at second `start` and reach `value` after `last` seconds."""
        self.values.append(np.atleast_1d(np.asarray(value, dtype=np.float64)))
        self.starts.append(start)
        self.lasts.append(last)
        return self

    def add(self, start: float, last: float, change: Array | list[float] | float) -> "Track":
        """Move by `change` from the present value."""
        return self.to(start, last, self.values[-1] + np.asarray(change, dtype=np.float64))

    @property
    def end(self) -> float:
        """The second at which the last movement ends."""
        return self.starts[-1] + self.lasts[-1] if self.starts else 0.0

    def at(self, seconds: Array) -> Array:
        """Values (T, D) at the given seconds (T)."""
        path = np.broadcast_to(self.values[0], (len(seconds), len(self.values[0]))).copy()
        if self.starts:
            u = np.clip((seconds[:, None] - np.array(self.starts)) / np.array(self.lasts), 0.0, 1.0)
            path += (u * u * u * (10 + u * (6 * u - 15))) @ np.diff(np.array(self.values), axis=0)
        return path


def sway(generator: np.random.Generator, seconds: Array, columns: int, slowest: float = 0.08) -> Array:
    """Smooth noise (T, columns) of unit spread: six waves between `slowest` and eight times that, Hz."""
    hertz = slowest * 8.0 ** generator.random((6, columns))
    phase = generator.random((6, columns)) * 2 * np.pi
    weight = (slowest / hertz) ** 0.7
    weight *= np.sqrt(2.0 / (weight**2).sum(0))
    waves: Array = np.einsum("kc,tkc->tc", weight, np.sin(2 * np.pi * hertz * seconds[:, None, None] + phase))
    return waves


def hold(values: Array | list[float] | float, frames: int) -> Array:
    """The same value in every frame: (T, …)."""
    values = np.asarray(values, dtype=np.float64)
    return np.broadcast_to(values, (frames, *values.shape)).copy()
