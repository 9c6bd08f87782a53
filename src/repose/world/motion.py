"""Where movements come from: the world's own actions, or motion capture in BVH files."""

from repose.world.actions import ACTIONS, HERTZ, action_sequence
from repose.world.freepose import KINDS, free_pose, free_poses

__all__ = ["ACTIONS", "HERTZ", "KINDS", "action_sequence", "free_pose", "free_poses"]
