"""The fifteen actions: bodies stay whole, movements smooth, feet on the floor, actions recognisable."""

from functools import cache

import numpy as np
import pytest
from scipy.spatial import cKDTree

from repose.foundations.errors import ReposeError
from repose.world.body import POINTS, SEGMENTS, sample_subject, tree
from repose.world.cameras import h36m_cameras
from repose.world.motion import ACTIONS, MotionSource, action_sequence
from repose.world.points import joints_of

NAMES = ("S1", "S5", "S6", "S7", "S9")


@cache
def people():
    return {name: sample_subject(0, name) for name in NAMES}


@cache
def sequence(name, action, frames=400):
    return action_sequence(people()[name], action, 1, frames, 0)


def point(points, name):
    return points[:, POINTS.index(name)]


def angle_deg(first, second):
    cosine = (first * second).sum(-1) / np.linalg.norm(first, axis=-1) / np.linalg.norm(second, axis=-1)
    return np.rad2deg(np.arccos(np.clip(cosine, -1, 1)))


def rigid_bones():
    parents, carriers, _ = tree()
    return [
        (child, parent) for child, parent in enumerate(parents) if parent >= 0 and SEGMENTS[carriers[child]]
    ]


@pytest.mark.parametrize("action", ACTIONS)
def test_bones_keep_their_lengths(action):
    points = sequence("S1", action)
    for child, parent in rigid_bones():
        lengths = np.linalg.norm(points[:, child] - points[:, parent], axis=-1)
        np.testing.assert_allclose(lengths, people()["S1"].length(POINTS[child]), atol=1e-6)


def test_accelerations_are_bounded():
    """99.9 % of all points and frames below 65 m/s², 99 % below 35."""
    points = [sequence(name, action) for name in NAMES[:3] for action in ACTIONS]
    metres = np.concatenate([np.linalg.norm(np.diff(p, 2, axis=0), axis=-1) for p in points]) * 2.5
    assert np.percentile(metres, 99.9) < 65
    assert np.percentile(metres, 99) < 35


def test_feet_stay_above_the_floor():
    """Deeper than 20 mm in less than 0.5 % of the frames, never deeper than 90 mm."""
    soles = [POINTS.index(f"{side}_{part}") for side in "rl" for part in ("heel", "foot", "toe")]
    lowest = np.concatenate(
        [sequence(name, action)[:, soles, 2].min(1) for name in NAMES[:3] for action in ACTIONS]
    )
    assert (lowest < -20).mean() < 0.005
    assert lowest.min() > -90


def test_elbows_and_knees_stay_within_their_limits():
    limits = people()["S1"].limits
    for action in ACTIONS:
        points = sequence("S1", action)
        for side in "rl":
            for chain, limit in (
                (("shoulder", "elbow", "wrist"), "elbow_flexion"),
                (("hip", "knee", "ankle"), "knee_flexion"),
            ):
                a, b, c = (point(points, f"{side}_{name}") for name in chain)
                assert angle_deg(b - a, c - b).max() < limits[limit] + 1


def test_standing_feet_of_a_walker_do_not_slide():
    """The ball of the lower foot moves by less than 6 mm a frame (0.3 m/s) in nine frames of ten."""
    points = sequence("S1", "Walking")
    balls = np.stack([point(points, "r_foot"), point(points, "l_foot")])
    low = balls[:, :-1, 2].argmin(0)
    step = np.linalg.norm(np.diff(balls[..., :2], axis=1), axis=-1)[low, np.arange(len(points) - 1)]
    assert np.percentile(step, 90) < 6
    distance = np.linalg.norm(np.diff(points[:, 0, :2], axis=0), axis=-1).sum()
    assert distance > 5000


def test_actions_do_what_their_names_say():
    height = people()["S1"].height_mm
    assert point(sequence("S1", "Sitting"), "pelvis")[:, 2].max() < 0.4 * height
    assert point(sequence("S1", "SittingDown"), "pelvis")[:, 2].min() < 0.2 * height
    phoning = sequence("S1", "Phoning")
    ears = [
        np.linalg.norm(point(phoning, f"{side}_hand") - point(phoning, f"{side}_ear"), axis=1)
        for side in "rl"
    ]
    assert np.median(np.minimum(*ears)) < 150
    photo = sequence("S1", "Photo")
    near = [np.linalg.norm(point(photo, f"{side}_hand") - point(photo, "nose"), axis=1) for side in "rl"]
    assert np.median(np.maximum(*near)) < 420
    waving = sequence("S1", "Greeting")
    assert max(point(waving, f"{side}_wrist")[:, 2].max() for side in "rl") > 0.8 * height


