"""Scenes enclose cameras and people and are the same whenever their key is."""

import numpy as np
import pytest

from repose.geometry import Camera
from repose.world.backdrops import BACKDROPS
from repose.world.body import rest_pose, sample_subject
from repose.world.cameras import free_camera, mpi3dhp_cameras
from repose.world.look import HAIR_STYLES, sample_look
from repose.world.occluders import Block, hidden_share
from repose.world.raster import BOX
from repose.world.render import Figure, render
from repose.world.scene import CAPTURE_SPACE_MM, KINDS, Scene, sample_scene


def person(number: int = 0) -> Figure:
    subject = sample_subject(0, "scene", number)
    points = rest_pose(subject.lengths)
    return Figure(points - [0, 0, points[:, 2].min()], subject, sample_look(0, "scene", number))


def camera_of(figure: Figure, number: int) -> Camera:
    return free_camera(0, "scene", number, target_mm=figure.points_mm, size=(48, 48))


def in_room(scene: Scene, points_mm: np.ndarray) -> bool:
    cos, sin = scene.backdrop.turn
    x = points_mm[..., 0] * cos + points_mm[..., 1] * sin
    y = points_mm[..., 1] * cos - points_mm[..., 0] * sin
    x0, x1, y0, y1, _ = scene.backdrop.room
    return bool(((x > x0) & (x < x1) & (y > y0) & (y < y1)).all())


@pytest.mark.parametrize("kind", KINDS)
def test_cameras_and_people_are_in_the_room_and_the_light_comes_from_above(kind: str) -> None:
    for number in range(12):
        figure = person(number)
        camera = camera_of(figure, number)
        scene = sample_scene(kind, [figure], camera, 0, number)
        assert in_room(scene, figure.points_mm)
        assert in_room(scene, camera.position_mm)
        assert scene.light.direction[2] > 0.3
        assert np.linalg.norm(scene.light.direction) == pytest.approx(1.0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_scene_follows_from_its_key_and_its_pictures_vary(kind: str) -> None:
    figure = person()
    camera = camera_of(figure, 1)
    first, again, other = (sample_scene(kind, [figure], camera, 0, key) for key in ("a", "a", "b"))
    pictures = [
        render([figure], camera, s.backdrop, s.light, s.occluders, 0).image for s in (first, again, other)
    ]
    assert np.array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[0].astype(int) - pictures[2]).mean() > 3
    assert pictures[0].std() > 8


@pytest.mark.parametrize("kind", sorted(CAPTURE_SPACE_MM))
def test_a_studio_is_the_same_from_every_side(kind: str) -> None:
    cameras = mpi3dhp_cameras("S1")
    rooms = [
        sample_scene(kind, [person()], camera, 0, "take") for camera in (cameras[0], cameras[4], cameras[12])
    ]
    for room in rooms[1:]:
        assert np.array_equal(room.backdrop.room[:4], rooms[0].backdrop.room[:4])
        assert np.array_equal(room.backdrop.colours, rooms[0].backdrop.colours)
        assert [b.centre_mm for b in room.occluders] == [b.centre_mm for b in rooms[0].occluders]


def test_a_scene_without_people_is_possible() -> None:
    camera = camera_of(person(), 3)
    for kind in BACKDROPS:
        scene = sample_scene(kind, [], camera, 0, "empty")
        assert render([], camera, scene.backdrop, scene.light, scene.occluders, 0).image.shape == (48, 48, 3)


def test_looks_vary_and_follow_from_their_key() -> None:
    looks = [sample_look(0, number) for number in range(200)]
    assert looks[3] == sample_look(0, 3)
    assert {look.hair_style for look in looks} == set(HAIR_STYLES)
    assert len({look.shirt_pattern for look in looks}) == 9
    assert all(0 <= value <= 1 for look in looks for value in (*look.skin, *look.shirt, *look.hair))


def test_a_panel_hides_what_is_behind_it_and_nothing_beside_it() -> None:
    eye, figure = np.array([5000.0, 0.0, 1000.0]), person()
    points = figure.points_mm
    colours = np.full((3, 3), 0.5)
    board = Block(BOX, (2500.0, 0.0, 0.0), (10.0, 900.0, 700.0), 0.0, 0, colours, 300.0, 1)
    turned = Block(BOX, (2500.0, 0.0, 0.0), (900.0, 10.0, 700.0), np.pi / 2, 0, colours, 300.0, 1)
    expected = float((points[:, 2] < 400 - (points[:, 0] * 0.12)).mean())
    for block in (board, turned):
        assert hidden_share([block], eye, points) == pytest.approx(expected, abs=0.1)
    assert hidden_share([board], eye, points + np.array([0.0, 4000.0, 0.0])) == 0


def test_no_thing_in_the_wild_hides_more_than_half_of_a_person() -> None:
    for number in range(300):
        figure = person(number % 5)
        camera = camera_of(figure, number)
        scene = sample_scene("wild", [figure], camera, 1, number)
        assert not scene.occluders or all(
            hidden_share([block], camera.position_mm, figure.points_mm) < 0.5 for block in scene.occluders
        )
