"""From maps to joints and back to the picture."""

import numpy as np
import torch

from repose.foundations.rng import rng
from repose.fusion.batches import Sizes
from repose.fusion.decode import find_joints, predictions, read_maps, turned_back
from repose.fusion.network import Maps
from repose.pictures.heatmaps import gaussians
from repose.skeletons import get_skeleton
from tests.fusion.sets import toy_set

SKELETON = get_skeleton("mpii16")


def test_the_maximum_is_found_with_its_depth_and_height():
    cell = torch.from_numpy(rng(0, "test", "cells").integers(1, 31, (3, 16, 2)))
    depth = torch.randn(3, 16, 32, 32)
    maps = 0.8 * gaussians(cell, torch.ones(3, 16, dtype=torch.bool), 32)
    joints = read_maps(maps, depth, subpixel=False)
    np.testing.assert_array_equal(joints.cell, cell)
    np.testing.assert_allclose(joints.points, (cell + 0.5) / 32)
    np.testing.assert_allclose(joints.score, 0.8, rtol=1e-6)
    assert joints.depth[1, 5] == depth[1, 5, cell[1, 5, 1], cell[1, 5, 0]]


def test_between_cells_the_summit_of_a_parabola_is_nearer():
    x, y = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="xy")
    true = torch.tensor([7.3, 4.8])
    maps = torch.exp(-((x - true[0]) ** 2 + (y - true[1]) ** 2) / 2).expand(1, 16, 16, 16)
    joints = read_maps(maps, torch.zeros(1, 16, 16, 16), subpixel=True)
    np.testing.assert_allclose(joints.points[0, 0] * 16 - 0.5, true, atol=0.06)
    edge = torch.zeros(1, 16, 8, 8)
    edge[..., 0, 7] = 1.0
    assert np.isfinite(read_maps(edge, edge, subpixel=True).points).all()


def test_maps_of_a_mirrored_picture_turned_twice_are_themselves():
    maps = torch.randn(2, 16, 8, 8)
    assert torch.equal(turned_back(turned_back(maps)), maps)
    right, left = SKELETON.index("r_knee"), SKELETON.index("l_knee")
    assert torch.equal(turned_back(maps)[:, right], maps[:, left].flip(-1))


def test_joints_of_many_people_come_in_order_back_in_the_picture(tmp_path):
    """A stand-in for a network that finds every joint in the brightest cell."""
    data, device = toy_set(tmp_path, "s", 150, True), torch.device("cpu")

    def forward(pictures):
        bright = pictures.float().mean(1, keepdim=True)
        maps = torch.nn.functional.avg_pool2d(bright, 2).expand(-1, 16, -1, -1)
        return Maps(maps[None], maps)

    rows = np.arange(0, 150, 2)
    joints = find_joints(forward, data, rows, Sizes(32, 16), False, False, device)
    alone = find_joints(forward, data, rows[70:71], Sizes(32, 16), False, False, device)
    np.testing.assert_array_equal(joints.cell[70], alone.cell[0])
    arrays = predictions(joints, data, rows, 16)
    assert arrays["joints2d_px"].shape == (75, 16, 2)
    corner = data.split.center[0] - data.split.side[0] / 2
    found = (arrays["joints2d_px"] - corner) / data.split.side[0] * 16
    np.testing.assert_allclose(found, joints.cell + 0.5, atol=1e-4)
    assert (arrays["joints3d_mm"][:, SKELETON.index("pelvis")] == 0).all()
    np.testing.assert_array_equal(arrays["sample"], rows)
    flipped = find_joints(forward, data, rows[:3], Sizes(32, 16), True, False, device)
    assert flipped.cell.shape == (3, 16, 2)
