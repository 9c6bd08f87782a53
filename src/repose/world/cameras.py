"""Where the cameras of each data set stand.

Human3.6M's intrinsics are the published ones (Ionescu et al. 2014). All cameras look at a capture space
around the world's origin, z up, floor at z = 0, millimetres.
"""

import numpy as np

from repose.foundations.rng import rng
from repose.geometry.cameras import Camera
from repose.world.frames import Array

H36M_IDS = ("54138969", "55011271", "58860488", "60457274")
# focal px, centre px, radial, tangential, height px; all are 1000 px wide
H36M_LENSES = {
    "54138969": (
        (1145.0494384765625, 1143.7811279296875),
        (512.54150390625, 515.4514770507812),
        (-0.20709891617298126, 0.24777518212795258, -0.0030751503072679043),
        (-0.0009756988729350269, -0.00142447161488235),
        1002,
    ),
    "55011271": (
        (1149.6756591796875, 1147.5916748046875),
        (508.8486328125, 508.0649108886719),
        (-0.1942136287689209, 0.2404085397720337, 0.006819975562393665),
        (-0.0016190266469493508, -0.0027408944442868233),
        1000,
    ),
    "58860488": (
        (1149.1407470703125, 1148.7989501953125),
        (519.8158569335938, 501.40264892578125),
        (-0.2083381861448288, 0.25548800826072693, -0.0024604974314570427),
        (0.0014843869721516967, -0.0007599993259645998),
        1000,
    ),
    "60457274": (
        (1145.5113525390625, 1144.77392578125),
        (514.9682006835938, 501.8820495605469),
        (-0.198384091258049, 0.21832367777824402, -0.008947807364165783),
        (-0.0005872055771760643, -0.0018133620033040643),
        1002,
    ),
}
H36M_PLACES_MM = {  # a rectangle around the space, as the real four stand
    "54138969": (1840.0, 4950.0, 1560.0),
    "55011271": (1770.0, -5080.0, 1600.0),
    "58860488": (-1840.0, 5200.0, 1490.0),
    "60457274": (-1790.0, -4200.0, 1570.0),
}
MPI3DHP_CHEST_HIGH = (0, 1, 2, 4, 5, 6, 7, 8)  # of its cameras 0–13; 3 is low, the others look down
MPI3DHP_PX = 2048
OCCLUSION_PERSON_PX = (1280, 720)
WILD_FIELD_DEG = (28.0, 72.0)  # field of view over the long edge


def looking(position_mm: Array, target_mm: Array, roll: float = 0.0) -> Array:
    """Rotation (3, 3) world → camera of a camera that looks at a target, turned by `roll` about its axis."""
    z0, z1, z2 = (float(t) - float(p) for t, p in zip(target_mm, position_mm, strict=True))
    size, flat = np.sqrt(z0 * z0 + z1 * z1 + z2 * z2), np.sqrt(z0 * z0 + z1 * z1)
    z0, z1, z2, x0, x1 = z0 / size, z1 / size, z2 / size, z1 / flat, -z0 / flat  # x is level
    x, y = np.array([x0, x1, 0.0]), np.array([-z2 * x1, z2 * x0, z0 * x1 - z1 * x0])
    c, s = np.cos(roll), np.sin(roll)
    return np.array([c * x + s * y, c * y - s * x, [z0, z1, z2]])


def pinhole(
    position_mm: Array, target_mm: Array, focal_px: float, size: tuple[int, int], roll: float = 0.0
) -> Camera:
    """A camera without distortion whose centre is the image's; `size` is width, height."""
    return Camera(
        rotation=looking(position_mm, target_mm, roll),
        position_mm=np.asarray(position_mm, dtype=np.float64),
        focal=np.array([focal_px, focal_px]),
        center=np.array([size[0] / 2, size[1] / 2]),
        width=size[0],
        height=size[1],
    )


def h36m_cameras(subject_name: str) -> tuple[Camera, ...]:
    """Human3.6M's four cameras in the order of H36M_IDS, moved by some centimetres for each subject."""
    cameras = []
    for name in H36M_IDS:
        focal, center, radial, tangential, height = H36M_LENSES[name]
        moved = rng(0, "h36m camera", subject_name, name).normal(0.0, 1.0, 7)
        position = np.array(H36M_PLACES_MM[name]) + moved[:3] * [90.0, 110.0, 30.0]
        target = np.array([0.0, 150.0, 850.0]) + moved[3:6] * [90.0, 90.0, 25.0]
        cameras.append(
            Camera(
                rotation=looking(position, target, 0.008 * moved[6]),
                position_mm=position,
                focal=np.array(focal),
                center=np.array(center),
                width=1000,
                height=height,
                radial=np.array(radial),
                tangential=np.array(tangential),
                clamp=True,
            )
        )
    return tuple(cameras)


