"""From pictures on disk to annotated pictures and the joints of everybody in them, by trained runs.

A run of dgcn or hgg finds all people of a picture. A run of fusion reads one person out of a box: one that is
given, or that of everybody whom one of those runs has found. Pixels' centres are whole numbers.

Legend: J joints.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import write_json

if TYPE_CHECKING:
    from PIL.Image import Image

RUNS = Path("runs")
FINDERS = ("dgcn/ad_r50", "dgcn/base_r50")  # the first that is trained finds people where none is named
PICTURES = (".jpg", ".jpeg", ".png")  # that are looked for in a folder
VIDEOS = {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".flv"}
MPII = "mpii16"  # joints of all runs of fusion
LONGEST, INCHES = 480, 3.2  # longer edge of the picture of each round: px, and as it is drawn
Box = tuple[float, float, float, float]  # x y w h, px


@dataclass(frozen=True)
class Person:
    """One person of a picture."""

    joints2d_px: np.ndarray  # J, 2
    score: np.ndarray  # J
    found: np.ndarray  # J bool
    person_score: float | None = None  # of a run that finds people
    box_px: Box | None = None  # that a run of fusion has read
    joints3d_mm: np.ndarray | None = None  # J, 3


@dataclass(frozen=True)
class Way:
    """How the people of a picture are found."""

    skeleton: str
    find: Callable[[Image], list[Person]]
    people_by: str | None = None  # the run that found the boxes
    rounds: Callable[[Image], dict[str, np.ndarray]] | None = None  # candidates, grouped round by round


@dataclass(frozen=True)
class Predicted:
    """One picture's results."""

    files: Sequence[Path]  # that were written
    facts: dict[str, Any]  # what the JSON file says


def predict_pictures(
    pictures: Sequence[Path], run: str, out: Path, box: str | None = None, people: str | None = None,
    least: float = 0.0, show_rounds: bool = False,
) -> Iterator[Predicted]:  # fmt: skip
    """Write `<name>.png` and `<name>.json` for every picture, one by one.

    People who score less than `least` are left out: runs find many, for average precision wants them.
    `show_rounds` adds `<name>_rounds.png`: how a run of hgg has put them together.
    """
    endings = [".png", ".json", "_rounds.png"][: 3 if show_rounds else 2]
    files = [[out / f"{path.stem}{ending}" for ending in endings] for path in pictures]
    refuse_clashes(pictures, [file for own in files for file in own])
    asked = read_box(box)

    from repose.fusion.predict import open_picture
    from repose.report.annotated import Drawn, annotate

    way = way_of(run, asked, people, least)
    if show_rounds and way.rounds is None:
        raise ReposeError(f"--show-rounds: {run} groups nothing, expected a run that does, such as hgg/full")
    for path, own in zip(pictures, files, strict=True):
        picture = open_picture(path)
        found = way.find(picture)
        drawn = [Drawn(p.joints2d_px, p.found, p.joints3d_mm, p.person_score) for p in found]
        annotate(own[0], picture, way.skeleton, drawn)
        facts = facts_of(path, run, way, found)
        write_json(own[1], facts)
        if show_rounds and way.rounds:
            draw_rounds_on(own[2], picture, way.skeleton, way.rounds(picture))
        yield Predicted(own, facts)


def refuse_clashes(pictures: Sequence[Path], written: Sequence[Path]) -> None:
    """No file is written twice, and no picture is written over."""
    if twice := [file for file, count in Counter(written).items() if count > 1]:
        raise ReposeError(f"{twice[0]}: two pictures would be this file, expected different names")
    targets = {file.resolve() for file in written}
    if lost := [path for path in pictures if path.resolve() in targets]:
        raise ReposeError(f"{lost[0]}: would be overwritten, expected another folder in --out")


def pictures_in(given: Sequence[Path]) -> list[Path]:
    """The pictures of files and folders, those of a folder in the order of the numbers in their names."""
    found: list[Path] = []
    for path in given:
        if path.suffix.lower() in VIDEOS:
            raise ReposeError(video_hint(path))
        if not path.is_dir():
            found.append(path)
            continue
        own = [file for file in path.iterdir() if file.suffix.lower() in PICTURES and file.is_file()]
        if not own:
            ask = "expected pictures in it"
            raise ReposeError(
                f"{path}: no file ending in {', '.join(PICTURES)}, {ask} (not in folders below)"
            )
        found += sorted(own, key=lambda file: by_number(file.name))
    return found


