"""A skeleton: the joints of a data set in its own order, read from `<id>.yaml` beside this file.

A file names its `joints` in order, the `root`, and the `tree` as chains of names from the root outwards
(`pelvis-r_hip-r_knee`). `bones` are what is drawn (the tree if left out). `pairs` and `groups` are
further named lists of bones and of joints; the pairs `limbs` are what bottom-up models connect (the bones
if left out). Every index is derived from names; mirror images follow from the prefixes `l_` and `r_`.

Legend: J joints, B bones.
"""

import difflib
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from repose.foundations.errors import ReposeError

FOLDER = Path(__file__).parent
SIDES = {"l_": "r_", "r_": "l_"}
LIMBS = {"legs": ("hip", "knee", "ankle"), "arms": ("shoulder", "elbow", "wrist")}
PARTS = ("ankle", "knee", "hip", "wrist", "elbow", "shoulder", "eye", "ear")


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A joint set; compare by `id`."""

    id: str
    joints: tuple[str, ...]
    bones: np.ndarray  # B, 2 int64: what is drawn and counted as a bone
    parents: np.ndarray  # J int64, −1 for the root
    root: str
    flip: np.ndarray  # J int64: points[..., flip, :] swaps left and right
    groups: dict[str, np.ndarray]  # name → joint indices
    pairs: dict[str, np.ndarray]  # name → (n, 2) joint indices; all have `tree` and `limbs`

    def index(self, name: str) -> int:
        """The column of a joint."""
        if name not in self.joints:
            raise ReposeError(f"skeleton {self.id}: no joint {name!r}; nearest: {nearest(name, self.joints)}")
        return self.joints.index(name)

    def indices(self, names: Iterable[str]) -> np.ndarray:
        """The columns of several joints."""
        return np.array([self.index(name) for name in names], dtype=np.int64)


def skeleton_ids() -> tuple[str, ...]:
    """The ids of all skeletons, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def get_skeleton(skeleton_id: str) -> Skeleton:
    """The skeleton of an id such as `mpii16`."""
    if skeleton_id not in skeleton_ids():
        raise ReposeError(
            f"unknown skeleton {skeleton_id!r}, expected one of {', '.join(skeleton_ids())}; "
            f"nearest: {nearest(skeleton_id, skeleton_ids())}"
        )
    return build(skeleton_id, yaml.safe_load((FOLDER / f"{skeleton_id}.yaml").read_text(encoding="utf-8")))


def build(skeleton_id: str, data: Mapping[str, Any]) -> Skeleton:
    """The skeleton that a file's content describes."""
    joints = tuple(data["joints"])
    column = {name: index for index, name in enumerate(joints)}

    def chains(texts: Iterable[str]) -> np.ndarray:
        steps = [step for text in texts for step in links(text)]
        return np.array([(column[a], column[b]) for a, b in steps], dtype=np.int64).reshape(-1, 2)

    tree = chains(data["tree"])
    parents = np.full(len(joints), -1, dtype=np.int64)
    parents[tree[:, 1]] = tree[:, 0]
    bones = chains(data.get("bones", data["tree"]))
    pairs = {"tree": tree, "limbs": bones}
    pairs |= {name: chains(texts) for name, texts in data.get("pairs", {}).items()}
    groups = limb_groups(joints) | data.get("groups", {})
    return Skeleton(
        id=skeleton_id,
        joints=joints,
        bones=bones,
        parents=parents,
        root=data["root"],
        flip=np.array([column[mirrored(name)] for name in joints], dtype=np.int64),
        groups={
            name: np.array([column[joint] for joint in members], np.int64) for name, members in groups.items()
        },
        pairs=pairs,
    )


def links(chain: str) -> list[tuple[str, str]]:
    """The bones of a chain: `a-b-c` is a-b and b-c."""
    return list(itertools.pairwise(chain.split("-")))


def mirrored(name: str) -> str:
    """The joint's name in a mirror."""
    return SIDES.get(name[:2], name[:2]) + name[2:]


def limb_groups(joints: tuple[str, ...]) -> dict[str, list[str]]:
    """The groups that follow from names: left, right, each pair of parts, legs and arms."""
    groups = {side: [name for name in joints if name.startswith(side[0] + "_")] for side in ("left", "right")}
    groups |= {f"{part}s": [name for name in joints if name[2:] == part] for part in PARTS}
    groups |= {limb: [name for name in joints if name[2:] in parts] for limb, parts in LIMBS.items()}
    return {name: members for name, members in groups.items() if members}


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like the one given."""
    return difflib.get_close_matches(name, list(known), 1, 0)[0]
