import dataclasses

import numpy as np
import pytest

from repose.foundations.rng import rng
from repose.metrics.people import PeopleFound, PeopleTruth, ap, match_all, sigmas
from tests.metrics.people.crowds import SKELETONS, empty, found, pycocotools_numbers, truth


def own(of, people, skeleton="coco17", weights=None):
    """Our ten numbers."""
    return ap(match_all(of, people, sigmas(skeleton, of.joints)), weights)


def equal(ours, theirs):
    """The same numbers, NaN for NaN."""
    assert set(ours) == set(theirs)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("skeleton", SKELETONS)
@pytest.mark.parametrize("seed", range(6))
def test_every_picture_once_gives_pycocotools_numbers(seed, skeleton):
    of = truth(seed, skeleton=skeleton)
    people = found(of, seed)
    equal(own(of, people, skeleton), pycocotools_numbers(of, people, skeleton))


def test_more_than_twenty_people_of_a_picture_are_cut_by_score():
    of = truth(3, pictures=2, people=40)
    people = found(of, 1)
    assert (np.bincount(people.image) > 20).all()
    equal(own(of, people), pycocotools_numbers(of, people))


def test_people_that_are_equal_in_place_and_score_are_matched_as_published():
    of = truth(2)
    people = found(of)
    twice = people.rows(np.repeat(np.arange(len(people)), 2))
    equal(own(of, twice), pycocotools_numbers(of, twice))
    doubled = of.rows(np.repeat(np.arange(len(of)), 2))
    equal(own(doubled, twice), pycocotools_numbers(doubled, twice))


def copies(of, people, weights):
    """The data with each picture as often as its weight says, copies side by side in the order of ids."""
    order = np.argsort(of.picture_ids)
    pictures = np.repeat(order, weights[order])
    rows = [np.flatnonzero(of.image == p) for p in pictures]
    found_rows = [np.flatnonzero(people.image == p) for p in pictures]

    def image(parts):
        return np.repeat(np.arange(len(pictures)), [len(part) for part in parts])

    taken = of.rows(np.concatenate(rows))
    more = dataclasses.replace(
        taken, picture_ids=np.arange(len(pictures)) + 1, picture_sizes=of.picture_sizes[pictures],
        image=image(rows),
    )  # fmt: skip
    return more, dataclasses.replace(people.rows(np.concatenate(found_rows)), image=image(found_rows))


@pytest.mark.parametrize("seed", range(3))
def test_a_weight_counts_like_so_many_copies_of_a_picture(seed):
    of = truth(seed)
    people = found(of, seed, ties=False)  # copies of a picture leave the order of its ties open
    weights = rng(seed, "weights").multinomial(40, np.full(40, 1 / 40), 3)
    numbers = own(of, people, weights=weights)
    for row, draw in enumerate(weights):
        expected = pycocotools_numbers(*copies(of, people, draw))
        equal({name: values[row] for name, values in numbers.items()}, expected)


def test_nobody_found_is_zero_and_nobody_to_find_is_nan():
    of = truth()
    assert set(map(float, own(of, empty(of)).values())) == {0.0}
    assert np.isnan(own(of.rows(np.zeros(len(of), bool)), found(of))["AP"])
    weights = np.zeros((2, 40))
    weights[1] = 1
    assert np.isnan(own(of, found(of), weights=weights)["AP"]).tolist() == [True, False]


def test_a_joint_not_found_counts_as_if_it_lay_amid_the_others():
    of = truth(1)
    people = found(of)
    points = people.joints2d_px.copy()
    points[:, 3] = np.nan
    holes = dataclasses.replace(people, joints2d_px=points)
    equal(own(of, holes), pycocotools_numbers(of, holes.complete()))
    np.testing.assert_allclose(holes.complete().joints2d_px[:, 3], np.nanmean(points, axis=1))


def test_the_order_in_which_people_are_given_does_not_matter():
    of = truth(5)
    people = found(of, ties=False)
    g = rng(0, "order")
    shuffled = people.rows(g.permutation(len(people)))
    moved = of.rows(g.permutation(len(of)))
    assert isinstance(moved, PeopleTruth)
    assert isinstance(shuffled, PeopleFound)
    equal(own(moved, shuffled), own(of, people))
