"""How `scale.fusion` is chosen: schemes trained without some of the training people, scored on those.

`python -m benchmarks.rates_fusion [--schemes mixed,solo_h36m,solo_3dhp,solo_op] [key=value …]` trains each
scheme's stages in turn: `mixed` those of MPII + Human3.6M, the others those of one 3D set alone. A fifth of
that set's pictures, which show people of their own, is left out. After each stage it prints heat-map PCK and
error on those, beside those of always predicting the mean pose, and whether left and right, front and back
are told apart at all. Keys are those of `scale.fusion.network`, `.train` and `.rates`, `threads`, `seed`, and
`depth_weight`, for all stages. Test sets are never looked at.
"""

import argparse
import functools
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.rates import apply_changes
from repose.foundations.parameters import load_params
from repose.fusion.batches import FusionBatches, Set, Sizes
from repose.fusion.curves import spread, truth_cells
from repose.fusion.decode import find_joints, poses_mm
from repose.fusion.designs import NetworkScale, build_seeded, design_of, network_size
from repose.fusion.recipe import SmallStage, epoch_people, make_recipe, paper_stage, schedule_of
from repose.fusion.run import loss, weights_of
from repose.metrics import heatmap_pck_hits, mean_joint_rate, mpjpe, mpjpe_corrected, sides_apart
from repose.pictures.augment import Augment
from repose.pictures.pack import PackedPeople
from repose.pictures.people import load_split
from repose.skeletons import get_skeleton
from repose.training.devices import Device, Forward, prepare_device
from repose.training.loop import train
from repose.training.recipe import value_of

FOLDER = Path("data/fusion")
SCHEMES = {  # the 3D set of each, and families of stages with the run of each whose schedule is trained
    "mixed": ("h36m_eccv", {"stage1": "s1_mpii", "stage2": "s2_mpii_h36m", "stage3": "s3_mpii_h36m"}),
    "solo_h36m": ("h36m_eccv", {"solo2": "solo2_h36m", "solo3": "solo3_h36m_h36m"}),
    "solo_3dhp": ("mpi_inf_3dhp", {"solo2": "solo2_3dhp", "solo3": "solo3_3dhp_3dhp"}),
    "solo_op": ("occlusion_person", {"solo2": "solo2_op", "solo3": "solo3_op_op"}),
}
HELD_OUT, PEOPLE = 0.2, 500  # share of the pictures, and how many of them are looked at


