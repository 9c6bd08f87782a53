"""The page on the data: what every set holds, its size, how its joints map, and a sheet of examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import write_text
from repose.foundations.processes import ordered_map, usable_cores
from repose.report.sheets import View, clip_sheet, contact_sheet, pick_views
from repose.report.tables import markdown
from repose.skeletons import conversion, get_skeleton
from repose.skeletons.posetable import PoseTable

SPLITS = ("train", "val", "test")
VIEWS = {2: 15, 3: 12}  # pictures on a sheet, by the dimensions of the poses
TARGETS = ("mpii16", "semgcn16")
LIFTING = ("h36m", "mpi_inf_3dhp")  # the sets that are also converted to semgcn16


NEARER = """
Pictures of COCO, CrowdPose and OCHuman have a long edge of {people_px} px. Their people are drawn nearer, and
their sizes span {size_range:g} times the published range: in a short training, a small network learns next to
nothing from people as small and as different in size as COCO's. Scores on these sets are therefore scores on
easier sets than the real ones. COCO's `test` is a split of its own that stands in for test-dev, whose labels
are not public.
"""


@dataclass(frozen=True)
class DataSet:
    """Where a data set is."""

    name: str
    poses: Path  # folder of its pose tables
    root: Path  # folder of its pictures
    sizes: Mapping[str, int]  # the real set's own counts


@dataclass(frozen=True)
class SizeRule:
    """How much smaller the world's sets are than the real ones: `scale.world`."""

    images: float
    compression: float
    test_images: int | None
    image_px: int | None
    video: float
    people_px: int | None
    size_range: float


@dataclass(frozen=True)
class Split:
    """What the page says about one split."""

    name: str
    source: str
    skeleton: str
    images: int
    empty: int  # pictures without anyone
    poses: int
    has_3d: bool
    words: dict[str, int]  # how many subjects, actions, cameras, sequences
    labelled: float  # share of the joints
    visible: float  # share of the labelled joints
    picture_sizes: np.ndarray  # n, 2: all that occur
    dropped: Mapping[str, int]
    notes: Sequence[str]


def write_data_page(
    folder: Path, sets: Sequence[DataSet], scale: SizeRule, motion: str, workers: int
) -> None:
    """Write the page and a sheet for every set; `workers` 0 means one process per usable core."""
    tasks = [(data, folder / f"{data.name}.png") for data in sets]
    splits = list(ordered_map(summarise, tasks, workers or usable_cores(), "drawing the data", 1))
    pairs = list(zip(sets, splits, strict=True))
    parts = ["# The data\n", intro(scale, motion), front_table(pairs)]
    parts += [section(data, found) for data, found in pairs]
    write_text(folder / "README.md", "\n".join(parts))


def summarise(task: tuple[DataSet, Path]) -> list[Split]:
    """Read the splits of a data set one by one, and draw its sheet."""
    data, path = task
    names = [name for name in SPLITS if (data.poses / f"{name}.npz").is_file()]
    if not names:
        raise ReposeError(
            f"{data.poses}: no pose tables, expected train.npz and others; make them with `dvc repro`"
        )
    splits: list[Split] = []
    views: list[View] = []
    for name in names:
        table = PoseTable.load(data.poses / f"{name}.npz")
        splits.append(summary(table))
        if table.image is None and table.joints3d is not None:
            if name == names[-1]:
                clip_sheet(path, table)
        else:
            most = VIEWS[3 if splits[-1].has_3d else 2]
            views += pick_views(table, round(most * share_of(name, names) / 3))
    if views:
        contact_sheet(path, views, data.root)
    return splits


def share_of(name: str, names: Sequence[str]) -> float:
    """How many thirds of a sheet a split gets: the last split one, all others together two."""
    if len(names) == 1:
        return 3
    return 1 if name == names[-1] else 2 / (len(names) - 1)


def summary(table: PoseTable) -> Split:
    """The numbers of one split."""
    images = 0 if table.image_names is None else len(table.image_names)
    peopled = 0 if table.image is None else len(np.unique(table.image))
    sizes = table.image_size if table.image_sizes is None else table.image_sizes
    words = {name: len(np.unique(getattr(table, name))) for name in table.names if any(table.names[name])}
    labelled = int(table.labelled.sum())
    return Split(
        name=table.split,
        source=table.meta.get("source", "real"),
        skeleton=table.skeleton,
        images=images,
        empty=max(0, images - peopled),
        poses=len(table),
        has_3d=table.joints3d is not None,
        words=words,
        labelled=labelled / max(1, table.labelled.size),
        visible=int(table.visible.sum()) / max(1, labelled),
        picture_sizes=np.unique(sizes, axis=0),
        dropped=table.meta.get("dropped", {}),
        notes=table.meta.get("notes", ()),
    )


