"""Small pose tables to draw: one standing person, moved about, in pictures or without."""

import numpy as np

from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable, encode

STANDING = {
    "pelvis": (0, 0), "hip": (130, 0), "knee": (130, 450), "ankle": (130, 880), "spine": (0, -250),
    "belly": (0, -200), "thorax": (0, -480), "neck": (0, -480), "upper_neck": (0, -500), "nose": (0, -580),
    "head": (0, -690), "head_top": (0, -690), "shoulder": (160, -470), "elbow": (250, -220),
    "wrist": (270, 20),
}  # fmt: skip


def standing(skeleton_id):
    """A skeleton's joints (J, 3), mm; joints that the list above lacks are at the pelvis."""
    points = []
    for joint in get_skeleton(skeleton_id).joints:
        x, y = STANDING.get(joint, STANDING.get(joint[2:], (0, 0)))
        points.append((x if joint.startswith("l_") else -x, y, 0))
    return np.array(points, float)


def pose_table(name, split, skeleton_id, people=2, images=6, with_3d=False, root=None):
    """`images` frames of `people` each; with a root, pictures are written there."""
    rows, joints = people * images, get_skeleton(skeleton_id).joints
    sway = np.random.default_rng(7).normal(0, 40, (rows, len(joints), 3))
    joints3d = (standing(skeleton_id) + sway).astype(np.float32)
    joints3d -= joints3d[:, joints.index(get_skeleton(skeleton_id).root)][:, None]
    place = np.stack([30 + 50 * (np.arange(rows) % people), np.full(rows, 50)], axis=1)
    labelled = np.ones((rows, len(joints)), bool)
    labelled[:, -1] = False
    visible = labelled.copy()
    visible[:, 0] = False
    names = np.array([f"pictures/{split}{i}.jpg" for i in range(images + 1)])  # the last without people
    if root is not None:
        write_pictures(root, names)
    action, words = encode(["Walking", "Eating"] * (rows // 2))
    zero = np.zeros(rows, np.int32)
    return PoseTable(
        dataset=name, split=split, skeleton=skeleton_id, joints=joints,
        joints2d=(0.035 * joints3d[..., :2] + place[:, None]).astype(np.float32),
        labelled=labelled, visible=visible,
        image_size=np.full((rows, 2), [128, 96], np.int32), box=np.zeros((rows, 4), np.float32),
        frame=np.arange(rows, dtype=np.int32), subject=zero, action=action, camera=zero, sequence=action,
        names={"subject": ("S9",), "action": words, "camera": (), "sequence": words},
        joints3d=joints3d if with_3d else None,
        image=None if root is None else (np.arange(rows) // people).astype(np.int32),
        image_names=None if root is None else names,
        image_sizes=None if root is None else np.full((images + 1, 2), [128, 96], np.int32),
        meta={"source": "world", "dropped": {"joints off the picture": 3}, "notes": ["a remark"]},
    )  # fmt: skip


def write_pictures(root, names):
    """Pictures of 128 × 96 px in one colour each."""
    from PIL import Image

    for index, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (128, 96), (40 * index % 255, 90, 120)).save(root / name)
