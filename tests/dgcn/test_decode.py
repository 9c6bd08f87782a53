"""From fields back to people: round trips through the encoder, people in each other's way, and odd fields."""

import dataclasses

import numpy as np
import pytest
import torch

from repose.dgcn.accumulate import accumulate, room_for
from repose.dgcn.decode import DecoderOptions, candidates, decode, decode_batch, person_scores, strongest
from repose.dgcn.encode import encode, perfect_maps
from repose.dgcn.fields import Fields
from repose.foundations.rng import rng
from repose.skeletons import get_skeleton
from tests.dgcn.poses import nobody, shape_of, sigmas_of, standing, targets_of, whole

SKELETONS = ("coco17", "crowdpose14", "mpii16")
UNFORCED = DecoderOptions(force_complete=False)


def maps_with(people, shape, skeleton, labelled=None):
    """The fields that a perfect network would say."""
    return perfect_maps(targets_of(people, shape, labelled), shape, sigmas_of(skeleton))[0]


def group(skeleton, px, seed=0):
    """Four people apart from each other, of different sizes."""
    draw = rng(seed, "test", "group", skeleton)
    places = np.array([(0.2, 0.1), (0.7, 0.12), (0.3, 0.55), (0.78, 0.6)]) * px
    heights = draw.uniform(0.28, 0.38, 4) * px
    return np.stack(
        [
            standing(skeleton, x, y, h)
            for (x, y), h in zip(places + draw.uniform(-4, 4, (4, 2)), heights, strict=True)
        ]
    )


def errors(found, people):
    """Each true person's largest joint error (px) to the found person nearest, and that one's number."""
    apart = np.linalg.norm(found.joints2d_px[None] - people[:, None], axis=-1).max(-1)  # M, P
    return apart.min(1), apart.argmin(1)


