"""The losses: against loops over cells, and what must never count."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from repose.dgcn.encode import encode
from repose.dgcn.fields import Fields, as_tensors, split_fields
from repose.dgcn.losses import Weights, confidence_loss, losses
from repose.foundations.rng import rng
from tests.dgcn.poses import nobody, shape_of, sigmas_of, standing, whole

SHAPE = shape_of("crowdpose14", 4, 12)
SIGMAS = sigmas_of("crowdpose14")
KINDS = ("smooth_l1", "laplace", "l1")


def said(pictures, size=12, seed=0):
    """Random fields of a network, with gradients."""
    draw = torch.Generator().manual_seed(seed)
    planes = torch.randn(pictures, 5 * 14 + 7 * 15, size, size, generator=draw).requires_grad_()
    return planes, split_fields(*planes.split([70, 105], 1))


def taught(people=2, shape=SHAPE, ignored=None):
    """Targets of two pictures: people in the first, one more in the second."""
    px, draw = shape.size * shape.stride, rng(0, "test", "losses")
    joints = np.stack([standing("crowdpose14", 15 + 6 * m, 4, 35 + m) for m in range(2 * max(people, 1))])
    joints = joints.reshape(2, -1, 14, 2)
    known = (draw.random(joints.shape[:3]) < 0.8) & (people > 0)
    return encode(joints, known, nobody(2) if ignored is None else ignored, whole(2, px), shape)


def total_of(fields, targets, weights, shape=SHAPE):
    return losses(
        fields,
        as_tensors(targets),
        torch.from_numpy(shape.limbs),
        torch.tensor(SIGMAS, dtype=torch.float32),
        weights,
    )


def slow_confidence(logits, c, counted, per_positive):
    costs = [
        -math.log(p if c[where] else 1 - p)
        for where, p in np.ndenumerate(1 / (1 + np.exp(-logits)))
        if c[where] or counted[where[0], where[2], where[3]]
    ]
    return sum(costs) / (c.sum() if per_positive else len(costs))


def slow_vector(error, logb, size, weights):
    distance = math.hypot(*error)
    if weights.regression == "laplace":
        return distance * math.exp(-logb) + logb + 0.694
    radius = weights.smooth_radius * min(max(size, 0.1), 1000)
    if weights.regression == "l1":
        return distance
    return distance**2 / (2 * radius) if distance < radius else distance - radius / 2


def slow_losses(fields, t, weights):
    """The six parts as sums over cells, one at a time."""
    f = Fields(*(tensor.detach().double().numpy() for tensor in fields))
    per_positive = weights.normalise == "positives"
    vec = scale = 0.0
    for cell, target, size in zip(t.pif_cell, t.pif_vec, t.pif_scale, strict=True):
        b, j, y, x = np.unravel_index(cell, t.pif_c.shape)
        vec += slow_vector(
            f.pif_vec[b, j, :, y, x] - target, f.pif_logb[b, j, y, x], size * SIGMAS[j], weights
        )
        scale += abs(f.pif_scale[b, j, y, x] - size * SIGMAS[j])
    ends = [0.0, 0.0]
    for cell, target, size in zip(t.paf_cell, t.paf_vec, t.paf_scale, strict=True):
        b, limb, y, x = np.unravel_index(cell, t.paf_c.shape)
        for end in (0, 1):
            error, logb = f.paf_vec[b, limb, end, :, y, x] - target[end], f.paf_logb[b, limb, end, y, x]
            ends[end] += slow_vector(error, logb, size * SIGMAS[SHAPE.limbs[limb, end]], weights)
    pif, paf = (len(t.pif_cell), len(t.paf_cell)) if per_positive else (1000 * len(t.pif_c),) * 2
    return (
        slow_confidence(f.pif_c, t.pif_c, t.counted, per_positive), vec / pif, scale / pif,
        slow_confidence(f.paf_c, t.paf_c, t.counted, per_positive), ends[0] / paf, ends[1] / paf,
    )  # fmt: skip


@pytest.mark.parametrize("normalise", ["published", "positives"])
@pytest.mark.parametrize("kind", KINDS)
def test_losses_are_those_of_loops_over_cells(kind, normalise):
    weights = Weights(regression=kind, normalise=normalise, vector_weight=4.0)
    boxes = np.float32([[[0, 0, 10, 10]], [[20, 20, 40, 30]]])
    (_, fields), targets = said(2), taught(ignored=boxes)
    total, parts = total_of(fields, targets, weights)
    slow = slow_losses(fields, targets, weights)
    np.testing.assert_allclose([part.item() for part in parts], slow, rtol=1e-4)
    expected = np.dot((30, 8, 2, 50, 12, 12), slow)
    np.testing.assert_allclose(total.item(), expected, rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("normalise", ["published", "positives"])
@pytest.mark.parametrize("size", [1, 12])
@pytest.mark.parametrize("people", [0, 2])
def test_losses_and_gradients_are_finite_whatever_the_picture(kind, normalise, size, people):
    shape = dataclasses.replace(SHAPE, size=size)
    planes, fields = said(2, size)
    total, _ = total_of(fields, taught(people, shape), Weights(regression=kind, normalise=normalise), shape)
    total.backward()
    assert total.isfinite()
    assert planes.grad.isfinite().all()


def test_a_picture_of_which_nothing_counts_costs_nothing():
    everything = np.tile(np.float32([0, 0, 48, 48]), (2, 1, 1))
    planes, fields = said(2)
    total, _ = total_of(fields, taught(0, ignored=everything), Weights())
    total.backward()
    assert total == 0
    assert (planes.grad == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_no_error_at_all_has_a_finite_gradient(kind):
    targets = taught()
    zeros = torch.zeros(2, 14, 2, 12, 12)
    b, j, y, x = np.unravel_index(targets.pif_cell, targets.pif_c.shape)
    zeros[b, j, :, y, x] = torch.from_numpy(targets.pif_vec)
    vec = zeros.requires_grad_()
    total_of(said(2)[1]._replace(pif_vec=vec), targets, Weights(regression=kind))[0].backward()
    assert (vec.grad == 0).all()


def test_ignored_cells_teach_no_confidence_and_only_positive_cells_teach_vectors():
    boxes, (planes, fields) = np.float32([[[0, 0, 10, 10]], [[20, 20, 40, 30]]]), said(2)
    targets = taught(ignored=boxes)
    total_of(fields, targets, Weights(regression="laplace"))[0].backward()
    learnt = split_fields(*planes.grad.split([70, 105], 1))
    for gradient, c in ((learnt.pif_c, targets.pif_c), (learnt.paf_c, targets.paf_c)):
        np.testing.assert_array_equal(gradient.numpy() != 0, (c | targets.counted[:, None]) > 0)
    np.testing.assert_array_equal(learnt.pif_vec.numpy()[:, :, 0] != 0, targets.pif_c > 0)
    np.testing.assert_array_equal(learnt.paf_logb.numpy()[:, :, 1] != 0, targets.paf_c > 0)


def test_spreads_are_left_alone_where_the_loss_has_none():
    planes, fields = said(2)
    total_of(fields, taught(), Weights())[0].backward()
    learnt = split_fields(*planes.grad.split([70, 105], 1))
    assert not learnt.pif_logb.any()
    assert not learnt.paf_logb.any()


def test_fields_of_half_precision_are_read_in_full():
    _, fields = said(2)
    half = Fields(*(tensor.bfloat16() for tensor in fields))
    full = Fields(*(tensor.float() for tensor in half))
    assert total_of(half, taught(), Weights())[0] == total_of(full, taught(), Weights())[0]


def test_supervision_in_the_middle_is_the_same_loss_of_confidences():
    targets, (_, fields) = as_tensors(taught()), said(2)
    alone = confidence_loss(fields.pif_c, targets.pif_c, targets.counted)
    assert alone == total_of(fields, taught(), Weights())[1].pif_c


def test_planes_of_a_kind_lie_together():
    planes = torch.arange(70.0).view(1, 70, 1, 1), torch.arange(105.0).view(1, 105, 1, 1)
    fields = split_fields(*planes)
    assert fields.pif_c[0, 3] == 3
    assert fields.pif_vec[0, 3, :, 0, 0].tolist() == [14 + 6, 14 + 7]
    assert (fields.pif_logb[0, 3], fields.pif_scale[0, 3]) == (42 + 3, 56 + 3)
    assert fields.paf_vec[0, 2, 1, :, 0, 0].tolist() == [15 + 10, 15 + 11]
    assert fields.paf_logb[0, 2, :, 0, 0].tolist() == [75 + 4, 75 + 5]
