"""Batches of scenes: the same bytes for the same seed, shares of ranks, whole pictures and the way back."""

import numpy as np
import pytest
import torch

from repose.foundations.rng import rng
from repose.pictures.scene_batches import SceneBatches, whole
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scenes import scenes_of
from repose.training.distributed import Ranks
from tests.pictures.scenes import ArrayPictures, table_of_people

HOW = SceneAugment(flip=0.5, scale=(0.8, 1.25), rotation=5.0, near=0.8, spread=0.25)


def toy(px=80):
    scenes = scenes_of(table_of_people(20, people=60))
    squares = rng(0, "test", "squares").integers(0, 255, (20, px, px, 3), dtype=np.uint8)
    return scenes, ArrayPictures(squares)


def batches(seed=0, ranks=None, rows=None, batch=4, steps=3):
    scenes, pictures = toy()
    return SceneBatches(
        scenes, pictures, batch, steps, 48, HOW, seed, lambda *labels: labels, rows, ranks or Ranks(0, 1)
    )


def test_a_batch_is_pictures_channels_last_and_the_methods_own_labels():
    made = list(batches().epoch(0))
    assert len(made) == 3
    assert made[0]["pictures"].shape == (4, 3, 48, 48)
    assert made[0]["pictures"].dtype == torch.uint8
    assert made[0]["pictures"].is_contiguous(memory_format=torch.channels_last)
    joints, labelled, ignored, valid = made[0]["labels"]
    assert joints.shape[:2] == labelled.shape[:2]
    assert joints.shape[2:] == (17, 2)
    assert ignored.shape[::2] == (4, 4)
    assert valid.shape == (4, 4)


def test_the_same_seed_gives_the_same_bytes_and_any_epoch_can_be_made_alone():
    first = [list(batches().epoch(epoch)) for epoch in range(2)]
    alone = list(batches().epoch(1))
    for one, two in zip(first[1], alone, strict=True):
        assert torch.equal(one["pictures"], two["pictures"])
        for a, b in zip(one["labels"], two["labels"], strict=True):
            np.testing.assert_array_equal(a, b)
    assert not torch.equal(first[0][0]["pictures"], first[1][0]["pictures"])
    assert not torch.equal(first[1][0]["pictures"], next(batches(1).prepared(1))["pictures"])


def test_ranks_share_the_batches_of_one_process():
    together = list(batches().epoch(0))
    shares = [list(batches(ranks=Ranks(rank, 2)).epoch(0)) for rank in range(2)]
    for step, batch in enumerate(together):
        for rank in range(2):
            assert torch.equal(shares[rank][step]["pictures"], batch["pictures"][rank::2])
    with pytest.raises(ValueError, match="3 ranks"):
        batches(ranks=Ranks(0, 3))


def test_every_picture_is_seen_once_a_pass_and_only_those_asked_for():
    order = batches(batch=5, steps=8).order(0)
    assert sorted(order[:4].ravel().tolist()) == list(range(20))
    assert sorted(order[4:].ravel().tolist()) == list(range(20))
    some = np.array([1, 5, 7, 9])
    assert set(batches(rows=some).order(0).ravel().tolist()) == set(some.tolist())


@pytest.mark.parametrize("more", [0, 1])
def test_whole_pictures_are_padded_to_multiples_and_each_comes_once(more):
    scenes, pictures = toy()
    rows = np.arange(3, 20)
    made = list(whole(scenes, pictures, rows, 16, 4, more))
    assert sorted(row for part in made for row in part.rows.tolist()) == rows.tolist()
    for part in made:
        height, width = part.pictures.shape[2:]
        assert (height - more) % 16 == (width - more) % 16 == 0
        assert len(part.rows) <= 4
        for k, row in enumerate(part.rows):
            w, h = part.size_px[k]
            assert width - 16 < w <= width
            assert height - 16 < h <= height
            square = pictures.squares[row][:height, :width]
            shown = part.pictures[k].permute(1, 2, 0).numpy()
            np.testing.assert_array_equal(shown[: len(square), : square.shape[1]], square)
            assert not shown[80:].any()


def test_points_of_whole_pictures_go_back_to_the_file():
    scenes, pictures = toy()
    part = next(whole(scenes, pictures, np.array([0]), 16, 4))  # 160 × 120 px at half the size
    np.testing.assert_allclose(part.in_file(np.array([[-0.5, -0.5], [79.5, 59.5]]), 0), [[0, 0], [160, 120]])


def test_labels_of_a_crop_go_back_to_the_file_by_the_same_rule():
    from repose.pictures.crops import Crops
    from repose.pictures.scene_crops import labels_of

    scenes, pictures = toy()
    part = next(whole(scenes, pictures, np.array([0]), 16, 1))
    square = Crops(np.array([[80.0, 80.0]]), np.array([160.0]), np.zeros(1), np.zeros(1, bool))
    labels = labels_of(scenes, np.array([0]), square, 80)
    people = np.arange(scenes.first[0], scenes.first[1])
    people = people[~scenes.crowd[people]]
    known = scenes.labelled[people]
    found = part.in_file(labels.joints[0, : len(people)], 0)
    np.testing.assert_allclose(found[known], scenes.joints2d_px[people][known], atol=1e-3)
