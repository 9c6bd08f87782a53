"""Figure 5: how candidates become people, round by round.

Legend: N candidates, R rounds, the first of them before anything has merged.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.files import load_arrays
from repose.papers.people.curves import canvas
from repose.papers.people.gallery import part_of
from repose.papers.people.judged import Judged, people_number
from repose.report.drawing import INK, RIM, save_png
from repose.skeletons import get_skeleton

SHOWN = 4  # pictures
PEOPLE = (2, 5)  # true people of a picture that is shown, at least and at most
GREYS = 32  # levels of the pictures, so that the clusters keep their colours in the palette
PALE = 0.55  # how much of a picture's darkness is left
TURN = 0.618034  # of the circle of hues, from one candidate to the next
CELL = 2.4  # inches: longer edge of a picture
LEAST = 0.25  # of the shorter one, as a share of it


@dataclass(frozen=True)
class Grouped:
    """The candidates of a picture and their clusters."""

    joint: np.ndarray  # N, kind
    points: np.ndarray  # N, 2, px of the file
    clusters: np.ndarray  # R, N: the first member of each one's cluster after each round


@dataclass(frozen=True)
class Shown:
    """A picture that rounds are drawn on."""

    pixels: np.ndarray  # H, W, 3
    grouped: Grouped
    places: np.ndarray  # N, 2: of the candidates on it, px from its corner


def load_rounds(path: Path, judged: Judged) -> dict[int, Grouped]:
    """The first pictures with a few people, of a run's file of rounds."""
    arrays = load_arrays(path, "image", "joint", "joints2d_px", "rounds")
    number = people_number(judged)
    rows = [r for r in np.unique(arrays["image"]).tolist() if PEOPLE[0] <= number[r] <= PEOPLE[1]]
    grouped = {}
    for row in rows[:SHOWN]:
        own = np.flatnonzero(arrays["image"] == row)  # in one piece
        clusters = arrays["rounds"][:, own] - own[0]
        grouped[row] = Grouped(arrays["joint"][own], arrays["joints2d_px"][own], clusters)
    return grouped


def rounds_figure(path: Path, grouped: dict[int, Grouped], judged: Judged, root: str) -> None:
    """The rounds of pictures of a test set."""
    shown = []
    for row, own in grouped.items():
        part = part_of(judged, row, root)
        shown.append(Shown(part.pixels, own, part.place(own.points)))
    draw_rounds(path, judged.skeleton, shown)


def draw_rounds(path: Path, skeleton: str, pictures: Sequence[Shown], longest: float = CELL) -> None:
    """A line a picture, a column a round; pictures of one size, their longer edge of so many inches."""
    height, width = pictures[0].pixels.shape[:2]
    inches = longest * np.clip(np.array([width, height]) / max(width, height), LEAST, 1)
    rounds = len(pictures[0].grouped.clusters)
    across, down = inches * (rounds, len(pictures)) + (0, 0.1 * len(pictures) + 0.2)
    picture, axes = canvas((across, down), len(pictures), rounds)
    for line, shown in zip(axes, pictures, strict=True):
        for number, ax in enumerate(line):
            grey = {"cmap": "gray", "vmin": 0, "vmax": 255, "interpolation": "nearest"}
            ax.imshow(greyed(shown.pixels), extent=(0, width, height, 0), **grey)
            put_clusters(ax, skeleton, shown, number)
            ax.set_xlim(0, width)
            ax.set_ylim(height, 0)
            ax.set_axis_off()
    for number, ax in enumerate(axes[0]):
        ax.set_title(f"round {number}" if number else "candidates", fontsize=10, color=INK)
    save_png(picture, path)


def greyed(pixels: np.ndarray) -> np.ndarray:
    """A picture (H, W, 3) as a pale one in a few greys (H, W)."""
    pale = 255 - PALE * (255 - pixels.mean(axis=2))
    return np.asarray(np.floor(pale / 256 * GREYS) * 256 / GREYS)


def put_clusters(ax: Any, skeleton: str, shown: Shown, number: int) -> None:
    """Candidates in the colours of their clusters after a round; dashed: what has just merged."""
    own, places = shown.grouped, shown.places
    clusters = own.clusters[number]
    colours = colours_of(clusters, by_life(own.clusters))
    for a, b in bones_within(own.joint, clusters, get_skeleton(skeleton).bones):
        ax.plot(*places[[a, b]].T, color=colours[a], linewidth=1.6)
    for first, second in merged(own.clusters, number):
        ends = np.array([places[first].mean(axis=0), places[second].mean(axis=0)])
        ax.plot(*ends.T, color=colours[first[0]], linewidth=1.2, linestyle="--")
    ax.scatter(*places.T, s=26, c=colours, edgecolors=RIM, linewidths=0.6, zorder=3)


def colours_of(clusters: np.ndarray, turn: np.ndarray | None = None) -> list[tuple[float, float, float]]:
    """N: a colour a cluster, which it keeps from its first member when it grows.

    `turn` (N) says when candidates choose their hues, if not one after the other: early hues lie far apart.
    """
    turns = (clusters if turn is None else turn[clusters]).tolist()
    return [colorsys.hsv_to_rgb(number * TURN % 1, 0.9, 0.8) for number in turns]


def by_life(clusters: np.ndarray) -> np.ndarray:
    """N: the turn of each candidate if those come first that are longest the first of a cluster."""
    life = sum((row == np.arange(len(row))).astype(int) for row in clusters)
    return np.argsort(np.argsort(-np.asarray(life), kind="stable"))


def bones_within(joint: np.ndarray, clusters: np.ndarray, bones: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of candidates of one cluster whose kinds a bone connects."""
    member = {(c, j): n for n, (c, j) in enumerate(zip(clusters.tolist(), joint.tolist(), strict=True))}
    pairs = []
    for cluster in dict.fromkeys(clusters.tolist()):
        for a, b in bones.tolist():
            if (cluster, a) in member and (cluster, b) in member:
                pairs.append((member[cluster, a], member[cluster, b]))
    return pairs


def merged(clusters: np.ndarray, number: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The members of each two clusters that a round has made one."""
    if number == 0:
        return []
    before, pairs = clusters[number - 1], []
    for cluster in np.unique(clusters[number]):
        parts = [np.flatnonzero(before == old) for old in np.unique(before[clusters[number] == cluster])]
        pairs += [(parts[0], other) for other in parts[1:]]
    return pairs
