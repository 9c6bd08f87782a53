import json

import numpy as np
import pytest
import torch
from PIL import Image

from repose.foundations.errors import ReposeError
from repose.fusion.designs import NetworkScale, build, design_of
from repose.fusion.predict import crop_of, find_person, load_predictor, open_picture, square_of
from repose.predict import predict_pictures, read_box
from repose.training.record import write_run, write_seed

NETWORK = {
    "width": 0.05,
    "deconv": 0.05,
    "block": "basic",
    "blocks": [1, 1, 1, 1],
    "stem_pool": False,
    "input_px": 32,
}


KNOWN = ["r_knee", "r_hip", "l_hip", "l_knee"]


def write_trained(folder, family="stage3"):
    """The folder of a run that has learnt nothing but that there are hips and knees."""
    torch.manual_seed(0)
    network = build(design_of("resnet", NetworkScale(**(NETWORK | {"blocks": (1, 1, 1, 1)}))))
    torch.nn.init.constant_(network.heatmap.bias[1:5], 0.5)
    settings = {"network": "resnet", "flip_test": True, "scale": {"network": NETWORK, "subpixel": True}}
    write_run(folder, settings, [4], 1, 1, 1, 1, family=family, maps={"input_px": 32, "map_px": 16})
    write_seed(folder, 4, network.state_dict(), [])
    return folder.resolve()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_trained(tmp_path_factory.mktemp("runs") / "fusion" / "tiny")


@pytest.fixture
def picture(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "person.png")
    return tmp_path / "person.png"


def test_a_picture_becomes_an_annotated_one_and_joints(run, picture, tmp_path):
    files = predict_pictures([picture], str(run), "10,5,40,50", tmp_path / "out")
    assert [file.name for file in files] == ["person.png", "person.json"]
    facts = json.loads(files[1].read_text())
    assert len(facts["joints"]) == len(facts["joints2d_px"]) == len(facts["joints3d_mm"]) == 16
    assert [joint for joint, found in zip(facts["joints"], facts["found"], strict=True) if found] == KNOWN
    assert facts["joints3d_mm"][facts["joints"].index("pelvis")] == [0, 0, 0]
    assert facts["box_px"] == [10, 5, 40, 50]
    x, y = np.array(facts["joints2d_px"]).T  # inside the crop of 62.5 px around the box
    assert (np.abs(x - 30) <= 32).all()
    assert (np.abs(y - 30) <= 32).all()
    with Image.open(files[0]) as drawn:
        assert drawn.size == (480 + 2 * 320, 340)


def test_a_run_of_stage_1_knows_no_depth(picture, tmp_path):
    run = write_trained(tmp_path / "flat", "stage1")
    files = predict_pictures([picture], str(run), None, tmp_path / "out")
    assert "joints3d_mm" not in json.loads(files[1].read_text())
    with Image.open(files[0]) as drawn:
        assert drawn.size == (480, 340)


def test_the_whole_picture_is_the_box_that_fills_it(run, picture):
    predictor, image = load_predictor(run), open_picture(picture)
    whole = find_person(predictor, image, None)
    boxed = find_person(predictor, image, (-0.5, -0.5, 90, 60))
    np.testing.assert_allclose(whole.joints2d_px, boxed.joints2d_px)


def test_a_square_shows_the_pixels_that_it_covers():
    pixels = np.arange(6 * 6 * 3, dtype=np.uint8).reshape(6, 6, 3)
    square = square_of(Image.fromarray(pixels), np.array([2.5, 2.5]), 4.0, 4)
    np.testing.assert_array_equal(square, pixels[1:5, 1:5])


@pytest.mark.parametrize("box", [(90, 0, 5, 5), (0, 0, 0, 5), (-9, 0, 9, 9)])
def test_a_box_beside_the_picture_is_one_sentence(box):
    with pytest.raises(ReposeError, match="outside the picture of 90 × 60"):
        crop_of((90, 60), box)


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", ""])
def test_a_box_that_is_none_is_one_sentence(text):
    with pytest.raises(ReposeError, match="x,y,w,h"):
        read_box(text)


def test_what_is_missing_or_broken_is_one_sentence(run, picture, tmp_path):
    with pytest.raises(ReposeError, match="no such run, found tiny"):
        predict_pictures([picture], str(run.parent / "big"), None, tmp_path / "out")
    with pytest.raises(ReposeError, match="not found"):
        predict_pictures([tmp_path / "none.jpg"], str(run), None, tmp_path / "out")
    (tmp_path / "broken.jpg").write_text("no picture")
    with pytest.raises(ReposeError, match="does not open"):
        predict_pictures([tmp_path / "broken.jpg"], str(run), None, tmp_path / "out")
    with pytest.raises(ReposeError, match="overwritten"):
        predict_pictures([picture], str(run), None, tmp_path)
    with pytest.raises(ReposeError, match="two pictures"):
        predict_pictures([picture, picture], str(run), None, tmp_path / "out")
