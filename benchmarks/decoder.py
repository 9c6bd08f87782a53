"""PIF/PAF's decoder and encoder on one core, at the papers' field size.

People are drawn by the encoder into fields of 81 × 81 cells, as pictures of 641 px have them, with 17 joints
and 19 limbs; then confidences and vectors are made unsure as a network's, in empty cells too.
The published decoder takes 38 ms a picture. Encoder: 16 crops of 128 px at stride 4 with three people each.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.timing import seconds
from repose.dgcn.accumulate import room_for
from repose.dgcn.decode import decode
from repose.dgcn.encode import encode, perfect_maps
from repose.dgcn.fields import FieldShape, Maps
from repose.dgcn.limbs import limbs_of
from repose.foundations.rng import rng
from repose.skeletons import get_skeleton
from repose.skeletons.sigmas import sigmas

PEOPLE = (1, 2, 5, 10, 20, 30)
PICTURES = 5  # of each number of people
STRIDE, SIZE = 8, 81
MIDDLE = {"nose": (0, 11)}  # % of a person's height, x and y from the head's top
SIDES = {
    "eye": (3, 9), "ear": (6, 11), "shoulder": (13, 21), "elbow": (18, 36), "wrist": (20, 51),
    "hip": (8, 54), "knee": (9, 76), "ankle": (10, 98),
}  # fmt: skip


def figures(
    draw: np.random.Generator, pictures: int, people: int, px: int, heights: tuple[float, float]
) -> np.ndarray:
    """Standing people (B, M, J, 2) of many sizes, each a little out of posture."""
    places = []
    for name in get_skeleton("coco17").joints:
        x, y = MIDDLE.get(name) or SIDES[name[2:]]
        places.append((-x if name.startswith("r_") else x, y))
    height = draw.uniform(*heights, (pictures, people, 1, 1)) / 100
    place = draw.uniform(0.1 * px, 0.8 * px, (pictures, people, 1, 2))
    bent = np.array(places) + draw.normal(0, 2, (pictures, people, len(places), 2))
    return (place + height * bent).astype(np.float32)


def labels(joints: np.ndarray, px: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A batch's labels: all joints, nothing ignored, no border."""
    nobody = np.full((len(joints), 1, 4), np.nan, np.float32)
    whole = np.tile(np.array([0, 0, px - 1, px - 1], np.float32), (len(joints), 1))
    return joints, np.ones(joints.shape[:3], bool), nobody, whole


def unsure(maps: Maps, draw: np.random.Generator) -> Maps:
    """Fields as of a network: c about 0.77 where it should be 1 and 0.002 elsewhere, vectors astray."""
    said = dict(maps)
    for name in ("pif_c", "paf_c"):
        logits = draw.normal(np.where(maps[name] > 0, 1.2, -6.0), 1.0)
        said[name] = (1 / (1 + np.exp(-logits))).astype(np.float32)
    for name, astray in (("pif_vec", 0.2), ("paf_vec", 0.4), ("paf_logb", 0.3)):
        said[name] = maps[name] + draw.normal(0, astray, maps[name].shape).astype(np.float32)
    return said


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The shortest time of a call, after one to warm up."""
    return 1e3 * seconds(work, times)


def main() -> None:
    """Print milliseconds a picture by number of people, and of the encoder."""
    shape = FieldShape(17, limbs_of("coco17"), STRIDE, SIZE)
    of_joints = sigmas("coco17", get_skeleton("coco17").joints)
    for people in PEOPLE:
        draw = rng(0, "benchmark", "decoder", people)
        joints = figures(draw, PICTURES, people, STRIDE * SIZE, (80, 400))
        perfect = perfect_maps(encode(*labels(joints, STRIDE * SIZE), shape), shape, of_joints)
        pictures = [unsure(maps, draw) for maps in perfect]
        room = room_for(pictures[0], 4)
        times = [milliseconds(partial(decode, maps, shape, of_joints, room=room), 10) for maps in pictures]
        found = np.mean(np.array([len(decode(maps, shape, of_joints).score) for maps in pictures]))
        published = " (published: 38)" if people == 10 else ""
        print(
            f"{people:2} people, {found:4.1f} found: {np.mean(times):5.2f} ms a picture{published}",
            flush=True,
        )
    small = FieldShape(17, limbs_of("coco17"), 4, 32)
    batch = labels(figures(rng(0, "benchmark", "encoder"), 16, 3, 128, (60, 120)), 128)
    taken = milliseconds(lambda: encode(*batch, small), 20)
    print(f"targets of 16 crops of 128 px, 3 people each: {taken:.2f} ms")


if __name__ == "__main__":
    main()
