"""Soft adjacency: mean distances of joints over persons, and what follows from them."""

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.files import save_arrays
from repose.foundations.rng import rng
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable
from repose.skeletons.soft_adjacency import (
    JointDistances,
    hand_adjacency,
    joint_distances,
    limb_adjacency,
    load_distances,
    mean_distances,
    person_scale,
    save_distances,
    soft_adjacency,
)

GENERATOR = rng(0, "people")
JOINTS2D = GENERATOR.normal(size=(40, 5, 2)) * 100
LABELLED = GENERATOR.random((40, 5)) < 0.6
LABELLED[:, 4] &= ~LABELLED[:, 0]  # the first and the last are never labelled together
SCALE = GENERATOR.uniform(50, 200, 40)
DISTANCES, PERSONS = mean_distances(JOINTS2D, LABELLED, SCALE)


def test_distances_are_means_over_persons_with_both_joints():
    for i in range(5):
        for j in range(5):
            both = LABELLED[:, i] & LABELLED[:, j]
            apart = [np.hypot(*(p[i] - p[j])) / s for p, s in zip(JOINTS2D[both], SCALE[both], strict=True)]
            assert PERSONS[i, j] == len(apart)
            assert DISTANCES[i, j] == pytest.approx(np.mean(apart) if apart else np.inf)


def test_what_an_unlabelled_joint_holds_does_not_matter():
    other = np.where(LABELLED[..., None], JOINTS2D, 1e6)
    np.testing.assert_allclose(mean_distances(other, LABELLED, SCALE)[0], DISTANCES)


def test_rows_without_their_diagonal_are_the_softmax_of_gamma_by_distance():
    soft = soft_adjacency(DISTANCES, 0.5)
    assert (soft.diagonal() == 1).all()
    for i in range(5):
        others = [j for j in range(5) if j != i and np.isfinite(DISTANCES[i, j])]
        weights = np.exp([0.5 / DISTANCES[i, j] for j in others])
        np.testing.assert_allclose(soft[i, others], weights / weights.sum(), rtol=1e-5)


def test_pairs_never_labelled_together_have_no_probability():
    soft = soft_adjacency(DISTANCES, 0.5)
    assert soft[0, 4] == soft[4, 0] == 0
    alone = soft_adjacency(np.where(np.eye(3, dtype=bool), 0, np.inf), 0.5)
    np.testing.assert_array_equal(alone, np.eye(3))


@pytest.mark.parametrize("gamma", [0.01, 0.5, 100])
def test_every_joint_has_one_expected_neighbour_at_any_gamma(gamma):
    np.testing.assert_allclose(soft_adjacency(DISTANCES, gamma).sum(1), 2, rtol=1e-5)


def test_a_small_gamma_levels_and_a_large_one_chooses_the_nearest():
    distances = np.abs(np.subtract.outer(np.arange(4.0) ** 1.1, np.arange(4.0) ** 1.1))
    off = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(soft_adjacency(distances, 1e-6)[off], 1 / 3, rtol=1e-4)
    np.testing.assert_allclose(soft_adjacency(distances, 100)[0], [1, 1, 0, 0], atol=1e-6)


def test_joints_in_one_point_are_near_and_no_error():
    soft = soft_adjacency(np.array([[0, 0, 1.0], [0, 0, 1.0], [1.0, 1.0, 0]]), 100)
    assert np.isfinite(soft).all()
    assert soft[0, 1] == 1


def test_a_persons_scale_is_of_the_box():
    box = np.array([[5, 5, 30, 40.0]])
    scales = [person_scale(box, norm)[0] for norm in ("box", "longest", "diagonal")]
    assert scales == pytest.approx([1200**0.5, 40, 50])
    with pytest.raises(ReposeError, match="'area', expected one of box, longest, diagonal"):
        person_scale(box, "area")


def table(box):
    n, codes = len(JOINTS2D), np.zeros(len(JOINTS2D), np.int32)
    return PoseTable(
        "coco", "train", "five", ("a", "b", "c", "d", "e"), JOINTS2D.astype(np.float32), LABELLED, LABELLED,
        np.full((n, 2), 640, np.int32), box, codes, codes, codes, codes, codes, {},
    )  # fmt: skip


def test_persons_without_a_sized_box_are_left_out():
    box = np.stack([np.zeros(40), np.zeros(40), SCALE, SCALE], 1)
    box[7, 2] = 0
    found = joint_distances(table(box), "box")
    kept = np.arange(40) != 7
    np.testing.assert_allclose(
        found.distances, mean_distances(JOINTS2D[kept], LABELLED[kept], SCALE[kept])[0], rtol=1e-5
    )
    assert found.joints == ("a", "b", "c", "d", "e")


def test_the_hand_crafted_adjacency_links_the_ends_of_limbs():
    skeleton = get_skeleton("coco17")
    limbs = skeleton.pairs["limbs"]
    hand = hand_adjacency(17, limbs)
    assert len(limbs) == 19
    assert hand.sum() == 17 + 2 * 19
    np.testing.assert_array_equal(hand, hand.T)
    assert hand[skeleton.index("l_hip"), skeleton.index("r_hip")] == 1
    assert hand[skeleton.index("l_wrist"), skeleton.index("r_wrist")] == 0


def test_limbs_are_as_near_as_their_ends_are_on_average():
    soft, limbs = soft_adjacency(DISTANCES, 0.5), np.array([[0, 1], [1, 2], [3, 4]])
    found = limb_adjacency(soft, limbs)
    assert (found.diagonal() == 1).all()
    assert found[0, 2] == pytest.approx(np.mean([soft[0, 3], soft[0, 4], soft[1, 3], soft[1, 4]]))
    assert found.max() <= 1


def test_a_file_keeps_distances_with_the_names_of_joints(tmp_path):
    made = JointDistances(("a", "b", "c", "d", "e"), DISTANCES, PERSONS)
    save_distances(tmp_path / "coco.npz", made)
    again = load_distances(tmp_path / "coco.npz")
    assert again.joints == made.joints
    np.testing.assert_array_equal(again.distances, DISTANCES)
    np.testing.assert_array_equal(again.persons, PERSONS)


def test_a_file_whose_names_do_not_fit_is_refused(tmp_path):
    path = tmp_path / "odd.npz"
    save_arrays(path, {"joints": np.array(["a", "b"]), "distances": DISTANCES, "persons": PERSONS})
    with pytest.raises(ReposeError, match="each of 2 joints"):
        load_distances(path)
