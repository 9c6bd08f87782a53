"""People of a picture from its fields: accumulate, grow, complete, and keep of those alike the strongest.

Greedy, as PifPaf's decoder of version 0.9 unless an option says otherwise.

Legend: B pictures, P people, J joints, L limbs, H W cells, N candidates.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit

from repose.dgcn.accumulate import Seeds, accumulate, find_seeds, move_to_summits, room_for, thinned
from repose.dgcn.fields import COMPILED, Fields, FieldShape, Maps, maps_of
from repose.dgcn.grow import Evidence, Rules, complete, connect, grow

BOX_PX = 4.0  # half-width of the box that a joint takes at least
COPIED = 1e-5  # confidence of a joint that takes its neighbour's place
GROWN = 3  # times as many people are grown as are answered
MEAN_SHARE = 0.9  # of the joints' mean in a person's score; the rest is the surest joint's

kernel = njit(cache=True, **COMPILED)


@dataclass(frozen=True)
class DecoderOptions:
    """How people are read from fields. Lengths are in cells."""

    threshold: float = 0.1  # of confidences that vote for a joint or begin a person
    seed: float = 0.2  # of the accumulated map where a person begins
    connection: float = 0.1  # of a connection's score
    upscale: int = 4  # nodes of the accumulated map a cell; published: one a pixel
    floor: float = 0.1  # share of a connection's score that needs no joint at its end
    reach: float = 2.0  # spreads × scale within which a connection begins
    spread: bool = True  # read it; false where no loss has taught it (L1, smooth L1), then 1 cell
    reverse_check: bool = True
    to_summits: bool = True  # move joints to the accumulated map's summit within half a cell; published: no
    force_complete: bool = True  # guess joints that are not found: OKS rewards any guess
    forced_most: float = 0.01  # confidence of a guess at most; published: 0.001
    alike: float = 0.3  # OKS with a stronger person above which one is dropped; published: 1, none is
    most: int = 20  # people a picture


class People(NamedTuple):
    """Those found in one picture, the strongest first."""

    joints2d_px: np.ndarray  # P, J, 2 float32: of the network's input; the mean of the found ones if missing
    score: np.ndarray  # P, J float32; 0 if missing
    person_score: np.ndarray  # P float32


class Candidates(NamedTuple):
    """Joints of one picture that nobody has grouped, the surest first."""

    joint: np.ndarray  # N int64
    points_px: np.ndarray  # N, 2 float32
    score: np.ndarray  # N float32


DEFAULT = DecoderOptions()


def decode_batch(
    fields: Fields, shape: FieldShape, sigmas: np.ndarray, options: DecoderOptions = DEFAULT
) -> list[People]:
    """The people of each picture of a batch, as the network says them."""
    pictures = maps_of(fields)
    room = room_for(pictures[0], options.upscale) if pictures else None
    return [decode(maps, shape, sigmas, options, room) for maps in pictures]


def decode(
    maps: Maps,
    shape: FieldShape,
    sigmas: np.ndarray,
    options: DecoderOptions = DEFAULT,
    room: np.ndarray | None = None,
) -> People:
    """The people of one picture, whose fields may have any height and width.

    `sigmas` (J) are those of OKS; `room` (`room_for`) spares the memory of each picture's accumulated map.
    """
    o, summed = options, room_for(maps, options.upscale) if room is None else room
    accumulate(maps, o.upscale, o.threshold, summed)
    seeds = find_seeds(maps, summed, o.upscale, o.threshold, o.seed)
    people = grown(maps, shape, seeds, summed, o)
    if o.to_summits:
        rows, joint = np.nonzero(people[..., 2])
        place = people[rows, joint, :2]
        move_to_summits(summed, joint, o.upscale, place)
        people[rows, joint, :2] = place
    fill(people, np.ascontiguousarray(shape.limbs, np.int64), COPIED if o.force_complete else 0.0)
    found = strongest(people, np.asarray(sigmas, np.float64), BOX_PX / shape.stride, o)[: o.most]
    return People(
        found[..., :2] * np.float32(shape.stride), found[..., 2].copy(), person_scores(found[..., 2])
    )


def grown(
    maps: Maps, shape: FieldShape, seeds: Seeds, summed: np.ndarray, options: DecoderOptions
) -> np.ndarray:
    """People (P, J, 4) as they grow from seeds, and completed if wanted: x, y, confidence, scale in cells."""
    o, limbs = options, np.ascontiguousarray(shape.limbs, np.int64)
    evidence = Evidence(maps["paf_c"], maps["paf_vec"], maps["pif_scale"], summed, o.upscale, o.floor)
    connections = connect(evidence, maps["paf_logb"] if o.spread else None, limbs, o.threshold)
    rules = Rules(o.reach, o.connection, o.reverse_check, guess=False, most=1.0)
    people = grow(seeds, connections, evidence, rules, BOX_PX / shape.stride, GROWN * o.most)
    if o.force_complete:
        lax = Rules(o.reach, least=0.0, check=False, guess=True, most=o.forced_most)
        complete(people, connections, evidence, lax)
    return people


def candidates(
    maps: Maps, shape: FieldShape, options: DecoderOptions = DEFAULT, least: float = 0.1
) -> Candidates:
    """All joints whose accumulated map is higher than `least`, for a grouping by other means."""
    summed = room_for(maps, options.upscale)
    accumulate(maps, options.upscale, options.threshold, summed)
    seeds = find_seeds(maps, summed, options.upscale, options.threshold, least)
    joint, place, value = thinned(seeds, maps["pif_scale"], BOX_PX / shape.stride)
    if options.to_summits:
        move_to_summits(summed, joint, options.upscale, place)
    return Candidates(joint, place * np.float32(shape.stride), value)


def strongest(
    people: np.ndarray, sigmas: np.ndarray, least_box: float, options: DecoderOptions
) -> np.ndarray:
    """People (P, J, 4) by falling score, without those like a stronger one, each joint's place once taken."""
    guess = float(np.float32(options.forced_most)) if options.force_complete else 0.0  # as people hold it
    people = people[np.argsort(-person_scores(people[..., 2]), kind="stable")]
    kept = np.ones(len(people), bool)
    drop_alike(people, sigmas, options.alike, guess, kept)
    people = people[kept]
    free_taken(people, least_box, guess)
    people = people[(people[..., 2] > guess).any(1)]
    return people[np.argsort(-person_scores(people[..., 2]), kind="stable")]


