"""The second half of decoding: people grow from seeds, limb by limb, greedily.

Every sure cell of a limb's field is a connection each way: from near one joint to a place for the other.
Connections lie sorted by where they begin, so that a growing person looks at those around its joint alone.

Legend: P people, J joints, L limbs, N connections, H W cells. Lengths and places are in cells. A person's
joint is (x, y, confidence, scale); confidence 0 is a joint not found.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from repose.dgcn.accumulate import Seeds
from repose.dgcn.fields import COMPILED

BUCKET = 4  # cells a side
GUESS_MARGIN = 2  # cells by which a cell may lie further from a joint than where its connection begins
LARGEST_LOGB = 2.0  # a spread beyond e² cells is no news

kernel = njit(cache=True, **COMPILED)
part = njit(forceinline=True, **COMPILED)
shared = njit(**COMPILED)  # compiled once for all that call it


class Connections(NamedTuple):
    """Of limb l from its first joint (way l) and from its second (way L + l), sorted by way and bucket."""

    entries: np.ndarray  # N, 6 float32: from x, y, its spread, to x, y, score
    begin: np.ndarray  # 2L, rows, columns of buckets + 1 int64: number of the bucket's first entry
    widest: np.ndarray  # 2L float32: the largest spread
    source: np.ndarray  # 2L int64: joint from which it leads
    target: np.ndarray  # 2L int64: joint to which it leads


class Rules(NamedTuple):
    """How a person grows."""

    reach: float  # spreads, times the joint's scale, within which a connection may begin
    least: float  # score below which a connection is none
    check: bool  # whether the way back must lead to within the scale of where it began
    guess: bool  # whether cells however unsure connect where no sure one does
    most: float  # confidence of a new joint, at most


class Evidence(NamedTuple):
    """What connections are made of."""

    c: np.ndarray  # L, H, W
    vec: np.ndarray  # L, 2, 2, H, W
    scale: np.ndarray  # J, H, W: of joints
    summed: np.ndarray  # J, H·U, W·U: the accumulated map, U nodes a cell
    upscale: int  # U
    floor: float  # f, share of a connection's score that needs no joint at its end


def connect(evidence: Evidence, logb: np.ndarray | None, limbs: np.ndarray, threshold: float) -> Connections:
    """Connections of cells surer than `threshold`, of limbs between joints (L, 2).

    Without `logb` (L, 2, H, W) their spread is 1 cell.
    """
    ways, (height, width) = 2 * len(limbs), evidence.c.shape[1:]
    source, target = limbs.T.reshape(-1), limbs[:, ::-1].T.reshape(-1)
    most = 2 * np.count_nonzero(evidence.c > threshold)
    raw, way = np.empty((most, 6), np.float32), np.empty(most, np.int64)
    widths = np.ones((1, 1, 1, 1), np.float32) if logb is None else logb
    collect(evidence, widths, logb is not None, target, threshold, raw, way)

    rows, columns = -(-height // BUCKET), -(-width // BUCKET)
    begin = np.zeros((ways, rows, columns + 1), np.int64)
    entries, widest = np.empty_like(raw), np.zeros(ways, np.float32)
    sort(raw, way, begin, entries, widest)
    return Connections(entries, begin, widest, source, target)


def grow(
    seeds: Seeds, connections: Connections, evidence: Evidence, rules: Rules, least_box: float, most: int
) -> np.ndarray:
    """People (P, J, 4), at most `most`, from seeds that lie in no earlier person's joint.

    A joint takes a box of half-width max(`least_box`, its scale).
    """
    people = np.zeros((most, len(evidence.scale), 4), np.float32)
    tried = np.empty(len(connections.source), np.bool_)
    found = grow_people(*seeds, connections, evidence, rules, least_box, tried, people)
    return people[:found]


def complete(people: np.ndarray, connections: Connections, evidence: Evidence, rules: Rules) -> None:
    """Grow people further, in place, by laxer rules."""
    tried = np.empty(len(connections.source), np.bool_)
    complete_people(connections, evidence, rules, tried, people)


@part
def score_of(evidence, limb, row, column, joint, x, y):  # type: ignore[no-untyped-def]
    """s = c · (f + (1 − f) · accumulated map of the joint at the place to which the cell leads)."""
    across, down = math.floor(x * evidence.upscale + 0.5), math.floor(y * evidence.upscale + 0.5)
    seen = 0.0
    if 0 <= down < evidence.summed.shape[1] and 0 <= across < evidence.summed.shape[2]:
        seen = min(1.0, evidence.summed[joint, down, across])
    return evidence.c[limb, row, column] * (evidence.floor + (1 - evidence.floor) * seen)


@kernel
def collect(evidence, logb, spread, target, threshold, raw, way):  # type: ignore[no-untyped-def]
    """Fills the connections of all sure cells, in order of cells."""
    c, vec = evidence.c, evidence.vec
    limbs, height, width = c.shape
    n = 0
    for limb in range(limbs):
        for row in range(height):
            for column in range(width):
                if not c[limb, row, column] > threshold:
                    continue
                for end in range(2):
                    x = column + vec[limb, 1 - end, 0, row, column]
                    y = row + vec[limb, 1 - end, 1, row, column]
                    way[n] = end * limbs + limb
                    raw[n, 0] = column + vec[limb, end, 0, row, column]
                    raw[n, 1] = row + vec[limb, end, 1, row, column]
                    raw[n, 2] = math.exp(min(LARGEST_LOGB, logb[limb, end, row, column])) if spread else 1.0
                    raw[n, 3], raw[n, 4] = x, y
                    raw[n, 5] = score_of(evidence, limb, row, column, target[way[n]], x, y)
                    n += 1


@part
def bucket(place: float, count: int) -> int:
    """The bucket of a place, along one axis; the outer ones reach without end."""
    return min(count - 1, max(0, math.floor(place / BUCKET)))


@kernel
def sort(raw, way, begin, entries, widest):  # type: ignore[no-untyped-def]
    """Counting sort of the connections by way and bucket."""
    ways, rows, columns = begin.shape[0], begin.shape[1], begin.shape[2] - 1
    for n in range(len(raw)):
        begin[way[n], bucket(raw[n, 1], rows), bucket(raw[n, 0], columns)] += 1
        widest[way[n]] = max(widest[way[n]], raw[n, 2])
    total = 0
    for w in range(ways):
        for row in range(rows):
            for column in range(columns):
                total += begin[w, row, column]
                begin[w, row, column] = total
            begin[w, row, columns] = total
    for n in range(len(raw) - 1, -1, -1):
        row, column = bucket(raw[n, 1], rows), bucket(raw[n, 0], columns)
        begin[way[n], row, column] -= 1
        for k in range(raw.shape[1]):
            entries[begin[way[n], row, column], k] = raw[n, k]


@part
def scale_at(scale, joint, x, y):  # type: ignore[no-untyped-def]
    """What the field says of a joint's scale in the nearest cell."""
    height, width = scale.shape[1:]
    column = min(width - 1, max(0, math.floor(x + 0.5)))
    row = min(height - 1, max(0, math.floor(y + 0.5)))
    return max(0.0, scale[joint, row, column])