def by_number(name: str) -> list[tuple[int, str]]:
    """A key that puts frame 2 before frame 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def video_hint(path: Path) -> str:
    """What to do with a video: no library that we depend on reads one."""
    frames = path.with_suffix("")
    commands = f"mkdir -p '{frames}' && ffmpeg -i '{path}' '{frames}/%06d.jpg'"
    return f"{path}: a video, expected pictures; make its frames with {commands} and give the folder {frames}"


def draw_rounds_on(path: Path, picture: Image, skeleton: str, rounds: dict[str, np.ndarray]) -> None:
    """Write a PNG of the picture beside itself, once a round, with the candidates in their clusters."""
    from repose.papers.hgg.rounds import Grouped, Shown, draw_rounds

    scale = LONGEST / max(picture.size)
    width, height = (max(1, round(edge * scale)) for edge in picture.size)
    pixels, points = np.asarray(picture.resize((width, height), 2)), rounds["joints2d_px"]
    grouped = Grouped(rounds["joint"], points, rounds["rounds"])
    draw_rounds(path, skeleton, [Shown(pixels, grouped, points * scale)], INCHES)


def read_box(text: str | None) -> Box | None:
    """A box written `x,y,w,h`."""
    if text is None:
        return None
    with contextlib.suppress(ValueError):
        x, y, w, h = (float(number) for number in text.split(","))
        if np.isfinite((x, y, w, h)).all():
            return x, y, w, h
    raise ReposeError(f"--box: found {text!r}, expected four numbers x,y,w,h in pixels")


def way_of(run: str, box: Box | None, people: str | None, least: float) -> Way:
    """The way of a run: on whole pictures, in one box, or in the boxes of those whom another run finds."""
    if room_of(run):
        if box or people:
            raise ReposeError(f"{run}: finds all people by itself, expected neither --box nor --people")
        return finding(run, least)

    from repose.fusion.predict import load_predictor

    predictor = load_predictor(RUNS / run)
    if box and people:
        raise ReposeError("--box and --people: found both, expected one of them")
    if box:
        return Way(MPII, lambda picture: [in_box(predictor, picture, box)])
    finder = people or trained_finder()
    everybody = finding(finder, least)

    def find(picture: Image) -> list[Person]:
        found = everybody.find(picture)
        boxes = [around(person, picture.size) for person in found]
        scores = [person.person_score for person in found]
        return [in_box(predictor, picture, *of_one) for of_one in zip(boxes, scores, strict=True)]

    return Way(MPII, find, finder)


def trained_finder() -> str:
    """The run that finds people where none is named."""
    for name in FINDERS:
        if room_of(name).is_run(RUNS / name):
            print(f"people: found by {name}; --people names another run, --box one person", file=sys.stderr)
            return name
    raise ReposeError(
        f"--box: not given, and neither {' nor '.join(FINDERS)} is trained to find the people; "
        "say --box x,y,w,h for one person, or --people dgcn/NAME"
    )


def room_of(run: str) -> Any:
    """What reads pictures with a run that finds all people, or should be one by its name; none for others."""
    from repose.dgcn import pictures as dgcn
    from repose.hgg import pictures as hgg

    folder, rooms = RUNS / run, {"dgcn": dgcn, "hgg": hgg}
    return next((room for room in rooms.values() if room.is_run(folder)), rooms.get(folder.parent.name))


def finding(run: str, least: float) -> Way:
    """All people of a picture who score at least so much, by a run of dgcn or hgg."""
    room = room_of(run)
    if room is None:
        raise ReposeError(f"{run}: no run that finds people, expected one of dgcn or hgg")
    finder = room.load_finder(RUNS / run)

    def find(picture: Image) -> list[Person]:
        everyone = room.everybody(finder, picture)
        rows = np.flatnonzero(everyone.person_score >= least)
        return [Person(*(column[row] for column in everyone)) for row in rows]

    grouper = getattr(finder, "grouper", None)  # that a run of hgg may have
    rounds = None if grouper is None else functools.partial(room.rounds_in, finder)
    return Way(finder.reader.skeleton, find, rounds=rounds)


def in_box(predictor: Any, picture: Image, box: Box, score: float | None = None) -> Person:
    """The person in a box, by a run of fusion."""
    from repose.fusion.predict import find_person

    person = find_person(predictor, picture, box)
    return Person(person.joints2d_px, person.score, person.found, score, box, person.joints3d_mm)


def around(person: Person, size: tuple[int, int]) -> Box:
    """The box around the joints that were found, as far as it lies in a picture (width, height)."""
    points, last = person.joints2d_px[person.found].astype(float), np.array(size) - 1
    low = np.clip(points.min(0), 0, last)
    extent = np.maximum(np.clip(points.max(0), 0, last) - low, 1)
    return float(low[0]), float(low[1]), float(extent[0]), float(extent[1])


def facts_of(path: Path, run: str, way: Way, people: Sequence[Person]) -> dict[str, Any]:
    """What the JSON says."""
    from repose.skeletons import get_skeleton

    facts = {"image": path.name, "run": run, "joints": list(get_skeleton(way.skeleton).joints)}
    if way.people_by:
        facts["people_by"] = way.people_by
    if any(person.joints3d_mm is not None for person in people):
        facts["joints3d"] = (
            "camera frame, relative to the pelvis; bones sum to 4000 mm, for the network tells no size"
        )
    return facts | {"people": [facts_of_person(person) for person in people]}


def facts_of_person(person: Person) -> dict[str, Any]:
    """What the JSON says of one person."""
    facts: dict[str, Any] = {
        "joints2d_px": person.joints2d_px.astype(float).round(2).tolist(),
        "score": person.score.astype(float).round(4).tolist(),
        "found": person.found.tolist(),
    }
    if person.person_score is not None:
        facts["person_score"] = round(person.person_score, 4)
    if person.box_px is not None:
        facts["box_px"] = [round(number, 2) for number in person.box_px]
    if person.joints3d_mm is not None:
        facts["joints3d_mm"] = person.joints3d_mm.astype(float).round(1).tolist()
    return facts
