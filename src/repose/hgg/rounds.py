"""Grouping round by round (Alg. 1), as figures show it: the cluster of every candidate after each round.

A cluster bears the number of its first member, so that it keeps its number while it grows.

Legend: N candidates, R rounds, the first of them before anything has merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch

from repose.hgg.candidates import by_picture
from repose.hgg.clustering import Grouper, Grouping
from repose.hgg.predict import (
    BATCH,
    NOTHING,
    Arrays,
    Reader,
    Variant,
    View,
    grouping_of,
    joints_in,
    look_over,
    people_in,
)  # fmt: skip
from repose.hgg.testing import Forward, tags_in
from repose.pictures.pack import People as Pictures
from repose.pictures.scenes import Scenes
from repose.skeletons import get_skeleton

SOME = 12  # pictures of a file
PEOPLE = (2, 5)  # found in each of them, at least and at most
SURE = 0.1  # score from which on somebody counts as found


def rounds_of(view: View, variant: Variant, grouper: Grouper) -> Arrays:
    """The candidates of a batch, one row each: image, joint, joints2d_px, score; and `rounds` (R, N).

    `variant` says how tags of pictures and mirror images are joined, as the grouper was trained on them.
    """
    tags = tags_in(view.seen, variant.tags)
    grouping = grouping_of(grouper, by_picture(view.proposals, tags, view.unit))
    return joints_in(view) | {"rounds": cluster_numbers(grouping)}


def cluster_numbers(grouping: Grouping) -> np.ndarray:
    """R, N int32: clusters before the first round and after each one that merged any."""
    rows = [np.arange(len(grouping.clusters))]
    rows += [by_first_member(step.after) for step in grouping.rounds if len(step.formed)]
    return np.stack(rows).astype(np.int32)


def by_first_member(clusters: np.ndarray) -> np.ndarray:
    """N: clusters numbered by the first of their candidates."""
    _, first, number = np.unique(clusters, return_index=True, return_inverse=True)
    return np.asarray(first[number])


def some_rounds(
    forward: Forward, scenes: Scenes, pictures: Pictures, rows: np.ndarray, reader: Reader,
    grouper: Grouper, device: torch.device, most: int = SOME, people: tuple[int, int] = PEOPLE,
) -> Arrays:  # fmt: skip
    """The rounds of the first of some pictures with a few people found, by the reader's first variant.

    The arrays of a file: those of `rounds_of`, picture by picture, and the joints' names; `image` is the
    picture's row. Nobody looks at more pictures than needed.
    """
    name, variant = next(iter(reader.variants.items()))
    alone, parts = replace(reader, variants={name: variant}), []
    for start in range(0, len(rows), BATCH):
        seen: dict[int, Arrays] = {}
        for views in look_over(forward, scenes, pictures, rows[start : start + BATCH], alone, device):
            view = views[variant.scales]
            shown = with_people(people_in(view, variant, reader.people), people)
            seen |= dict(by_image(rounds_of(view, variant, grouper), shown))
        parts += [seen[row] for row in sorted(seen)]
        if len(parts) >= most:
            break
    return {"joints": np.array(get_skeleton(reader.skeleton).joints)} | joined_rounds(parts[:most])


def with_people(found: Arrays, people: tuple[int, int]) -> np.ndarray:
    """The pictures in which so many people are found, at least and at most."""
    images, number = np.unique(found["image"][found["person_score"] >= SURE], return_counts=True)
    return np.asarray(images[(number >= people[0]) & (number <= people[1])])


def by_image(rounds: Arrays, images: np.ndarray) -> Iterator[tuple[int, Arrays]]:
    """Some pictures of a batch apart, the clusters of each numbered by its own candidates."""
    for image in images.tolist():
        own = np.flatnonzero(rounds["image"] == image)  # in one piece
        columns = {name: rounds[name][own] for name in NOTHING}
        yield image, columns | {"rounds": rounds["rounds"][:, own] - own[0]}


def joined_rounds(parts: Sequence[Arrays]) -> Arrays:
    """Pictures one behind the other, with as many rounds as the longest has; no number occurs in two."""
    most = max((len(part["rounds"]) for part in parts), default=1)
    columns = {
        name: np.concatenate([none, *(part[name] for part in parts)]) for name, none in NOTHING.items()
    }
    rounds, before = [np.zeros((most, 0), np.int64)], 0
    for part in parts:
        missing = most - len(part["rounds"])
        rounds.append(np.pad(part["rounds"], ((0, missing), (0, 0)), "edge") + before)
        before += len(part["image"])
    return columns | {"rounds": np.concatenate(rounds, axis=1).astype(np.int32)}
