"""FLIC-full: `examples.mat`, a struct array with one entry per person, and `images/`.

Choices: the 5,003 entries of `istrain` and `istest`; the bad and unchecked ones are left out and counted. A
joint is labelled where its `coords` (2, 29) are not NaN: shoulders, elbows, wrists, hips, eyes and nose. The
file does not mark occlusion. Picture sizes are those of `imgdims` (height, width, 3). The box is the
tight one of the joints, `torso_box` (x1 y1 x2 y2) a column, the film the sequence.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from repose.datasets.mpii_files import as_list, attribute
from repose.datasets.pictures import Pictures
from repose.datasets.sources import fault, numbers, read_mat
from repose.datasets.tables import pose_table
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable

FILES: tuple[str, ...] = ("examples.mat", "images/*.jpg")
SPLITS = {"train": "istrain", "test": "istest"}


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """Training and test examples."""
    path = root / "examples.mat"
    examples = as_list(read_mat(path, "examples", objects=True)["examples"])
    if not examples:
        raise fault(path, "no entries in `examples`", "a struct array")
    chosen = {
        split: [e for i, e in enumerate(examples) if flag(e, name, f"{path}: entry {i + 1}")]
        for split, name in SPLITS.items()
    }
    unused = len(examples) - sum(map(len, chosen.values()))
    dropped = {"bad or unchecked, in neither split": unused}
    return {split: table_of(split, found, path, pictures, dropped) for split, found in chosen.items()}


def flag(example: Any, name: str, where: str) -> bool:
    """One of an entry's flags."""
    return bool(np.any(attribute(example, name, where)))


def table_of(
    split: str, examples: list[Any], path: Path, pictures: Pictures, dropped: dict[str, int]
) -> PoseTable:
    """The pose table of some entries."""
    where = f"{path}: {split} entries"
    if not examples:
        raise fault(where, "none", f"entries with `{SPLITS[split]}` set")
    count = len(get_skeleton("flic29").joints)
    shape = (len(examples), 2, count)
    coords = numbers(field(examples, "coords", where), shape, f"{where}, `coords`", finite=False).transpose(
        0, 2, 1
    )
    labelled = np.isfinite(coords).all(axis=-1)
    if not labelled.any(axis=1).all():
        raise fault(where, "a person without a joint", "at least one number in `coords`")
    names = [f"images/{attribute(example, 'filepath', where)}" for example in examples]
    pictures.require(names)
    sizes = numbers(field(examples, "imgdims", where), (len(examples), 3), f"{where}, `imgdims`")[:, 1::-1]
    torso = numbers(field(examples, "torsobox", where), (len(examples), 4), f"{where}, `torsobox`")
    return pose_table(
        "flic", split, "flic29", np.where(labelled[..., None], coords, 0).astype(np.float32), labelled, sizes,
        frame=numbers(field(examples, "currframe", where), (len(examples),), f"{where}, `currframe`"),
        columns={"sequence": [str(attribute(example, "moviename", where)) for example in examples]},
        image=np.arange(len(names)), image_names=names, image_sizes=sizes,
        extra={"torso_box": torso.astype(np.float32)}, dropped=dropped,
    )  # fmt: skip


def field(examples: list[Any], name: str, where: str) -> list[Any]:
    """One field of every entry."""
    return [attribute(example, name, where) for example in examples]
