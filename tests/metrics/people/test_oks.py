import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.metrics.people import joint_similarity, oks, sigmas
from repose.skeletons import get_skeleton
from repose.skeletons.sigmas import skeleton_of

COCO = get_skeleton("coco17")


def similarity(found, truth, labelled, area=100.0, box=(0, 0, 10, 10)):
    """OKS of one found person and one true one."""
    sigma = sigmas("coco17", COCO.joints)
    arrays = np.array([labelled]), np.array([area]), np.array([box], float)
    return float(oks(np.array([found]), np.array([truth]), *arrays, sigma)[0, 0])


def test_sigmas_go_by_the_names_of_joints():
    assert sigmas("coco17", ["l_hip", "nose", "r_hip"]).tolist() == [0.107, 0.026, 0.107]
    official = [0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89, 0.79, 0.79]
    assert sigmas("crowdpose14", get_skeleton("crowdpose14").joints) * 10 == pytest.approx(official)
    with pytest.raises(ReposeError, match="no sigma for 'pelvis'"):
        sigmas("coco17", ["pelvis"])
    with pytest.raises(ReposeError, match="mpii16"):
        sigmas("mpii16", ["pelvis"])
    assert skeleton_of(COCO.joints) == "coco17"
    with pytest.raises(ReposeError, match="no sigmas for the joints"):
        skeleton_of(get_skeleton("mpii16").joints)


def test_a_joint_two_sigma_times_the_size_away_counts_exp_of_minus_a_half():
    points, labelled = np.zeros((17, 2)), np.zeros(17, bool)
    labelled[[0, 11]] = True
    found = points.copy()
    found[0, 0] = 2 * 0.026 * 10  # √area is 10
    assert similarity(found, points, labelled) == pytest.approx((np.exp(-0.5) + 1) / 2)


def test_joints_without_a_label_do_not_count():
    points, labelled = np.zeros((17, 2)), np.arange(17) < 3
    found = points.copy()
    found[5:] = 1e6
    assert similarity(found, points, labelled) == pytest.approx(1)


def test_a_person_without_labels_owns_whatever_lies_in_three_times_its_box():
    points, nothing = np.full((17, 2), 99.0), np.zeros(17, bool)
    assert similarity(np.full((17, 2), -10.0), points, nothing) == pytest.approx(1)
    assert similarity(np.full((17, 2), 20.0), points, nothing) == pytest.approx(1)
    outside = np.full((17, 2), 20.0)
    outside[0, 0] += 2 * 0.026 * 10
    assert similarity(outside, points, nothing) == pytest.approx((np.exp(-0.5) + 16) / 17)


def test_the_similarity_of_joints_averages_to_that_of_people():
    g = np.random.default_rng(0)
    found, truth, area = g.normal(size=(3, 17, 2)), g.normal(size=(2, 17, 2)), np.array([3.0, 7])
    sigma = sigmas("coco17", COCO.joints)
    people = oks(found, truth, np.ones((2, 17), bool), area, np.zeros((2, 4)), sigma)
    np.testing.assert_allclose(joint_similarity(found, truth, area, sigma).mean(-1), people)
