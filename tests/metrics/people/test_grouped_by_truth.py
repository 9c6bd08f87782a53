import dataclasses

import numpy as np

from repose.foundations.rng import rng
from repose.metrics.people import ap, grouped_by_truth, match_all, sigmas
from tests.metrics.people.crowds import truth

OF = truth(crowd=np.zeros(120, bool))


def candidates(of, noise=0.0):
    """Every labelled joint as a candidate, in a random order, with as many others far away."""
    g = rng(0, "candidates")
    person, joint = np.nonzero(of.labelled)
    xy = of.joints2d_px[person, joint] + g.normal(size=(len(person), 2)) * noise
    image, joint = np.tile(of.image[person], 2), np.tile(joint, 2)
    xy = np.concatenate([xy, xy + 5000])
    order = g.permutation(len(image))
    return image[order], joint[order], xy[order], g.random(len(image))


def test_all_candidates_at_hand_give_a_perfect_score():
    grouped = grouped_by_truth(OF, *candidates(OF), radius=0.1)
    numbers = ap(match_all(OF, grouped, sigmas("coco17", OF.joints)))
    assert numbers["AP"] == 1
    np.testing.assert_array_equal(grouped.present, OF.labelled[OF.labelled.any(1)])
    np.testing.assert_allclose(grouped.person_score, grouped.score.sum(1) / 17)


def test_nearest_pairs_come_first_and_a_candidate_serves_once():
    of = dataclasses.replace(
        OF.rows(np.array([0, 1])), image=np.zeros(2, int), labelled=np.eye(17, dtype=bool)[[3, 3]],
        area=np.full(2, 100.0), joints2d_px=np.broadcast_to([[[0.0, 0]], [[4.0, 0]]], (2, 17, 2)),
    )  # fmt: skip
    zeros = np.zeros(2, int)
    one = grouped_by_truth(of, zeros[:1], zeros[:1] + 3, np.array([[1.5, 0]]), np.ones(1), radius=1.0)
    assert one.joints2d_px[:, 3].tolist() == [[1.5, 0]]
    both = grouped_by_truth(of, zeros, zeros + 3, np.array([[1.5, 0], [2.5, 0]]), np.ones(2), radius=1.0)
    assert both.joints2d_px[:, 3].tolist() == [[1.5, 0], [2.5, 0]]
    near = grouped_by_truth(of, zeros, zeros + 3, np.array([[1.5, 0], [2.5, 0]]), np.ones(2), radius=0.14)
    assert len(near) == 0


def test_only_candidates_of_the_type_and_the_picture_serve():
    image, joint, xy, score = candidates(OF)
    assert len(grouped_by_truth(OF, image, (joint + 1) % 17, xy, score, radius=1e-6)) == 0
    assert len(grouped_by_truth(OF, (image + 1) % 40, joint, xy, score, radius=1e-6)) == 0
    assert len(grouped_by_truth(OF, image[:0], joint[:0], xy[:0], score[:0], radius=1.0)) == 0


def test_it_equals_the_slow_way():
    image, joint, xy, score = candidates(OF, noise=4)
    grouped = grouped_by_truth(OF, image, joint, xy, score, radius=0.2)
    points = np.full(OF.joints2d_px.shape, np.nan)
    pairs = []
    for n, j in zip(*np.nonzero(OF.labelled), strict=True):
        for c in np.flatnonzero((image == OF.image[n]) & (joint == j)):
            away = np.linalg.norm(OF.joints2d_px[n, j] - xy[c]) / np.sqrt(OF.area[n])
            pairs.append((away, n, j, c))
    taken = set()
    for away, n, j, c in sorted(pairs):
        if away <= 0.2 and c not in taken and np.isnan(points[n, j, 0]):
            taken.add(c)
            points[n, j] = xy[c]
    np.testing.assert_array_equal(grouped.joints2d_px, points[np.isfinite(points).any((1, 2))])
