import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.hgg.benchmark import evaluate
from repose.hgg.embedding_groups import group_by_tags, joint_order
from repose.hgg.groupers import spectral
from repose.hgg.simulation import Quality, drawn_poses, simulate
from repose.skeletons import get_skeleton

ORDER = joint_order(get_skeleton("coco17").joints)
CLEAN = Quality(missed=0.2, made_up=0.0, tag_noise=0.1, tag_mixed=0.0, tag_size=2)


def same_groups(a, b):
    return ((a[:, None] == a) == (b[:, None] == b)).all()


def slow_grouping(types, tags, score, order, most=30):
    """A dictionary of people, padded costs, and one assignment a kind, as the method was published."""
    from scipy.optimize import linear_sum_assignment

    people, found = [], np.full(len(types), -1)
    for kind in order:
        rows = [n for n in np.argsort(-score, kind="stable") if types[n] == kind]
        if not rows:
            continue
        taken = dict.fromkeys(rows, None)
        if people:
            distance = np.array(
                [[np.sqrt(np.mean((tags[n] - np.mean(tags[p], axis=0)) ** 2)) for p in people] for n in rows]
            )
            cost = np.round(distance) * 100 - score[rows][:, None]
            cost = np.concatenate([cost, np.full((len(rows), max(0, len(rows) - len(people))), 1e10)], axis=1)
            for c, p in zip(*linear_sum_assignment(cost), strict=True):
                if p < len(people) and distance[c, p] < 1:
                    taken[rows[c]] = p
        for n in rows:
            if taken[n] is not None:
                people[taken[n]].append(n)
                found[n] = taken[n]
            elif len(people) < most:
                found[n] = len(people)
                people.append([n])
    found[found < 0] = len(types) + np.flatnonzero(found < 0)
    return found


def test_the_order_is_the_published_one():
    assert ORDER.tolist() == [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16]


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("people", [1, 4, 12])
def test_groups_are_those_of_the_published_procedure(people, size):
    draw = rng(people, "tags")
    count = people * 12
    types, score = draw.integers(17, size=count), draw.random(count)
    tags = draw.normal(0, people, (count, size))
    found = group_by_tags(types, tags, score, ORDER)
    assert same_groups(found, slow_grouping(types, tags, score, ORDER))
    assert len(set(zip(found, types, strict=True))) == count


def test_good_tags_give_perfect_groups_for_thirty_people():
    scene = simulate(drawn_poses(50, 0), 30, CLEAN, 0)
    c = scene.candidates
    assert same_groups(group_by_tags(c.type, c.tags, c.score, ORDER, farthest=2.0), scene.person)


def test_on_a_line_a_newcomer_may_push_everybody_on_unless_all_who_are_far_are_as_far():
    types, tags = (
        np.array([0, 0, 0, 1, 1, 1]),
        np.array([[2.0], [4], [6], [0], [2], [4]]),
    )  # 6's second is missed
    score = np.ones(6)
    capped = group_by_tags(types, tags, score, ORDER, farthest=2.0)
    assert same_groups(capped, np.array([0, 1, 2, 3, 0, 1]))
    pushed = group_by_tags(types, tags - [[0], [0], [0], [0.4], [0], [0]], score, ORDER)
    assert len(set(pushed)) >= 4


def test_the_order_of_candidates_changes_no_group():
    c = simulate(drawn_poses(50, 0), 8, Quality(), 0).candidates
    c = c._replace(score=np.unique(rng(0, "scores").random(len(c.type))))  # no two alike
    order = rng(0, "order").permutation(len(c.type))
    a, b = (group_by_tags(c.type[o], c.tags[o], c.score[o], ORDER) for o in (np.arange(len(order)), order))
    assert same_groups(a[order], b)


def test_joints_beyond_the_last_person_are_left_alone():
    types, tags = np.array([0, 0, 0, 5, 5]), np.array([[0.0], [5.0], [10.0], [5.1], [20.0]])
    found = group_by_tags(types, tags, np.ones(5), ORDER, most_people=2)
    assert found[1] == found[3]
    assert len(set(found)) == 4


@pytest.mark.parametrize("count", [0, 1])
def test_empty_pictures_and_single_candidates_are_grouped(count):
    assert (
        group_by_tags(np.zeros(count, int), np.zeros((count, 1)), np.ones(count), ORDER).tolist()
        == [0] * count
    )


def test_the_spectrum_groups_people_apart_and_never_two_joints_of_a_kind():
    scenes = [simulate(drawn_poses(50, 0), 6, CLEAN, 0, k) for k in range(5)]
    assert evaluate(spectral, scenes).pairwise_f1 > 0.95
    bad = simulate(drawn_poses(50, 0), 12, Quality(tag_noise=3.0), 0).candidates
    assert len(set(zip(spectral(bad), bad.type, strict=True))) == len(bad.type)


@pytest.mark.parametrize("count", [0, 1])
def test_the_spectrum_groups_empty_pictures_and_single_candidates(count):
    c = simulate(drawn_poses(5, 0), 1, Quality(), 0).candidates
    assert spectral(type(c)(*(array[:count] for array in c))).tolist() == [0] * count


def test_an_unknown_joint_is_an_error_of_the_user():
    with pytest.raises(ReposeError, match="no place for 'tail'"):
        joint_order(["nose", "tail"])
