"""Training the papers' network for pictures at the papers' resolution, and its geometric loss.

Pictures a second of the whole path from files to weights, against a plain PyTorch loop of the same network
(float32, channels first, decoding and augmentation in the loop, targets and losses sample by sample). The
geometric loss against a loop over samples and bones, as public code has it. Both within this process; the
ratio is what counts, not the machine. `python -m benchmarks.fusion 256 4` is a smaller one: pixels, batch.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks.timing import seconds
from repose.foundations.rng import rng
from repose.fusion.batches import FusionBatches, Set, Sizes, labels_of
from repose.fusion.designs import PAPER, build_seeded, design_of
from repose.fusion.losses import Labels, Weights, geometric_loss, losses
from repose.pictures.augment import Augment
from repose.pictures.crops import Crops, affines
from repose.pictures.pack import MARGIN, DecodedPeople, Person, decoding_processes
from repose.pictures.people import Split
from repose.skeletons import get_skeleton
from repose.training.devices import Forward, cpu_has_bf16, prepare_device
from repose.training.optimiser import Optimiser, Stepper

PICTURES, PICTURE_PX = 64, 1000  # a set of JPEGs as large as Human3.6M's
STEPS = 3
HOW = Augment(0.25, 30.0, 0.6, 0.5)
RATIOS = {("ankle", "knee"): 1.0085885, ("wrist", "elbow"): 1.1375361}


def pictures(folder: Path) -> Split:
    """JPEGs on disk and people in them, half of a 2D set, half of a 3D set."""
    from PIL import Image

    n, names = PICTURES, []
    for number in range(n):
        draw = rng(0, "benchmark", "picture", number)
        small = draw.integers(0, 255, (PICTURE_PX // 20, PICTURE_PX // 20, 3), dtype=np.uint8)
        names.append(f"{number}.jpg")
        Image.fromarray(small).resize((PICTURE_PX, PICTURE_PX)).save(folder / names[-1], quality=90)
    draw = rng(0, "benchmark", "people")
    known = np.ones((n, 16), bool)
    return Split(
        source=np.zeros(n, np.int8), sample=np.arange(n, dtype=np.int32),
        image=np.char.encode(np.array(names)),
        center=np.full((n, 2), PICTURE_PX / 2, np.float32), side=np.full(n, 500, np.float32),
        largest=np.full(n, PICTURE_PX, np.float32),
        joints2d=draw.uniform(300, 700, (n, 16, 2)).astype(np.float32), labelled=known, visible=known,
        depth=draw.normal(0, 80, (n, 16)).astype(np.float32), has_depth=np.arange(n) % 2 == 0,
        truth_mm=np.zeros((n, 17, 3), np.float32), head_px=np.zeros(n, np.float32), subject=np.full(n, b""),
    )  # fmt: skip


def ours(split: Split, folder: Path, px: int, batch: int) -> Callable[[], object]:
    """Our training's steps, one a call, with everything that a stage has."""
    precision = "bf16" if cpu_has_bf16() else "fp32"
    device = prepare_device("cpu", torch.get_num_threads(), precision, channels_last=True)
    network = build_seeded(design_of("resnet", PAPER), 0).to(memory_format=torch.channels_last)
    square = round(MARGIN * px)

    def person(row: int) -> Person:
        x, y = split.center[row].tolist()
        return Person(str(folder), split.image[row].decode(), x, y, MARGIN * float(split.side[row]), square)

    pool = decoding_processes(1)
    data = Set("benchmark", split, DecodedPeople(person, square, pool))
    batches = FusionBatches([data], batch, 4 * STEPS, Sizes(px, px // 4), HOW, 0)
    forward, stepper = Forward(network, device), Stepper(Optimiser("adam"), list(network.parameters()))
    stream = batches.epoch(0)

    def step() -> None:
        item = next(stream)
        total, _ = losses(forward(item["pictures"]), item["labels"], Weights(0.1, 0.01))
        for parameter in stepper.parameters:
            parameter.grad = None
        total.backward()
        stepper.step(1e-3)

    return step


def plain(split: Split, folder: Path, px: int, batch: int) -> Callable[[], object]:
    """The same as a plain loop: float32, decoding in turn, targets and losses sample by sample."""
    network = build_seeded(design_of("resnet", PAPER), 0)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    draw = rng(0, "benchmark", "plain")

    def step() -> None:
        images, targets, found = [], [], []
        for row in draw.integers(0, len(split), batch):
            some, crops = split.rows(np.array([row])), drawn(split, int(row), draw)
            images.append(decoded(folder / split.image[row].decode(), crops, px))
            found.append(labels_of(some, crops, px // 4))
            targets.append(plain_target(found[-1], px // 4))
        labels = Labels(*(torch.cat(columns) for columns in zip(*found, strict=True)))
        maps = network(torch.stack(images))
        heat = (maps.heatmaps[0] - torch.stack(targets)).square().mean()
        depth = torch.stack([maps.depth[b, j, y, x] for b, row in enumerate(labels.cell.tolist())
                             for j, (x, y) in enumerate(row)]).view(batch, 16)  # fmt: skip
        known = labels.inside & labels.has_depth[:, None]
        regression = torch.nn.functional.smooth_l1_loss(depth[known], labels.depth[known], reduction="sum")
        flat = labels.inside & ~labels.has_depth[:, None]
        geometric = loop_geometric(labels.points, depth, flat)
        optimiser.zero_grad()
        (heat + 0.1 * regression / (known.sum() + 1e-4) + 0.01 * geometric).backward()
        optimiser.step()

    return step


def drawn(split: Split, row: int, draw: np.random.Generator) -> Crops:
    """One augmented crop."""
    side = split.side[[row]] * np.clip(1 + 0.25 * draw.standard_normal(1), 0.75, 1.25)
    return Crops(split.center[[row]], side, np.deg2rad(30 * draw.standard_normal(1)), draw.random(1) < 0.5)


def decoded(path: Path, crops: Crops, px: int) -> Tensor:
    """The crop of a picture as PyTorch's loaders give it."""
    from PIL import Image

    with Image.open(path) as picture:
        numbers = affines(crops, px, np.array([float(PICTURE_PX)]), PICTURE_PX)[0].tolist()
        crop = picture.convert("RGB").transform(
            (px, px), Image.Transform.AFFINE, numbers, Image.Resampling.BILINEAR
        )
    return torch.from_numpy(np.asarray(crop).copy()).permute(2, 0, 1)


def plain_target(labels: Labels, size: int) -> Tensor:
    """Heat maps of one person, joint by joint."""
    target = torch.zeros(16, size, size)
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    for joint, (a, b) in enumerate(labels.cell[0].tolist()):
        if labels.inside[0, joint]:
            target[joint] = torch.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * (size / 32) ** 2))
    return target


def loop_geometric(points: Tensor, depth: Tensor, seen: Tensor) -> Tensor:
    """The geometric loss by loops over samples, groups and bones."""
    skeleton, total = get_skeleton("mpii16"), depth.sum() * 0
    for sample in range(len(points)):
        for group in ("legs", "arms", "hips", "shoulders"):
            lengths = []
            for a, b in skeleton.pairs[group].tolist():
                if seen[sample, a] and seen[sample, b]:
                    ends = {skeleton.joints[a][2:], skeleton.joints[b][2:]}
                    weight = next((w for names, w in RATIOS.items() if set(names) == ends), 1.0)
                    flat = (points[sample, a] - points[sample, b]).square().sum()
                    lengths.append(weight * (flat + (depth[sample, a] - depth[sample, b]) ** 2).sqrt())
            if lengths:
                mean = sum(lengths) / len(lengths)
                total = total + sum((length - mean) ** 2 for length in lengths) / (2 * len(lengths))
    return total / len(points)


def geometric_line() -> str:
    """Forward and backward of a batch of 32, one thread."""
    draw = rng(0, "benchmark", "geometric")
    points = torch.from_numpy(draw.uniform(0, 1, (32, 16, 2)).astype(np.float32))
    depth = torch.from_numpy(draw.normal(0, 0.2, (32, 16)).astype(np.float32)).requires_grad_()
    seen = torch.ones(32, 16, dtype=torch.bool)
    torch.testing.assert_close(geometric_loss(points, depth, seen), loop_geometric(points, depth, seen))
    fast = seconds(lambda: geometric_loss(points, depth, seen).backward(), 50)
    slow = seconds(lambda: loop_geometric(points, depth, seen).backward(), 3)
    return (
        f"geometric loss of 32 people: {1e3 * fast:.2f} ms, by loops {1e3 * slow:.1f} ms, "
        f"ratio {slow / fast:.0f}"
    )


def main(px: int = 256, batch: int = 8) -> None:
    """Print rates and ratios."""
    torch.set_num_threads(1)
    print(geometric_line(), flush=True)
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        split = pictures(Path(folder))
        rates = [
            batch / seconds(make(split, Path(folder), px, batch), STEPS) for make in (ours, plain)
        ]  # fmt: skip
    kind = "bf16" if cpu_has_bf16() else "fp32"
    print(
        f"ResNet-50 at {px} px, batch {batch}, {kind}, training from JPEGs of {PICTURE_PX} px: "
        f"{rates[0]:.2f} pictures/s, plain loop {rates[1]:.2f} pictures/s, ratio {rates[0] / rates[1]:.1f}"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
