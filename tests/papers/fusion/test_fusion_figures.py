"""What the report of Jiang et al. draws from the folders of runs and test sets."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from repose.foundations.errors import ReposeError
from repose.foundations.files import save_arrays
from repose.papers.fusion.cost import cost_scores
from repose.papers.fusion.figures import (
    FIGURE_3,
    FIGURES,
    GALLERY,
    first_of_each,
    fusion_figures,
    row_of_interest,
)
from repose.papers.fusion.people import arm_lengths, bone_words, load_shown
from repose.report.published import load_paper
from repose.report.runs import Run, chain
from tests.papers.fusion.fusion_runs import SETS, made_scores, write_fusion_run, write_set


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    splits = {n: write_set(folder / "data/fusion", folder / "native", n, n in SETS) for n in GALLERY}
    in_3d = {name: splits[name] for name in SETS}
    names = {*GALLERY.values(), *FIGURE_3.values(), "s3_lsp_x2_h36m", "s3_flic_x2_h36m"}
    runs = {}
    for name in sorted(names):
        own = {g: splits[g] for g, run in GALLERY.items() if run == name} if name.startswith("s1") else in_3d
        runs[name] = write_fusion_run(folder / "runs", name, own, wrong=30.0)
    return folder, runs, {name: str(folder / "native" / name) for name in GALLERY}


@pytest.mark.slow
def test_all_figures_are_drawn_and_a_second_time_every_byte_is_the_same(house):
    folder, runs, roots = house
    scores = made_scores({"s3_mpii_h36m": 60, "s3_lsp_h36m": 70, "solo3_h36m_h36m": 90})
    for out in "ab":
        drawn = fusion_figures(folder / out, runs, folder / "data", roots, scores, load_paper("fusion"))
        assert drawn == FIGURES
    for figure in FIGURES:
        first, second = (folder / out / figure.file for out in "ab")
        assert first.read_bytes() == second.read_bytes()
        assert np.asarray(Image.open(first).convert("RGB")).std() > 5


def test_runs_that_nobody_declares_are_not_drawn(tmp_path):
    drawn = fusion_figures(tmp_path, {}, tmp_path, {}, made_scores({}), load_paper("fusion"))
    assert [figure.title for figure in drawn] == ["Error against cost"]


def test_poses_are_shown_in_the_size_of_the_truth(house):
    folder, runs, roots = house
    shown = load_shown(runs["s3_mpii_h36m"], "occlusion_person", folder / "data", roots)
    predicted, true = arm_lengths(shown)
    np.testing.assert_allclose(predicted[0], true[0], rtol=1e-3)  # row 0 is predicted without an error
    assert shown.error3d()[0] < 1 < shown.error3d()[-1]
    assert shown.error2d()[0] < 1e-3 < shown.error2d()[-1]
    assert bone_words(1) == "right forearm"


def test_predictions_of_other_people_are_one_sentence(house, tmp_path):
    folder, _, roots = house
    run = write_fusion_run(tmp_path, "s1_lsp", {})
    with pytest.raises(ReposeError, match="no predictions for lsp"):
        load_shown(run, "lsp", folder / "data", roots)
    arrays = {
        "sample": np.arange(3),
        "joints2d_px": np.zeros((3, 16, 2)),
        "joints3d_mm": np.zeros((3, 16, 3)),
    }
    save_arrays(run.folder / "seed0/predictions/lsp-test.npz", arrays)
    with pytest.raises(ReposeError, match="not the people"):
        load_shown(run, "lsp", folder / "data", roots)


def test_two_failures_are_of_two_people():
    kinds = np.array([b"a", b"a", b"b", b"a"])
    assert first_of_each(np.array([1, 0, 2, 3]), kinds, 2) == [1, 2]
    assert first_of_each(np.array([1, 0, 3]), kinds, 2) == [1, 0]


def test_the_picture_of_two_models_has_a_hidden_wrist(house):
    folder, runs, roots = house
    shown = load_shown(runs["s3_mpii_h36m"], "h36m_eccv", folder / "data", roots)
    row = row_of_interest([shown, shown])
    assert not shown.people.visible[row, 10]
    seen = dataclasses.replace(shown.people, visible=shown.people.labelled)
    assert row_of_interest([dataclasses.replace(shown, people=seen)]) in range(len(seen))


def test_a_scheme_costs_what_all_its_stages_cost(tmp_path):
    first = write_fusion_run(tmp_path, "s1_mpii", {})
    second = write_fusion_run(tmp_path, "s2_mpii_op", {}, {"parent": "s1_mpii"})
    third = write_fusion_run(tmp_path, "s3_mpii_op", {}, {"parent": "s2_mpii_op"})
    scores = cost_scores([first, second, third])
    assert scores["s3_mpii_op", "images_seen"].value() == pytest.approx(3)
    assert scores["s2_mpii_op", "operations"].value() == pytest.approx(4000)
    assert scores["s3_mpii_op", "operations_paper"].value() == pytest.approx(210_000)


def test_a_parent_that_nobody_declares_is_one_sentence(tmp_path):
    lost = Run("a", tmp_path, {"parent": "gone"}, {})
    with pytest.raises(ReposeError, match="gone"):
        chain(lost, {"a": lost})
