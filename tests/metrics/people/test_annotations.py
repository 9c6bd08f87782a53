import copy

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.metrics.people import read_truth
from tests.metrics.people.crowds import SKELETONS, truth
from tests.metrics.people.files import content, write


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_a_file_is_read_as_written(tmp_path, skeleton):
    of = truth(skeleton=skeleton)
    read = read_truth(write(tmp_path / "a.json", content(of)))
    assert read.joints == of.joints
    assert read.picture_sizes[0].tolist() == [500, 400]
    for name in ("picture_ids", "image", "joints2d_px", "labelled", "box", "crowd", "num_keypoints"):
        np.testing.assert_array_equal(getattr(read, name), getattr(of, name))
    if skeleton == "coco17":
        np.testing.assert_array_equal(read.area, of.area)
        assert read.crowd_index is None
    else:
        np.testing.assert_allclose(read.area, 0.53 * of.box[:, 2] * of.box[:, 3])
        np.testing.assert_array_equal(read.crowd_index, of.crowd_index)


def test_crowdpose_counts_all_joints_but_head_and_neck_where_the_file_does_not_say(tmp_path):
    of = truth(skeleton="crowdpose14")
    bare = content(of)
    for annotation in bare["annotations"]:
        del annotation["num_keypoints"]
    read = read_truth(write(tmp_path / "a.json", bare))
    assert read.num_keypoints.tolist() == of.labelled[:, :12].sum(1).tolist()


def test_a_crowd_needs_no_keypoints_and_other_categories_do_not_matter(tmp_path):
    of = truth(skeleton="coco17")
    file = content(of)
    for annotation in file["annotations"]:
        if annotation["iscrowd"]:
            del annotation["keypoints"]
    file["annotations"].append({"id": 9999, "image_id": int(of.picture_ids[0]), "category_id": 18})
    file["categories"].append({"id": 18, "name": "dog"})
    read = read_truth(write(tmp_path / "a.json", file))
    assert len(read) == len(of)
    assert not read.labelled[of.crowd].any()


def first(key, value):
    """Change something of the annotation that comes first."""

    def change(file):
        file["annotations"][0][key] = value

    return change


def without(key):
    """Take something away from the annotation that comes first."""

    def change(file):
        del file["annotations"][0][key]

    return change


def change_file(**changes):
    """Change the file."""
    return lambda file: file.update(copy.deepcopy(changes))


def swap_names(file):
    names = file["categories"][0]["keypoints"]
    names[5], names[6] = names[6], names[5]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (change_file(images=[]), "no pictures in `images`"),
        (change_file(annotations=[]), "no people in `annotations`"),
        (change_file(annotations="none"), "no list of `annotations`"),
        (change_file(categories=[{"id": 1, "name": "dog"}]), "no category `person` among dog"),
        (change_file(categories=[{"id": 7, "name": "person"}]), "no people in `annotations`"),
        (swap_names, "keypoint 5 called right_shoulder, expected l_shoulder"),
        (lambda file: file["images"].append(file["images"][0]), "two images with one id"),
        (lambda file: file["images"][3].update(id="x"), "image 3: `id` 'x', expected a whole number"),
        (without("keypoints"), "annotation 0: no `keypoints`"),
        (first("keypoints", [1.0] * 48), "annotation 0: 48 numbers in `keypoints`, expected 51"),
        (first("keypoints", [float("nan")] * 51), "annotation 0: NaN or infinity in `keypoints`"),
        (first("keypoints", ["1"] * 51), "annotation 0: `keypoints` that is no list of numbers"),
        (first("keypoints", [1e12] * 51), "1e.12 in `keypoints`"),
        (first("image_id", -5), "annotation 0: the image -5, expected one of `images`"),
        (first("image_id", True), "annotation 0: `image_id` True"),
        (without("area"), "annotation 0: no `area`"),
        (first("area", float("inf")), "annotation 0: NaN or infinity in `area`"),
        (first("area", -1), "annotation 0: a negative area, expected at least 0"),
        (first("bbox", [1, 2, -3, 4]), "annotation 0: a box of negative size"),
        (first("bbox", [1, 2, 3]), "annotation 0: 3 numbers in `bbox`, expected 4"),
        (first("num_keypoints", 1.5), "annotation 0: `num_keypoints` 1.5"),
    ],
)
def test_a_wrong_file_is_one_clear_error(tmp_path, change, message):
    file = content(truth(crowd=np.zeros(120, bool)))
    change(file)
    with pytest.raises(ReposeError, match=message):
        read_truth(write(tmp_path / "a.json", file))


@pytest.mark.parametrize("value", [[], 3, {"images": [{"id": 1}]}])
def test_other_json_is_one_clear_error(tmp_path, value):
    with pytest.raises(ReposeError, match=r"a\.json: no list of"):
        read_truth(write(tmp_path / "a.json", value))


def test_boxes_of_things_are_no_people_with_keypoints(tmp_path):
    file = content(truth())
    for annotation in file["annotations"]:
        del annotation["keypoints"]
    with pytest.raises(ReposeError, match=r"no `keypoints`.*person_keypoints_val2017\.json"):
        read_truth(write(tmp_path / "instances.json", file))
    for annotation in file["annotations"]:
        annotation["keypoints"] = [0] * 63
    with pytest.raises(ReposeError, match=r"63 numbers in `keypoints`, expected 51 \(coco17\) or 42"):
        read_truth(write(tmp_path / "hands.json", file))
