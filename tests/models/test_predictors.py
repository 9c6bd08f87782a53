import dataclasses

import numpy as np
import pytest
from PIL import Image

from repose.foundations.errors import ReposeError
from repose.models.predictors import as_image, load_predictor
from repose.skeletons import convert_table
from repose.skeletons.posetable import PoseTable
from tests.gcn.test_stage import project as project
from tests.hgg import trained


def train(project, system: str, name: str) -> None:
    """Train a tiny run of a lifter."""
    if system == "gcn":
        from stages.gcn import main

        main(project, name, *(["5"] if name.startswith("sup") else []))
    else:
        from stages.learner import main as train_learner

        train_learner(project, name)


def points_of_test(detected: bool) -> np.ndarray:
    """The 2D joints (N, J, 2) of the test set, px."""
    table = PoseTable.load("data/poses/h36m/test.npz")
    points = table.extra["joints2d_detected"] if detected else table.joints2d
    return convert_table(dataclasses.replace(table, joints2d=points, extra={}), "semgcn16").joints2d


@pytest.mark.parametrize(
    ("system", "name", "detected"),
    [("gcn", "sup_128", False), ("gcn", "martinez_detected", True), ("learner", "combined", True)],
)
def test_a_lifter_gives_what_its_training_predicted(project, tmp_path, system, name, detected):
    train(project, system, name)
    folder = tmp_path / "runs" / system / name
    predictor = load_predictor(system, folder)
    found = predictor.predict(points_of_test(detected), {"width_px": 1000.0, "height_px": 1000.0})
    written = np.load(folder / "seed0/predictions/h36m-test.npz")
    assert tuple(written["joints"]) == predictor.joints
    np.testing.assert_allclose(found, written["joints3d_mm"], atol=0.01)


def test_a_picture_is_the_same_from_its_path_and_from_its_pixels(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3))
    Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "a.png")
    trained.write_trained(tmp_path / "hgg/full")
    predictor = load_predictor("hgg", tmp_path / "hgg/full")
    from_path = predictor.predict(str(tmp_path / "a.png"), {})
    from_pixels = predictor.predict(pixels, {})
    assert from_path.keys() == {"joints2d_px", "score", "found", "person_score"}
    assert from_path["joints2d_px"].shape[1:] == (len(predictor.joints), 2)
    for name, values in from_path.items():
        np.testing.assert_array_equal(values, from_pixels[name])


@pytest.mark.parametrize(
    "pixels", [np.zeros((8, 8), int), np.zeros((8, 8, 3)), np.full((8, 8, 3), 256), np.zeros((0, 8, 3), int)]
)
def test_what_is_no_picture_is_refused(pixels):
    with pytest.raises(ReposeError, match=r"picture: found .*, expected"):
        as_image(pixels)


def test_a_run_of_an_unknown_system_cannot_predict(tmp_path):
    with pytest.raises(ReposeError, match="no way to predict with a run of constant"):
        load_predictor("constant", tmp_path)
