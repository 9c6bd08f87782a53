"""The losses: against the slow and obvious version, finite differences, and what must never count."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from repose.foundations.rng import rng
from repose.fusion.losses import (
    GROUPS,
    Labels,
    Weights,
    depth_at,
    depth_loss,
    gaussians,
    geometric_loss,
    heatmap_loss,
    losses,
)
from repose.fusion.network import Maps
from repose.skeletons import get_skeleton

WEIGHTS = {"ankle": 1.0085885, "wrist": 1.1375361}  # of the bones that end there, by the canonical ratios


def slow_geometric(points, depth, seen):
    """A loop over samples, groups and bones, as eq. 3 reads."""
    skeleton, total = get_skeleton("mpii16"), 0.0
    for sample in range(len(points)):
        for group in GROUPS:
            lengths = []
            for a, b in skeleton.pairs[group].tolist():
                if seen[sample, a] and seen[sample, b]:
                    weight = max(WEIGHTS.get(skeleton.joints[j][2:], 1.0) for j in (a, b))
                    flat = (points[sample, a] - points[sample, b]).square().sum()
                    lengths.append(weight * (flat + (depth[sample, a] - depth[sample, b]) ** 2).sqrt())
            if lengths:
                mean = sum(lengths) / len(lengths)
                total = total + sum((length - mean) ** 2 for length in lengths) / (2 * len(lengths))
    return total / len(points)


def people(seed, count=5):
    draw = rng(seed, "test", "people")
    points = torch.from_numpy(draw.uniform(0.1, 0.9, (count, 16, 2)))
    depth = torch.from_numpy(draw.normal(0, 0.2, (count, 16)))
    return points, depth, torch.from_numpy(draw.random((count, 16)) < 0.7)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_geometric_loss_and_its_gradient_are_those_of_the_loop(seed):
    points, depth, seen = people(seed)
    slow, fast = depth.clone().requires_grad_(), depth.clone().requires_grad_()
    a, b = slow_geometric(points, slow, seen), geometric_loss(points, fast, seen)
    torch.testing.assert_close(b, torch.as_tensor(a), rtol=1e-6, atol=1e-12)  # ratios are stored in float32
    if b > 0:
        a.backward()
        b.backward()
        torch.testing.assert_close(slow.grad, fast.grad, rtol=1e-5, atol=1e-9)


def test_geometric_gradient_is_that_of_finite_differences():
    points, depth, seen = people(1, 2)
    assert torch.autograd.gradcheck(lambda z: geometric_loss(points, z, seen), depth.requires_grad_())


def test_depth_gradient_is_that_of_finite_differences():
    _, depth, seen = people(2, 3)
    target = torch.zeros_like(depth)
    assert torch.autograd.gradcheck(lambda z: depth_loss(z, target, seen), depth.requires_grad_())


def test_heatmap_gradient_is_that_of_finite_differences():
    target = gaussians(torch.tensor([[[3, 4]] * 16]), torch.ones(1, 16, dtype=torch.bool), 8).double()
    maps = torch.zeros(1, 1, 16, 8, 8, dtype=torch.float64).requires_grad_()
    labelled = torch.ones(1, 16, dtype=torch.bool)
    assert torch.autograd.gradcheck(lambda m: heatmap_loss(m, target, labelled, 10.0), maps, fast_mode=True)


def test_arms_of_the_canonical_proportions_cost_nothing():
    skeleton, points = get_skeleton("mpii16"), torch.zeros(1, 16, 2, dtype=torch.float64)
    seen = torch.zeros(1, 16, dtype=torch.bool)
    for side, along in (("r", 1.0), ("l", 0.3)):
        shoulder, elbow, wrist = (skeleton.index(f"{side}_{name}") for name in ("shoulder", "elbow", "wrist"))
        way = torch.tensor([along, (1 - along**2) ** 0.5], dtype=torch.float64)
        points[0, elbow] = points[0, shoulder] + 0.2 * way
        points[0, wrist] = points[0, elbow] + 0.2 / WEIGHTS["wrist"] * way
        seen[0, [shoulder, elbow, wrist]] = True
    depth = torch.zeros(1, 16, dtype=torch.float64)
    assert geometric_loss(points, depth, seen) < 1e-12
    depth[0, skeleton.index("r_wrist")] = 0.1
    assert geometric_loss(points, depth, seen) > 1e-5


def test_a_bone_without_length_has_a_finite_gradient():
    points, depth = torch.full((2, 16, 2), 0.5), torch.zeros(2, 16).requires_grad_()
    geometric_loss(points, depth, torch.ones(2, 16, dtype=torch.bool)).backward()
    assert depth.grad.isfinite().all()


def batch(has_depth, seed=0, labelled_share=0.7):
    draw = rng(seed, "test", "batch")
    count = len(has_depth)
    cell = torch.from_numpy(draw.integers(0, 16, (count, 16, 2)))
    labelled = torch.from_numpy(draw.random((count, 16)) < labelled_share)
    depth = torch.from_numpy(draw.normal(0, 0.2, (count, 16)).astype(np.float32))
    points = (cell + 0.5).float() / 16
    return Labels(cell, labelled, labelled, depth, torch.tensor(has_depth), points)


def maps(count, seed=0):
    draw = torch.Generator().manual_seed(seed)
    heat, depth = (
        torch.randn(1, count, 16, 16, 16, generator=draw),
        torch.randn(count, 16, 16, 16, generator=draw),
    )
    return Maps(heat.requires_grad_(), depth.requires_grad_())


def test_pictures_of_2d_sets_alone_have_no_regression_loss_and_no_nan():
    found = maps(3)
    total, parts = losses(found, batch([False] * 3), Weights(0.1, 0.0))
    total.backward()
    assert parts.depth == 0
    assert total.isfinite()
    assert (found.depth.grad == 0).all()
    assert found.heatmaps.grad.isfinite().all()


def test_pictures_of_3d_sets_alone_have_no_geometric_loss():
    assert losses(maps(3), batch([True] * 3), Weights(0.1, 0.01))[1].geometric == 0


def test_nothing_labelled_is_nothing_lost():
    total, _ = losses(maps(2), batch([True, False], labelled_share=0.0), Weights(0.1, 0.01))
    assert total == 0


@pytest.mark.parametrize("has_depth", [True, False])
def test_maps_of_unlabelled_joints_get_no_gradient(has_depth):
    found, labels = maps(4), batch([has_depth] * 4)
    losses(found, labels, Weights(0.1, 0.01, joint=10))[0].backward()
    unlabelled = ~labels.labelled
    assert (found.heatmaps.grad[0][unlabelled] == 0).all()
    assert (found.depth.grad[unlabelled] == 0).all()
    assert (found.heatmaps.grad[0][labels.labelled] != 0).any()


def test_depth_learns_at_the_labelled_cell_only():
    found, labels = maps(4), batch([True] * 4)
    losses(found, labels, Weights(1.0, 0.0))[0].backward()
    x, y = labels.cell.unbind(-1)
    there = torch.zeros_like(found.depth)
    there.view(4, 16, 256).scatter_(2, (y * 16 + x)[..., None], 1.0)
    assert (found.depth.grad[there == 0] == 0).all()


def test_depth_is_read_at_x_in_columns_and_y_in_rows():
    depth = torch.arange(64.0).view(1, 1, 8, 8)
    assert depth_at(depth, torch.tensor([[[5, 2]]])).item() == 2 * 8 + 5


def test_a_target_peaks_with_one_at_its_cell_and_vanishes_for_joints_outside():
    target = gaussians(torch.tensor([[[9, 4], [0, 0]]]), torch.tensor([[True, False]]), 64)
    assert target[0, 0, 4, 9] == 1
    assert target[0, 0].sum() > 20
    assert target[0, 0, 4, 9 + 7] == 0
    assert target[0, 1].sum() == 0


def test_targets_are_as_wide_as_asked_for():
    labels = batch([False, False])
    wide = gaussians(labels.cell, labels.inside, 16, 0.125)
    assert wide.sum() > gaussians(labels.cell, labels.inside, 16).sum() * 4
    found = Maps(wide[None], torch.zeros(2, 16, 16, 16))
    assert losses(found, labels, Weights(0, 0, joint=10, sigma=0.125))[1].heatmap == 0
    assert losses(found, labels, Weights(0, 0, joint=10))[1].heatmap > 0


def test_a_joint_outside_the_crop_is_taught_as_absent():
    labels = batch([False])._replace(inside=torch.zeros(1, 16, dtype=torch.bool))
    found = Maps(torch.zeros(1, 1, 16, 16, 16), torch.zeros(1, 16, 16, 16))
    assert losses(found, labels, Weights(0, 0))[1].heatmap == 0