def intro(scale: SizeRule, motion: str) -> str:
    """What the page is about, and how large the world's sets are."""
    tests = f"{scale.test_images:,} pictures" if scale.test_images else "all pictures"
    edge = f"{scale.image_px} px on their long edge" if scale.image_px else "of the published size"
    nearer = "" if scale.size_range == 1 and scale.people_px is None else NEARER.format(**vars(scale))
    share, power, video = (f"{value:g}" for value in (scale.images, scale.compression, scale.video))
    return f"""This page shows every data set as the pipeline reads it. Its files come from the embedded
*world* (people drawn by this project, `world.motion: {motion}`) or from the *real* publisher;
`datasets.<name>.root` in `params.yaml` says where they are.

Sizes of the world's sets (`scale.world`): MPII, LSP, FLIC and CrowdPose have {share} times as many training
pictures as the real sets, which keeps their proportions (MPII : LSP : FLIC = 22 : 11 : 4). The sizes of the
3D sets and of COCO are pulled towards MPII's, which keeps their order: n = {share} · 22,246 · (real /
22,246)^{power}. A test set has {tests}, or as many as the real one if it has fewer. Human3.6M's takes
last {video} times as long as the real ones and are seen by its four cameras at 50 Hz. Pictures are {edge},
and cameras are scaled with them.
{nearer}
In the drawings, the person's left is orange, the right blue and the middle grey. Joints that are labelled but
hidden are hollow; joints without a label are left out. Pictures are chosen at random. Beside a picture, its
3D pose is seen from the left of the camera; the line on the floor points to the camera. In the rows of stick
figures, thin dark lines are the detector's 2D joints.
"""


def front_table(pairs: Sequence[tuple[DataSet, list[Split]]]) -> str:
    """One line a data set."""
    lines = []
    for data, splits in pairs:
        by_name = {split.name: split for split in splits}
        counts = [counted(by_name[name]) if name in by_name else "" for name in SPLITS]
        joints = " / ".join(dict.fromkeys(split.skeleton for split in splits))
        kind = "3D" if any(split.has_3d for split in splits) else "2D"
        lines.append([f"[{data.name}](#{data.name})", source(splits), kind, joints, *counts, real(data)])
    return markdown(["set", "source", "poses", "joints", *SPLITS, "the real set"], lines)


def counted(split: Split) -> str:
    """Pictures and people of a split."""
    poses = f"{split.poses:,} poses"
    return f"{split.images:,} pictures, {poses}" if split.images else poses


def source(splits: Sequence[Split]) -> str:
    """Where the files come from."""
    return " and ".join(sorted({split.source for split in splits}))


def real(data: DataSet) -> str:
    """The real set's counts of its splits, as `params.yaml` has them."""
    counts = {name.replace("_", " "): count for name, count in data.sizes.items()}
    return ", ".join(f"{name} {n:,}" for name, n in counts.items() if name.split()[0] in SPLITS)


def section(data: DataSet, splits: Sequence[Split]) -> str:
    """A data set's own section."""
    parts = [f"## {data.name}\n", split_table(splits)]
    if data.sizes:
        parts.append(f"The real set: {real(data)}.\n")
    facts = [
        f"{split.name}: {count:,} × {reason} (left out)"
        for split in splits
        for reason, count in split.dropped.items()
    ]
    facts += dict.fromkeys(note for split in splits for note in split.notes)
    if facts:
        parts.append("\n".join(f"- {fact}" for fact in facts) + "\n")
    parts += [f"![{data.name}]({data.name}.png)\n"]
    parts += [mapping_table(target, skeletons) for target, skeletons in targets(data.name, splits)]
    return "\n".join(parts)


def split_table(splits: Sequence[Split]) -> str:
    """One line per split with its counts."""
    kinds = [
        kind for kind in ("subject", "action", "camera", "sequence") if any(kind in s.words for s in splits)
    ]
    header = ["split", "pictures", "without people", "poses", *(f"{kind}s" for kind in kinds)]
    header += ["labelled joints", "visible of these", "picture size"]
    lines = []
    for split in splits:
        counts = [f"{split.images:,}" if split.images else "none", f"{split.empty:,}" if split.images else ""]
        counts += [
            f"{split.poses:,}",
            *(f"{split.words[kind]:,}" if kind in split.words else "" for kind in kinds),
        ]
        shares = [f"{100 * split.labelled:.1f} %", f"{100 * split.visible:.1f} %"]
        lines.append([split.name, *counts, *shares, shown_sizes(split.picture_sizes)])
    return markdown(header, lines)


def shown_sizes(sizes: np.ndarray) -> str:
    """Picture sizes as text: all of them if they are few, else their range."""
    if len(sizes) <= 3:
        return ", ".join(f"{width}×{height}" for width, height in sizes)
    (w0, h0), (w1, h1) = sizes.min(axis=0), sizes.max(axis=0)
    return f"{len(sizes)} sizes, {w0}–{w1} × {h0}–{h1}"


def targets(name: str, splits: Sequence[Split]) -> list[tuple[str, list[str]]]:
    """The joint sets that a data set is converted to, and the skeletons that it has."""
    skeletons = list(dict.fromkeys(split.skeleton for split in splits))
    wanted = TARGETS if name in LIFTING else TARGETS[:1]
    return [(target, skeletons) for target in wanted if skeletons != [target]]


def mapping_table(target: str, skeletons: Sequence[str]) -> str:
    """Where each joint of a target comes from; joints inferred from others are in italics."""
    tables = [conversion(skeleton, target) for skeleton in skeletons]
    lines = []
    for joint in get_skeleton(target).joints:
        cells = []
        for table in tables:
            joints, inferred = table[joint]
            words = " + ".join(joints) if joints else "—"
            cells.append(f"*inferred: {'mean of ' if len(joints) > 1 else ''}{words}*" if inferred else words)
        lines.append([joint, *cells])
    return markdown([target, *(f"from {skeleton}" for skeleton in skeletons)], lines)
