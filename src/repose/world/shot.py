"""A picture taken: its pixels, and where the joints of everyone in it are.

Legend: K people, P body points, J joints, H, W picture.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repose.geometry import Camera
from repose.world.body import POINTS, Subject
from repose.world.points import joint_weights, joints_of
from repose.world.render import Figure, Picture, render, tolerance_mm, visible_points
from repose.world.scene import Scene
from repose.world.seats import seats

JPEG_QUALITY = 90
LIMB_MM = 40.0  # from a joint to the outline of a limb
HEAD = [POINTS.index(name) for name in ("upper_neck", "head", "head_top", "nose", "l_ear", "r_ear")]


@dataclass(frozen=True)
class Seen:
    """Joints as one camera sees them."""

    mm: np.ndarray  # K, J, 3 camera frame
    px: np.ndarray  # K, J, 2
    inside: np.ndarray  # K, J bool: in the picture
    visible: np.ndarray  # K, J bool: in the picture with nothing in front of it, not even the own body


@dataclass(frozen=True)
class Shot:
    """One picture with everything its labels are made from."""

    camera: Camera
    picture: Picture
    points_mm: np.ndarray  # K, P, 3 camera frame
    subjects: tuple[Subject, ...]  # K

    def joints(self, skeleton: str) -> Seen:
        """The joints of a skeleton."""
        mm = joints_of(self.points_mm, skeleton)
        px = self.camera.project(mm)
        flesh = np.array([tolerance_mm(subject) for subject in self.subjects]).reshape(-1, len(POINTS))
        inside = visible_points(mm, self.picture, self.camera, np.inf)
        visible = visible_points(mm, self.picture, self.camera, flesh @ joint_weights(skeleton).T, LIMB_MM)
        return Seen(mm, px, inside, inside & visible)

    def mask(self, person: int) -> np.ndarray:
        """The visible pixels of a person, (H, W) bool."""
        mask: np.ndarray = self.picture.owner == person
        return mask

    def covered_by_others(self, px: np.ndarray) -> np.ndarray:
        """Which pixels (K, J, 2) show something else than the person K."""
        limits = np.array(self.picture.owner.shape[::-1]) - 1
        column, row = np.moveaxis(np.clip(np.floor(px).astype(int), 0, limits), -1, 0)
        others: np.ndarray = self.picture.owner[row, column] != np.arange(len(px))[:, None]
        return others

    def body_boxes(self) -> np.ndarray:
        """Boxes (K, 4) x1 y1 x2 y2 around each whole body, cut at the picture's border."""
        px = self.camera.project(self.points_mm)
        low, high = px.min(1), px.max(1)
        margin = 0.03 * (high - low).max(1, keepdims=True)  # points lie inside the flesh
        return self.cut(np.concatenate([low - margin, high + margin], 1))

    def head_boxes(self) -> np.ndarray:
        """Boxes (K, 4) x1 y1 x2 y2 around each head."""
        px = self.camera.project(self.points_mm[:, HEAD])
        low, high = px.min(1), px.max(1)
        margin = 0.12 * (high - low).max(1, keepdims=True)
        return np.concatenate([low - margin, high + margin], 1)

    def cut(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes (K, 4) x1 y1 x2 y2 limited to the picture."""
        limits = [self.camera.width, self.camera.height] * 2
        inside: np.ndarray = np.clip(boxes, 0, limits)
        return inside

    def person_heights_px(self) -> np.ndarray:
        """How tall (K) each person would stand in the picture."""
        depth = self.points_mm[:, POINTS.index("pelvis"), 2]
        heights = np.array([subject.height_mm for subject in self.subjects])
        return heights * self.camera.focal[1] / np.maximum(depth, 1.0)

    def save(self, path: Path) -> None:
        """Write the picture as JPEG."""
        save_jpeg(path, self.picture.image)


def take(figures: Sequence[Figure], camera: Camera, scene: Scene, seed: int, *key: str | int) -> Shot:
    """The picture of people in a scene, and of what they sit on."""
    things = [*scene.occluders, *seats(figures, seed)]
    picture = render(figures, camera, scene.backdrop, scene.light, things, seed, *key)
    points = np.array([figure.points_mm for figure in figures]).reshape(-1, len(POINTS), 3)
    return Shot(camera, picture, camera.to_camera(points), tuple(figure.subject for figure in figures))


def save_jpeg(path: Path, image: np.ndarray) -> None:
    """Write (H, W, 3) uint8 RGB."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path, "JPEG", quality=JPEG_QUALITY)


def overlaps(boxes: np.ndarray) -> np.ndarray:
    """For every box (K, 4) x1 y1 x2 y2 the largest intersection over union with another one, (K)."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), -1)
    area = np.prod(boxes[:, 2:] - boxes[:, :2], -1)
    iou = common / np.maximum(area[:, None] + area[None] - common, 1e-9)
    np.fill_diagonal(iou, 0)
    return iou.max(1, initial=0.0)


def cropped(camera: Camera, points_mm: np.ndarray, loose: float, shift: np.ndarray) -> Camera:
    """The camera of a square cut-out around points (N, 3) of its frame, moved by shares of its side."""
    px = camera.project(points_mm)
    low, high = px.min(0), px.max(0)
    side = int(np.ceil((high - low).max() * loose))
    corner = np.round((low + high) / 2 + shift * side - side / 2)
    return dataclasses.replace(camera, center=camera.center - corner, width=side, height=side)