def facing_ahead(points):
    """Root-relative joints with the hips' line turned onto the y axis."""
    joints = joints_of(points, "h36m17")
    hips = joints[:, 4] - joints[:, 1]
    turn = np.pi / 2 - np.arctan2(hips[:, 1], hips[:, 0])
    c, s = np.cos(turn)[:, None], np.sin(turn)[:, None]
    x, y, z = np.moveaxis(joints - joints[:, :1], -1, 0)
    return np.stack([c * x - s * y, s * x + c * y, z], axis=-1).reshape(len(points), -1)


def test_actions_are_recovered_by_nearest_neighbours_across_subjects():
    """Chance is 1 of 15."""
    data = {name: [facing_ahead(sequence(name, action)[::5]) for action in ACTIONS] for name in NAMES}
    labels = np.repeat(np.arange(len(ACTIONS)), len(data["S9"][0]))
    index = cKDTree(np.concatenate([np.concatenate(data[name]) for name in NAMES[:-1]]))
    _, nearest = index.query(np.concatenate(data["S9"]))
    assert (labels[nearest % len(labels)] == labels).mean() > 0.35


def test_most_variance_of_poses_lies_in_eight_to_twenty_components():
    views = []
    for name in NAMES:
        cameras = h36m_cameras(name)
        for action in ACTIONS:
            joints = joints_of(sequence(name, action)[::10], "h36m17")
            views += [camera.to_camera(joints) for camera in cameras]
    poses = np.concatenate(views)
    poses = (poses - poses[:, :1]).reshape(len(poses), -1)
    variance = np.linalg.svd(poses - poses.mean(0), compute_uv=False) ** 2
    components = int((np.cumsum(variance) / variance.sum() < 0.9).sum()) + 1
    assert 8 <= components <= 20


def test_a_take_is_a_function_of_its_names_and_its_seed():
    first = sequence("S1", "Posing")
    np.testing.assert_array_equal(first, action_sequence(sample_subject(0, "S1"), "Posing", 1, 400, 0))
    assert np.abs(first - action_sequence(people()["S1"], "Posing", 2, 400, 0)).max() > 100
    assert np.abs(first - action_sequence(people()["S1"], "Posing", 1, 400, 1)).max() > 100


def test_an_unknown_action_and_an_unknown_source_are_named():
    with pytest.raises(ReposeError, match="Jogging"):
        action_sequence(people()["S1"], "Jogging", 1, 10, 0)
    with pytest.raises(ReposeError, match=r"world\.motion"):
        MotionSource("video", 0)
    with pytest.raises(ReposeError, match=r"world\.bvh\.root"):
        MotionSource("bvh", 0)


def lifting_data(names, step):
    inputs, poses = [], []
    for name in names:
        person, cameras = sample_subject(0, name), h36m_cameras(name)
        for action in ACTIONS:
            for take in (1, 2):
                joints = joints_of(action_sequence(person, action, take, 520, 0)[::step], "h36m17")
                for camera in cameras:
                    seen = camera.to_camera(joints)
                    inputs.append(camera.project(seen) * 2 / camera.width - [1, camera.height / camera.width])
                    poses.append(seen - seen[:, :1])
    flat = [np.concatenate(values).reshape(-1, width) for values, width in ((inputs, 34), (poses, 51))]
    return flat[0], flat[1]


@pytest.mark.slow
def test_lifting_needs_a_network_and_a_small_one_gets_to_known_errors():
    """GT 2D to 3D on unseen subjects: a small network within 30–70 mm, ridge regression clearly worse."""
    import torch

    torch.manual_seed(0)
    (x, y), (x_test, y_test) = (
        lifting_data(("S1", "S5", "S6", "S7", "S8"), 5),
        lifting_data(("S9", "S11"), 20),
    )
    mean, spread, center = x.mean(0), x.std(0), y.mean(0)
    x, x_test = (x - mean) / spread, (x_test - mean) / spread

    def error(predicted):
        return np.linalg.norm((predicted + center - y_test).reshape(-1, 17, 3), axis=-1).mean()

    ridge = error(x_test @ np.linalg.solve(x.T @ x + 10 * np.eye(34), x.T @ (y - center)))
    layers = [torch.nn.Linear(34, 256), torch.nn.ReLU()]
    layers += [torch.nn.Linear(256, 256), torch.nn.ReLU(), torch.nn.Linear(256, 256), torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers, torch.nn.Linear(256, 51))
    inputs, targets = torch.tensor(x).float(), torch.tensor((y - center) / 200).float()
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, 1200)
    for _ in range(1200):
        rows = torch.randint(len(inputs), (256,))
        loss = ((net(inputs[rows]) - targets[rows]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        network = error(net(torch.tensor(x_test).float()).numpy() * 200)
    assert 30 < network < 70
    assert ridge > 1.25 * network