def main() -> None:
    """Train the stages with changed settings and print what came out."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rates_fusion", description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--schemes", default="mixed,solo_h36m")
    parser.add_argument("changes", nargs="*", metavar="key=value")
    options = parser.parse_args()
    changes, params = options.changes, load_params()
    fusion, scale = params["fusion"], params["scale"]["fusion"]
    network, small, rates = (dict(scale[name]) for name in ("network", "train", "rates"))
    own = {"threads": params["threads"], "seed": params["seed"], "depth_weight": None}
    apply_changes(changes, network, small, rates, own)
    shape = NetworkScale(**(network | {"blocks": tuple(network["blocks"])}))
    design = design_of(fusion["network"], shape)
    sizes = Sizes(shape.input_px, design.map_px(shape.input_px))
    device = prepare_device(params["device"], own["threads"], fusion["precision"], channels_last=True)
    how, seed = Augment(**fusion["augment"]), own["seed"]
    flat = whole_set("mpii")
    flop = network_size(design, shape.input_px).operations
    print(" ".join(changes), f"{flop / 1e6:.0f} Mflop a picture, forward", flush=True)
    for scheme in options.schemes.split(","):
        name, families = SCHEMES[scheme]
        deep, held_out = without_held_out(name)
        model = build_seeded(design, seed)
        for family, run in families.items():
            sets = {"stage1": [flat], "solo2": [deep], "solo3": [deep]}.get(family, [flat, deep])
            paper = paper_stage(schedule_of(fusion["train"][family], fusion[family][run]))
            depth = own["depth_weight"] or value_of(run, family, scale["depth_weights"])
            some = SmallStage(**small, rate=value_of(run, family, rates), depth_weight=depth)
            theirs, ours = people([fusion["sets"][s.name] for s in sets]), people([size(s) for s in sets])
            recipe, weights = make_recipe(paper, some, theirs, ours), weights_of(paper, some)
            batches = FusionBatches(sets, recipe.batch, recipe.steps, sizes, how, seed)
            step_loss, start = functools.partial(loss, weights), time.perf_counter()
            history = train(model, step_loss, batches, recipe.training, device, seed=seed, name=family)
            taken, last = time.perf_counter() - start, history[-1]["loss"]
            print(f"  {run}: {recipe.samples} pictures in {taken:.0f} s, loss {last:.5f}", flush=True)
            print(
                figures(Forward(model.eval(), device), held_out, deep, sizes, scale["subpixel"]), flush=True
            )


def size(some: Set) -> int:
    return len(some.split)


def people(sizes: list[int]) -> int:
    """People of an epoch with one 2D set, or with a 2D and a 3D set."""
    return sizes[0] if len(sizes) == 1 else epoch_people(*sizes)


def whole_set(name: str) -> Set:
    """All training people of a set."""
    folder = FOLDER / name
    return Set(name, load_split(folder, "train"), PackedPeople(folder / "train_people.npy"))


def without_held_out(name: str) -> tuple[Set, Set]:
    """A set without its last people, and some of those; the last pictures, where people have no names."""
    whole = whole_set(name)
    _, person, counts = np.unique(whole.split.subject, return_inverse=True, return_counts=True)
    first = round((1 - HELD_OUT) * size(whole))
    last = np.flatnonzero(person > np.searchsorted(np.cumsum(counts), first))
    held_out = last if len(last) else np.arange(first, size(whole))
    known = np.setdiff1d(np.arange(size(whole)), held_out)
    return part(whole, known), part(whole, held_out[spread(len(held_out), PEOPLE)])


class SomePeople:
    """Some of the squares."""

    def __init__(self, people: Any, rows: np.ndarray) -> None:
        self.people, self.rows, self.px = people, rows, people.px

    def ask(self, rows: np.ndarray) -> Any:
        """As `People` has it."""
        return self.people.ask(self.rows[rows])


def part(whole: Set, rows: np.ndarray) -> Set:
    """Some people of a set."""
    return Set(whole.name, whole.split.rows(rows), SomePeople(whole.people, rows))


@torch.no_grad()
def figures(forward: Forward, held_out: Set, known: Set, sizes: Sizes, subpixel: bool) -> str:
    """What the network finds on held-out people; also how much of what is missed are exchanged sides."""
    split, rows = held_out.split, np.arange(size(held_out))
    device: Device = forward.device
    found = find_joints(forward, held_out, rows, sizes, False, subpixel, device.device)
    truth, flip = truth_cells(split, sizes.map_px), get_skeleton("mpii16").flip
    hits, counted = heatmap_pck_hits(found.cell, truth, split.labelled, sizes.map_px)
    turned, _ = heatmap_pck_hits(found.cell[:, flip], truth, split.labelled, sizes.map_px)
    better = np.where((turned.sum(1) > hits.sum(1))[:, None], turned, hits)
    pck, at_best = (100 * mean_joint_rate(h, counted) for h in (hits, better))
    parted, pairs = sides_apart(found.cell, truth, split.labelled, sizes.map_px)
    depth = split.depth / split.side[:, None]
    missed = rms((found.depth - depth)[split.labelled]) / rms(depth[split.labelled])
    mean = np.broadcast_to(known.split.truth_mm.mean(0), split.truth_mm.shape)
    error = mpjpe_corrected(poses_mm(found), split.truth_mm).mean()
    naive = mpjpe(mean, split.truth_mm, 0).mean()
    return (
        f"    PCK {pck:.1f} % ({at_best:.1f} % if sides could be exchanged), MPJPE {error:.1f} mm, "
        f"mean pose {naive:.1f} mm; left and right told apart in {parted.sum() / pairs.sum():.0%}, "
        f"depth misses by {missed:.2f} of what saying zero would"
    )


def rms(values: np.ndarray) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(values**2)))


if __name__ == "__main__":
    main()
