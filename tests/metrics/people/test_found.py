import dataclasses

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.files import save_arrays
from repose.metrics.people import in_truth_order, load_people_predictions, save_people_predictions
from tests.metrics.people.crowds import empty, found, truth

OF = truth()
FOUND = found(OF)


def test_a_file_is_read_as_written(tmp_path):
    points, score = FOUND.joints2d_px.copy(), FOUND.score.copy()
    points[:, 4], score[:, 4] = np.nan, 0
    people = dataclasses.replace(FOUND, joints2d_px=points, score=score)
    for some in (people, empty(OF)):
        save_people_predictions(tmp_path / "p.npz", some)
        read = load_people_predictions(tmp_path / "p.npz")
        assert read.joints == some.joints
        for name in ("image", "joints2d_px", "score", "person_score"):
            np.testing.assert_allclose(getattr(read, name), getattr(some, name), rtol=1e-6)


def arrays(**changes):
    """What a file holds."""
    own = {name: getattr(FOUND, name) for name in ("image", "joints2d_px", "score", "person_score")}
    full = {"format": np.array(1), "joints": np.array(FOUND.joints), **own} | changes
    return {name: array for name, array in full.items() if array is not None}


def one(array, value):
    """The array with its first entry changed."""
    changed = array.copy()
    changed.flat[0] = value
    return changed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image": None}, "no array `image`"),
        ({"format": np.array(2)}, "format 2, expected 1"),
        ({"joints": np.array(["nose"] * 17)}, "`joints`"),
        ({"image": FOUND.image * 1.0}, "`image` is float64"),
        ({"score": FOUND.score[:, 0]}, r"`score` is .*expected numbers of shape \(\d+, 17\)"),
        ({"person_score": one(FOUND.person_score, np.nan)}, "`person_score` holds NaN"),
        ({"joints2d_px": one(FOUND.joints2d_px, np.nan)}, "NaN or infinity for 1 people.*with `score` 0"),
        ({"joints2d_px": FOUND.joints2d_px * np.nan, "score": FOUND.score * 0}, "people without a joint"),
    ],
)
def test_a_wrong_file_is_one_clear_error(tmp_path, changes, message):
    save_arrays(tmp_path / "p.npz", arrays(**changes))
    with pytest.raises(ReposeError, match=message):
        load_people_predictions(tmp_path / "p.npz")


def test_joints_may_come_in_any_order_and_pictures_must_be_the_truths():
    order = np.random.default_rng(0).permutation(17)
    shuffled = dataclasses.replace(
        FOUND, joints=tuple(FOUND.joints[i] for i in order), joints2d_px=FOUND.joints2d_px[:, order],
        score=FOUND.score[:, order],
    )  # fmt: skip
    np.testing.assert_array_equal(in_truth_order("p", shuffled, OF).joints2d_px, FOUND.joints2d_px)
    with pytest.raises(ReposeError, match=r"no joint 'nose'.*nearest: neck"):
        in_truth_order("p", dataclasses.replace(FOUND, joints=("neck", *FOUND.joints[1:])), OF)
    with pytest.raises(ReposeError, match="row 40, expected 0 to 39"):
        in_truth_order("p", dataclasses.replace(FOUND, image=one(FOUND.image, 40)), OF)


def test_the_area_is_that_of_the_joints_or_of_the_box():
    assert FOUND.area[0] == pytest.approx(np.prod(np.ptp(FOUND.joints2d_px[0], axis=0)))
    boxed = dataclasses.replace(FOUND, box=np.full((len(FOUND), 4), 3.0))
    assert (boxed.area == 9).all()
    np.testing.assert_allclose(boxed.scaled(2.0).area, 36)
    np.testing.assert_allclose(FOUND.scaled(np.full(40, 2.0)).area, 4 * FOUND.area)
