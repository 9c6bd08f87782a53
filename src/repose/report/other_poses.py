"""3D poses of other software, in the rows and the joints that a score asks for.

Legend: N scored rows, J joints.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.metrics.predictions import load_predictions


def poses_in(
    path: Path, test: str, joints: Sequence[str], rows: np.ndarray, total: int | None = None
) -> np.ndarray:
    """The poses (N, J, 3) of the scored rows of a test set, which has `total` rows where that is known.

    Joints and rows that are not scored may be there.
    """
    named, sample, predicted = load_predictions(path)
    missing = [name for name in joints if name not in named]
    if missing:
        near = difflib.get_close_matches(missing[0], named, 1, 0)[0]
        raise ReposeError(
            f"{path}: no joint {missing[0]!r} (nearest: {near}), expected all of {', '.join(joints)}"
        )
    order = np.argsort(sample, kind="stable")
    if len(np.unique(sample)) != len(sample):
        raise ReposeError(f"{path}: `sample` names rows of {test} more than once, expected each once")
    strange = sample[(sample < 0) | (sample >= (total or np.inf))]
    if len(strange):
        raise ReposeError(
            f"{path}: `sample` names row {strange[0]}, expected 0 to {(total or 0) - 1}, the rows of {test}"
            if total
            else f"{path}: `sample` names row {strange[0]}, expected rows of {test}, counted from 0"
        )
    there = np.isin(rows, sample)
    if not there.all():
        raise ReposeError(
            f"{path}: no prediction of {(~there).sum():,} of the {len(rows):,} rows of {test} that are "
            f"scored, the first {rows[~there][0]}; expected every row, as our runs predict them"
        )
    place = order[np.searchsorted(sample, rows, sorter=order)]
    return predicted[place][:, [named.index(name) for name in joints]]
