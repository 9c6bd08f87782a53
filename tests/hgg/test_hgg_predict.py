"""People in whole pictures, by maps that a network would say that knows where everybody is."""

import dataclasses

import numpy as np
import pytest
import torch

from repose.dgcn.predict import as_arrays, joint_arrays
from repose.foundations.rng import rng
from repose.hgg.candidates import CandidateRules, by_picture, find_candidates, nodes_of
from repose.hgg.clustering import ClusteringRules, Grouper
from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.graphs import type_pairs
from repose.hgg.network import STRIDE, Said
from repose.hgg.people import PeopleRules
from repose.hgg.predict import Reader, Variant, by_graph, by_tags, find_people, look_over, one_by_one
from repose.hgg.spectral import group_by_spectrum
from repose.skeletons import get_skeleton
from tests.dgcn.poses import standing
from tests.pictures.scenes import ArrayPictures, scenes_with

CPU = torch.device("cpu")
FLIP = get_skeleton("coco17").flip
SINGLE = {"greedy": Variant(by_tags("coco17"))}
PARABOLA = CandidateRules(subpixel="parabola")


def two():
    """Two people (2, J, 2) side by side, px of a picture of 160 × 120."""
    return np.stack([standing("coco17", x, 12, 95) for x in (40, 110)])


def reader(variants=SINGLE, flip=True, **rules):
    return Reader("coco17", PARABOLA, PeopleRules(**rules), variants, flip)


