import dataclasses
import json

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.metrics.people import ap, match_all, read_results, sigmas, write_results
from repose.metrics.people.coco import coco_numbers
from repose.metrics.people.results import records_of
from tests.metrics.people.crowds import empty, found, pycocotools_numbers, truth
from tests.metrics.people.files import results, write

OF = truth()
FOUND = found(OF)


def test_results_are_read_as_written(tmp_path):
    read = read_results(results(tmp_path / "r.json", OF, FOUND), OF)
    for name in ("image", "joints2d_px", "score", "person_score"):
        np.testing.assert_array_equal(getattr(read, name), getattr(FOUND, name))
    assert read.box is None
    assert len(read_results(results(tmp_path / "r.json", OF, empty(OF)), OF)) == 0


def test_a_joint_not_found_is_written_amid_the_others_and_never_as_zeros(tmp_path):
    points = FOUND.joints2d_px.copy()
    points[:, 16] = np.nan
    write_results(tmp_path / "r.json", dataclasses.replace(FOUND, joints2d_px=points), OF)
    record = json.loads((tmp_path / "r.json").read_text())[0]
    assert set(record) == {"image_id", "category_id", "keypoints", "score"}
    np.testing.assert_allclose(record["keypoints"][48:50], points[0, :16].mean(0), atol=1e-3)
    assert record["keypoints"][50] == 0


def test_boxes_of_results_set_the_areas_as_in_pycocotools(tmp_path):
    boxed = dataclasses.replace(FOUND, box=np.full((len(FOUND), 4), 60.0))
    read = read_results(results(tmp_path / "r.json", OF, boxed), OF)
    numbers = coco_numbers(OF, read)
    assert numbers == pytest.approx(pycocotools_numbers(OF, boxed), abs=1e-9)
    assert numbers["APL"] != pytest.approx(coco_numbers(OF, FOUND)["APL"])
    own = ap(match_all(OF, read, sigmas("coco17", OF.joints)))
    assert {name: float(value) for name, value in own.items()} == pytest.approx(numbers, abs=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image_id": 123456}, "record 1: the image 123456, expected one of"),
        ({"image_id": "7"}, "record 1: `image_id` '7', expected a whole number"),
        ({"category_id": 3}, "record 1: category 3, expected 1, a person"),
        ({"category_id": None}, "record 1: no `category_id`"),
        ({"keypoints": [1.0] * 50}, "record 1: 50 numbers in `keypoints`, expected 51"),
        ({"keypoints": [[1.0, 2, 3]] * 17}, "record 1: `keypoints` that is no list of numbers"),
        ({"keypoints": [float("nan")] * 51}, "record 1: NaN or infinity in `keypoints`"),
        ({"keypoints": None}, "record 1: no `keypoints`"),
        ({"score": None}, "record 1: no `score`, expected a number"),
        ({"score": float("nan")}, "record 1: NaN or infinity in `score`"),
        ({"score": "high"}, "record 1: no number `score`"),
        ({"score": 10**400}, "record 1: NaN or infinity in `score`"),
    ],
)
def test_a_wrong_record_is_one_clear_error(tmp_path, changes, message):
    records = records_of(FOUND, OF)
    changed = {name: value for name, value in (records[1] | changes).items() if value is not None}
    path = write(tmp_path / "r.json", [records[0], changed, *records[2:]])
    with pytest.raises(ReposeError, match=rf"r\.json: {message}"):
        read_results(path, OF)


def test_other_json_is_one_clear_error(tmp_path):
    with pytest.raises(ReposeError, match="found dict, expected a list of people"):
        read_results(write(tmp_path / "r.json", {"annotations": []}), OF)
    with pytest.raises(ReposeError, match="record 0: found int, expected a person"):
        read_results(write(tmp_path / "r.json", [3]), OF)
    (tmp_path / "r.json").write_text("[{]")
    with pytest.raises(ReposeError, match="not readable as JSON"):
        read_results(tmp_path / "r.json", OF)
