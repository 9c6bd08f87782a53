"""Legend: B pictures, J joints, T numbers of a tag, H W cells, N candidates, P people."""

import numpy as np
import pytest

from repose.foundations.rng import rng
from repose.hgg.candidates import CandidateRules, Proposals, cells_shown, find_candidates
from repose.hgg.people import PeopleRules, people_of

B, J, T, H, W = 3, 5, 2, 9, 12


def noise(*key):
    """Heat maps and tags of noise, their candidates, and groups of them by lot."""
    draw = rng(0, "people", *key)
    heat = (draw.random((B, J, H, W)) * 1.1 - 0.1).astype(np.float32)
    tags = draw.normal(0, 1.5, (B, J, T, H, W)).astype(np.float32)
    found = find_candidates(heat, CandidateRules(threshold=0.85, most=4))
    return heat, tags, found, draw.integers(6, size=len(found.type))


def slow_people(groups, found, heat, tags, fill):
    """One person after the other, as published: joints, scores before, and joints that were missing."""
    people = []
    for picture, group in sorted(set(zip(found.picture.tolist(), groups.tolist(), strict=True))):
        rows = np.flatnonzero((found.picture == picture) & (groups == group))
        joints, score, known = np.zeros((J, 2)), np.zeros(J), []
        for n in rows:
            if score[found.type[n]] == 0:
                joints[found.type[n]], score[found.type[n]] = found.points[n], found.score[n]
                x, y = found.cell[n]
                known.append(tags[picture, found.type[n], :, y, x])
        before, mean, missing = score.mean(), joints[score > 0].mean(0), score == 0
        for j in np.flatnonzero(missing):
            joints[j] = mean
            away = np.sqrt(np.mean((tags[picture, j] - np.mean(known, 0)[:, None, None]) ** 2, axis=0))
            y, x = np.unravel_index(np.argmax(heat[picture, j] - np.round(away)), (H, W))
            if fill and heat[picture, j, y, x] > 0:
                h = np.pad(heat[picture, j], 1, mode="edge")
                right, down = h[y + 1, x + 2] - h[y + 1, x], h[y + 2, x + 1] - h[y, x + 1]
                joints[j] = x + 0.25 * np.sign(right), y + 0.25 * np.sign(down)
                score[j] = min(heat[picture, j, y, x], 1)
        people.append((picture, joints, score, ~missing, before))
    return sorted(people, key=lambda person: (person[0], -person[4]))


@pytest.mark.parametrize("fill", [True, False])
def test_people_are_those_of_the_published_procedure(fill):
    for trial in range(3):
        heat, tags, found, groups = noise(trial)
        people = people_of(groups, found, heat, tags, PeopleRules(fill=fill, most=99))
        slow = slow_people(groups, found, heat, tags, fill)
        for mine, theirs in zip(people, zip(*slow, strict=True), strict=True):
            np.testing.assert_allclose(mine, np.array(theirs), atol=1e-6)
        assert people.joints2d.dtype == people.score.dtype == people.person_score.dtype == np.float32


def test_a_guess_changes_no_persons_score_and_is_marked():
    heat, tags, found, groups = noise("guess")
    filled, bare = (people_of(groups, found, heat, tags, PeopleRules(fill=fill, most=99)) for fill in (1, 0))
    np.testing.assert_array_equal(filled.person_score, bare.person_score)
    np.testing.assert_array_equal(filled.found, bare.score > 0)
    assert (filled.score > 0).sum() > filled.found.sum()


def test_a_joint_without_a_place_is_in_the_middle_of_the_others():
    found = Proposals(
        np.zeros(2, int), np.array([0, 3]), np.array([[2, 2], [8, 4]]),
        np.array([[2, 2.25], [8, 4]], np.float32), np.array([0.9, 0.5], np.float32),
    )  # fmt: skip
    heat, tags = np.full((1, J, H, W), -0.1, np.float32), np.zeros((1, J, T, H, W), np.float32)
    people = people_of(np.zeros(2, int), found, heat, tags, PeopleRules())  # nowhere a map above zero
    np.testing.assert_allclose(people.joints2d[0, [1, 2, 4]], [[5, 3.125]] * 3)
    assert people.score[0].tolist() == pytest.approx([0.9, 0, 0, 0.5, 0])
    assert people.person_score.tolist() == pytest.approx([1.4 / J])


def test_guesses_prefer_the_persons_tag_to_a_higher_map_and_keep_to_the_picture():
    found = Proposals(
        np.zeros(2, int), np.array([0, 0]), np.array([[2, 2], [8, 2]]),
        np.array([[2, 2], [8, 2]], np.float32), np.ones(2, np.float32),
    )  # fmt: skip
    heat, tags = np.zeros((1, J, H, W), np.float32), np.zeros((1, J, T, H, W), np.float32)
    tags[..., 6:] = 5.0  # the second person is on the right
    heat[0, 1, 5, 3], heat[0, 1, 5, 8], heat[0, 1, 7, 3] = 0.05, 0.9, 0.6
    people = people_of(np.array([7, 4]), found, heat, tags, PeopleRules())
    assert sorted(people.joints2d[:, 1].tolist()) == [[3, 7], [8, 5]]
    shown = cells_shown(np.array([[12, 7]]), H, W)
    people = people_of(np.array([7, 4]), found, heat, tags, PeopleRules(), shown)
    assert sorted(people.joints2d[:, 1].tolist()) == [[3, 5], [8, 5]]


def test_pictures_keep_their_strongest_people_with_joints_enough():
    heat, tags, found, groups = noise("few")
    everyone = people_of(groups, found, heat, tags, PeopleRules(most=99))
    few = people_of(groups, found, heat, tags, PeopleRules(most=2, least_joints=2))
    for b in range(B):
        whole = (everyone.picture == b) & (everyone.found.sum(1) >= 2)
        np.testing.assert_array_equal(few.joints2d[few.picture == b], everyone.joints2d[whole][:2])


def test_without_candidates_there_is_nobody():
    heat, tags = np.zeros((B, J, H, W), np.float32), np.zeros((B, J, T, H, W), np.float32)
    people = people_of(np.zeros(0, int), find_candidates(heat, CandidateRules()), heat, tags, PeopleRules())
    assert people.joints2d.shape == (0, J, 2)
    assert people.score.shape == people.found.shape == (0, J)
    assert people.person_score.shape == people.picture.shape == (0,)