class Oracle:
    """Says bells at people's joints and the number of each person as the tag around them.

    It gets pictures with a white corner on the left, or, mirrored, on the right.
    """

    def __init__(self, people, width=160):
        self.people, self.width, self.calls = people, width, []

    def __call__(self, pictures):
        self.calls.append(tuple(pictures.shape[2:]))
        height, width = (side // STRIDE for side in pictures.shape[2:])
        cells = ((self.people + 0.5) * (pictures.shape[3] / self.width) - 0.5 + 0.5) / STRIDE - 0.5
        mirrored = pictures[0, 0, 0, 0] < pictures[0, 0, 0, -1]
        if mirrored:
            cells = cells[:, FLIP] * [-1, 1] + [width - 1, 0]
        x, y = np.moveaxis(cells[..., None, None], 2, 0)  # M, J, 1, 1
        squares = (np.arange(width) - x) ** 2 + (np.arange(height)[:, None] - y) ** 2  # M, J, H, W
        heat = np.exp(-squares / 2).max(0, initial=0)
        tags = 10.0 * squares.argmin(0) if len(cells) else np.zeros_like(heat)
        said = [torch.tensor(maps, dtype=torch.float32).expand(len(pictures), *maps.shape).clone()
                for maps in (heat, tags[:, None] + 3 * mirrored.item())]  # fmt: skip
        return [Said(said[0] * 0, said[1] * 0), Said(*said)]


def found_in(oracle, how, size=(160, 120), rows=1):
    """Predictions on a picture of a size."""
    squares = np.zeros((1, 160, 160, 3), np.uint8)
    squares[:, :8, :8] = 255
    scenes = scenes_with(two() * size[0] / 160, size)
    return find_people(oracle, scenes, ArrayPictures(squares), np.arange(rows), how, CPU)


@pytest.mark.parametrize("size", [(160, 120), (1600, 1200), (80, 60)])
@pytest.mark.parametrize("flip", [True, False])
def test_people_are_found_in_pixels_of_the_file(size, flip):
    people, loose = found_in(Oracle(two()), reader(flip=flip), size)
    found, grow = people["greedy"], size[0] / 160
    order = np.argsort(found["joints2d_px"][:, 0, 0])
    wanted = (two() + 0.5) * grow  # files count from the corner
    np.testing.assert_allclose(found["joints2d_px"][order], wanted, atol=0.8 * grow)
    assert found["image"].tolist() == [0, 0]
    assert (found["person_score"] > 0.8).all()
    assert len(loose["joint"]) == 34
    near = np.linalg.norm(loose["joints2d_px"][:, None] - wanted[:, loose["joint"]].swapaxes(0, 1), axis=2)
    assert near.min(1).max() < 1.2 * grow


def test_variants_share_what_the_network_says():
    seen = {}

    def count(name):
        def group(pictures):
            seen[name] = pictures[0].tags.shape[1]
            return by_tags("coco17")(pictures)

        return group

    oracle = Oracle(two())
    variants = {
        "own": Variant(count("own"), "first"),
        "greedy": Variant(count("greedy"), "concat"),
        "multi": Variant(count("multi"), "first", (2.0, 1.0, 0.5)),
    }
    people, _ = found_in(oracle, reader(variants))
    assert oracle.calls == [(128, 160), (128, 160), (256, 320), (256, 320), (64, 80), (64, 80)]
    assert seen == {"own": 1, "greedy": 2, "multi": 1}
    for found in people.values():
        order = np.argsort(found["joints2d_px"][:, 0, 0])
        np.testing.assert_allclose(found["joints2d_px"][order], two() + 0.5, atol=1)


@pytest.mark.parametrize("size", [(160, 120), (160, 97), (72, 160)])
@pytest.mark.parametrize("scales", [(1.0,), (2.0, 1.0), (0.5,)])
def test_a_person_is_as_large_to_a_grouper_in_any_picture_and_at_any_scale_as_in_training(size, scales):
    crop_px, told = 96, []
    person = standing("coco17", 40, 12, 75)[None]
    said = Oracle(person, crop_px)(torch.zeros(1, 3, crop_px, crop_px))[-1]
    taught = nodes_of(find_candidates(said.heat.numpy(), PARABOLA), said.tags)

    def group(pictures):
        told.extend(pictures)
        return by_tags("coco17")(pictures)

    how = dataclasses.replace(reader({"own": Variant(group, "first", scales)}), unit_px=crop_px)
    squares = np.zeros((1, 160, 160, 3), np.uint8)
    squares[:, :8, :8] = 255
    width = 16 * -(-size[0] // 16)  # of the picture with its padding
    scenes, pictures = scenes_with(person, size), ArrayPictures(squares)
    find_people(Oracle(person, width), scenes, pictures, np.arange(1), how, CPU)
    told, taught = told[0].points[told[0].type.argsort()], taught.points[0][taught.type[0].argsort()]
    assert len(told) == 17
    np.testing.assert_allclose(told, taught, atol=0.01)  # a pixel of the crop


def test_files_are_laid_out_as_those_of_other_systems():
    for oracle in (Oracle(two()), Oracle(two()[:0])):
        people, loose = found_in(oracle, reader())
        for mine, theirs in (
            (people["greedy"], as_arrays([], "coco17")),
            (loose, joint_arrays([], "coco17")),
        ):
            assert list(mine) == list(theirs)
            assert [a.dtype for a in mine.values()] == [a.dtype for a in theirs.values()]
            assert [a.shape[1:] for a in mine.values()] == [a.shape[1:] for a in theirs.values()]
    assert len(people["greedy"]["image"]) == len(loose["image"]) == 0
    assert found_in(Oracle(two()), reader(), rows=0)[0]["greedy"]["score"].shape == (0, 17)


def test_nobody_is_found_in_the_padding():
    oracle = Oracle(two() + np.array([0, 19]))  # feet below the picture's last row, above the batch's
    for threshold in (0.1, 0.9):  # below it feet are seen at the edge, above it guessed
        rules = CandidateRules(threshold)
        people, loose = found_in(oracle, dataclasses.replace(reader(), candidates=rules))
        assert 80 < loose["joints2d_px"][:, 1].max() <= 120
        assert 118 < people["greedy"]["joints2d_px"][..., 1].max() <= 120


def test_any_grouper_of_one_picture_is_a_variant():
    def spectrum(c):
        return group_by_spectrum(c.type, c.points, c.tags)

    people, _ = found_in(Oracle(two()), reader({"spectral": Variant(one_by_one(spectrum), "first")}))
    order = np.argsort(people["spectral"]["joints2d_px"][:, 0, 0])
    np.testing.assert_allclose(people["spectral"]["joints2d_px"][order], two() + 0.5, atol=1)


def test_pictures_come_back_in_order():
    scenes = scenes_with(two(), (160, 120))
    sizes = np.array([[160, 120], [40, 160], [160, 60], [160, 120], [50, 160]], np.int32)
    many = {"size_px": sizes, "image": np.repeat(scenes.image, 5)}
    scenes = type(scenes)(**vars(scenes) | many)
    squares = np.zeros((5, 160, 160, 3), np.uint8)
    squares[:, :8, :8] = 255
    rows = np.array([4, 3, 1, 0])
    views = list(look_over(Oracle(two()), scenes, ArrayPictures(squares), rows, reader(), CPU))
    assert sorted(np.concatenate([v[1.0,].batch.rows for v in views]).tolist()) == [0, 1, 3, 4]
    people, loose = find_people(Oracle(two()), scenes, ArrayPictures(squares), rows, reader(), CPU)
    for images in (people["greedy"]["image"], loose["image"]):
        assert (np.diff(images) >= 0).all()
        assert {0, 3} <= set(images.tolist()) <= {0, 1, 3, 4}


def test_a_graph_groups_a_batch_as_it_does_each_picture_and_is_left_as_it_was():
    draw = rng(0, "batch")
    heat = draw.random((3, 17, 10, 12)).astype(np.float32)
    heat[1] = 0  # a picture without a candidate
    tags = draw.normal(0, 1, (3, 17, 2, 10, 12)).astype(np.float32)
    pictures = by_picture(find_candidates(heat, CandidateRules(threshold=0.97)), tags)
    torch.manual_seed(0)
    grouper = Grouper(GraphNetDesign(embedding=2), type_pairs("coco17", "full"), ClusteringRules(cut=0.48))
    group, computed = by_graph(grouper.train()), []
    grouper.graph_net.register_forward_hook(lambda *said: computed.append(said[-1].dtype))
    with torch.autocast("cpu", torch.bfloat16):
        together = group(pictures)
    assert computed == [torch.float32]
    apart = [group([picture]) for picture in pictures]
    assert grouper.training
    apart = np.concatenate([numbers + 1000 * k for k, numbers in enumerate(apart)])
    assert ((together[:, None] == together) == (apart[:, None] == apart)).all()
    assert 1 < len(set(together)) < len(together)
    assert group(pictures[1:2]).shape == (0,)