@pytest.mark.parametrize(("stride", "px", "within"), [(4, 256, 0.6), (8, 512, 0.6)])
@pytest.mark.parametrize("skeleton", SKELETONS)
def test_people_apart_come_back_whole(skeleton, stride, px, within):
    shape, people = shape_of(skeleton, stride, px // stride), group(skeleton, px)
    found = decode(maps_with(people, shape, skeleton), shape, sigmas_of(skeleton))
    error, which = errors(found, people)
    assert sorted(which) == [0, 1, 2, 3]
    assert error.max() < within
    assert found.score.min() > 0.3
    assert len(found.person_score) == 4


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_people_who_overlap_are_told_apart(skeleton):
    shape = shape_of(skeleton, 4, 64)
    people = np.stack([standing(skeleton, 100, 40, 170), standing(skeleton, 140, 55, 160)])
    assert people[0, :, 0].max() > people[1, :, 0].min() + 15  # arms and legs cross
    found = decode(maps_with(people, shape, skeleton), shape, sigmas_of(skeleton))
    error, which = errors(found, people)
    assert sorted(which) == [0, 1]
    assert len(found.score) == 2
    assert error.max() < 2


def test_crossing_forearms_keep_their_hands():
    shape, skeleton = shape_of("coco17", 4, 64), get_skeleton("coco17")
    people = np.stack([standing("coco17", 85, 30, 200), standing("coco17", 165, 30, 200)])
    wrist = skeleton.index("l_wrist"), skeleton.index("r_wrist")
    people[0, wrist[0]], people[1, wrist[1]] = (150, 120), (100, 124)
    found = decode(maps_with(people, shape, "coco17"), shape, sigmas_of("coco17"))
    error, which = errors(found, people)
    assert sorted(which) == [0, 1]
    assert error.max() < 1


def test_a_joint_not_labelled_is_missing_and_lies_in_the_middle_of_the_others():
    shape, person = shape_of("coco17", 4, 64), standing("coco17", 120, 20, 200)
    known = np.ones((1, 17), bool)
    known[0, 9] = False
    maps = maps_with(person[None], shape, "coco17", known)
    found = decode(maps, shape, sigmas_of("coco17"), UNFORCED)
    assert (found.score[0] > 0).tolist() == known[0].tolist()
    np.testing.assert_allclose(found.joints2d_px[0, 9], person[known[0]].mean(0), atol=1)


def test_a_joint_not_found_is_guessed_where_a_weak_limb_leads():
    shape, person = shape_of("coco17", 4, 64), standing("coco17", 120, 20, 200)
    maps, limbs = maps_with(person[None], shape, "coco17"), shape.limbs.tolist()
    maps["pif_c"][9] = 0
    maps["paf_c"][limbs.index([7, 9])] *= 0.02
    found = decode(maps, shape, sigmas_of("coco17"))
    assert 0 < found.score[0, 9] <= 0.01
    np.testing.assert_allclose(found.joints2d_px[0, 9], person[9], atol=0.5)
    assert decode(maps, shape, sigmas_of("coco17"), UNFORCED).score[0, 9] == 0


@pytest.mark.parametrize("most", [0.001, 0.01])
def test_guesses_alone_are_no_person(most):
    person = standing("coco17", 120, 20, 200)
    people, sigmas = np.zeros((2, 17, 4), np.float32), sigmas_of("coco17")
    people[..., :2], people[..., 2] = person / 4, most
    people[0, 0, 2] = 0.9
    assert len(strongest(people, sigmas, 1.0, DecoderOptions(forced_most=most))) == 1


def test_a_joint_without_any_sign_takes_its_neighbours_place():
    shape, person = shape_of("coco17", 4, 64), standing("coco17", 120, 20, 200)
    known = np.ones((1, 17), bool)
    known[0, 9] = False
    found = decode(maps_with(person[None], shape, "coco17", known), shape, sigmas_of("coco17"))
    assert 0 < found.score[0, 9] < 1e-4
    np.testing.assert_allclose(found.joints2d_px[0, 9], person[7], atol=0.5)


def test_a_person_cut_in_two_is_one_only_by_limbs_between():
    shape, person = shape_of("coco17", 4, 64), standing("coco17", 120, 20, 200)
    maps = maps_with(person[None], shape, "coco17")
    joints = get_skeleton("coco17")
    between = [set(joints.indices([f"{side}_shoulder", f"{side}_hip"])) for side in "lr"]
    maps["paf_c"][[n for n, limb in enumerate(shape.limbs) if set(limb) in between]] = 0
    found = decode(maps, shape, sigmas_of("coco17"), UNFORCED)
    assert len(found.score) == 2
    assert ((found.score > 0).sum(0) == 1).all()


def test_a_person_seen_twice_is_answered_once():
    shape = shape_of("coco17", 4, 64)
    people = np.stack([standing("coco17", 120, 20, 200), standing("coco17", 127, 24, 200)])
    maps = maps_with(people, shape, "coco17")
    sigmas = sigmas_of("coco17")
    assert len(decode(maps, shape, sigmas).score) == 1
    assert len(decode(maps, shape, sigmas, DecoderOptions(alike=1.0)).score) == 2


def test_no_more_people_are_answered_than_wanted_and_the_strongest_come_first():
    shape, people = shape_of("coco17", 4, 64), group("coco17", 256)
    maps = maps_with(people, shape, "coco17")
    maps["pif_c"] *= np.linspace(0.5, 1, 64, dtype=np.float32)  # surer to the right
    every = decode(maps, shape, sigmas_of("coco17"))
    assert (np.diff(every.person_score) <= 0).all()
    few = decode(maps, shape, sigmas_of("coco17"), DecoderOptions(most=2))
    for a, b in zip(few, every, strict=True):
        np.testing.assert_array_equal(a, b[:2])


def test_a_persons_score_is_a_tenth_of_the_surest_joint_and_the_mean_of_squares():
    np.testing.assert_allclose(person_scores(np.array([[0.5, 1.0, 0.0, 0.5]])), 0.1 + 0.9 * 1.5 / 4)


def test_the_accumulated_map_is_one_at_a_perfect_joint_and_a_bell_around():
    shape, person = shape_of("coco17", 4, 64), standing("coco17", 120, 20, 200)
    maps = maps_with(person[None], shape, "coco17")
    summed = room_for(maps, 4)
    accumulate(maps, 4, 0.1, summed)
    slow = np.zeros_like(summed[5])
    for row, column in np.argwhere(maps["pif_c"][5] > 0.1):
        x, y = 4 * (np.array([column, row]) + maps["pif_vec"][5, :, row, column])
        sigma = max(1, 4 * maps["pif_scale"][5, row, column])
        for down, across in np.ndindex(slow.shape):
            if abs(down - y) <= 2 * sigma and abs(across - x) <= 2 * sigma:
                slow[down, across] += np.exp(-((across - x) ** 2 + (down - y) ** 2) / (2 * sigma**2)) / 16
    np.testing.assert_allclose(summed[5], slow, atol=1e-4)
    assert summed[5].max() > 0.98


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_candidates_are_all_joints_once(skeleton):
    shape, people = shape_of(skeleton, 4, 64), group(skeleton, 256)
    found = candidates(maps_with(people, shape, skeleton), shape)
    assert len(found.joint) == people[..., 0].size
    assert (np.diff(found.score) <= 0).all()
    for joint in range(shape.joints):
        apart = np.linalg.norm(found.points_px[found.joint == joint][:, None] - people[:, joint], axis=-1)
        assert apart.shape == (4, 4)
        assert apart.min(0).max() < 0.6


def fields_of(pictures, sure=8.0):
    """Pictures' maps as a network would say them: logits, a batch."""
    arrays = {name: np.stack([maps[name] for maps in pictures]) for name in pictures[0]}
    for name in ("pif_c", "paf_c"):
        arrays[name] = np.where(arrays[name] > 0, sure, -sure).astype(np.float32)
    return Fields(**{name: torch.from_numpy(array) for name, array in arrays.items()})


def test_a_batch_is_decoded_picture_by_picture():
    shape, people = shape_of("coco17", 4, 64), group("coco17", 256)
    joints = np.stack([people[:2], people[2:]])
    targets = encode(joints, np.ones((2, 2, 17), bool), nobody(2), whole(2, 256), shape)
    found = decode_batch(
        fields_of(perfect_maps(targets, shape, sigmas_of("coco17"))), shape, sigmas_of("coco17")
    )
    for picture, truth in zip(found, joints, strict=True):
        error, which = errors(picture, truth)
        assert sorted(which) == [0, 1]
        assert error.max() < 0.6


def test_fields_need_not_be_square():
    shape, people = shape_of("coco17", 4, 64), group("coco17", 256)[:2]
    maps = {
        name: np.ascontiguousarray(array[..., :40, :])
        for name, array in maps_with(people, shape, "coco17").items()
    }
    error, which = errors(decode(maps, shape, sigmas_of("coco17")), people)
    assert sorted(which) == [0, 1]
    assert error.max() < 0.6


@pytest.mark.parametrize("size", [1, 20])
@pytest.mark.parametrize("options", [DecoderOptions(), UNFORCED])
def test_a_picture_without_people_has_none_and_one_of_noise_or_nan_does_no_harm(size, options):
    shape = shape_of("coco17", 4, size)
    empty = maps_with(np.zeros((0, 17, 2), np.float32), shape, "coco17")
    found = decode(empty, shape, sigmas_of("coco17"), options)
    assert found.joints2d_px.shape == (0, 17, 2)
    assert len(found.person_score) == 0
    draw = rng(0, "test", "noise")
    noise = {name: draw.uniform(0, 1, array.shape).astype(np.float32) * 9 for name, array in empty.items()}
    for name in ("pif_c", "paf_c"):
        noise[name] /= 9
    found = decode(noise, shape, sigmas_of("coco17"), options)
    assert len(found.score) <= 20
    assert np.isfinite(found.joints2d_px).all()
    broken = {
        name: np.where(draw.random(array.shape) < 0.3, np.nan, array).astype(np.float32)
        for name, array in noise.items()
    }
    decode(broken, shape, sigmas_of("coco17"), options)


def test_spreads_widen_where_connections_may_begin():
    shape, person = shape_of("coco17", 4, 64), standing("coco17", 120, 20, 200)
    maps = maps_with(person[None], shape, "coco17")
    maps["paf_vec"] += 3.2  # all connections begin and end beside their joints
    options = dataclasses.replace(UNFORCED, reverse_check=False, connection=1e-4)
    small = {**maps, "pif_scale": np.zeros_like(maps["pif_scale"])}
    wide = {**small, "paf_logb": np.full_like(maps["paf_logb"], 1.0)}
    lone = decode(small, shape, sigmas_of("coco17"), options)
    joined = decode(wide, shape, sigmas_of("coco17"), options)
    blind = decode(wide, shape, sigmas_of("coco17"), dataclasses.replace(options, spread=False))
    assert (
        (joined.score > 0).sum(1).max() > (lone.score > 0).sum(1).max() == (blind.score > 0).sum(1).max() == 1
    )
