"""The people that a method finds, and the file of predictions that holds them.

A file is an npz with `format` (1), `joints` (names) and one row a person: `image` (row of the pictures),
`person_score`, `joints2d_px` and `score` of the joints; a joint that was not found is NaN with score 0.

Legend: M pictures, N people, J joints.
"""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays, save_arrays
from repose.metrics.people.truth import PeopleTruth

FORMAT = 1
ARRAYS = ("format", "joints", "image", "person_score", "joints2d_px", "score")


@dataclass(frozen=True)
class PeopleFound:
    """People found in some pictures, in any order."""

    joints: tuple[str, ...]
    image: np.ndarray  # N int64, row of a person's picture in the truth
    joints2d_px: np.ndarray  # N, J, 2; NaN where a joint was not found
    score: np.ndarray  # N, J
    person_score: np.ndarray  # N
    box: np.ndarray | None = None  # N, 4: x y w h, px, where a file of results has boxes

    def __len__(self) -> int:
        return len(self.image)

    @property
    def present(self) -> np.ndarray:
        """N, J bool: joints that were found."""
        return np.asarray(np.isfinite(self.joints2d_px).all(axis=-1))

    @property
    def area(self) -> np.ndarray:
        """N, px²: of the boxes, else of the smallest ones around the joints, as the field's tools take it."""
        if self.box is not None:
            return np.asarray(self.box[:, 2] * self.box[:, 3])
        return np.asarray(np.ptp(self.complete().joints2d_px, axis=1).prod(axis=-1))

    def rows(self, selection: np.ndarray) -> PeopleFound:
        """Some of the people (indices or mask)."""
        arrays = {name: getattr(self, name)[selection] for name in PERSON_ARRAYS}
        return dataclasses.replace(self, **arrays, box=None if self.box is None else self.box[selection])

    def complete(self) -> PeopleFound:
        """With the mean of a person's joints in place of those not found: zeros would blow up its box."""
        present = self.present[..., None]
        if present.all():
            return self
        total = np.where(present, self.joints2d_px, 0).sum(axis=1, keepdims=True)
        middle = total / np.maximum(present.sum(axis=1, keepdims=True), 1)
        return dataclasses.replace(self, joints2d_px=np.where(present, self.joints2d_px, middle))

    def scaled(self, factor: np.ndarray | float) -> PeopleFound:
        """The people in pictures `factor` times as large (one number, or one a picture)."""
        person = np.asarray(factor, float)
        person = person[self.image] if person.ndim else np.full(len(self), person)
        return dataclasses.replace(
            self,
            joints2d_px=self.joints2d_px * person[:, None, None],
            box=None if self.box is None else self.box * person[:, None],
        )


PERSON_ARRAYS = ("image", "joints2d_px", "score", "person_score")


def load_people_predictions(path: str | Path) -> PeopleFound:
    """Read a file of predicted people; whatever is wrong with it is a `ReposeError`."""
    arrays = load_arrays(path, *ARRAYS)
    if arrays["format"].tolist() != FORMAT:
        raise ReposeError(f"{path}: format {arrays['format'].tolist()}, expected {FORMAT}")
    joints, image = arrays["joints"], arrays["image"]
    if joints.dtype.kind != "U" or joints.ndim != 1 or len(set(joints.tolist())) != len(joints):
        raise ReposeError(
            f"{path}: `joints` is {joints.dtype}{joints.shape}, expected a name for each joint, once"
        )
    if image.dtype.kind not in "iu" or image.ndim != 1:
        raise ReposeError(f"{path}: `image` is {image.dtype}{image.shape}, expected a picture's row a person")
    people, count = len(image), len(joints)
    shapes = {"person_score": (people,), "joints2d_px": (people, count, 2), "score": (people, count)}
    for name, shape in shapes.items():
        if arrays[name].dtype.kind != "f" or arrays[name].shape != shape:
            raise ReposeError(
                f"{path}: `{name}` is {arrays[name].dtype}{arrays[name].shape}, "
                f"expected numbers of shape {shape} after `image` and `joints`"
            )
    found = PeopleFound(
        tuple(joints.tolist()), image.astype(np.int64), *(arrays[name].astype(np.float64) for name in (
            "joints2d_px", "score", "person_score",
        ))
    )  # fmt: skip
    check_numbers(path, found)
    return found


def check_numbers(path: str | Path, found: PeopleFound) -> None:
    """Scores are numbers, and so are the joints that have one above 0; nobody is without joints."""
    for name in ("score", "person_score"):
        if not np.isfinite(getattr(found, name)).all():
            raise ReposeError(f"{path}: `{name}` holds NaN or infinity, expected numbers")
    bad = (~found.present & (found.score != 0)).any(axis=1) | np.isinf(found.joints2d_px).any((1, 2))
    if bad.any():
        raise ReposeError(
            f"{path}: `joints2d_px` holds NaN or infinity for {bad.sum()} people, expected numbers, "
            "or NaN with `score` 0 for a joint that was not found"
        )
    empty = ~found.present.any(axis=1)
    if empty.any():
        raise ReposeError(f"{path}: {empty.sum()} people without a joint, expected people that were found")


def save_people_predictions(path: str | Path, found: PeopleFound) -> None:
    """Write a file of predicted people."""
    save_arrays(path, {
        "format": np.array(FORMAT),
        "joints": np.array(found.joints),
        "image": found.image,
        "person_score": found.person_score.astype(np.float32),
        "joints2d_px": found.joints2d_px.astype(np.float32),
        "score": found.score.astype(np.float32),
    })  # fmt: skip


def in_truth_order(path: str | Path, found: PeopleFound, truth: PeopleTruth) -> PeopleFound:
    """The people with the truth's joints in its order, once their pictures are known to be among its own."""
    missing = [name for name in truth.joints if name not in found.joints]
    if missing:
        near = difflib.get_close_matches(missing[0], found.joints, 1, 0)
        raise ReposeError(
            f"{path}: no joint {missing[0]!r} (nearest: {near[0] if near else 'none'}), "
            f"expected {', '.join(truth.joints)}"
        )
    pictures = len(truth.picture_ids)
    strange = found.image[(found.image < 0) | (found.image >= pictures)]
    if len(strange):
        raise ReposeError(
            f"{path}: `image` names row {strange[0]}, expected 0 to {pictures - 1}, the pictures of the truth"
        )
    order = [found.joints.index(name) for name in truth.joints]
    return dataclasses.replace(
        found, joints=truth.joints, joints2d_px=found.joints2d_px[:, order], score=found.score[:, order]
    )
