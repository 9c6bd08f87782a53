"""Pictures of solids and people agree with geometry."""

import numpy as np
import pytest

from repose.geometry import Camera
from repose.world.backdrops import Builder, studio
from repose.world.body import POINTS, rest_pose, sample_subject
from repose.world.cameras import h36m_cameras, pinhole
from repose.world.look import sample_look
from repose.world.occluders import Block, block_solids
from repose.world.raster import BACKDROP, BOX, ELLIPSOID, OBJECT
from repose.world.render import Figure, Picture, camera_rays, render, tolerance_mm, visible_points
from repose.world.scene import Light

SIZE = 64
LIGHT = Light((0.0, 0.6, 0.8), (0.8, 0.8, 0.8), (0.6, 0.6, 0.6))


def front_camera(size: int = SIZE) -> Camera:
    """Five metres before the origin (on +x), at chest height."""
    return pinhole(np.array([5000.0, 0.0, 1000.0]), np.array([0.0, 0.0, 1000.0]), 2.0 * size, (size, size))


def room() -> Builder:
    build = Builder(np.random.default_rng(0), np.array([-6000.0, 6000.0, -6000.0, 6000.0, 3000.0]), 0.0)
    studio(build)
    return build


def person(at: tuple[float, float] = (0.0, 0.0), number: int = 0) -> Figure:
    """Somebody who stands at a place and looks along +x."""
    subject = sample_subject(0, "render", number)
    points = rest_pose(subject.lengths)
    points = points + np.array([at[0], at[1], -points[:, 2].min()])
    return Figure(points, subject, sample_look(0, "render", number))


def block(kind: int, centre: tuple[float, float, float], half: tuple[float, float, float]) -> Block:
    return Block(kind, centre, half, 0.0, 0, np.full((3, 3), 0.5), 300.0, 1)


def shown(figures: list[Figure], blocks: list[Block], camera: Camera, seed: int = 0) -> Picture:
    return render(figures, camera, room().done(), LIGHT, blocks, seed, "test")


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, again = (shown([person()], [], front_camera()) for _ in range(2))
    other = shown([person()], [], front_camera(), seed=1)
    assert first.image.tobytes() == again.image.tobytes()
    assert first.depth_mm.tobytes() == again.depth_mm.tobytes()
    assert first.image.tobytes() != other.image.tobytes()
    assert np.array_equal(first.owner, other.owner)


def test_a_ball_has_the_silhouette_and_depth_of_pinhole_geometry() -> None:
    camera, radius, distance = front_camera(), 400.0, 5000.0
    picture = shown([], [block(ELLIPSOID, (0, 0, 1000), (radius,) * 3)], camera)
    seen = picture.owner == OBJECT
    outline = camera.focal[0] * radius / np.sqrt(distance**2 - radius**2)
    assert np.sqrt(seen.sum() / np.pi) == pytest.approx(outline, abs=0.3)
    assert picture.depth_mm[seen].min() == pytest.approx(distance - radius, rel=1e-3)
    rows, columns = np.nonzero(seen)
    assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx((SIZE / 2, SIZE / 2), abs=0.1)


def test_a_calf_is_as_wide_as_its_girth_and_lies_around_its_bone() -> None:
    camera, figure = front_camera(256), person()
    picture = shown([figure], [], camera)
    points = camera.to_camera(figure.points_mm)
    bulge = 0.68 * points[POINTS.index("l_knee")] + 0.32 * points[POINTS.index("l_ankle")]
    column, row = camera.project(bulge).astype(int)
    both_legs = (picture.owner[row] == 0).sum() * bulge[2] / camera.focal[0]
    calf = figure.subject.girth["calf"]
    assert 3.6 * calf < both_legs < 4 * 1.3 * calf  # clothes make it wider
    assert 0.8 * calf < bulge[2] - picture.depth_mm[row, column] < 1.3 * calf


