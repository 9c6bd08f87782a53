"""Trained runs on pictures of anyone."""

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.hgg.candidates import CandidateRules
from repose.hgg.looking import FIRST, reader_of
from repose.hgg.people import PeopleRules
from repose.hgg.pictures import Finder, everybody, is_run, load_finder, rounds_in
from repose.hgg.predict import Reader, Variant, by_tags, find_people
from repose.skeletons import get_skeleton
from repose.training.devices import Device, Forward
from tests.hgg.test_hgg_predict import Oracle, two
from tests.hgg.trained import write_trained
from tests.pictures.scenes import ArrayPictures, scenes_with

CPU = torch.device("cpu")
READER = Reader(
    "coco17", CandidateRules(subpixel="parabola"), PeopleRules(), {FIRST: Variant(by_tags("coco17"))}
)


def picture(width, height):
    """A black picture with the white corner by which the oracle tells mirror images."""
    drawn = Image.new("RGB", (width, height))
    drawn.paste("white", (0, 0, max(1, width // 20), max(1, height // 15)))
    return drawn


def knowing(people, width=160):
    """What finds people (px of pictures 160 wide) by maps that know where they are."""
    return Finder(Oracle(people, width), READER, None, 160)


@pytest.mark.parametrize("name", ["ae", "full"])
def test_a_trained_run_answers_on_a_test_picture_as_its_predictions_do(tmp_path, name):
    run, setup, network = write_trained(tmp_path / name, name)
    px = setup.picture_px
    squares = rng(0, "test", "pictures").integers(0, 255, (1, px, px, 3), dtype=np.uint8)
    squares[0, px // 2 :] = 0
    scenes, reader = scenes_with(two(), (2 * px, px)), reader_of(run.tests, setup.reading, network.grouper)
    forward = Forward(network, Device(CPU))
    people, loose = find_people(forward, scenes, ArrayPictures(squares), np.arange(1), reader, CPU)
    finder, shown = load_finder(tmp_path / name), Image.fromarray(squares[0, : px // 2])
    found, known = everybody(finder, shown), people[FIRST]
    assert len(known["image"]) > 1
    np.testing.assert_allclose(found.joints2d_px, known["joints2d_px"] / 2 - 0.5, atol=0.01)
    np.testing.assert_allclose(found.score, known["score"], atol=1e-5)
    np.testing.assert_allclose(found.person_score, known["person_score"], atol=1e-5)
    if name == "full":
        rounds = rounds_in(finder, shown)
        np.testing.assert_allclose(rounds["joints2d_px"], loose["joints2d_px"] / 2, atol=0.01)
        assert len(rounds["rounds"]) > 1
        assert len(np.unique(rounds["rounds"][-1])) == len(known["image"])
        assert found.found.sum() == len(loose["joint"])


@pytest.mark.parametrize("size", [(160, 120), (1600, 1200), (80, 60)])
def test_pictures_of_any_size_are_brought_to_the_runs_and_answers_are_in_pixels_of_the_file(size):
    found = everybody(knowing(two()), picture(*size))
    order, grow = np.argsort(found.joints2d_px[:, 0, 0]), size[0] / 160
    wanted = (two() + 0.5) * grow - 0.5  # pixels' centres are whole numbers
    np.testing.assert_allclose(found.joints2d_px[order], wanted, atol=1.2 * grow)
    assert found.found.all()
    assert (found.person_score > 0.8).all()


def test_a_guess_is_not_found():
    people, names = two()[:1], get_skeleton("coco17").joints
    found = everybody(knowing(people + np.float32([0, 24])), picture(160, 112))  # its feet are below
    assert found.found[0, names.index("nose")]
    assert not found.found[0, names.index("l_ankle")]
    assert found.score[0, names.index("l_ankle")] > 0
    bare = dataclasses.replace(READER, people=PeopleRules(fill=False))
    unsure = everybody(Finder(Oracle(people), bare, None, 160), picture(160, 112))
    np.testing.assert_array_equal(unsure.found, unsure.score > 0)


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (3000, 2)])
def test_the_smallest_and_the_thinnest_pictures_have_nobody(size):
    assert everybody(knowing(two()[:0]), picture(*size)).joints2d_px.shape == (0, 17, 2)


def test_what_is_no_run_that_finds_people_is_one_sentence(tmp_path):
    (tmp_path / "trunk").mkdir()
    (tmp_path / "trunk/run.json").write_text('{"configuration": {"run": "trunk"}}')
    assert not is_run(tmp_path / "trunk")
    with pytest.raises(ReposeError, match="there is none in"):
        load_finder(tmp_path / "trunk")
    write_trained(tmp_path / "full")
    with pytest.raises(ReposeError, match="found full; train it"):
        load_finder(tmp_path / "none")
