"""Whom runs are judged on, what they score, and what is said and shown of it."""

import dataclasses

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.metrics.people import match_all
from repose.papers.people.curves import Line, curve_of
from repose.papers.people.judged import (
    best_found,
    load_found,
    load_judged,
    mean_pose,
    oks_sums,
    people_number,
)
from repose.papers.people.kinds import kinds_of
from repose.papers.people.precision import coco_units
from repose.papers.people.scores import (
    error_units,
    grouped,
    judged_of,
    seed_units,
    trivial_scores,
    truth_units,
)
from repose.papers.people.words import drawn_text
from repose.report.runs import Run
from repose.report.scores import flat_score
from tests.papers.dgcn.dgcn_runs import write_run
from tests.papers.people.people_runs import plain_run, write_set, write_sets

TESTS = ("coco-val", "ochuman-test")


def measure(judged, found):
    matches = match_all(judged.truth, found, judged.sigma)
    return coco_units(judged.truth, matches) | error_units(judged, found)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    tables = write_sets(folder, tests=TESTS)
    return folder, plain_run(folder / "runs", "some", tables, wrong=1.6, seeds=(0, 1))


def test_ochuman_is_judged_in_cocos_joints(house):
    folder, run = house
    judged = load_judged(folder / "poses", "ochuman-test")
    assert judged.skeleton == "coco17"
    assert len(judged.sigma) == len(judged.truth.joints) == 17
    assert load_found(run.predictions("ochuman-test")[0], judged).joints == judged.truth.joints


def test_joints_grouped_by_the_truth_score_at_least_as_well(house):
    folder, run = house
    judged = judged_of([run], folder / "poses")
    scores = grouped({
        test: seed_units(run, test, own, measure) | truth_units(run, test, own)
        for test, own in judged.items()
    })  # fmt: skip
    by_truth = scores["ap_grouped_by_truth"]
    assert by_truth.group_names == tuple(judged) == TESTS
    assert (by_truth.by_group() >= scores["ap_visible"].by_group() - 1e-9).all()
    assert grouped({"a": {"m": (np.ones((1, 2)), np.ones(2))}}, "other")["m"].start == "other"


def test_the_trivial_answer_is_the_mean_pose_in_everybodys_box(house):
    folder, run = house
    judged = load_judged(folder / "poses", "coco-val")
    answer = mean_pose(judged)
    assert len(answer) == (~judged.truth.ignored).sum()
    one = judged.truth.rows(np.flatnonzero(~judged.truth.ignored)[:1])
    alone = dataclasses.replace(judged, in_files=one, truth=one)
    places = mean_pose(alone).joints2d_px[0][one.labelled[0]]
    np.testing.assert_allclose(places, one.joints2d_px[0][one.labelled[0]])
    scores = trivial_scores(judged_of([run], folder / "poses"), measure)
    assert scores["ap50_visible"].group_names == ("coco_val", "ochuman_test")
    assert scores["ap_visible_coco_val"].group_names == ("coco_val",)


def test_drawings_and_kinds_of_errors_take_as_many_of_the_best_as_there_are_people(house):
    folder, run = house
    judged = load_judged(folder / "poses", "coco-val")
    people = load_found(run.predictions("coco-val")[0], judged)
    kept = best_found(judged, people)
    assert len(kept) == (~judged.truth.ignored).sum() == len(people) - 2
    assert kept.person_score.min() > 0.1  # the two who are nobody have this


def test_pictures_are_ranked_by_the_similarity_of_their_people(house):
    folder, run = house
    judged = load_judged(folder / "poses", "coco-val")
    sums = oks_sums(judged, load_found(run.predictions("coco-val")[0], judged))
    number = people_number(judged)
    assert (sums <= number).all()
    assert number.tolist() == [1, 2, 2, 2, 2, 2, 0]  # one of the first is a crowd, the last shows nobody
    assert sums[:-1].min() > 0 == sums[-1]


def test_a_metric_in_which_nobody_counts_is_left_out(tmp_path):
    write_set(tmp_path, "coco-val")
    judged = load_judged(tmp_path, "coco-val")
    units = measure(judged, mean_pose(judged))
    assert "apm_visible" not in units  # the figures of these pictures are large
    assert "apl_visible" in units


def test_a_test_set_without_labels_is_not_scored(tmp_path):
    tables = write_sets(tmp_path, tests=("coco-val",))
    run = plain_run(tmp_path / "runs", "some", {**tables, "coco-test": tables["coco-val"]})
    assert list(judged_of([run], tmp_path / "poses")) == ["coco-val"]


def test_a_run_without_predictions_is_one_sentence(tmp_path):
    tables = write_sets(tmp_path, tests=("coco-val",))
    run = plain_run(tmp_path / "runs", "some", tables)
    run.predictions("coco-val")[0].unlink()
    judged = load_judged(tmp_path / "poses", "coco-val")
    with pytest.raises(ReposeError, match=r"no predictions of coco-val .* make the run again"):
        seed_units(run, "coco-val", judged, measure)


def test_curves_are_drawn_over_the_crops_since_the_trunk(tmp_path):
    run = write_run(tmp_path, "base_r50", {"coco-val": write_set(tmp_path, "coco-val")}, seeds=(0, 1))
    crops, values = curve_of(Line("both", run, ("pif_c", "paf_c")))
    assert crops.tolist() == [120, 240, 360, 480, 600]
    np.testing.assert_allclose(values, np.tile(3 / np.arange(1, 6), (2, 1)))


def test_bars_are_the_shares_of_each_runs_own_test_set(house):
    folder, run = house
    judged = judged_of([run], folder / "poses")
    own = {"coco_val": seed_units(run, "coco-val", judged["coco-val"], measure)}
    scores = {("some", metric): score for metric, score in grouped(own).items()}
    ((shares, precision),) = kinds_of([run], scores).values()
    assert sum(shares) == pytest.approx(100)
    assert 0 < precision < 1
    assert kinds_of([run], {("some", "ap_visible"): flat_score([0.5])}) == {}


def test_where_pictures_are_drawn_the_page_names_what_makes_them_easier(tmp_path):
    run = Run("some", tmp_path, {}, {"configuration": {"scale": {"picture_px": 160}}})
    text = drawn_text([run], "COCO and OCHuman")
    assert text.startswith("COCO and OCHuman are drawn: `scale.world.people_px`")
    assert "(../data/README.md)" in text
    assert drawn_text([], "COCO") == ""