def test_a_point_of_the_floor_is_drawn_where_the_camera_projects_it() -> None:
    camera = h36m_cameras("S1")[0].scaled(0.256)
    corner = np.array([300.0, -400.0, 0.0])
    picture = shown([], [block(BOX, (300.0, -400.0, 20.0), (60, 60, 20))], camera)
    rows, columns = np.nonzero(picture.owner == OBJECT)
    middle = camera.project(camera.to_camera(corner + np.array([0, 0, 20])))
    assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx(tuple(middle), abs=1.0)


def test_rays_undo_the_lens() -> None:
    camera = h36m_cameras("S1")[1].scaled(0.1)
    rays = camera_rays(camera)
    points = np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=-1)
    columns, rows = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    assert np.abs(camera.project(points) - np.stack([columns, rows], -1)).max() < 0.02


def test_the_nearer_person_hides_the_farther() -> None:
    camera = front_camera()
    alone = shown([person((0, 0), 1)], [], camera)
    both = shown([person((0, 0), 1), person((900, 0), 2)], [], camera)
    assert (both.owner == 0).sum() < 0.4 * (alone.owner == 0).sum()
    front = both.owner == 1
    assert (both.depth_mm[front] < 4600).all()
    swapped = shown([person((900, 0), 2), person((0, 0), 1)], [], camera)
    assert np.array_equal(swapped.owner == 0, front)


def test_joints_behind_a_thing_or_out_of_the_frame_are_not_visible() -> None:
    camera, figure = front_camera(), person()
    points = camera.to_camera(figure.points_mm)
    knees = [POINTS.index("r_knee"), POINTS.index("l_knee")]
    tolerance = tolerance_mm(figure.subject)
    free = visible_points(points, shown([figure], [], camera), camera, tolerance)
    screen = block(BOX, (1000.0, 0.0, 350.0), (20.0, 600.0, 350.0))
    hidden = visible_points(points, shown([figure], [screen], camera), camera, tolerance)
    assert free[knees].all()
    assert free[POINTS.index("nose")]
    assert not hidden[knees].any()
    assert hidden[POINTS.index("nose")]
    aside = points + np.array([10000.0, 0.0, 0.0])
    assert not visible_points(aside, shown([figure], [], camera), camera).any()


def test_the_own_trunk_hides_what_is_behind_it() -> None:
    camera, figure = front_camera(), person()
    points = figure.points_mm.copy()
    behind = [POINTS.index("r_hand"), POINTS.index("r_wrist")]
    points[behind] = figure.points_mm[POINTS.index("spine")] + [[-230.0, 0.0, 0.0], [-230.0, -20.0, 0.0]]
    posed = Figure(points, figure.subject, figure.look)
    seen = visible_points(camera.to_camera(points), shown([posed], [], camera), camera)
    assert not seen[behind].any()
    assert seen[POINTS.index("l_wrist")]


@pytest.mark.parametrize("at", [(20000.0, 0.0), (0.0, 30000.0), (5000.0, 0.0), (-90000.0, 0.0)])
def test_people_behind_the_camera_in_it_or_far_away_do_no_harm(at: tuple[float, float]) -> None:
    picture = shown([person(at)], [], front_camera())
    assert picture.image.shape == (SIZE, SIZE, 3)
    assert ((picture.owner == BACKDROP) == np.isinf(picture.depth_mm)).all()


def test_a_picture_without_people_and_one_pixel_wide_is_drawn() -> None:
    assert (shown([], [], front_camera()).owner == BACKDROP).all()
    assert shown([person()], [], front_camera(1)).image.shape == (1, 1, 3)


def test_front_and_back_of_a_head_differ() -> None:
    figure = person(number=4)
    turned = Figure(figure.points_mm * [-1, -1, 1], figure.subject, figure.look)
    camera = pinhole(np.array([1500.0, 0, 1600.0]), np.array([0.0, 0, 1600.0]), 160.0, (SIZE, SIZE))
    front, back = shown([figure], [], camera), shown([turned], [], camera)
    both = (front.owner == 0) & (back.owner == 0)
    difference = np.abs(front.image.astype(int) - back.image)[both].mean()
    assert difference > 15


def test_no_things_are_no_solids() -> None:
    assert block_solids([], front_camera()).kind.shape == (0,)
