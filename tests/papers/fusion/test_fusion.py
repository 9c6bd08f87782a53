"""Scores of fusion runs follow from predictions and the prepared test sets alone."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.files import save_arrays, write_json, write_text
from repose.metrics import mean_joint_rate, published_floor
from repose.papers.fusion.facts import PCK, SHARE, learnt_text
from repose.papers.fusion.scores import (
    BLOCKS,
    error_at_drop,
    fusion_scores,
    joint_percent,
    person_scores,
    run_scores,
    start_of,
    units,
)
from repose.pictures.crops import in_crop, upright
from repose.report.runs import Run
from repose.skeletons import convert, get_skeleton
from tests.papers.fusion.fusion_runs import SETS, write_set
from tests.report.poses import standing


def write_predictions(folder, split, wrong_joint=None, map_px=32, more=1.0):
    cell = np.floor(in_crop(split.joints2d.astype(float), upright(split.center, split.side)) * map_px)
    if wrong_joint is not None:
        cell[:, wrong_joint] += 2
    poses = more * np.tile(standing("mpii16"), (len(split), 1, 1))
    arrays = {
        "format": np.array(1), "joints": np.array(get_skeleton("mpii16").joints), "sample": split.sample,
        "joints3d_mm": poses, "joints2d_px": split.joints2d, "score": np.ones((len(split), 16)),
        "cell": cell.astype(np.int16), "map_px": np.array(map_px),
    }  # fmt: skip
    save_arrays(folder, arrays)
    return folder


@pytest.fixture
def split(tmp_path):
    return write_set(tmp_path / "data", tmp_path / "native", "h36m_eccv", True)


def value(counts):
    return counts[0].sum() / counts[1].sum()


def test_a_perfect_prediction_of_any_size_has_no_corrected_error_and_the_published_floor(split, tmp_path):
    found = person_scores(write_predictions(tmp_path / "p.npz", split, more=3.0), split)
    assert value(found["heatmap_pck"]) == 100
    assert value(found["mpjpe_corrected"]) < 1e-3
    assert value(found["p_mpjpe"]) < 1e-3
    np.testing.assert_allclose(found["mpjpe_published"][0], published_floor(split.truth_mm), rtol=1e-5)
    assert "pckh" not in found


def test_one_wrong_joint_of_ten_costs_a_tenth_of_heatmap_pck(split, tmp_path):
    wrist = get_skeleton("mpii16").index("r_wrist")
    found = person_scores(write_predictions(tmp_path / "p.npz", split, wrong_joint=wrist), split)
    assert value(found["heatmap_pck"]) == pytest.approx(90)
    shoulder = get_skeleton("mpii16").index("r_shoulder")  # not among the ten
    found = person_scores(write_predictions(tmp_path / "q.npz", split, wrong_joint=shoulder), split)
    assert value(found["heatmap_pck"]) == 100


def test_predictions_of_other_people_are_refused(split, tmp_path):
    path = write_predictions(tmp_path / "p.npz", split.rows(np.arange(4)))
    with pytest.raises(ReposeError, match="not the people"):
        person_scores(path, split)


def test_units_are_takes_films_or_blocks_of_the_pictures_of_human36m_in_their_order(split):
    people = split.rows(np.arange(100) % len(split))
    block = units("h36m_eccv", people)
    assert len(np.unique(block)) == BLOCKS
    assert (np.diff(block) >= 0).all()
    assert set(np.bincount(block)) == {2, 3}
    takes = np.repeat(
        [b"images/a01_sa01_s10_sce00/00_000000.jpg", b"images/a01_sa01_s11_sce00/00_000000.jpg"], 50
    )
    instants = dataclasses.replace(people, image=takes)
    assert len(np.unique(units("occlusion_person", instants))) == 2
    np.testing.assert_array_equal(units("mpi_inf_3dhp", people), people.subject)
    np.testing.assert_array_equal(units("lsp", people), people.image)


def test_seeds_that_start_from_the_same_weights_share_their_chance(tmp_path):
    def run(name, seeds, parent=None):
        return Run(name, tmp_path, {"parent": parent} if parent else {}, {"seeds": list(range(seeds))})

    runs = [run("first", 3), run("second", 3, "first"), run("once", 1, "first"), run("last", 3, "second")]
    runs += [run("late", 3, "once")]
    starts = {r.name: start_of(r, {r.name: r for r in runs}) for r in runs}
    assert starts == {"first": "first", "second": "first", "once": "first", "last": "first", "late": "once"}


@pytest.mark.parametrize(("drops", "found"), [([45], [30, 31]), ([59], [20, 21]), (None, None)])
def test_the_training_error_at_the_drop_is_the_first_one_measured_after_it(tmp_path, drops, found):
    for seed in (0, 1):
        lines = [
            "epoch,train_mpjpe",
            *(f"{e},{100 - 10 * e + seed if e % 2 == 1 or e == 8 else ''}" for e in range(1, 9)),
        ]
        write_text(tmp_path / f"seed{seed}/history.csv", "\n".join(lines) + "\n")
    record = {"seeds": [0, 1], "configuration": {"train": {"epochs": 60, "drops": drops}}}
    errors = error_at_drop(Run("run", tmp_path, {}, record))
    assert (errors if errors is None else errors.tolist()) == found


def test_groups_are_the_test_sets_and_the_tenth_is_of_the_runs_own(tmp_path):
    splits = {name: write_set(tmp_path / "data", tmp_path / "native", name, True) for name in SETS}
    own = "mpi_inf_3dhp"
    order = [own, *(name for name in SETS if name != own)]
    schedule = {"epochs": 10, "drops": [5]}
    record = {"seeds": [0, 1], "tests": order, "train": ["mpii", own], "configuration": {"train": schedule}}
    write_json(tmp_path / "run/run.json", record)
    for seed in record["seeds"]:
        for name, split in splits.items():
            write_predictions(tmp_path / f"run/seed{seed}/predictions/{name}-test.npz", split)
    run = Run("run", tmp_path / "run", {}, record)
    scores = run_scores(run, splits)
    assert scores["mpjpe_corrected"].group_names == tuple(order)
    assert scores["mpjpe_corrected"].sums.shape == (2, 2 + 8 + 1)  # films, blocks, one take
    assert scores["mpjpe_corrected"].counts.sum() == 24
    assert scores["mpjpe_corrected_tenth"].group_names == (own,)
    assert scores["mpjpe_corrected_tenth"].sums.shape == (2, 1)
    for name in SETS:
        write_set(tmp_path / "data", tmp_path / "native", name, True)
        save_arrays(tmp_path / f"data/{name}/train.npz", vars(splits[name]))
    for seed, last in enumerate((40, 60)):
        write_text(tmp_path / f"run/seed{seed}/history.csv", f"epoch,train_mpjpe\n1,80\n2,{last}\n")
    every = fusion_scores([run], tmp_path / "data")
    assert every["run", "train_mpjpe"].group_names == (own,)
    np.testing.assert_array_equal(every["run", "train_mpjpe"].value(), [40, 60])
    assert every["run", "train_mpjpe"].start == "run"
    assert every["mean_pose", "train_mpjpe"].value() < 1e-3
    np.testing.assert_array_equal(every["one_mm", "mpjpe_published"].by_group(), [[1, 1, 1]])
    assert every["perfect", "mpjpe_corrected"].value() == 0
    assert every["mean_pose", "p_mpjpe"].value() < 1e-3  # all poses of this set are the mean one
    floor = published_floor(
        convert(standing("mpii16")[None], np.ones((1, 16), bool), "mpii16", "h36m17")[0].astype(np.float32)
    )
    assert every["perfect", "mpjpe_published"].value() == pytest.approx(floor, rel=1e-5)


def test_heat_map_pck_is_the_mean_of_the_joints_rates_however_often_they_are_labelled():
    counted = np.array([[True, True, False], [True, False, False], [True, False, False]])
    hits = counted & np.array([[False, True, True], [True] * 3, [False] * 3])
    sums, counts = joint_percent(hits, counted)
    assert sums.sum() / counts.sum() == pytest.approx(100 * mean_joint_rate(hits, counted))
    assert sums.sum() / counts.sum() == pytest.approx(100 * (1 / 3 + 1) / 2)


def test_the_page_says_what_stage_2_has_reached_on_human36m():
    def run(name, family, own):
        return Run(name, Path(), {}, {"family": family, "tests": [own]})

    runs = [run("a", "stage2", "h36m_eccv"), run("b", "stage2", "h36m_eccv"), run("c", "stage2", "flic")]
    facts = {n: {PCK: pck, SHARE: share} for n, pck, share in (("a", 61, 70), ("b", 64, 66), ("c", 9, 140))}
    text = learnt_text(runs, facts)
    assert "61.0 to 64.0 %" in text
    assert "66.0 to 70.0 %" in text
    assert "1 of 3 runs" in text
