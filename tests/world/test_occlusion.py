"""Joints behind the body."""

import numpy as np
import pytest

from repose.world.body import POINTS
from repose.world.occlusion import distance, hidden_by_body


def standing() -> np.ndarray:
    """A stick figure (1, P, 3) four metres in front of the camera; y is down."""
    points = np.full((1, len(POINTS), 3), [3000.0, 0, 4000])  # far aside
    places = {"pelvis": (0, 0), "neck": (0, -500), "upper_neck": (0, -580), "head_top": (0, -800)}
    for side, x in (("r", -120), ("l", 120)):
        places |= {f"{side}_hip": (x, 0), f"{side}_knee": (x, 450), f"{side}_ankle": (x, 900)}
    for name, (x, y) in places.items():
        points[0, POINTS.index(name)] = x, y, 4000
    return points


@pytest.mark.parametrize(
    ("place", "hidden"),
    [((0, -250, 4300), True), ((0, -250, 3700), False), ((400, -250, 4300), False), ((120, 300, 4200), True)],
)
def test_what_is_behind_trunk_or_thigh_is_hidden(place, hidden):
    assert hidden_by_body(standing(), np.array([[place]], float)).item() == hidden


def test_a_limb_does_not_hide_its_own_joints():
    body = standing()
    own = [POINTS.index(name) for name in ("pelvis", "neck", "r_hip", "l_knee", "r_ankle", "head_top")]
    assert not hidden_by_body(body, body[:, own]).any()


def test_distance_between_lines_is_the_least_of_all_pairs_of_points():
    p, q, a, b = np.random.default_rng(0).normal(size=(4, 20, 3))
    steps = np.linspace(0, 1, 201)[:, None, None]
    first, second = p + steps * (q - p), a + steps * (b - a)
    slow = np.linalg.norm(first[:, None] - second[None], axis=-1).min((0, 1))
    np.testing.assert_allclose(distance(p, q, a, b), slow, atol=0.02)
    assert (distance(p, q, a, b) <= slow + 1e-9).all()