@shared
def follow(connections, way, x, y, size, rules):  # type: ignore[no-untyped-def]
    """The best connection from a place: its score s · exp(−distance/σ), σ = max(1, scale), and its end."""
    rows, columns = connections.begin.shape[1], connections.begin.shape[2] - 1
    size = max(1.0, size)
    reach = rules.reach * size * connections.widest[way]
    left, right = bucket(x - reach, columns), bucket(x + reach, columns)
    score, to_x, to_y = 0.0, 0.0, 0.0
    for row in range(bucket(y - reach, rows), bucket(y + reach, rows) + 1):
        for n in range(connections.begin[way, row, left], connections.begin[way, row, right + 1]):
            entry = connections.entries[n]
            if entry[5] <= score:
                continue
            dx, dy, within = entry[0] - x, entry[1] - y, rules.reach * size * entry[2]
            if abs(dx) < within and abs(dy) < within:
                here = entry[5] * math.exp(-math.hypot(dx, dy) / size)
                if here > score:
                    score, to_x, to_y = here, entry[3], entry[4]
    return score, to_x, to_y


@shared
def guess(connections, evidence, way, x, y, size, rules):  # type: ignore[no-untyped-def]
    """As `follow`, of all cells around the place, however unsure; their spread is taken for 1."""
    limbs, height, width = evidence.c.shape
    limb, end = way % limbs, way // limbs
    vec, target = evidence.vec, connections.target[way]
    size = max(1.0, size)
    within = rules.reach * size
    around = within + GUESS_MARGIN
    score, to_x, to_y = 0.0, 0.0, 0.0
    for row in range(max(0, math.ceil(y - around)), min(height, math.floor(y + around) + 1)):
        for column in range(max(0, math.ceil(x - around)), min(width, math.floor(x + around) + 1)):
            dx = column + vec[limb, end, 0, row, column] - x
            dy = row + vec[limb, end, 1, row, column] - y
            if abs(dx) < within and abs(dy) < within and evidence.c[limb, row, column] > score:
                end_x = column + vec[limb, 1 - end, 0, row, column]
                end_y = row + vec[limb, 1 - end, 1, row, column]
                here = score_of(evidence, limb, row, column, target, end_x, end_y)
                here *= math.exp(-math.hypot(dx, dy) / size)
                if here > score:
                    score, to_x, to_y = here, end_x, end_y
    return score, to_x, to_y


