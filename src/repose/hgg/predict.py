"""People found in whole pictures by a trained network, grouped in several ways at once.

The network looks at every picture once a scale and side; variants share what it says, and those of the same
scales their candidates.

Legend: B pictures of a batch, J joints, N candidates, P people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from repose.foundations.rng import rng
from repose.hgg.candidates import (
    CandidateRules,
    Proposals,
    as_array,
    by_picture,
    cells_shown,
    find_candidates,
)  # fmt: skip
from repose.hgg.clustering import Grouper, Grouping
from repose.hgg.graph_net import Nodes
from repose.hgg.groupers import Group, associative, batch_of
from repose.hgg.people import People, PeopleRules, people_of
from repose.hgg.simulation import Candidates
from repose.hgg.testing import IMAGES, Forward, Seen, averaged, look_at_scales, tag_scale, tags_in
from repose.pictures.pack import People as Pictures
from repose.pictures.scene_batches import WholePictures, whole
from repose.pictures.scenes import Scenes
from repose.skeletons import get_skeleton

BATCH = 32  # pictures at a time
MULTIPLE = 16  # whole pictures have sides of so many pixels, times a whole number

GroupAll = Callable[[Sequence[Candidates]], np.ndarray]  # candidates of pictures → N, numbers of people
Arrays = dict[str, np.ndarray]  # of a file of predictions


@dataclass(frozen=True)
class Variant:
    """One way of grouping, and of looking."""

    group: GroupAll
    tags: str = "concat"  # how those of a mirror image are joined: concat | first
    scales: tuple[float, ...] = (1.0,)  # of the pictures; heat maps have the first one's size


@dataclass(frozen=True)
class Reader:
    """How a network's maps are read."""

    skeleton: str
    candidates: CandidateRules
    people: PeopleRules
    variants: Mapping[str, Variant]
    flip: bool = True  # look at mirror images too
    unit_px: float | None = (
        None  # of places, as a grouper knows them: the side of its crops; none: of the batch
    )


class View(NamedTuple):
    """A batch as some scales show it."""

    batch: WholePictures
    seen: Seen
    heat: np.ndarray  # B, J, H, W
    cell_px: np.ndarray  # 2: width and height of a cell in pixels of the batch
    unit: np.ndarray | None  # 2: width and height in cells of what groupers are told places in
    counted: np.ndarray  # B, H, W bool: no padding
    proposals: Proposals

    def in_file(self, points: np.ndarray, picture: np.ndarray) -> np.ndarray:
        """Points (n, …, 2; cells) of the batch's pictures (n) as their files count, from the corner."""
        shrink = self.batch.shrink[picture].reshape(-1, *[1] * (points.ndim - 1))
        return np.asarray((points + 0.5) * self.cell_px / shrink)


Views = dict[tuple[float, ...], View]  # by the scales that were looked at


@torch.inference_mode()
def find_people(
    forward: Forward, scenes: Scenes, pictures: Pictures, rows: np.ndarray, reader: Reader,
    device: torch.device,
) -> tuple[dict[str, Arrays], Arrays]:  # fmt: skip
    """The people of some pictures by every variant, and all candidates of the first variant's scales.

    The arrays of predictions files, one row a person or a joint, in pixels of the files; `image` is the
    picture's row.
    """
    found: dict[str, list[Arrays]] = {name: [] for name in reader.variants}
    loose: list[Arrays] = []
    for views in look_over(forward, scenes, pictures, rows, reader, device):
        for name, variant in reader.variants.items():
            found[name].append(people_in(views[variant.scales], variant, reader.people))
        loose.append(joints_in(next(iter(views.values()))))
    joints = np.array(get_skeleton(reader.skeleton).joints)
    empty = nobody(len(joints))
    people = {name: joined(joints, [empty, *parts]) for name, parts in found.items()}
    return people, joined(joints, [NOTHING, *loose])


def look_over(
    forward: Forward, scenes: Scenes, pictures: Pictures, rows: np.ndarray, reader: Reader,
    device: torch.device,
) -> Iterator[Views]:  # fmt: skip
    """Pictures batch by batch."""
    for batch in whole(scenes, pictures, rows, MULTIPLE, BATCH):
        yield views_of(forward, batch, reader, device)


