"""The page on the data: what every set holds, its size, how its joints map, and a sheet of examples."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import write_text
from repose.foundations.markdown import markdown_table
from repose.foundations.processes import ordered_map, usable_cores
from repose.report.sheets import View, clip_sheet, contact_sheet, pick_views
from repose.skeletons import conversion, get_skeleton
from repose.skeletons.posetable import PoseTable

SPLITS = ("train", "val", "test")
VIEWS = {2: 15, 3: 12}  # pictures on a sheet, by the dimensions of the poses
TARGETS = ("mpii16", "semgcn16")
LIFTING = ("h36m", "mpi_inf_3dhp")  # the sets that are also converted to semgcn16
FROM_THE_FRONT = ("mpii", "mpii_multi", "lsp", "lspet", "coco", "crowdpose")  # most people are drawn so
OF_SEVERAL = ("coco", "crowdpose", "ochuman")  # drawn nearer

SIZES = """
Sizes of the world's sets (`scale.world`): MPII, LSP, FLIC and CrowdPose have {share} times as many training
pictures as the real sets, which keeps their proportions (MPII : LSP : FLIC = 22 : 11 : 4). The sizes of the
3D sets and of COCO are pulled towards MPII's, which keeps their order: n = {share} · 22,246 · (real /
22,246)^{power}. A test set has {tests}, or as many as the real one if it has fewer. Human3.6M's takes
last {video} times as long as the real ones and are seen by its four cameras at 50 Hz. The long edge of
pictures is {edge}, and cameras are scaled with them.
"""
FACED = """
Where networks did not learn from the world's pictures, the pictures were made easier. In photographs (MPII,
LSP, COCO) about seven people in ten face the camera, in CrowdPose six, and clothes and hair look different
from behind: as long as people faced all ways alike and looked the same from both sides, networks on pictures
did not get past guessing which of two joints is the left one. For the same reason the default pictures grew
from 128 to 192 px and their share from 0.1 to 0.2 (here: {edge}, {share}).
"""
NEARER = """
The long edge of pictures of COCO, CrowdPose and OCHuman is {people_edge}. Their people are drawn nearer, and
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
    drawn = {data.name for data, found in pairs if "world" in source(found)}
    parts = ["# The data\n", intro(scale, motion, drawn), front_table(pairs)]
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


def intro(scale: SizeRule, motion: str, drawn: Collection[str]) -> str:
    """What the page is about, and how the sets that the world drew differ from the real ones."""
    return f"""This page shows every data set as the pipeline reads it. Its files come from the embedded
*world* (people drawn by this project, `world.motion: {motion}`) or from the *real* publisher;
`datasets.<name>.root` in `params.yaml` says where they are.
{"".join(of_the_world(scale, drawn))}
In the drawings, the person's left is orange, the right blue and the middle grey. Joints that are labelled but
hidden are hollow; joints without a label are left out. Pictures are chosen at random. Beside a picture, its
3D pose is seen from the left of the camera; the line on the floor points to the camera. In the rows of stick
figures, thin dark lines are the detector's 2D joints.
"""


def of_the_world(scale: SizeRule, drawn: Collection[str]) -> list[str]:
    """Paragraphs on the sets that the world drew: how large they are, how people stand in them, how near."""
    edge, people_edge = (
        f"{px} px" if px else "as published" for px in (scale.image_px, scale.people_px or scale.image_px)
    )
    tests = f"{scale.test_images:,} pictures" if scale.test_images else "all pictures"
    rates = {"share": scale.images, "power": scale.compression, "video": scale.video}
    words = {name: f"{rate:g}" for name, rate in rates.items()}
    words |= {"tests": tests, "edge": edge, "people_edge": people_edge}
    nearer = scale.size_range != 1 or scale.people_px is not None
    said = {
        SIZES: bool(drawn),
        FACED: any(name in drawn for name in FROM_THE_FRONT),
        NEARER: nearer and any(name in drawn for name in OF_SEVERAL),
    }
    return [text.format(**words, size_range=scale.size_range) for text, fits in said.items() if fits]


def front_table(pairs: Sequence[tuple[DataSet, list[Split]]]) -> str:
    """One line a data set."""
    lines = []
    for data, splits in pairs:
        by_name = {split.name: split for split in splits}
        counts = [counted(by_name[name]) if name in by_name else "" for name in SPLITS]
        joints = " / ".join(dict.fromkeys(split.skeleton for split in splits))
        kind = "3D" if any(split.has_3d for split in splits) else "2D"
        lines.append([f"[{data.name}](#{data.name})", source(splits), kind, joints, *counts, real(data)])
    return markdown_table(["set", "source", "poses", "joints", *SPLITS, "the real set"], lines)


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
    return markdown_table(header, lines)


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
    return markdown_table([target, *(f"from {skeleton}" for skeleton in skeletons)], lines)
