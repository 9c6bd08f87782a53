"""Where photographs are taken from."""

import dataclasses

import numpy as np

from repose.foundations.rng import rng
from repose.world.frames import yaw
from repose.world.wild import SHOULDERS, photographer
from tests.world.test_scene import person


def test_people_are_photographed_from_before_more_than_from_behind() -> None:
    figure, draw = person(), rng(0, "test photographer")
    before = []
    for _ in range(300):
        points = figure.points_mm @ yaw(float(draw.uniform(0, 2 * np.pi))).T
        azimuth = photographer([dataclasses.replace(figure, points_mm=points)], draw)
        to_the_right = [-np.sin(azimuth), np.cos(azimuth), 0.0]  # in the picture
        right, left = points[SHOULDERS] @ to_the_right
        before.append(left > right)
    assert 0.65 < np.mean(before) < 0.85


def test_nobody_is_photographed_from_anywhere() -> None:
    draw = rng(0, "test photographer")
    azimuths = np.array([photographer([], draw) for _ in range(400)])
    assert np.abs(np.exp(1j * azimuths).mean()) < 0.1
