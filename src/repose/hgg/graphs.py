"""The four graphs of Fig. 4a: which kinds of joints are linked.

The paper names them and says that skip connections are added from one to the next; the lists are our reading.
Each graph holds all links of the one before.

Legend: J joints.
"""

import numpy as np

from repose.foundations.errors import ReposeError
from repose.skeletons import Skeleton, get_skeleton

GRAPHS = ("tree", "bypass", "extended", "full")
SKIPS = (  # joints of one side with a joint between them
    ("shoulder", "wrist"), ("hip", "ankle"), ("nose", "ear"), ("nose", "hip"), ("shoulder", "knee"),
)  # fmt: skip


def type_pairs(skeleton_id: str, graph: str) -> np.ndarray:
    """J, J bool, symmetric: the pairs of joints that may have an edge; never a joint with its own kind.

    tree      the skeleton's tree
    bypass    and the pairs of `SKIPS`
    extended  and the connections that are drawn, and the left with the right of every joint
    full      all pairs
    """
    if graph not in GRAPHS:
        raise ReposeError(f"hgg.graph: found {graph!r}, expected one of {', '.join(GRAPHS)}")
    skeleton = get_skeleton(skeleton_id)
    joints = len(skeleton.joints)
    if graph == "full":
        return ~np.eye(joints, dtype=bool)
    linked = [skeleton.pairs["tree"]]
    if graph != "tree":
        linked.append(skips(skeleton))
    if graph == "extended":
        linked += [skeleton.bones, np.stack([np.arange(joints), skeleton.flip], axis=1)]
    first, second = np.concatenate(linked).T
    allowed = np.zeros((joints, joints), dtype=bool)
    allowed[first, second] = allowed[second, first] = True
    np.fill_diagonal(allowed, False)
    return allowed


def skips(skeleton: Skeleton) -> np.ndarray:
    """The pairs (n, 2) of `SKIPS` that a skeleton has."""
    column = {name: index for index, name in enumerate(skeleton.joints)}
    found = []
    for near, far in SKIPS:
        for side in ("l_", "r_"):
            ends = [name if name in column else side + name for name in (near, far)]
            if all(name in column for name in ends):
                found.append([column[name] for name in ends])
    return np.array(found, dtype=np.int64).reshape(-1, 2)
