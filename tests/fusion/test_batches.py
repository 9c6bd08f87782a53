"""The batches of a training: who is in them, always the same, made in time, and never all in memory."""

import threading

import numpy as np
import pytest
import torch

from repose.fusion.batches import FusionBatches, Sizes
from repose.fusion.recipe import PaperStage, SmallStage, epoch_people, make_recipe
from repose.pictures.augment import Augment
from repose.pictures.background import in_background
from repose.pictures.pack import DecodedPeople, PackedPeople, decoding_processes, write_pack
from repose.training.distributed import Ranks
from tests.fusion.sets import toy_set

HOW = Augment(0.25, 30.0, 0.6, 0.5)
SIZES = Sizes(32, 16)


def batches(folder, sets=((12, False), (40, True)), batch=8, steps=3, seed=0, **more):
    made = [toy_set(folder, f"s{n}", people, in_3d) for n, (people, in_3d) in enumerate(sets)]
    return FusionBatches(made, batch, steps, SIZES, HOW, seed, **more)


def same(one, other):
    return torch.equal(one["pictures"], other["pictures"]) and all(
        map(torch.equal, one["labels"], other["labels"])
    )


def test_a_fusion_epoch_holds_all_2d_people_and_as_many_of_the_3d_set(tmp_path):
    order = batches(tmp_path).order(0)
    assert sorted(order[order < 12]) == list(range(12))
    assert len(np.unique(order[order >= 12])) == 12


def test_each_epoch_draws_other_people_of_the_3d_set_by_the_seed(tmp_path):
    made = batches(tmp_path)
    subsets = [set(made.order(epoch)) for epoch in range(3)]
    assert subsets[0] != subsets[1] != subsets[2]
    np.testing.assert_array_equal(made.order(1), batches(tmp_path).order(1))
    assert (made.order(1) != batches(tmp_path, seed=1).order(1)).any()


def test_an_epoch_longer_than_its_people_goes_on_with_another_pass(tmp_path):
    order = batches(tmp_path, sets=((10, True),), batch=5, steps=5).order(0)
    assert len(order) == 25
    assert np.bincount(order).min() >= 2


def test_epochs_are_the_same_whenever_asked_and_differ_from_each_other(tmp_path):
    made = batches(tmp_path)
    first, again, other = list(made.epoch(4)), list(made.epoch(4)), list(made.epoch(5))
    assert len(first) == 3
    assert all(same(a, b) for a, b in zip(first, again, strict=True))
    assert not any(same(a, b) for a, b in zip(first, other, strict=True))


def test_ranks_share_what_one_process_would_see(tmp_path):
    whole = next(batches(tmp_path).epoch(0))
    halves = [next(batches(tmp_path, ranks=Ranks(rank, 2)).epoch(0)) for rank in range(2)]
    for rank, half in enumerate(halves):
        assert torch.equal(half["pictures"], whole["pictures"][rank::2])
        assert torch.equal(half["labels"].points, whole["labels"].points[rank::2])


def test_pictures_are_channels_last_bytes_and_labels_know_their_kind(tmp_path):
    batch = next(batches(tmp_path).epoch(0))
    assert batch["pictures"].shape == (8, 3, 32, 32)
    assert batch["pictures"].dtype == torch.uint8
    assert batch["pictures"].is_contiguous(memory_format=torch.channels_last)
    assert 0 < batch["labels"].has_depth.sum() < 8
    assert (batch["labels"].depth[~batch["labels"].has_depth] == 0).all()


def test_stored_pictures_are_mapped_not_read(tmp_path):
    people = toy_set(tmp_path, "s", 5, True).people
    assert isinstance(people.squares, np.memmap)


def test_an_error_in_the_background_reaches_the_training_and_leaves_no_thread():
    def broken():
        yield 1
        raise ValueError("a damaged picture")

    before = threading.active_count()
    with pytest.raises(ValueError, match="damaged"):
        list(in_background(broken()))
    stream = in_background(iter(range(1000)))
    assert next(stream) == 0
    stream.close()
    assert threading.active_count() == before


def picture_files(folder, count):
    from PIL import Image

    from repose.foundations.rng import rng
    from repose.pictures.pack import Person

    people = []
    for n in range(count):
        small = rng(0, "test", "picture", n).integers(0, 255, (12, 16, 3), dtype=np.uint8)
        Image.fromarray(small).resize((320, 240)).save(folder / f"{n}.jpg")
        people.append(Person(str(folder), f"{n}.jpg", 150.0 + n, 110.0, 180.0, 40))
    return people


@pytest.mark.slow
def test_pictures_decoded_while_training_are_those_that_would_be_stored(tmp_path):
    people = picture_files(tmp_path, 10)
    write_pack(tmp_path / "pack.npy", people, 40, 1, "cutting out")
    stored = PackedPeople(tmp_path / "pack.npy")
    rows = np.array([7, 0, 3, 3, 9])
    with decoding_processes(2) as pool:
        decoded = DecodedPeople(lambda row: people[row], 40, pool)
        np.testing.assert_array_equal(decoded.ask(rows)(), stored.ask(rows)())


PAPER = PaperStage(60, 1e-3, (45,), 32, 0.1, 0.0)


def test_at_the_papers_scale_the_schedule_is_the_papers():
    recipe = make_recipe(PAPER, SmallStage(None, 16, "muon", 9.0, 0.1, 0.0625, 10.0, 1.0), 44492, 2 * 22246)
    assert (recipe.batch, recipe.steps, recipe.training.epochs) == (32, 1390, 60)
    assert recipe.training.schedule.milestones == (45 * 1390,)
    assert recipe.training.schedule.rate == 1e-3


@pytest.mark.parametrize("share", [1e-6, 0.001, 0.007, 0.3])
def test_at_a_small_scale_all_stages_see_the_same_share_of_the_papers_pictures(share):
    small = SmallStage(share, 16, "adam", 4e-3, 0.05, 0.0625, 10.0, 1.0)
    recipe = make_recipe(PAPER, small, 44492, 4450)
    assert recipe.samples == pytest.approx(share * 60 * 44492, rel=0.1, abs=16)
    assert recipe.training.schedule.total == recipe.steps * recipe.training.epochs


def test_an_epoch_takes_no_more_3d_people_than_there_are():
    assert epoch_people(10, 100) == 20
    assert epoch_people(10, 4) == 14
    assert epoch_people(10, 0) == 10
    assert epoch_people(0, 100) == 100