@torch.inference_mode()
def views_of(forward: Forward, batch: WholePictures, reader: Reader, device: torch.device) -> Views:
    """A batch in views by the scales of the variants, those of the first one first."""
    flip = get_skeleton(reader.skeleton).flip if reader.flip else None
    scales = scales_of(reader.variants.values())
    seen = look_at_scales(forward, batch.pictures.to(device), scales, flip, MULTIPLE)
    ways = dict.fromkeys(variant.scales for variant in reader.variants.values())
    return {way: view_of(batch, averaged(seen, way), reader) for way in ways}


def scales_of(variants: Iterable[Variant]) -> dict[float, int]:
    """All scales that are looked at, each with the number of images whose tags are read there."""
    images: dict[float, int] = {}
    for variant in variants:
        read = tag_scale(variant.scales)
        for scale in variant.scales:
            images[scale] = max(images.get(scale, 0), IMAGES[variant.tags] if scale == read else 0)
    return images


def view_of(batch: WholePictures, seen: Seen, reader: Reader) -> View:
    """Candidates of a batch, none in the padding, of which the network learns nothing."""
    heat = as_array(seen.heat)
    height, width = heat.shape[2:]
    height_px, width_px = batch.pictures.shape[2:]
    cell_px = np.array([width_px / width, height_px / height])
    counted = cells_shown(batch.size_px / cell_px, height, width)
    unit = None if reader.unit_px is None else reader.unit_px / cell_px
    return View(batch, seen, heat, cell_px, unit, counted, find_candidates(heat, reader.candidates, counted))


def people_in(view: View, variant: Variant, rules: PeopleRules) -> Arrays:
    """The people of a batch by one variant, as a file of predictions has them."""
    people = people_seen(view, variant, rules)
    return {
        "image": view.batch.rows[people.picture].astype(np.int32),
        "person_score": people.person_score,
        "joints2d_px": view.in_file(people.joints2d, people.picture).astype(np.float32),
        "score": people.score,
    }


def people_seen(view: View, variant: Variant, rules: PeopleRules) -> People:
    """The people of a batch by one variant."""
    tags = tags_in(view.seen, variant.tags)
    groups = variant.group(by_picture(view.proposals, tags, view.unit))
    return people_of(groups, view.proposals, view.heat, tags, rules, view.counted)


def joints_in(view: View) -> Arrays:
    """The candidates of a batch, not grouped."""
    proposals = view.proposals
    return {
        "image": view.batch.rows[proposals.picture].astype(np.int32),
        "joint": proposals.type.astype(np.int16),
        "joints2d_px": view.in_file(proposals.points, proposals.picture).astype(np.float32),
        "score": proposals.score,
    }


NOTHING: Arrays = {
    "image": np.zeros(0, np.int32), "joint": np.zeros(0, np.int16),
    "joints2d_px": np.zeros((0, 2), np.float32), "score": np.zeros(0, np.float32),
}  # fmt: skip


def nobody(joints: int) -> Arrays:
    """No people."""
    return {
        "image": np.zeros(0, np.int32), "person_score": np.zeros(0, np.float32),
        "joints2d_px": np.zeros((0, joints, 2), np.float32), "score": np.zeros((0, joints), np.float32),
    }  # fmt: skip


def joined(joints: np.ndarray, parts: Sequence[Arrays]) -> Arrays:
    """The rows of all batches, sorted by picture."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(columns["image"], kind="stable")
    return {"joints": joints} | {name: column[order] for name, column in columns.items()}


def one_by_one(group: Group) -> GroupAll:
    """A grouper of one picture's candidates, for the pictures of a batch in turn."""

    def each(pictures: Sequence[Candidates]) -> np.ndarray:
        return np.concatenate([group(candidates) for candidates in pictures])

    return each


def by_tags(skeleton: str, farthest: float = np.inf) -> GroupAll:
    """Associative embedding's grouping; distances of tags end at `farthest`."""
    return one_by_one(associative(get_skeleton(skeleton).joints, farthest))


def by_graph(grouper: Grouper) -> GroupAll:
    """Hierarchical graph grouping by a trained network."""
    return lambda pictures: grouping_of(grouper, pictures).clusters


@torch.inference_mode()
def grouping_of(grouper: Grouper, pictures: Sequence[Candidates]) -> Grouping:
    """The grouping of a batch as one graph, round by round, in float32 wherever it runs."""
    device, training = next(grouper.parameters()).device, grouper.training
    nodes = Nodes(*(column.to(device) for column in batch_of(pictures)))
    with torch.autocast(device.type, enabled=False):
        grouping: Grouping = grouper.eval()(nodes, rng(0, "hgg", "test"))
    grouper.train(training)
    return grouping
