import numpy as np
import pytest

from repose.foundations.rng import rng
from repose.metrics.people import KINDS, PeopleFound, PeopleTruth, pose_errors, sigmas
from repose.skeletons import get_skeleton
from tests.metrics.people.crowds import empty, found, truth

COCO = get_skeleton("coco17")
SIGMA = sigmas("coco17", COCO.joints)
SIZE = 40.0  # √area
WRIST, OTHER_WRIST, ELBOW = COCO.index("l_wrist"), COCO.index("r_wrist"), COCO.index("l_elbow")


def two_people(**changes):
    """Two people far apart from each other with joints far apart from each other, in one picture."""
    points = np.zeros((2, 17, 2))
    points[..., 0] = 60 * np.arange(17)
    points[1, :, 1] = 500
    columns = {
        "picture_sizes": np.array([[1200, 600]]), "image": np.zeros(2, int), "joints2d_px": points,
        "labelled": np.ones((2, 17), bool), "area": np.full(2, SIZE**2), "box": np.zeros((2, 4)),
        "crowd": np.zeros(2, bool), "num_keypoints": np.full(2, 17),
    }  # fmt: skip
    return PeopleTruth(COCO.joints, np.array([5]), **(columns | changes))


def exactly(of):
    """Everybody found as they are."""
    n = len(of)
    return PeopleFound(of.joints, of.image, of.joints2d_px.copy(), np.ones((n, 17)), np.linspace(1, 0.5, n))


def kind_of_wrist(of, people):
    """The kind of error of the first person's wrist."""
    errors = pose_errors(of, people, SIGMA)
    return KINDS[errors.kind[errors.truth.tolist().index(0), WRIST]]


def distance(similarity):
    """How far off a wrist is that alike."""
    return SIZE * 2 * SIGMA[WRIST] * np.sqrt(-2 * np.log(similarity))


@pytest.mark.parametrize(
    ("likeness", "kind"), [(1.0, "good"), (0.86, "good"), (0.84, "jitter"), (0.51, "jitter"), (0.49, "miss")]
)
def test_a_joint_near_its_truth_is_good_or_jitters(likeness, kind):
    of = two_people()
    people = exactly(of)
    people.joints2d_px[0, WRIST, 1] += distance(likeness)
    assert kind_of_wrist(of, people) == kind


def test_a_joint_at_the_other_side_is_inverted_and_at_another_joint_missed():
    of = two_people()
    people = exactly(of)
    people.joints2d_px[0, WRIST] = of.joints2d_px[0, OTHER_WRIST] + [0, distance(0.6)]
    assert kind_of_wrist(of, people) == "inversion"
    people.joints2d_px[0, WRIST] = of.joints2d_px[0, ELBOW]
    assert kind_of_wrist(of, people) == "miss"


@pytest.mark.parametrize("joint", [WRIST, OTHER_WRIST])
def test_a_joint_at_somebody_elses_is_swapped_unless_it_is_a_crowds(joint):
    of = two_people()
    people = exactly(of)
    people.joints2d_px[0, WRIST] = of.joints2d_px[1, joint]
    assert kind_of_wrist(of, people) == "swap"
    assert kind_of_wrist(two_people(crowd=np.array([False, True])), people) == "miss"


def test_a_joint_that_was_not_found_is_missed_wherever_the_mean_lies():
    of = two_people()
    people = exactly(of)
    people.joints2d_px[0, WRIST] = np.nan
    assert kind_of_wrist(of, people) == "miss"


def test_joints_without_a_label_have_no_kind():
    of = two_people()
    of.labelled[0, WRIST] = False
    errors = pose_errors(of, exactly(of), SIGMA)
    assert errors.counts() == {"good": 33} | dict.fromkeys(
        [*KINDS[1:], "missed person", "spurious person"], 0
    )
    assert errors.by_joint()[WRIST].tolist() == [1, 0, 0, 0, 0]
    assert errors.by_picture().tolist() == [[33, 0, 0, 0, 0]]


def test_people_nobody_found_are_missed_and_found_nobodies_spurious():
    of = two_people()
    people = exactly(of).rows(np.array([0, 0]))
    people.joints2d_px[1] += 5000
    errors = pose_errors(of, people, SIGMA)
    counts, shares = errors.counts(), errors.shares()
    assert (counts["missed person"], counts["spurious person"]) == (1, 1)
    assert (shares["missed person"], shares["spurious person"], shares["good"]) == (0.5, 0.5, 1)
    crowd = pose_errors(two_people(crowd=np.array([False, True])), exactly(of), SIGMA)
    assert (crowd.people.sum(), crowd.found.sum(), crowd.missed.sum(), crowd.spurious.sum()) == (1, 1, 0, 0)


def test_nobody_found_is_everybody_missed():
    of = truth()
    errors = pose_errors(of, empty(of), SIGMA)
    assert errors.counts()["missed person"] == (~of.ignored).sum()
    assert np.isnan(errors.shares()["spurious person"])
    nobody = of.rows(np.zeros(len(of), bool))
    assert pose_errors(nobody, found(of), SIGMA).counts()["spurious person"] == len(found(of))


def test_counts_add_up_and_do_not_depend_on_the_order():
    of = truth(1)
    people = found(of, ties=False)
    errors = pose_errors(of, people, SIGMA)
    assert errors.by_picture().sum() == errors.by_joint().sum() == (errors.kind >= 0).sum()
    np.testing.assert_array_equal(errors.people - errors.missed, np.bincount(errors.image, minlength=40))
    np.testing.assert_array_equal(errors.found - errors.spurious, np.bincount(errors.image, minlength=40))
    shuffled = people.rows(rng(0, "order").permutation(len(people)))
    assert pose_errors(of, shuffled, SIGMA).counts() == errors.counts()
