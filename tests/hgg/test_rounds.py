"""How candidates become people, round by round."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from repose.foundations.rng import rng
from repose.hgg import rounds as of_rounds
from repose.hgg.candidates import CandidateRules
from repose.hgg.clustering import ClusteringRules, Grouping, Round, cluster
from repose.hgg.graphs import type_pairs
from repose.hgg.people import PeopleRules
from repose.hgg.predict import Reader, Variant, by_graph, find_people, look_over
from repose.hgg.rounds import SURE, cluster_numbers, joined_rounds, rounds_of, some_rounds
from repose.skeletons import get_skeleton
from tests.hgg.test_hgg_predict import Oracle, two
from tests.pictures.scenes import ArrayPictures, scenes_with

CPU = torch.device("cpu")
WIDTHS = (160, 40, 160, 120, 160)  # of pictures, px


class ByTags(torch.nn.Module):
    """A grouper that has learnt to put together what has like tags."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))

    def forward(self, nodes, draw=None):
        features = nodes.embedding[nodes.mask] * self.weight
        picture = nodes.mask.nonzero()[:, 0].numpy()
        types = nodes.type[nodes.mask].numpy()
        return cluster(features, picture, types, type_pairs("coco17", "full"), self.score, ClusteringRules())

    @staticmethod
    def score(features, pairs):
        return 4 - (features[pairs[:, 0]] - features[pairs[:, 1]]).abs().sum(1)


class Narrow(Oracle):
    """Knows two people, but only one of them in narrow pictures."""

    def __call__(self, pictures):
        self.people = two()[: 2 if pictures.shape[3] > 100 else 1]
        return super().__call__(pictures)


GROUPER = ByTags()
OWN = Variant(by_graph(GROUPER), "first")
VARIANTS = {"single": OWN, "multi": replace(OWN, scales=(0.5,))}
READER = Reader("coco17", CandidateRules(subpixel="parabola"), PeopleRules(), VARIANTS)


def house():
    """Pictures of several widths, 120 px high."""
    scenes = scenes_with(two(), (160, 120))
    sizes = np.array([[width, 120] for width in WIDTHS], np.int32)
    scenes = type(scenes)(**vars(scenes) | {"size_px": sizes, "image": np.repeat(scenes.image, len(WIDTHS))})
    squares = np.zeros((len(WIDTHS), 160, 160, 3), np.uint8)
    squares[:, :8, :8] = 255
    return scenes, ArrayPictures(squares)


def some(rows, **options):
    """The rounds of some of the pictures, and how often the network was asked."""
    oracle = Narrow(two())
    return some_rounds(oracle, *house(), np.array(rows), READER, GROUPER, CPU, **options), len(oracle.calls)


def clusters(draw, candidates, after):
    """A grouping of numbers of clusters after each round."""
    befores = [np.arange(candidates), *after]
    steps = [
        Round(before, torch.zeros(0), np.zeros((0, 2)), np.zeros(0), end, draw.permutation(2), None)
        for before, end in zip(befores, after, strict=False)
    ]
    return Grouping(after[-1], steps)


def test_a_cluster_bears_the_number_of_its_first_member():
    after = [np.array([0, 1, 0, 2, 1, 3]), np.array([1, 0, 1, 0, 0, 2])]
    numbers = cluster_numbers(clusters(rng(0, "numbers"), 6, after))
    assert numbers.tolist() == [[0, 1, 2, 3, 4, 5], [0, 1, 0, 3, 1, 5], [0, 1, 0, 1, 1, 5]]
    assert numbers.dtype == np.int32


def test_a_round_that_merges_nothing_is_not_shown():
    grouping = clusters(rng(0, "numbers"), 2, [np.array([0, 0])])
    last = grouping.rounds[0]._replace(before=np.zeros(2, int), formed=np.zeros(0, int))
    assert cluster_numbers(Grouping(grouping.clusters, [*grouping.rounds, last])).tolist() == [[0, 1], [0, 0]]


def test_candidates_begin_alone_and_end_as_the_people_who_are_found():
    views = list(look_over(Oracle(two()), *house(), np.array([0]), READER, CPU))
    rounds = rounds_of(views[0][1.0,], VARIANTS["single"], GROUPER)
    numbers = rounds["rounds"]
    assert numbers.shape == (6, 34)  # 17 joints are together after five rounds
    assert numbers[0].tolist() == list(range(34))
    assert [len(np.unique(row)) for row in numbers] == [34, 18, 10, 6, 4, 2]
    for row in numbers:
        kinds = {(number, kind) for number, kind in zip(row, rounds["joint"], strict=True)}
        assert len(kinds) == 34
    left = rounds["joints2d_px"][:, 0] < 76
    assert len(np.unique(numbers[-1][left])) == len(np.unique(numbers[-1][~left])) == 1


def test_the_first_pictures_with_a_few_people_found_are_shown():
    rows = np.arange(len(WIDTHS))
    people, loose = find_people(Narrow(two()), *house(), rows, READER, CPU)
    sure = people["single"]["image"][people["single"]["person_score"] >= SURE]
    number = np.bincount(sure, minlength=len(rows))
    shown, _ = some(rows)
    wanted = np.flatnonzero((number >= 2) & (number <= 5))
    assert number.tolist() == [2, 1, 2, 2, 2]
    assert np.unique(shown["image"]).tolist() == wanted.tolist()
    own = np.isin(loose["image"], wanted)
    for name in ("image", "joint", "joints2d_px", "score"):
        np.testing.assert_array_equal(shown[name], loose[name][own])
        assert shown[name].dtype == loose[name].dtype
    assert shown["joints"].tolist() == list(get_skeleton("coco17").joints)
    first, _ = some(rows, most=1)
    assert np.unique(first["image"]).tolist() == wanted[:1].tolist()
    assert some(rows, people=(1, 1))[0]["image"].tolist() == loose["image"][loose["image"] == 1].tolist()


def test_no_more_pictures_are_looked_at_than_needed(monkeypatch):
    monkeypatch.setattr(of_rounds, "BATCH", 2)
    assert some([0, 2, 4], most=1)[1] == 2  # a picture and its mirror image, at the first scale alone
    assert some([0, 2, 4])[1] == 4


def test_clusters_of_two_pictures_never_have_a_number_in_common():
    shown, _ = some([0, 2])
    numbers, first = shown["rounds"], shown["image"] == 0
    assert numbers[0].tolist() == list(range(68))
    assert not set(numbers[:, first].flat) & set(numbers[:, ~first].flat)
    assert numbers.dtype == np.int32


def test_a_picture_that_is_done_early_stays_as_it_is():
    column = np.zeros(2, np.int32)
    early, late = (
        {"image": column, "joint": column, "joints2d_px": np.zeros((2, 2)), "score": column, "rounds": r}
        for r in (np.array([[0, 1]]), np.array([[0, 1], [0, 0]]))
    )
    assert joined_rounds([early, late])["rounds"].tolist() == [[0, 1, 2, 3], [0, 1, 2, 2]]


@pytest.mark.parametrize(("rows", "people"), [([], (2, 5)), ([0, 2], (9, 9))])
def test_where_there_is_nothing_to_show_the_arrays_have_their_shapes(rows, people):
    shown, _ = some(np.array(rows, int), people=people)
    assert shown["rounds"].shape == (1, 0)
    assert shown["joints2d_px"].shape == (0, 2)
    assert shown["rounds"].dtype == shown["image"].dtype == np.int32
