"""People whom other software has found are scored as a run's, from COCO's results or from an npz."""

import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.files import write_json
from repose.metrics.people import write_results
from repose.papers import dgcn, hgg
from repose.papers.people.judged import load_judged
from repose.papers.people.scores import seed_units
from repose.report.others import Other
from tests.papers.people.people_runs import plain_run, write_sets

TEST = "coco-val"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    return folder, plain_run(folder / "runs", "a", write_sets(folder, tests=[TEST]), wrong=1.0)


def as_results(house, path):
    """The same people as COCO's results, in pixels of the files."""
    from repose.metrics.people import load_people_predictions

    folder, run = house
    truth = load_judged(folder / "poses", TEST).in_files
    write_results(path, load_people_predictions(run.predictions(TEST)[0]), truth)
    return path


@pytest.mark.parametrize(("room", "factor"), [(dgcn, 1), (hgg, 100)])
def test_a_file_of_results_scores_as_the_run_that_found_the_same(house, tmp_path, room, factor):
    folder, run = house
    files = {"npz": run.predictions(TEST)[0], "json": as_results(house, tmp_path / "theirs.json")}
    own, _ = seed_units(run, TEST, load_judged(folder / "poses", TEST), dgcn.units_of)["ap_visible"]
    for path in files.values():
        score = room.scored_file(Other("theirs", {TEST: path}, {}), folder)["ap_visible"]
        assert score.group_names == ("coco_val",)
        assert score.sums.sum() == pytest.approx(factor * own.sum(), abs=1e-3)


def test_pictures_of_another_set_are_one_sentence(house, tmp_path):
    person = {"image_id": 99, "category_id": 1, "keypoints": [0.0] * 51, "score": 1.0}
    write_json(tmp_path / "theirs.json", [person])
    with pytest.raises(ReposeError, match=r"theirs.json: record 0: the image 99, expected one of"):
        hgg.scored_file(Other("theirs", {TEST: tmp_path / "theirs.json"}, {}), house[0])


def test_a_test_set_without_public_labels_is_one_sentence(house, tmp_path):
    with pytest.raises(ReposeError, match="coco-test has no labels here"):
        hgg.scored_file(Other("theirs", {"coco-test": tmp_path / "theirs.json"}, {}), house[0])
