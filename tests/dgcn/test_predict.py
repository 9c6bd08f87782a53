"""People in whole pictures, from fields that a network would say that knows its targets by heart."""

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

from repose.dgcn.decode import DecoderOptions
from repose.dgcn.designs import PAPER, NetworkScale, build_seeded, design_of
from repose.dgcn.encode import encode, perfect_maps
from repose.dgcn.labels import joint_sigmas, shape_of
from repose.dgcn.network import Output
from repose.dgcn.pictures import Finder, everybody, load_finder
from repose.dgcn.predict import Reader, find_people, reader_of
from repose.dgcn.run import train_run
from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays
from repose.pictures.scenes import scenes_of
from repose.skeletons import get_skeleton
from tests.dgcn.poses import nobody, standing, whole
from tests.dgcn.sets import CPU, SETUP, arm, store_with
from tests.pictures.scenes import ArrayPictures, table_of_people

READER = Reader("coco17", 4, DecoderOptions(spread=False), 0)
LADDER = NetworkScale(0.0625, 0.25, "basic", "ladder", 8, False)
SURE = 12.0  # logit


def oracle(people):
    """A network that says where people (M, J, 2, px of its input) are, whatever pictures it gets."""

    def forward(pictures):
        px = max(pictures.shape[2:])
        shape = shape_of("coco17", 4, px)
        known = np.ones((1, *people.shape[:2]), bool)
        targets = encode(people[None].astype(np.float32), known, nobody(1), whole(1, px), shape)
        maps = perfect_maps(targets, shape, joint_sigmas("coco17"))[0]
        for name in ("pif_c", "paf_c"):
            maps[name] = SURE * (2 * maps[name] - 1)
        names = ("pif_c", "pif_vec", "pif_logb", "pif_scale"), ("paf_c", "paf_vec", "paf_logb")
        planes = [np.concatenate([maps[n].reshape(-1, *maps[n].shape[-2:]) for n in kind]) for kind in names]
        height, width = (-(-side // 4) for side in pictures.shape[2:])
        pif, paf = (
            torch.from_numpy(p)[None, :, :height, :width].repeat(len(pictures), 1, 1, 1) for p in planes
        )
        return Output(pif, paf, [])

    return forward


def nobody_there(pictures):
    """A network that says that there is nobody."""
    size = [-(-side // 4) for side in pictures.shape[2:]]
    return Output(
        torch.full((len(pictures), 85, *size), -SURE), torch.full((len(pictures), 133, *size), -SURE), []
    )


def two():
    return np.stack([standing("coco17", 40, 4, 100), standing("coco17", 110, 10, 90)])


def picture(width, height):
    return Image.new("RGB", (width, height), "grey")


def test_people_come_back_in_pixels_of_the_files_by_picture():
    scenes = scenes_of(table_of_people(5, people=9))
    pictures = ArrayPictures(np.zeros((5, 80, 80, 3), np.uint8))
    people = two() / 2
    found, loose = find_people(oracle(people), scenes, pictures, np.array([2, 0, 3]), READER, CPU.device)
    assert found["image"].tolist() == [0, 0, 2, 2, 3, 3]
    assert found["joints"].tolist() == list(get_skeleton("coco17").joints)
    assert found["joints2d_px"].dtype == found["score"].dtype == np.float32
    for image, shrink in ((0, 0.5), (2, 0.5), (3, 1)):
        own = found["joints2d_px"][found["image"] == image]
        own = own[np.argsort(own[:, 0, 0])]
        np.testing.assert_allclose(own, (people + 0.5) / shrink, atol=1.5 / shrink)
    assert set(loose["image"].tolist()) == {0, 2, 3}
    assert (np.bincount(loose["joint"], minlength=17) == 6).all()


def test_where_nobody_is_the_files_are_empty_and_have_their_shapes():
    scenes, pictures = scenes_of(table_of_people()), ArrayPictures(np.zeros((5, 80, 80, 3), np.uint8))
    found, loose = find_people(nobody_there, scenes, pictures, np.arange(5), READER, CPU.device)
    assert found["joints2d_px"].shape == (0, 17, 2)
    assert found["score"].shape == (0, 17)
    assert found["image"].shape == found["person_score"].shape == (0,)
    assert loose["joints2d_px"].shape == (0, 2)


@pytest.mark.parametrize("size", [(160, 120), (1600, 1200), (80, 60)])
def test_pictures_of_any_size_are_brought_to_the_runs_and_answers_are_in_pixels_of_the_file(size):
    finder = Finder(oracle(two()), READER, 160)
    found = everybody(finder, picture(*size))
    order = np.argsort(found.joints2d_px[:, 0, 0])
    grow = size[0] / 160
    wanted = (two() + 0.5) * grow - 0.5  # pixels' centres are whole numbers
    np.testing.assert_allclose(found.joints2d_px[order], wanted, atol=1.5 * grow)
    assert found.found.all()
    assert (found.person_score > 0.8).all()


def test_a_guess_is_not_found():
    people = two()[:1]
    hidden = dataclasses.replace(READER.options, force_complete=True)
    finder = Finder(oracle(people), dataclasses.replace(READER, options=hidden), 160)
    cut = everybody(finder, picture(160, 60))  # legs are below the picture
    names = get_skeleton("coco17").joints
    assert cut.found[0, names.index("nose")]
    assert not cut.found[0, names.index("l_ankle")]


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (3000, 2)])
def test_the_smallest_and_the_thinnest_pictures_have_nobody(size):
    assert everybody(Finder(nobody_there, READER, 160), picture(*size)).joints2d_px.shape == (0, 17, 2)


def test_a_spread_is_read_where_laplaces_loss_has_taught_it():
    ladder = design_of("resnet50", LADDER, 17, 19, None)
    options = DecoderOptions(spread=True)
    assert reader_of("coco17", ladder, options, "laplace").options.spread
    assert not reader_of("coco17", ladder, options, "smooth_l1").options.spread
    assert reader_of("coco17", ladder, options, "l1").stride == 4
    published = reader_of("coco17", design_of("resnet50", PAPER, 17, 19, None), options, "laplace")
    assert (published.stride, published.more) == (8, 1)


def settings(run, setup):
    """What `run.json` says of a run."""
    scale = {"network": dataclasses.asdict(setup.scale), "picture_px": setup.picture_px}
    graph, decoder = run.graph and dataclasses.asdict(run.graph), dataclasses.asdict(setup.decoder)
    about = {"backbone": run.backbone, "data": run.data, "graph": graph, "decoder": decoder}
    return about | {"scale": scale, "loss": {"regression": setup.weights.regression}}


@pytest.mark.parametrize(("adjacency", "data"), [(None, "coco"), ("soft", "crowdpose"), ("dynamic", "coco")])
def test_a_trained_run_answers_on_a_test_picture_as_its_predictions_do(
    tmp_path, monkeypatch, adjacency, data
):
    monkeypatch.setenv("REPOSE_TRACKING", "off")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    store = store_with(tmp_path, data)
    run = dataclasses.replace(arm("one", adjacency, data), parent=None)
    eager = DecoderOptions(threshold=1e-4, seed=1e-6, connection=1e-6, forced_most=1e-9)  # it knows little
    setup = dataclasses.replace(SETUP, decoder=eager)
    train_run(run, setup, store, CPU, settings(run, setup))
    split = run.tests[0][1]
    stored = np.load(store.scenes / data / f"{split}_pictures.npy")[0, :60]  # 160 × 120 px at half the size
    found = everybody(load_finder(store.runs / "one"), Image.fromarray(stored))
    known = load_arrays(store.runs / f"one/seed0/predictions/{data}-{split}.npz")
    mine = known["image"] == 0
    assert mine.sum() > 0
    np.testing.assert_allclose(found.joints2d_px, known["joints2d_px"][mine] / 2 - 0.5, atol=0.01)
    np.testing.assert_allclose(found.person_score, known["person_score"][mine], atol=1e-4)


def test_what_is_no_run_that_finds_people_is_one_sentence(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other/run.json").write_text('{"configuration": {"network": "resnet"}}')
    with pytest.raises(ReposeError, match="there is none in"):
        load_finder(tmp_path / "other")
    (tmp_path / "good").mkdir()
    (tmp_path / "good/run.json").write_text('{"configuration": {"backbone": "resnet50", "decoder": {}}}')
    with pytest.raises(ReposeError, match="found good; train it"):
        load_finder(tmp_path / "none")


def test_networks_of_the_oracles_shape_are_read_alike():
    network = build_seeded(design_of("resnet50", LADDER, 17, 19, None), 0).eval()
    with torch.no_grad():
        said = network(torch.zeros(1, 3, 112, 160, dtype=torch.uint8))
    told = oracle(two())(torch.zeros(1, 3, 112, 160))
    assert said.pif.shape == told.pif.shape
    assert said.paf.shape == told.paf.shape
