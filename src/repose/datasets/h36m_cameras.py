"""The cameras of Human3.6M: from a file beside the npz, or found from its 2D and 3D joints.

The npz files hold no cameras. Focal lengths, centres and lens distortion are those that Human3.6M publishes;
where the cameras stood for each subject is either in `cameras.json` ({subject: four of {orientation: w x y z,
translation: mm, center, focal_length, radial_distortion, tangential_distortion, res_w, res_h, id}}), or it
is estimated from the pairs of 3D and 2D joints, which are exact: a linear estimate (DLT) without the pairs
that fit badly, then a robust least-squares fit of rotation and position. Either way the cameras must
reproduce the 2D joints.

Legend: P points.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from repose.datasets.sources import entry, fault, numbers
from repose.foundations.files import read_json
from repose.geometry import Camera, quaternion_to_matrix

STEPS = 40  # at most, in the fit; a handful is enough if the joints fit at all
EXACT_PX = 0.01  # a lens that fits as well as this is the right one
LIMIT_PX = 0.5  # largest median distance between projected and published 2D joints

# Human3.6M's calibration: camera, width, height, focal length, centre, radial and tangential distortion
PUBLISHED = (
    ("54138969", 1000, 1002, (1145.0494384765625, 1143.7811279296875), (512.54150390625, 515.4514770507812),
     (-0.20709891617298126, 0.24777518212795258, -0.0030751503072679043),
     (-0.0009756988729350269, -0.00142447161488235)),
    ("55011271", 1000, 1000, (1149.6756591796875, 1147.5916748046875), (508.8486328125, 508.0649108886719),
     (-0.1942136287689209, 0.2404085397720337, 0.006819975562393665),
     (-0.0016190266469493508, -0.0027408944442868233)),
    ("58860488", 1000, 1000, (1149.1407470703125, 1148.7989501953125),
     (519.8158569335938, 501.40264892578125),
     (-0.2083381861448288, 0.25548800826072693, -0.0024604974314570427),
     (0.0014843869721516967, -0.0007599993259645998)),
    ("60457274", 1000, 1002, (1145.5113525390625, 1144.77392578125), (514.9682006835938, 501.88201904296875),
     (-0.198384091258049, 0.21832367777824402, -0.008947807364165783),
     (-0.0005872055771760643, -0.0018133620033040643)),
)  # fmt: skip
CAMERA_IDS = tuple(camera[0] for camera in PUBLISHED)


def published_camera(index: int) -> Camera:
    """The lens of a camera, standing at the origin."""
    _, width, height, focal, center, radial, tangential = PUBLISHED[index]
    return Camera(
        rotation=np.eye(3), position_mm=np.zeros(3), focal=np.array(focal), center=np.array(center),
        width=width, height=height, radial=np.array(radial), tangential=np.array(tangential), clamp=True,
    )  # fmt: skip


def read_cameras(path: Path, subjects: list[str]) -> dict[str, list[Camera]]:
    """The four cameras of each subject from the file beside the npz."""
    content = read_json(path)
    cameras: dict[str, list[Camera]] = {}
    for subject in subjects:
        entries = entry(content, subject, path)
        if not isinstance(entries, list) or len(entries) != len(PUBLISHED):
            raise fault(
                f"{path}: {subject}", "another number of cameras", f"a list of {len(PUBLISHED)} cameras"
            )
        cameras[subject] = [
            stated_camera(item, f"{path}: {subject}, camera {i}") for i, item in enumerate(entries)
        ]
    return cameras


def stated_camera(item: Any, where: str) -> Camera:
    """One camera of the file."""

    def vector(key: str, length: int) -> np.ndarray:
        return numbers(entry(item, key, where), (length,), f"{where}, `{key}`")

    orientation = vector("orientation", 4)
    if not orientation.any():
        raise fault(f"{where}, `orientation`", "zeros", "a quaternion w, x, y, z")
    return Camera(
        rotation=quaternion_to_matrix(orientation).T, position_mm=vector("translation", 3),
        focal=vector("focal_length", 2), center=vector("center", 2),
        width=int(entry(item, "res_w", where)), height=int(entry(item, "res_h", where)),
        radial=vector("radial_distortion", 3), tangential=vector("tangential_distortion", 2), clamp=True,
    )  # fmt: skip


def find_camera(index: int, world_mm: np.ndarray, pixels: np.ndarray) -> Camera:
    """The camera that sees world points (P, 3) at pixels (P, 2), with the published lens."""
    lens, other = lens_readings(published_camera(index))
    found = fit_pose(lens, world_mm, pixels)
    if error_px(found, world_mm, pixels) < EXACT_PX:
        return found
    return min(found, fit_pose(other, world_mm, pixels), key=lambda c: error_px(c, world_mm, pixels))


def best_reading(camera: Camera, world_mm: np.ndarray, pixels: np.ndarray) -> Camera:
    """The camera, or the one with the other order of tangential terms if that fits better."""
    return min(lens_readings(camera), key=lambda c: error_px(c, world_mm, pixels))


def lens_readings(camera: Camera) -> tuple[Camera, Camera]:
    """The two orders of the tangential terms in public code; they differ by some tenths of a pixel."""
    return camera, dataclasses.replace(camera, tangential=np.asarray(camera.tangential)[::-1])


def error_px(camera: Camera, world_mm: np.ndarray, pixels: np.ndarray) -> float:
    """The median distance between projected and given pixels."""
    return float(np.median(np.linalg.norm(camera.project(camera.to_camera(world_mm)) - pixels, axis=-1)))


def fit_pose(lens: Camera, world_mm: np.ndarray, pixels: np.ndarray) -> Camera:
    """Rotation and position of a camera of known lens: linear estimate, then robust least squares."""
    from scipy.optimize import least_squares
    from scipy.spatial.transform import Rotation

    rotation, position = linear_pose(world_mm, undistorted(lens, pixels))
    start = np.concatenate([Rotation.from_matrix(rotation).as_rotvec(), position / 1000])

    def placed(pose: np.ndarray) -> Camera:
        matrix = Rotation.from_rotvec(pose[:3]).as_matrix()
        return dataclasses.replace(lens, rotation=matrix, position_mm=pose[3:] * 1000, clamp=False)

    def residuals(pose: np.ndarray) -> np.ndarray:
        camera = placed(pose)
        points = camera.to_camera(world_mm)
        points[:, 2] = np.maximum(points[:, 2], 1)  # a bad start may put a point behind the camera
        return (camera.project(points) - pixels).ravel()

    fit = least_squares(
        residuals, start, loss="soft_l1", f_scale=0.1, x_scale="jac", xtol=1e-12, ftol=1e-12, max_nfev=STEPS
    )
    return dataclasses.replace(placed(fit.x), clamp=True)


def undistorted(lens: Camera, pixels: np.ndarray) -> np.ndarray:
    """x/z and y/z (P, 2) of pixels, the lens's distortion undone by fixed-point iteration."""
    seen = (pixels - lens.center) / lens.focal
    flat = seen
    for _ in range(20):
        flat = np.clip(flat + seen - lens.distorted(flat), -1, 1)
    return flat


