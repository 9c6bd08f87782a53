import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.metrics import (
    auc3d,
    heatmap_maxima,
    heatmap_pck_hits,
    joint_set,
    mean_joint_rate,
    pck3d,
    pckh_hits,
    pooled_rate,
    sides_apart,
)
from repose.skeletons import get_skeleton

MPII = get_skeleton("mpii16")
TEST17 = get_skeleton("mpi3dhp17").joints


def test_an_error_at_the_threshold_is_not_below_it():
    assert pck3d(np.array([[149.99, 150.0, 151.0, 0.0]])).tolist() == [0.5]


def test_auc_is_the_mean_of_31_rates_of_which_the_first_is_zero():
    assert auc3d(np.zeros((2, 3))) == pytest.approx([30 / 31, 30 / 31])
    assert auc3d(np.array([[5.0, 150.0]])) == pytest.approx([29 / 62])
    errors = rng(0, "errors").gamma(2, 40, (50, 14))
    assert auc3d(errors) == pytest.approx(np.mean([pck3d(errors, t) for t in range(0, 151, 5)], axis=0))


def test_joint_sets_are_found_by_name_in_both_skeletons():
    assert [TEST17[i] for i in joint_set("official14", TEST17)][:3] == ["head_top", "neck", "r_shoulder"]
    assert sorted(joint_set("all17", TEST17)) == list(range(17))
    lifter = get_skeleton("semgcn16").joints
    assert sorted(joint_set("harness16", lifter)) == list(range(16))
    assert {lifter[i] for i in set(range(16)) - set(joint_set("official14", lifter))} == {"pelvis", "spine"}
    with pytest.raises(ReposeError, match="all17"):
        joint_set("all17", lifter)


def test_pckh_counts_labelled_joints_up_to_half_a_head():
    truth = np.full((1, 16, 2), 100.0)
    labelled = np.ones((1, 16), bool)
    labelled[0, MPII.index("r_wrist")] = False
    predicted = truth + np.array([15.0, 0.0])
    hits, counted = pckh_hits(predicted, truth, labelled, np.array([30.0]))
    assert counted.sum() == 13  # 16 less the wrist, pelvis and thorax
    assert pooled_rate(hits, counted) == 1
    hits, counted = pckh_hits(predicted, truth, labelled, np.array([29.0]))
    assert pooled_rate(hits, counted) == 0


def test_heatmap_pck_is_strict_at_3_2_cells_of_64_and_ignores_the_border():
    truth = np.full((2, 16, 2), 20)
    truth[1, :, 0] = 0
    labelled = np.ones((2, 16), bool)
    hits, counted = heatmap_pck_hits(truth + np.array([3, 1]), truth, labelled, 64)  # 3.16 < 3.2
    assert counted.sum() == 10
    assert mean_joint_rate(hits, counted) == 1
    hits, counted = heatmap_pck_hits(truth + np.array([3, 0]), truth, labelled, 60)  # not below 3
    assert mean_joint_rate(hits, counted) == 0


def test_the_mean_of_joint_rates_weighs_rare_joints_like_common_ones():
    counted = np.array([[True, True], [True, False], [True, False]])
    hits = np.array([[True, True], [False, False], [False, False]])
    assert mean_joint_rate(hits, counted) == pytest.approx((1 / 3 + 1) / 2)
    assert pooled_rate(hits, counted) == pytest.approx(0.5)
    assert np.isnan(pooled_rate(hits & False, counted & False))


def test_maxima_of_maps_are_given_as_x_and_y():
    maps = np.zeros((2, 3, 5, 7))
    maps[1, 2, 4, 6] = 1
    assert heatmap_maxima(maps)[1, 2].tolist() == [6, 4]
    assert heatmap_maxima(maps).shape == (2, 3, 2)


def test_sides_at_one_place_are_not_told_apart_and_pairs_that_touch_do_not_count():
    flip, size = MPII.flip, 32
    truth = np.zeros((1, 16, 2))
    ankle, knee = 0, 1
    truth[0, flip[ankle]] = 0, 4  # clearly apart; all other pairs touch
    labelled = np.ones((1, 16), bool)
    hits, counted = sides_apart(truth, truth, labelled, size)
    assert hits.sum() == counted.sum() == counted[0, ankle] == 1
    assert not sides_apart(np.zeros_like(truth), truth, labelled, size)[0].any()
    truth[0, flip[knee]] = 0, 4
    labelled[0, knee] = False
    assert sides_apart(truth, truth, labelled, size)[1].sum() == 1