@part
def surest_way(connections, person, tried):  # type: ignore[no-untyped-def]
    """The way not yet tried from the surest joint found to one that is not; −1 where there is none."""
    best, confidence = -1, 0.0
    for way in range(len(tried)):
        here = person[connections.source[way], 2]
        if here > confidence and not tried[way] and person[connections.target[way], 2] == 0:
            best, confidence = way, here
    return best


@shared
def grow_person(connections, evidence, rules, tried, person):  # type: ignore[no-untyped-def]
    """Adds joints to one person; the confidence of each is the root of score · confidence it came from."""
    limbs = len(tried) // 2
    tried[:] = False
    way = surest_way(connections, person, tried)
    while way >= 0:
        tried[way] = True
        source = person[connections.source[way]]
        x, y, confidence, size = source[0], source[1], source[2], source[3]
        score, to_x, to_y = follow(connections, way, x, y, size, rules)
        if rules.guess and score == 0:
            score, to_x, to_y = guess(connections, evidence, way, x, y, size, rules)
        if score > rules.least:
            target = connections.target[way]
            to_size = scale_at(evidence.scale, target, to_x, to_y)
            kept = True
            if rules.check:
                back = way + limbs if way < limbs else way - limbs
                back_score, back_x, back_y = follow(connections, back, to_x, to_y, to_size, rules)
                kept = back_score > 0 and abs(back_x - x) + abs(back_y - y) < max(1.0, size)
            if kept:
                person[target, 0], person[target, 1] = to_x, to_y
                person[target, 2] = min(rules.most, math.sqrt(score * confidence))
                person[target, 3] = to_size
        way = surest_way(connections, person, tried)


@part
def occupied(people, count, joint, x, y, least_box):  # type: ignore[no-untyped-def]
    """Whether a place lies in the box of a person's joint."""
    for p in range(count):
        there = people[p, joint]
        half = max(least_box, there[3])
        if there[2] > 0 and abs(there[0] - x) < half and abs(there[1] - y) < half:
            return True
    return False


@kernel
def grow_people(joint, place, value, connections, evidence, rules, least_box, tried, people):  # type: ignore[no-untyped-def]
    """Fills people from the seeds in their order and returns their number."""
    found = 0
    for n in range(len(joint)):
        if found == len(people):
            break
        j, x, y = joint[n], place[n, 0], place[n, 1]
        if not occupied(people, found, j, x, y, least_box):
            person = people[found]
            person[j, 0], person[j, 1], person[j, 2] = x, y, value[n]
            person[j, 3] = scale_at(evidence.scale, j, x, y)
            grow_person(connections, evidence, rules, tried, person)
            found += 1
    return found


@kernel
def complete_people(connections, evidence, rules, tried, people):  # type: ignore[no-untyped-def]
    """Grows every person further."""
    for p in range(len(people)):
        grow_person(connections, evidence, rules, tried, people[p])