def linear_pose(world_mm: np.ndarray, flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotation and position by the direct linear transform, fitted again without the worst pairs."""
    mean, size = world_mm.mean(axis=0), world_mm.std() or 1.0
    points = np.concatenate([(world_mm - mean) / size, np.ones((len(world_mm), 1))], axis=1)  # P, 4
    keep = np.ones(len(points), bool)
    for _ in range(5):
        matrix = projection_matrix(points[keep], flat[keep])
        seen = points @ matrix.T
        error = np.linalg.norm(seen[:, :2] / seen[:, 2:] - flat, axis=1)
        keep = error <= max(3 * float(np.median(error)), 1e-9)
    if np.median(points @ matrix[2]) < 0:
        matrix = -matrix
    u, scales, vt = np.linalg.svd(matrix[:, :3])
    rotation = u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt
    return rotation, mean - size * rotation.T @ (matrix[:, 3] / scales.mean())


def projection_matrix(points: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """The 3×4 matrix that maps points (P, 4) to x/z, y/z (P, 2), up to a factor."""
    zero = np.zeros_like(points)
    rows = np.concatenate([
        np.concatenate([points, zero, -flat[:, :1] * points], axis=1),
        np.concatenate([zero, points, -flat[:, 1:] * points], axis=1),
    ])  # fmt: skip
    return np.linalg.eigh(rows.T @ rows)[1][:, 0].reshape(3, 4)
