"""The joints of every data set on the body of the world."""

from functools import cache
from importlib import resources

import numpy as np
import yaml

from repose.skeletons import get_skeleton
from repose.world.body import POINTS
from repose.world.frames import Array


@cache
def joint_weights(skeleton_id: str) -> Array:
    """(J, P) shares of the body's points in each joint of a skeleton."""
    text = resources.files("repose.world").joinpath("points.yaml").read_text()
    named = yaml.safe_load(text)[skeleton_id]
    joints = get_skeleton(skeleton_id).joints
    weights = np.zeros((len(joints), len(POINTS)))
    for row, joint in enumerate(joints):
        points = named.get(joint, joint)
        points = [points] if isinstance(points, str) else points
        for point in points:
            weights[row, POINTS.index(point)] = 1 / len(points)
    return weights


def joints_of(points: Array, skeleton_id: str) -> Array:
    """A skeleton's joints (…, J, D) of the body's points (…, P, D)."""
    joints: Array = joint_weights(skeleton_id) @ points
    return joints
