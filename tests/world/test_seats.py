"""Who needs a seat gets one, and it bears them."""

import numpy as np

from repose.world import freepose
from repose.world.body import POINTS, sample_subject
from repose.world.look import sample_look
from repose.world.motion import action_sequence
from repose.world.posing import solve
from repose.world.render import Figure
from repose.world.seats import HIPS, is_seated, seat, seats


def poses(maker, count: int = 20) -> list[Figure]:
    """People in one manner of free pose."""
    people = []
    for n in range(count):
        subject, draw = sample_subject(0, "seats", n), np.random.default_rng(n)
        numbers = freepose._numbers(maker(draw), subject, draw)
        points = solve(subject.lengths[None], subject.limits, freepose._controls(numbers[None]))[0]
        people.append(Figure(points - [0, 0, points[:, 2].min()], subject, sample_look(0, "seats", n)))
    return people


def test_people_on_chairs_get_a_seat_just_below_the_hips_and_others_none():
    for figure in poses(freepose._on_chair):
        blocks = seat(figure, 0)
        hips = figure.points_mm[HIPS, 2].min()
        lowest = min(b.centre_mm[2] - b.half_mm[2] for b in blocks)
        assert any(40 < hips - b.centre_mm[2] - b.half_mm[2] < 180 for b in blocks)
        assert abs(lowest) < 30
    others = (freepose._upright, freepose._stooping, freepose._floor_exercise, freepose._jumping)
    for maker in others:
        assert not any(is_seated(figure.points_mm) for figure in poses(maker))


def test_a_person_keeps_the_same_seat_in_every_pose_and_view():
    first, second = poses(freepose._on_chair, 2)
    again = Figure(second.points_mm, first.subject, first.look)
    blocks, same = seats([first], 0), seats([again], 0)
    assert [block.kind for block in blocks] == [block.kind for block in same]
    assert all(np.array_equal(a.colours, b.colours) for a, b in zip(blocks, same, strict=True))


def test_who_sits_through_an_action_sits_on_something_and_who_walks_does_not():
    subject = sample_subject(0, "seats")
    for action, expected in (("Sitting", 0.95), ("Walking", 0.0)):
        points = action_sequence(subject, action, 0, 300, 0)[::10]
        assert points.shape[1] == len(POINTS)
        share = np.mean([is_seated(pose) for pose in points])
        assert share >= expected if expected else share == 0