def ring(
    seed: int,
    *key: str | int,
    count: int,
    radius_mm: float,
    height_mm: float,
    focal_px: float,
    size: tuple[int, int],
    spread: float = 0.06,
) -> tuple[Camera, ...]:
    """Cameras on a circle that look at the height of a waist, each moved a little (share of the radius)."""
    cameras = []
    generator = rng(seed, "ring", *key)
    start = generator.uniform(0, 2 * np.pi)
    for index in range(count):
        angle = start + 2 * np.pi * (index + generator.normal(0, spread)) / count
        radius = radius_mm * (1 + generator.normal(0, spread))
        height = height_mm * (1 + generator.normal(0, spread))
        position = np.array([radius * np.cos(angle), radius * np.sin(angle), height])
        target = np.array([0.0, 0.0, 900.0]) + generator.normal(0, 60.0, 3)
        focal = focal_px * (1 + generator.normal(0, spread / 6))
        cameras.append(pinhole(position, target, focal, size))
    return tuple(cameras)


def mpi3dhp_cameras(subject_name: str) -> dict[int, Camera]:
    """MPI-INF-3DHP's fourteen training cameras by id: eight chest high, one near the floor, five above."""
    size = (MPI3DHP_PX, MPI3DHP_PX)

    def circle(name: str, count: int, radius_mm: float, height_mm: float) -> tuple[Camera, ...]:
        return ring(
            0,
            name,
            subject_name,
            count=count,
            radius_mm=radius_mm,
            height_mm=height_mm,
            focal_px=1498.0,
            size=size,
        )

    high = iter(circle("3dhp high", 5, 3000.0, 2900.0))
    chest = iter(circle("3dhp chest", 8, 3700.0, 1450.0))
    low = iter(circle("3dhp low", 1, 3600.0, 500.0))
    return {i: next(chest if i in MPI3DHP_CHEST_HIGH else low if i == 3 else high) for i in range(14)}


def mpi3dhp_test_camera(sequence: str) -> Camera:
    """The camera of a test sequence, TS1 to TS6; the last two are filmed outdoors in full HD."""
    outdoor = sequence in ("TS5", "TS6")
    size = (1920, 1080) if outdoor else (MPI3DHP_PX, MPI3DHP_PX)
    generator = rng(0, "3dhp test", sequence)
    angle = generator.uniform(0, 2 * np.pi)
    radius = generator.uniform(4300, 5000) if outdoor else generator.uniform(3500, 4100)
    height = generator.uniform(1100, 1600)
    position = np.array([radius * np.cos(angle), radius * np.sin(angle), height])
    return pinhole(position, np.array([0.0, 0.0, 900.0]), 1700.0 if outdoor else 1500.0, size)


def occlusion_person_cameras(scene: str) -> tuple[Camera, ...]:
    """Occlusion-Person's eight cameras around the person in one of its scenes."""
    return ring(
        0,
        "occlusion person",
        scene,
        count=8,
        radius_mm=2600.0,
        height_mm=1500.0,
        focal_px=720.0,
        size=OCCLUSION_PERSON_PX,
        spread=0.1,
    )


def free_camera(
    seed: int,
    *key: str | int,
    target_mm: Array,
    size: tuple[int, int],
    share: tuple[float, float] = (0.5, 0.95),
    azimuth: tuple[float, float] = (0.0, 2 * np.pi),
    elevation_deg: tuple[float, float] = (-8.0, 25.0),
    off_center: float = 0.12,
) -> Camera:
    """A camera in the wild that frames the points `target_mm` (N, 3).

    `size` is width, height; `share` how much of the image (in its tighter direction) the points fill,
    `azimuth` where the camera stands around them, `off_center` the spread of their place in the image.
    """
    generator = rng(seed, "free camera", *key)
    target_mm = np.asarray(target_mm, dtype=np.float64).reshape(-1, 3)
    middle = (target_mm.min(0) + target_mm.max(0)) / 2
    field = np.deg2rad(generator.uniform(*WILD_FIELD_DEG))
    focal = max(size) / 2 / np.tan(field / 2)
    around = generator.uniform(*azimuth)
    elevation = np.deg2rad(generator.triangular(elevation_deg[0], sum(elevation_deg) / 3, elevation_deg[1]))
    toward = np.array(
        [np.cos(elevation) * np.cos(around), np.cos(elevation) * np.sin(around), np.sin(elevation)]
    )
    wanted = generator.uniform(*share)
    roll = generator.normal(0.0, 0.03)
    shift = generator.normal(0.0, off_center, 2) * (1.05 - wanted) * size
    distance = focal * np.linalg.norm(np.ptp(target_mm, axis=0)) / min(size)
    for _ in range(4):  # the size in the image is nearly, not quite, inverse to the distance
        position = middle + toward * distance
        position[2] = max(position[2], 250.0)
        rotation = looking(position, middle, float(roll))
        camera_points = (target_mm - position) @ rotation.T
        flat = camera_points[:, :2] / np.maximum(camera_points[:, 2:], 200.0)
        low, high = flat.min(0), flat.max(0)
        extent = float(((high - low) * focal / size).max())
        nearest = float(camera_points[:, 2].min())
        distance = max(distance * extent / wanted, distance - nearest + 500.0)
    flat = camera_points[:, :2] / camera_points[:, 2:]
    moved = focal * (flat.min(0) + flat.max(0)) / 2 - shift
    # looking aside rather than cropping: the optical axis stays in the image's middle
    aside = rotation.T @ np.array([moved[0] / focal, moved[1] / focal, 1.0])
    return pinhole(position, position + aside * distance, float(focal), size, float(roll))
