"""What the world needs to know to make one data set, and how many pictures that is."""

import dataclasses
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from repose.world.motion import MotionSource

MPII_PEOPLE = 22246  # the training people of MPII: the measure against which other sets are compressed


@dataclass(frozen=True)
class WorldScale:
    """How much smaller the world's sets are than the real ones."""

    images: float  # share of the 2D sets' training pictures
    compression: float  # exponent on how many times larger or smaller than MPII a 3D set or COCO is
    test_images: int | None  # pictures of a test set; None: as many as the real one
    image_px: int | None  # long edge of a picture; None: the published size
    video: float  # share of the length of Human3.6M's takes
    people_px: int | None = None  # long edge in COCO, CrowdPose and OCHuman; None: as in the other sets
    size_range: float = 1.0  # range of people's sizes there, as a share of the published range


@dataclass(frozen=True)
class WorldSettings:
    """Everything that decides the bytes of one data set."""

    seed: int
    motion: MotionSource
    sizes: Mapping[str, int]  # the real set's own counts
    scale: WorldScale

    def linear(self, count: str) -> int:
        """Training pictures of a 2D set, in proportion to the real one."""
        return max(1, round(self.sizes[count] * self.scale.images))

    def compressed(self, count: str) -> int:
        """Training pictures of a 3D set or of COCO, pulled towards MPII's size."""
        ratio = (self.sizes[count] / MPII_PEOPLE) ** self.scale.compression
        return max(1, round(MPII_PEOPLE * ratio * self.scale.images))

    def tested(self, count: str) -> int:
        """Pictures of a test set."""
        real, wanted = self.sizes[count], self.scale.test_images
        return real if wanted is None else min(real, wanted)

    def image_size(self, width: int, height: int) -> tuple[int, int]:
        """A published picture size, scaled to the long edge asked for."""
        factor = (self.scale.image_px or max(width, height)) / max(width, height)
        return round(width * factor), round(height * factor)

    def of_several(self) -> "WorldSettings":
        """The same settings, with the picture size of COCO, CrowdPose and OCHuman."""
        edge = self.scale.people_px or self.scale.image_px
        return dataclasses.replace(self, scale=dataclasses.replace(self.scale, image_px=edge))

    def nearer(self, published: float, near: float) -> float:
        """A figure of COCO, CrowdPose or OCHuman between the published one (range 1) and `near` (range 0)."""
        return self.scale.size_range * published + (1 - self.scale.size_range) * near


def share(total: int, weights: Mapping[str, float] | list[float]) -> list[int]:
    """Whole numbers that add up to the total, in proportion to the weights."""
    values = list(weights.values()) if isinstance(weights, Mapping) else weights
    bounds, whole, used = [0], sum(values), 0.0
    for value in values:
        used += value
        bounds.append(round(total * used / whole))
    return [high - low for low, high in itertools.pairwise(bounds)]
