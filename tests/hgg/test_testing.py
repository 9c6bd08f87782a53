"""Legend: B pictures, J joints, T numbers of a tag, H W cells."""

import numpy as np
import pytest
import torch
from torch.nn.functional import avg_pool2d

from repose.foundations.rng import rng
from repose.hgg.network import Said
from repose.hgg.testing import averaged, join_tags, look, look_at_scales, resized, tags_in

FLIP = np.array([0, 2, 1])  # the second joint is the third one's mirror image
B, H, W = 2, 16, 24


def noise():
    return torch.from_numpy(rng(0, "pictures").integers(0, 255, (B, 3, H, W), dtype=np.uint8))


def reader(calls):
    """Says a picture's colours as heat maps of three joints, and as two tags each their tenths.

    Its second stack is the one that counts.
    """

    def forward(pictures):
        calls.append(tuple(pictures.shape))
        heat = avg_pool2d(pictures.float(), 4)
        return [Said(heat * 0, heat[:, :, None] * 0), Said(heat, torch.stack([heat, heat / 10], 2))]

    return forward


def test_a_mirror_image_is_turned_back_left_and_right_joints_exchanged():
    calls: list = []
    seen = look(reader(calls), noise(), FLIP)
    plain = look(reader(calls), noise(), None)
    assert len(calls) == 3
    assert len(plain.tags) == 1
    for joint, other in enumerate(FLIP):
        expected = (plain.heat[:, joint] + plain.heat[:, other]) / 2
        torch.testing.assert_close(seen.heat[:, joint], expected)
        torch.testing.assert_close(seen.tags[1][:, joint], plain.tags[0][:, other])
    torch.testing.assert_close(seen.tags[0], plain.tags[0])
    for images in (0, 1):
        kept = look(reader([]), noise(), FLIP, images)
        assert torch.equal(kept.heat, seen.heat)
        assert len(kept.tags) == images


def test_scales_are_looked_at_once_and_averaged_at_the_firsts_size():
    calls: list = []
    seen = look_at_scales(reader(calls), noise(), {2.0: 0, 1.0: 1, 0.5: 0}, None, 8)
    assert [shape[2:] for shape in calls] == [(32, 48), (16, 24), (8, 12)]
    maps = averaged(seen, (2.0, 1.0, 0.5))
    assert maps.heat.shape == (B, 3, 8, 12)
    enlarged = [torch.nn.functional.interpolate(seen[s].heat, (8, 12), mode="bilinear") for s in (1, 0.5)]
    torch.testing.assert_close(maps.heat, (seen[2.0].heat + enlarged[0] + enlarged[1]) / 3)
    tenths = torch.nn.functional.interpolate(seen[1].heat, (8, 12), mode="bilinear") / 10
    np.testing.assert_allclose(tags_in(maps, "concat")[:, :, 1], tenths, rtol=1e-6)  # of scale 1
    torch.testing.assert_close(averaged(seen, (1.0,)).heat, seen[1.0].heat)


def test_resized_pictures_show_the_same_and_have_whole_cells():
    x, y = torch.arange(24), torch.arange(16)[:, None]
    slope = (5 * x + 2 * y).to(torch.uint8).expand(1, 3, -1, -1)
    for scale in (2.0, 1.5, 0.5):
        larger = resized(slope, scale, 8)
        height, width = larger.shape[2:]
        assert (height, width) == (round(16 * scale), round(24 * scale))
        u, v = torch.arange(width), torch.arange(height)[:, None]
        expected = 5 * ((u + 0.5) / scale - 0.5) + 2 * ((v + 0.5) / scale - 0.5)
        inner = larger[0, 0].float()[2:-2, 2:-2]
        torch.testing.assert_close(inner, expected[2:-2, 2:-2], atol=1.01, rtol=0)
    assert resized(slope, 0.1, 8).shape[2:] == (8, 8)  # the smallest that a network takes
    assert resized(slope, 1.0, 8) is slope


def test_tags_of_mirror_images_are_put_beside_those_of_pictures_or_left_out():
    tags = [torch.full((B, 3, 2, 4, 4), value) for value in (1.0, 3.0)]
    beside = join_tags(tags, "concat")
    assert beside.shape == (B, 3, 4, 4, 4)
    assert beside[0, 0, :, 0, 0].tolist() == [1, 1, 3, 3]
    assert join_tags(tags, "first") is tags[0]
    assert torch.equal(join_tags(tags[:1], "concat"), tags[0])
    with pytest.raises(ValueError, match="'mean', expected one of concat, first"):
        join_tags(tags, "mean")
