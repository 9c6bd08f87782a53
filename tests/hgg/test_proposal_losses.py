"""The losses of heat maps and tags: against loops over people, and what must never count."""

import itertools
import math

import numpy as np
import pytest
import torch

from repose.foundations.rng import rng
from repose.hgg.network import Said
from repose.hgg.proposal_losses import heat_loss, proposal_losses, tag_losses
from repose.hgg.targets import PEAK, LabelMaker

PX, SIZE, TAGS = 48, 12, 3
NOTHING = np.full((4, 1, 4), np.nan, np.float32)
WHOLE = np.tile(np.float32([-0.5, -0.5, PX - 0.5, PX - 0.5]), (4, 1))


def labels(people=(0, 1, 2, 4), ignored=NOTHING):
    """Four pictures of so many people, some joints unlabelled."""
    draw = rng(0, "test", "proposal losses")
    joints = draw.uniform(-0.5, PX - 0.51, (4, 4, 17, 2)).astype(np.float32)
    labelled = (draw.random((4, 4, 17)) < 0.5) & (np.arange(4) < np.array(people)[:, None])[..., None]
    return LabelMaker("coco17", PX, 1.0, 30)(joints * labelled[..., None], labelled, ignored, WHOLE)


def said(seed=0, dtype=torch.float32):
    draw = torch.Generator().manual_seed(seed)
    heat = torch.randn(4, 17, SIZE, SIZE, generator=draw)
    tags = torch.randn(4, 17, TAGS, SIZE, SIZE, generator=draw)
    return Said(heat.to(dtype), tags.to(dtype))


def slow_tag_losses(tags, of):
    """Pull and push of tags (J, T, H, W) in one picture."""
    means, pull = [], 0.0
    for cell, labelled in zip(of.cell, of.labelled, strict=True):
        own = [tags[j, :, cell[j, 1], cell[j, 0]] for j in range(17) if labelled[j]]
        if own:
            means.append(sum(own) / len(own))
            pull += float(sum(((tag - means[-1]) ** 2).sum() for tag in own)) / len(own)
    number = len(means)
    pairs = itertools.permutations(means, 2)
    push = sum(math.exp(-float(((a - b) ** 2).sum())) for a, b in pairs)
    return pull / max(number, 1), push / 2 / max(number * (number - 1), 1), number


def one_picture(made, b):
    return type(made)(*(part[b].numpy() for part in made))


def test_tag_losses_are_those_of_loops_over_people():
    made, tags = labels(), said().tags
    pull, push = tag_losses(tags, made)
    each = [slow_tag_losses(tags[b].numpy(), one_picture(made, b)) for b in range(4)]
    assert [number for *_, number in each] == [0, 1, 2, 4]
    assert float(pull) == pytest.approx(sum(p for p, _, _ in each) / 3, rel=1e-5)
    assert float(push) == pytest.approx(sum(p for _, p, _ in each) / 3, rel=1e-5)


def test_nobody_costs_nothing_and_has_finite_gradients():
    tags = said().tags.requires_grad_()
    pull, push = tag_losses(tags, labels(people=(0, 0, 0, 0)))
    (pull + push).backward()
    assert pull == push == 0
    assert (tags.grad == 0).all()


def test_one_person_is_pulled_together_and_pushed_by_nobody():
    pull, push = tag_losses(said().tags, labels(people=(0, 1, 0, 0)))
    assert pull > 0
    assert push == 0


def test_equal_tags_pull_nothing_and_push_by_a_half():
    pull, push = tag_losses(torch.ones(4, 17, TAGS, SIZE, SIZE), labels(people=(2, 3, 4, 2)))
    assert float(pull) == pytest.approx(0, abs=1e-6)
    assert float(push) == pytest.approx(0.5)


def test_tags_learn_at_the_cells_of_labelled_joints_alone():
    made, tags = labels(), said().tags.requires_grad_()
    sum(tag_losses(tags, made)).backward()
    moved = (tags.grad != 0).any(2)  # B, J, H, W
    wanted = torch.zeros_like(moved)
    for b, p, j in np.argwhere(made.labelled.numpy()):
        column, row = made.cell[b, p, j].tolist()
        wanted[b, j, row, column] = True
    assert torch.equal(moved, wanted)


@pytest.mark.parametrize("positive_weight", [1.0, 5.0])
def test_heat_loss_is_the_mean_over_counted_cells_and_bells(positive_weight):
    ignored = np.tile(np.float32([[[0, 0, 30, 20]]]), (4, 1, 1))
    made, heat = labels(ignored=ignored), said().heat
    total, count = 0.0, 0
    for b, j, row, column in np.ndindex(heat.shape):
        target = float(made.heat[b, j, row, column]) / PEAK
        if made.counted[b, row, column] or target > 0:
            weight = 1 + (positive_weight - 1) * target
            total += weight * (float(heat[b, j, row, column]) - target) ** 2
            count += 1
    assert count < heat.numel()
    assert float(heat_loss(heat, made, positive_weight)) == pytest.approx(total / count, rel=1e-4)


def test_what_is_said_of_ignored_cells_does_not_matter():
    ignored = np.tile(np.float32([[[0, 0, 47, 47]]]), (4, 1, 1))
    made = labels(people=(0, 0, 0, 0), ignored=ignored)
    assert heat_loss(said().heat, made) == 0


def test_all_stacks_count_alike():
    made = labels()
    first, second = said(0), said(1)
    both = proposal_losses([first, second], made)
    alone = [proposal_losses([stack], made) for stack in (first, second)]
    for part, a, b in zip(both, *alone, strict=True):
        assert float(part) == pytest.approx((float(a) + float(b)) / 2, rel=1e-5)


def test_losses_are_float32_also_of_bf16_and_under_autocast():
    made, exact = labels(), said()
    with torch.autocast("cpu", torch.bfloat16):
        rough = proposal_losses([said(dtype=torch.bfloat16)], made)
        same = proposal_losses([exact], made)
    wanted = proposal_losses([exact], made)
    assert all(part.dtype == torch.float32 for part in rough)
    assert [float(part) for part in same] == [float(part) for part in wanted]
    assert [float(part) for part in rough] == pytest.approx([float(part) for part in wanted], rel=0.02)
