import dataclasses

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.metrics.people import PeopleFound, PeopleTruth, group_people, match_joints, mpii_ap, mpii_pckh
from repose.metrics.people.mpii_multi import JointMatches, joint_groups
from repose.skeletons import get_skeleton

MPII = get_skeleton("mpii16")
OUT = MPII.indices(["pelvis", "thorax"])


def truth(people=2, pictures=1, **changes):
    """People 100 px apart with heads of 10 px, dealt to the pictures in turn."""
    points = np.zeros((people, 16, 2)) + 100 * np.arange(people)[:, None, None]
    points[..., 1] += 20 * np.arange(16)
    columns = {
        "picture_sizes": np.full((pictures, 2), 400), "image": np.arange(people) % pictures,
        "joints2d_px": points, "labelled": np.ones((people, 16), bool), "area": np.full(people, 1e4),
        "box": np.zeros((people, 4)), "crowd": np.zeros(people, bool), "num_keypoints": np.full(people, 16),
        "head_px": np.full(people, 10.0), "single": np.zeros(people, bool),
    }  # fmt: skip
    return PeopleTruth(MPII.joints, np.arange(pictures), **(columns | changes))


def people(of, *rows, score=1.0, shift=0.0):
    """The true people of some rows, found with one score a person or all alike."""
    rows = list(rows)
    points = of.joints2d_px[rows] + np.array([shift, 0])
    scores = np.broadcast_to(np.asarray(score, float).reshape(-1, 1), (len(rows), 16)).copy()
    return PeopleFound(MPII.joints, of.image[rows], points, scores, scores[:, 0])


def scores(of, found):
    """Mean AP and pooled PCKh."""
    matches = match_joints(of, found)
    return float(mpii_ap(matches)["Mean"]), float(mpii_pckh(matches)["Mean"])


def test_a_joint_is_right_up_to_half_a_head():
    of = truth()
    assert scores(of, people(of, 0, 1, shift=5.0)) == (1, 1)
    assert scores(of, people(of, 0, 1, shift=5.01)) == (0, 0)


def test_pelvis_and_thorax_do_not_count():
    of = truth()
    found = people(of, 0, 1)
    found.joints2d_px[:, OUT] += 1000
    assert scores(of, found) == (1, 1)
    assert [len(columns) for columns in joint_groups().values()] == [2] * 7 + [14]


def test_a_person_found_twice_is_wrong_the_second_time():
    of = truth()
    doubled = people(of, 0, 0, 1, score=[0.9, 0.8, 0.7])
    assert scores(of, doubled) == (pytest.approx(1 / 2 + 1 / 2 * 2 / 3), 1)
    late = people(of, 0, 0, 1, score=[0.9, 0.1, 0.7])
    assert scores(of, late) == (1, 1)


def test_the_better_of_two_who_found_a_person_is_given_to_it():
    of = truth(1)
    found = people(of, 0, 0, score=[0.9, 0.8])
    found.joints2d_px[0, MPII.index("r_wrist")] += 50
    assert scores(of, found) == (pytest.approx(0.5), 1)  # the first one's joints are all wrong


def test_a_missing_joint_costs_recall_alone():
    of = truth()
    found = people(of, 0, 1, score=[0.9, 0.8])
    wrist = MPII.index("l_wrist")
    found.joints2d_px[1, wrist], found.score[1, wrist] = np.nan, 0
    matches = match_joints(of, found)
    ap, pckh = mpii_ap(matches), mpii_pckh(matches)
    assert ap["Wrist"] == pytest.approx((1 + 0.5) / 2)
    assert ap["Elbow"] == 1
    assert ap["Mean"] == pytest.approx(1 - 0.5 / 14)
    assert pckh["Wrist"] == pytest.approx(3 / 4)
    assert pckh["Mean"] == pytest.approx(27 / 28)


def test_a_joint_without_a_label_that_is_found_is_wrong():
    of = truth()
    of.labelled[0, MPII.index("head_top")] = False
    ap = mpii_ap(match_joints(of, people(of, 0, 1, score=[0.9, 0.8])))
    assert ap["Head"] == pytest.approx((1 / 2 + 1) / 2)
    assert ap["Ankle"] == 1


def test_a_person_who_is_nobody_is_wrong_in_every_joint():
    of = truth()
    found = people(of, 0, 1, 1, score=[0.9, 0.8, 0.95])
    found.joints2d_px[2] += 5000
    assert scores(of, found) == (pytest.approx(1 / 2 * 2 / 3 + 1 / 2 * 2 / 3), 1)


def test_nobody_found_is_zero_and_nobody_labelled_is_nan():
    of = truth()
    assert scores(of, people(of)) == (0, 0)
    nobody = truth(labelled=np.zeros((2, 16), bool))
    assert np.isnan(scores(nobody, people(nobody, 0))).all()


def slow_area(score, right, total):
    """Average precision as the area below the curve made to fall, step by step."""
    order = np.argsort(-score, kind="stable")
    right = right[order]
    recall = np.concatenate([[0], np.cumsum(right) / total, [1]])
    precision = np.concatenate([[0], np.cumsum(right) / np.arange(1, len(right) + 1), [0]])
    return sum(
        (recall[i] - recall[i - 1]) * precision[i:].max()
        for i in range(1, len(recall))
        if recall[i] > recall[i - 1]
    )


def test_areas_and_weights_equal_the_slow_way_on_copies():
    g = rng(0, "mpii")
    of = truth(60, 20)
    found = people(of, *g.integers(0, 60, 80), score=g.random(80))
    found = dataclasses.replace(
        found, joints2d_px=found.joints2d_px + g.normal(size=(80, 16, 2)) * 4, score=g.random((80, 16))
    )
    matches = match_joints(of, found)
    weights = g.multinomial(20, np.full(20, 0.05), 4)
    ap, pckh = mpii_ap(matches, weights), mpii_pckh(matches, weights)
    for draw, times in enumerate(weights):
        rows = np.repeat(np.arange(80), times[matches.image])
        total = times @ matches.labelled
        own = [slow_area(matches.score[rows, k], matches.right[rows, k], total[k]) for k in range(14)]
        np.testing.assert_allclose(ap["Mean"][draw], np.mean(own))
        np.testing.assert_allclose(pckh["Mean"][draw], matches.right[rows].sum() / total.sum())
    assert isinstance(matches, JointMatches)


def test_a_group_has_the_people_within_its_enlarged_box():
    of = truth(3, single=np.array([False, True, False]))
    low, high = of.joints2d_px[[0, 2]].min((0, 1)), of.joints2d_px[[0, 2]].max((0, 1))
    found = people(of, 0, 1, 2, 0)
    found.joints2d_px[3] += (high - low) * 1.2
    group, inside = group_people(of, found, 0.0)
    assert len(group) == 2
    assert len(inside) == 3
    assert len(group_people(of, found, 1.0)[1]) == 4
    assert len(group_people(truth(3, single=np.ones(3, bool)), found, 0.5)[1]) == 0


def test_the_truth_must_have_mpiis_joints_and_heads():
    of = truth()
    with pytest.raises(ReposeError, match="2 people without a head size"):
        match_joints(dataclasses.replace(of, head_px=np.full(2, np.nan)), people(of, 0))
    with pytest.raises(ReposeError, match="expected those of mpii16"):
        match_joints(dataclasses.replace(of, joints=("nose",)), people(of, 0))
    with pytest.raises(ReposeError, match="who stands apart"):
        group_people(dataclasses.replace(of, single=None), people(of, 0), 0.0)
