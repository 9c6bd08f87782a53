"""Legend: B pictures, J joints, T numbers of a tag, H W cells, N candidates."""

import numpy as np
import pytest
import torch
from torch.nn.functional import max_pool2d

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.hgg.candidates import (
    CandidateRules,
    by_picture,
    cells_shown,
    find_candidates,
    in_px,
    nodes_of,
)  # fmt: skip

B, J, T, H, W = 3, 4, 2, 9, 12


def maps(*key):
    """Heat maps of noise, no two cells alike."""
    return rng(0, "heat", *key).random((B, J, H, W), np.float32)


def bell(x, y, sigma=1.0, height=1.0):
    """A heat map (1, 1, H, W) of one joint at x, y."""
    squares = (np.arange(W) - x) ** 2 + (np.arange(H)[:, None] - y) ** 2
    return (height * np.exp(-squares / (2 * sigma**2))).astype(np.float32)[None, None]


def places(found):
    """Picture, kind, x, y of all candidates."""
    return {(b, j, *cell) for b, j, cell in zip(found.picture, found.type, found.cell.tolist(), strict=True)}


@pytest.mark.parametrize("nms", [3, 5])
def test_candidates_are_the_cells_that_a_max_pool_keeps(nms):
    heat = maps(nms)
    kept = torch.from_numpy(heat)
    kept = (max_pool2d(kept, nms, 1, nms // 2) == kept) & (kept > 0.5)
    found = find_candidates(heat, CandidateRules(threshold=0.5, most=H * W, nms=nms))
    assert places(found) == {(b, j, x, y) for b, j, y, x in kept.nonzero().tolist()}
    assert (np.diff(found.picture) >= 0).all()
    assert (np.diff(found.score)[np.diff(found.picture) == 0] <= 0).all()
    x, y = found.cell.T
    np.testing.assert_array_equal(found.score, heat[found.picture, found.type, y, x])


def test_of_a_plateau_one_cell_is_a_candidate():
    heat = np.zeros((1, 1, H, W), np.float32)
    heat[0, 0, 3:5, 2:7] = 0.7
    assert places(find_candidates(heat, CandidateRules())) == {(0, 0, 2, 3)}


def test_the_surest_of_a_kind_and_of_a_picture_are_kept():
    heat = maps("many")
    everyone = find_candidates(heat, CandidateRules(most=H * W))
    kept = find_candidates(heat, CandidateRules(most=3, nodes=7))
    for b in range(B):
        mine = everyone.picture == b
        surest = [np.sort(everyone.score[mine & (everyone.type == j)])[::-1][:3] for j in range(J)]
        np.testing.assert_array_equal(kept.score[kept.picture == b], np.sort(np.hstack(surest))[::-1][:7])


def test_cells_that_do_not_count_have_no_candidates_and_hide_none():
    heat = bell(5, 4) + 2 * bell(6, 4, 0.3)
    counted = cells_shown(np.array([[6.4, 7.5]]), H, W)  # of column 6 less than half is shown
    assert counted.sum() == 6 * 8
    found = find_candidates(heat, CandidateRules(), counted)
    assert places(found) == {(0, 0, 5, 4)}
    assert found.score[0] == 1  # at most, whatever the linear map says


@pytest.mark.parametrize(("x", "y"), [(4.0, 5.0), (4.3, 5.1), (3.7, 4.6), (0.2, 0.0), (11.0, 8.0)])
def test_places_within_the_cell(x, y):
    heat = bell(x, y)
    quarter = find_candidates(heat, CandidateRules(subpixel="quarter")).points[0]
    cell, off = np.round([x, y]), np.array([x, y]) - np.round([x, y])
    inner = (cell > 0) & (cell < [W - 1, H - 1])
    np.testing.assert_allclose(quarter[inner], (cell + 0.25 * np.sign(off))[inner])
    parabola = find_candidates(heat, CandidateRules(subpixel="parabola")).points[0]
    np.testing.assert_allclose(parabola[inner], np.array([x, y])[inner], atol=0.05)
    assert (np.abs(parabola - cell) <= 0.5).all()


def test_a_cell_is_as_wide_as_its_pixels():
    assert in_px(np.array([0.0, 1.25])).tolist() == [1.5, 6.5]  # pixels 0 to 3, whose middle is at 1.5
    assert in_px(np.array([[0.0, 1.0]]), np.array([4.0, 2.0])).tolist() == [[1.5, 2.5]]


def test_nodes_are_the_candidates_padded_and_gradients_reach_their_cells_alone():
    heat = maps("nodes")
    heat[1] = 0  # a picture with nobody
    tags = torch.from_numpy(rng(0, "tags").random((B, J, T, H, W), np.float32)).requires_grad_()
    found = find_candidates(heat, CandidateRules(threshold=0.7))
    nodes = nodes_of(found, tags)
    assert nodes.mask.sum(1).tolist() == np.bincount(found.picture, minlength=B).tolist()
    assert nodes.mask.nonzero()[:, 0].tolist() == found.picture.tolist()
    assert nodes.type[nodes.mask].tolist() == found.type.tolist()
    for array in nodes[:3]:
        assert not array[~nodes.mask].any()
    wanted = [tags.detach().numpy()[b, j, :, y, x] for b, j, x, y in place_list(found)]
    np.testing.assert_array_equal(nodes.embedding[nodes.mask].detach(), wanted)
    np.testing.assert_allclose(nodes.points[nodes.mask], (found.points + 0.5) / [W, H], atol=1e-6)
    nodes.embedding.sum().backward()
    touched = np.zeros((B, J, H, W))
    for b, j, x, y in place_list(found):
        touched[b, j, y, x] = 1
    np.testing.assert_array_equal(tags.grad.numpy(), np.repeat(touched[:, :, None], T, 2))


def place_list(found):
    """Picture, kind, x, y of every candidate in turn."""
    return [(*key, *cell) for *key, cell in zip(found.picture, found.type, found.cell, strict=True)]


def test_places_are_told_in_a_unit_and_may_lie_beyond_it():
    heat, tags = maps("unit"), rng(0, "tags").random((B, J, T, H, W), np.float32)
    found, unit = find_candidates(heat, CandidateRules(threshold=0.7)), np.array([10, 5.5])
    nodes, pictures = nodes_of(found, torch.from_numpy(tags), unit), by_picture(found, tags, unit)
    for told in (nodes.points[nodes.mask].numpy(), np.concatenate([c.points for c in pictures])):
        np.testing.assert_allclose(told, (found.points + 0.5) / unit, atol=1e-6)
        assert told.max() > 1


def test_groupers_read_the_same_candidates_as_the_network():
    heat, tags = maps("both"), rng(0, "tags").random((B, J, T, H, W), np.float32)
    heat[0] = 0
    found = find_candidates(heat, CandidateRules(threshold=0.8))
    nodes, pictures = nodes_of(found, torch.from_numpy(tags)), by_picture(found, tags)
    assert len(pictures) == B
    assert len(pictures[0].type) == 0
    for row, candidates in enumerate(pictures):
        mask = nodes.mask[row]
        for mine, theirs in zip(nodes[:3], ("tags", "type", "points"), strict=True):
            np.testing.assert_array_equal(mine[row][mask], getattr(candidates, theirs))


def test_where_nothing_is_found_there_are_no_nodes():
    found = find_candidates(np.zeros((B, J, H, W), np.float32), CandidateRules())
    assert found.points.shape == found.cell.shape == (0, 2)
    nodes = nodes_of(found, torch.zeros(B, J, T, H, W))
    assert nodes.embedding.shape == (B, 0, T)
    assert [len(c.type) for c in by_picture(found, np.zeros((B, J, T, H, W)))] == [0] * B


def test_rules_that_make_no_sense_are_errors_of_the_user():
    with pytest.raises(ReposeError, match="found 'third', expected one of quarter, parabola"):
        CandidateRules(subpixel="third")
    with pytest.raises(ReposeError, match="found 4, expected an odd number"):
        CandidateRules(nms=4)
