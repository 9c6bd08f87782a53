import numpy as np
import pytest

from repose.metrics.people import with_visible_person
from repose.metrics.people.coco import TEN, coco_numbers, crowdpose_numbers
from tests.metrics.people.crowds import empty, found, pycocotools_numbers, truth


def equal(ours, theirs):
    """The same names and numbers, NaN for NaN."""
    assert list(ours) == list(theirs)
    np.testing.assert_allclose([*ours.values()], [*theirs.values()], atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_ten_numbers_are_pycocotools(seed):
    of = truth(seed)
    people = found(of, seed)
    numbers = coco_numbers(of, people)
    assert 0 < numbers["AP"] < 1
    equal(numbers, pycocotools_numbers(of, people))


def test_only_pictures_with_a_visible_person_can_be_scored():
    of = truth(people=50)
    people, visible = found(of), with_visible_person(of)
    assert 0 < visible.sum() < len(visible)
    filtered = coco_numbers(of, people, pictures=visible)
    equal(filtered, pycocotools_numbers(of, people, pictures=visible))
    everywhere = truth(people=50, labelled=np.ones((50, 17), bool))
    assert with_visible_person(everywhere).sum() == len(np.unique(everywhere.image))


def test_crowdpose_has_parts_by_the_crowd_index_of_pictures():
    of = truth(4, skeleton="crowdpose14")
    people = found(of)
    numbers = crowdpose_numbers(of, people)
    overall = pycocotools_numbers(of, people, "crowdpose14")
    index = of.crowd_index
    parts = {"easy": index < 0.2, "medium": (index >= 0.2) & (index < 0.8), "hard": index >= 0.8}
    for name in ("AP", "AP50", "AP75", "AR", "AR50", "AR75"):
        assert numbers[name] == pytest.approx(overall[name], abs=1e-9)
    for name, pictures in parts.items():
        own = pycocotools_numbers(of, people, "crowdpose14", pictures)["AP"]
        assert numbers[f"AP_{name}"] == pytest.approx(own, abs=1e-9)
    assert list(numbers) == ["AP", "AP50", "AP75", "AR", "AR50", "AR75", "AP_easy", "AP_medium", "AP_hard"]


def test_an_empty_part_is_nan_and_the_cuts_can_be_moved():
    of = truth(4, skeleton="crowdpose14")
    numbers = crowdpose_numbers(of, found(of), cuts=(0.2, 5))
    assert np.isnan(numbers["AP_hard"])
    assert numbers["AP_medium"] > 0
    assert np.isnan(
        crowdpose_numbers(truth(4, skeleton="crowdpose14", crowd_index=None), found(of))["AP_easy"]
    )


def test_nobody_found_is_zero_and_nobody_to_find_is_nan():
    of = truth()
    assert set(coco_numbers(of, empty(of)).values()) == {0.0}
    nobody = of.rows(np.zeros(len(of), bool))
    numbers = coco_numbers(nobody, found(of))
    assert list(numbers) == list(TEN)
    assert np.isnan([*numbers.values()]).all()


def test_a_smaller_picture_moves_people_between_the_ranges_of_area_alone():
    of = truth(1)
    people = found(of)
    small = coco_numbers(of.scaled(0.25), people.scaled(0.25))
    large = coco_numbers(of, people)
    assert small["AP"] == pytest.approx(large["AP"], abs=1e-9)
    assert small["APL"] != pytest.approx(large["APL"], abs=1e-3) or np.isnan(small["APL"])
    back = coco_numbers(of.scaled(0.25).scaled(4), people.scaled(0.25).scaled(4))
    assert back == pytest.approx(large)
