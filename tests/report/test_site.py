"""The page of all results is whole by itself, whatever its texts contain, in the same bytes every time."""

import json
import re

import numpy as np
import pytest

from repose.foundations.files import write_text
from repose.report.runs import Run
from repose.report.site.curves import MOST_POINTS, measures, run_curves
from repose.report.site.page import site_html, write_site
from repose.report.site.poses import SAMPLES, posed_sets, shown_rows
from repose.report.site.words import inline
from tests.report.made_site import NASTY, made_part, made_run
from tests.report.poses import pose_table


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A part, and the page that it makes with a script in the place of Plotly's."""
    _, part = made_part(tmp_path_factory.mktemp("site"))
    return part, site_html([part], "var Plotly = {};")


def test_texts_are_shown_and_never_run(made):
    _, html = made
    assert html.count("<script") == html.count("</script>") == 3  # data, Plotly, the page's own
    assert "Errors &lt;/script&gt;&lt;script&gt;alert(&#39;it broke out&#39;)" in html
    assert "Ours is larger &lt;/script&gt;" in html
    assert "A <code>summary</code>." in html


def test_the_data_of_the_script_come_back_as_they_were(made):
    part, html = made
    data = json.loads(re.search(r'id="data">(.*?)</script>', html)[1])
    assert data["curves"] == {"first": part["curves"]}
    assert data["poses"] == {"first": part["poses"]}
    assert data["claims"]["first_better"] == {"system": "first", "metric": "m", "runs": ["ours", "plain"]}
    hidden = site_html([{**part, "curves": {NASTY: part["curves"]["ours"]}}], "")
    assert hidden.count("<script") == 3
    assert NASTY in json.loads(re.search(r'id="data">(.*?)</script>', hidden)[1])["curves"]["first"]


def test_the_page_asks_for_nothing_outside_itself(made):
    _, html = made
    addresses = re.findall(r'\b(?:src|href|action)="([^"]*)"', html)
    assert addresses
    assert all(re.match(r"data:|#|(first|data)/[\w./-]+$", address) for address in addresses)
    assert "url(" not in html
    assert "@import" not in html


def test_the_same_report_is_the_same_page(tmp_path):
    pages = []
    for name in "ab":
        path, _ = made_part(tmp_path / name)
        write_site(tmp_path / name / "index.html", [path])
        pages.append((path.read_bytes(), (tmp_path / name / "index.html").read_bytes()))
    assert pages[0] == pages[1]
    assert len(pages[0][1]) > 4e6  # with Plotly


def test_every_line_of_a_table_has_its_labels_so_that_it_may_stand_anywhere(made):
    part, _ = made
    lines = part["tables"][0]["lines"]
    assert [line[:2] for line in lines] == [
        ["plain", "paper"], ["plain", "**ours**"], ["ours", "paper"], ["ours", "**ours**"],
    ]  # fmt: skip


def test_curves_are_read_over_the_samples_of_the_runs_own_training(tmp_path):
    run = made_run(tmp_path, "ours")
    curves = run_curves(run)
    assert curves["samples"] == [200, 400, 600, 800]
    assert curves["seeds"][1]["error"] == [59.0, None, 57.0, 56.0]
    record = {**run.record, "configuration": {"training": {"crops": 400}}}  # the cost has its start's too
    assert run_curves(Run("ours", run.folder, {}, record))["samples"] == [100, 200, 300, 400]
    assert run_curves(Run("none", tmp_path / "none", {}, run.record)) is None


def test_long_curves_are_thinned_and_keep_their_end(tmp_path):
    run = made_run(tmp_path, "ours")
    for seed in run.seeds:
        write_text(seed / "history.csv", "epoch,loss\n" + "".join(f"{n},{n}\n" for n in range(1, 1002)))
    curves = run_curves(run)
    assert len(curves["samples"]) <= MOST_POINTS
    assert curves["seeds"][0]["loss"][-1] == 1001
    assert len(set(np.diff(curves["seeds"][0]["loss"]))) == 1


def test_what_is_measured_on_training_data_stands_beside_what_is_not():
    found = measures(["loss", "pck", "train_pck", "tenth_mm", "train_mm", "held_loss", "depth", "held_judge"])
    assert [(entry["name"], entry["train"], entry["other"]) for entry in found] == [
        ("loss", "loss", "held_loss"), ("pck", "train_pck", "pck"), ("mm", "train_mm", "tenth_mm"),
        ("depth", "depth", ""), ("judge", "", "held_judge"),
    ]  # fmt: skip
    assert [entry["on"] for entry in found] == [
        "held-out training data", "test set", "a tenth of the test set", "", "held-out training data",
    ]  # fmt: skip


def test_poses_are_those_of_the_table_whatever_the_order_of_rows_and_joints(made):
    part, _ = made
    (shown,) = part["poses"]
    truth, ours, plain = (
        np.array(shown["truth"]),
        *(np.array(shown["runs"][run]) for run in ("ours", "plain")),
    )
    wrist = 3 * shown["joints"].index("r_wrist")
    for poses in (ours, plain):
        errors = np.abs(poses - truth)
        assert (errors.max(0) > 1).nonzero()[0].tolist() == [wrist]
        assert abs(errors[:, wrist] - 170).max() <= 1
    assert not truth[:, :3].any()  # the root
    assert ["pelvis", "r_hip"] in [[shown["joints"][end] for end in bone] for bone in shown["bones"]]
    assert shown["samples"][0] == "subject S9, action Walking, sequence Walking, frame 0"


def test_samples_are_evenly_spaced_among_those_that_all_runs_predict(tmp_path):
    files = {}
    for name, sample in {"all": np.arange(1000), "half": np.arange(999, -1, -2)}.items():
        files[name] = tmp_path / f"{name}.npz"
        np.savez(files[name], sample=sample)
    rows = shown_rows(files)
    assert len(rows) == SAMPLES
    assert (rows % 2 == 1).all()
    assert np.ptp(np.diff(rows)) <= 2


def test_predictions_for_a_table_without_3d_poses_are_left_out(tmp_path):
    pose_table("h36m", "val", "h36m17").save(tmp_path / "h36m/val.npz")
    assert posed_sets([made_run(tmp_path / "runs", "ours")], tmp_path) == []
    assert posed_sets([made_run(tmp_path / "runs", "ours")], tmp_path / "gone") == []


def test_words_may_link_to_files_but_to_no_address():
    assert inline("see [it](tables/a.csv)", "gcn/") == 'see <a href="gcn/tables/a.csv">it</a>'
    assert "<a" not in inline("[x](javascript:alert(1)) [y](https://example.org)")
    assert inline("**a** *b* 2 * 3 * 4 <b>") == "<strong>a</strong> <em>b</em> 2 * 3 * 4 &lt;b&gt;"