def person_scores(confidence: np.ndarray) -> np.ndarray:
    """Scores (P) of people by their joints' confidences (P, J): 0.1 · max c + 0.9 · mean c²."""
    return (1 - MEAN_SHARE) * confidence.max(1) + MEAN_SHARE * np.square(confidence).mean(1)


@kernel
def fill(people, limbs, confidence):  # type: ignore[no-untyped-def]
    """Gives joints not found a place: with a confidence a neighbour's, else the mean of those found."""
    for p in range(len(people)):
        person = people[p]
        x, y, found = 0.0, 0.0, 0
        for j in range(len(person)):
            if person[j, 2] > 0:
                x, y, found = x + person[j, 0], y + person[j, 1], found + 1
        missing = len(person) - found
        going = confidence > 0
        while going and missing > 0:
            going = False
            for limb in range(len(limbs)):
                for end in range(2):
                    here, there = person[limbs[limb, end]], person[limbs[limb, 1 - end]]
                    if here[2] > 0 and there[2] == 0:
                        there[0], there[1], there[2] = here[0], here[1], confidence
                        missing -= 1
                        going = True
        for j in range(len(person)):
            if person[j, 2] == 0:
                person[j, 0], person[j, 1], person[j, 2] = x / found, y / found, confidence


@kernel
def drop_alike(people, sigmas, alike, guess, kept):  # type: ignore[no-untyped-def]
    """Clears `kept` (P) of people like a stronger one: OKS over the weaker's joints that are not guesses.

    The area is that of the box around the stronger's joints that are not guesses.
    """
    joints = people.shape[1]
    for p in range(len(people)):
        stronger = people[p]
        if not kept[p]:
            continue
        left, top, right, bottom = np.inf, np.inf, -np.inf, -np.inf
        for j in range(joints):
            if stronger[j, 2] > guess:
                left, right = min(left, stronger[j, 0]), max(right, stronger[j, 0])
                top, bottom = min(top, stronger[j, 1]), max(bottom, stronger[j, 1])
        area = max(1.0, (right - left) * (bottom - top))
        for q in range(p + 1, len(people)):
            oks, found = 0.0, 0
            for j in range(joints):
                if people[q, j, 2] > guess:
                    apart = (people[q, j, 0] - stronger[j, 0]) ** 2 + (people[q, j, 1] - stronger[j, 1]) ** 2
                    oks += np.exp(-apart / (2 * area * (2 * sigmas[j]) ** 2))
                    found += 1
            if found > 0 and oks > alike * found:
                kept[q] = False


@kernel
def free_taken(people, least_box, guess):  # type: ignore[no-untyped-def]
    """Confidence 0 for a joint in the box of a stronger person's joint of its kind that is not a guess."""
    for p in range(len(people)):
        for j in range(people.shape[1]):
            for q in range(p):
                there = people[q, j]
                half = max(least_box, there[3])
                if (
                    there[2] > guess
                    and abs(there[0] - people[p, j, 0]) < half
                    and abs(there[1] - people[p, j, 1]) < half
                ):
                    people[p, j, 2] = 0.0
