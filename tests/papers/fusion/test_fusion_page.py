"""The page of Jiang et al.: three runs a row, two protocols a cell, claims on one test set each."""

import csv
import dataclasses

import numpy as np
import pytest

from repose.foundations.parameters import read_yaml12
from repose.fusion.recipe import schedule_of
from repose.papers.fusion import data_sets
from repose.papers.fusion.cost import cost_scores
from repose.papers.fusion.facts import REFERENCES, fusion_facts, limits_text
from repose.papers.fusion.scores import FAMILIES, declared
from repose.pictures.people import SETS_3D
from repose.report.claims import judge_all
from repose.report.page import further_runs, write_page
from repose.report.paper import headline
from repose.report.premises import Evidence
from repose.report.published import load_paper
from repose.report.runs import Run
from repose.report.scores import Score, figure, flat_score, unit_score
from repose.report.setting import Setting
from repose.report.tables import fills, grid, other_settings, table_cells, tidy_rows
from tests.imports import ROOT
from tests.papers.fusion.fusion_runs import SETS, made_scores

PAPER = load_paper("fusion")
SECTION = read_yaml12(ROOT / "params.yaml")["fusion"]
DECLARED = declared(SECTION)
SETTINGS = {key: SECTION[key] for key in ("network", "reading", "flip_test", "augment", "precision")}
REAL = Setting("paper", dict.fromkeys(data_sets(), "real"))
DRAWN = Setting("default", dict.fromkeys(data_sets(), "world"))
TEST_COLUMNS = {"h36m_eccv": "test/H36M", "mpi_inf_3dhp": "test/MPII3D", "occlusion_person": "test/OP"}


def printed():
    """The paper's test errors: (run, test set) → mm."""
    rows = [row for table in PAPER.tables for row in table.rows if row.run]
    found = {
        (row.run, group): float(row.published[column])
        for row in rows
        for group, column in TEST_COLUMNS.items()
        if column in row.published
    }
    return found | {("one_mm", group): 1.0 for group in SETS}


FIGURE_3 = {"s2_lsp_h36m": 60.0, "s2_lsp_x2_h36m": 55.0}  # training errors that the paper reads from it, mm


@pytest.fixture(scope="module")
def scored():
    """Scores as if every run had just the paper's errors, in the corrected protocol too."""
    known, generator = printed(), np.random.default_rng(0)
    scores, group = {}, np.repeat(np.arange(3), 30)
    for run in (*DECLARED, "one_mm"):
        errors = np.repeat([known.get((run, name), 100.0) for name in SETS], 30)
        noise = np.zeros((1, 90)) if run == "one_mm" else generator.normal(0, 0.2, (3, 90))
        for metric in ("mpjpe_corrected", "mpjpe_published"):
            scores[run, metric] = unit_score(errors + noise, np.arange(90), group, SETS)
        scores[run, "heatmap_pck_tenth"] = flat_score([77.0])
        scores[run, "mpjpe_published_tenth"] = flat_score([88.0])
    runs = made_runs()
    scores |= made_scores({"perfect": 0.0, "mean_pose": 600.0}) | cost_scores(runs)
    for name, error in (dict.fromkeys(DECLARED, 50.0) | {"mean_pose": 200.0}).items():
        scores[name, "train_mpjpe"] = Score(np.full((1, 3), error), np.ones(3), np.arange(3), SETS_3D)
    for name, error in (FIGURE_3 | {"mean_pose": 200.0}).items():
        values = error + generator.normal(0, 0.1, (3, 1))
        scores[name, "train_mpjpe_drop"] = Score(values, np.ones(1), np.zeros(1, int), ("h36m_eccv",))
    return scores, fusion_facts(runs, scores)


def made_runs(computed="cpu bf16", settings=(), **changed):
    """Runs as declared, with other `settings` of all, or `changed` ones of stage 3's schedule."""
    images = {"s1": 140 * 22246, "s2": 120 * 22246, "s3": 20 * 22246}  # as if all had MPII's size
    runs = []
    for name, entry in DECLARED.items():
        family = next(f for f in FAMILIES if name in SECTION[f])
        schedule = schedule_of(SECTION["train"][family], entry)
        schedule |= changed if family == "stage3" else {}
        record = {
            "seeds": [0], "parameters": {"here": 1},
            "configuration": SETTINGS | dict(settings) | {"train": schedule},
            "computed": computed if name == "s1_mpii" else "cpu bf16",
            "train": [entry[key] for key in ("data", "data2d", "data3d") if key in entry],
            "tests": ["h36m_eccv"], "cost": {"samples": 1000, "operations": 10**15},
            "paper_cost": dict.fromkeys(("samples", "operations"), images.get(name[:2], 2 * 10**6)),
        }  # fmt: skip
        runs.append(Run(name, ROOT, entry, record))
    return runs


def test_every_run_of_tables_and_claims_is_declared_and_every_last_stage_fills_a_row():
    named = {run for table in PAPER.tables for row in table.rows for run in (row.run, *row.parts.values())}
    claimed = {run for claim in PAPER.claims for terms in claim.contrasts for _, run, _ in terms}
    assert (named | claimed) - {None, *REFERENCES} <= DECLARED.keys()
    assert {run for run in DECLARED if run.startswith(("s3_", "solo3_"))} <= named


def test_rows_are_the_stages_that_the_run_has():
    for table in PAPER.tables:
        for row in table.rows:
            if "stage2" in row.parts:
                assert DECLARED[row.run]["parent"] == row.parts["stage2"]
            if "stage1" in row.parts:
                assert DECLARED[row.parts["stage2"]]["parent"] == row.parts["stage1"]


def test_the_effects_of_the_claims_follow_from_the_printed_tables():
    known = printed() | {(run, "h36m_eccv"): error for run, error in FIGURE_3.items()}
    for claim in PAPER.claims:
        if claim.group:
            effects = [sum(w * known[run, claim.group] for w, run, _ in terms) for terms in claim.contrasts]
            assert min(effects) == pytest.approx(claim.published_effect, abs=0.005), claim.id


def test_every_setting_that_rows_presume_is_written_by_the_trainings():
    stage = (ROOT / "stages/fusion.py").read_text()
    assert [name for name in PAPER.presumes if f'"{name}"' not in stage] == []
    assert {name: SECTION[name] for name in PAPER.presumes} == PAPER.presumes


def test_with_the_papers_errors_every_claim_on_them_is_reproduced(scored):
    verdicts = {v.claim.id: v for v in judge_all(PAPER.claims, Evidence(*scored, REAL))}
    open_ones = {name for name, v in verdicts.items() if v.claim.group and v.verdict != "reproduced"}
    assert open_ones == {"fusion_below_64_5"}  # 0.01 mm
    assert verdicts["fusion_minutes_op"].verdict == "not testable here"
    assert "benchmarks" in verdicts["fusion_minutes_op"].needs
    assert verdicts["fusion_operations_op"].verdict == "contradicted"  # 6.2 against 4 million pictures


def test_a_line_of_the_csv_is_one_figure(scored):
    for table in PAPER.tables:
        lines = tidy_rows(table, table_cells(table, *scored))
        keys = [(line["table"], line["row"], line["column"], line["metric"]) for line in lines]
        assert len(set(keys)) == len(keys)
    lines = {key[1:]: line for key, line in zip(keys, lines, strict=True)}
    published = lines["MPII/H36M", "test/H36M", "mpjpe_published"]
    assert (published["published"], published["run"]) == ("64.49", "s3_mpii_h36m")
    assert lines["MPII/H36M", "test/H36M", "mpjpe_corrected"]["published"] == ""


def test_the_corrected_figure_stands_first_and_beside_it_the_published_protocol(scored):
    scores, facts = scored
    other = {
        key: dataclasses.replace(score, sums=score.sums + 25 * score.counts)
        for key, score in scores.items()
        if key[1] == "mpjpe_published"
    }
    table = PAPER.tables[0]
    header, lines = grid(table, table_cells(table, scores | other, facts))
    at = header.index("test/H36M")
    rows = [line for line in lines if "MPII" in line[0] and line[1] == "H36M" and line[2].startswith("ours")]
    assert rows[0][2] == "ours, corrected"
    assert float(rows[0][at].strip("*")) == pytest.approx(64.49, abs=0.5)
    following = lines[lines.index(rows[0]) + 1]
    assert following[2] == "ours, published protocol"
    assert float(following[at]) == pytest.approx(float(rows[0][at].strip("*")) + 25, abs=0.1)
    assert lines[lines.index(rows[0]) + 2][at] == "64.49"
    floor = [line for line in lines if line[0] == "a perfect prediction"]
    assert abs(float(floor[0][at].strip("*"))) < 4
    assert not any("test 2D" in name for name in header)


def test_a_stage_has_the_figure_of_its_own_run(scored):
    scores, facts = scored
    only = {key: score for key, score in scores.items() if key[0] in {"s1_mpii", "s2_mpii_op"}}
    table = PAPER.tables[0]
    found = {
        (cell.row.row, cell.column.name): cell.run
        for cell in table_cells(table, only, facts)
        if cell.measured
    }
    assert found["MPII/OP", "stage1/2D PCKh"] == "s1_mpii"
    assert found["MPII/OP", "stage2/3D MPJPE"] == "s2_mpii_op"
    assert ("MPII/OP", "stage3/3D MPJPE") not in found


def test_a_run_made_otherwise_than_its_row_states_fills_none_but_its_first_stages_do(scored, tmp_path):
    scores, facts = scored
    assert all(fills(row, facts) for table in PAPER.tables for row in table.rows if row.run)
    other = fusion_facts(made_runs(lambda_geo=0.1), scores)
    cells = table_cells(PAPER.tables[0], scores, other)
    row = [cell for cell in cells if cell.row.row == "MPII/H36M"]
    assert {cell.column.name.split("/")[0] for cell in row if cell.measured} == {"stage1", "stage2"}
    assert "64.49" in {cell.published for cell in row}
    assert further_runs(PAPER, other, scores).count("s3_") == len(SECTION["stage3"])
    at_hand = Evidence(scores, other, REAL)
    verdicts = {v.claim.id: v for v in write_page(tmp_path, PAPER, at_hand, [])}
    assert "s3_mpii_h36m has recipe" in verdicts["fusion_pretraining_h36m"].needs
    assert verdicts["fusion_stage3_serves_h36m"].verdict == "reproduced"  # knows no stage 3


def test_rows_and_claims_presume_what_the_papers_runs_have_in_common(scored):
    scores, _ = scored
    other = fusion_facts(made_runs(settings={"network": "hourglass"}), scores)
    cells = [cell for table in PAPER.tables for cell in table_cells(table, scores, other)]
    assert {cell.run for cell in cells if cell.measured} == {"mean_pose", "perfect"}
    differing = other_settings(PAPER, other)
    claimed = {run for claim in PAPER.claims for terms in claim.contrasts for _, run, _ in terms}
    assert claimed - {"one_mm"} <= differing.keys()
    assert differing["s2_lsp_h36m"] == "s2_lsp_h36m has network hourglass where resnet is presumed"


def test_limits_in_millimetres_are_judged_on_published_files_and_shown_beside_the_mean_pose(scored):
    scores, _ = scored
    verdicts = {v.claim.id: v for v in judge_all(PAPER.claims, Evidence(*scored, DRAWN))}
    limits = [v for name, v in verdicts.items() if name.startswith("fusion_below")]
    assert len(limits) == 4
    assert {v.verdict for v in limits} == {"not testable here"}
    text = limits_text(PAPER, scores | made_scores({"mean_pose": 200.0}))
    line = next(line for line in text.splitlines() if "| fusion_below_100 | s3_lsp_h36m |" in line)
    assert "| H36M | 100 | 73.6 |" in line
    share = (
        100
        * 73.63
        / figure(scores | made_scores({"mean_pose": 200.0}), "mean_pose", "mpjpe_published", "h36m_eccv")
    )
    assert line.endswith(f"| {share:.1f} |")
    assert limits_text(PAPER, {}) == ""


def test_on_drawn_data_claims_agree_and_synthetic_pictures_have_nothing_real_beside_them(scored):
    verdicts = {v.claim.id: v for v in judge_all(PAPER.claims, Evidence(*scored, DRAWN))}
    assert verdicts["fusion_pretraining_h36m"].verdict == "agrees"
    synthetic = [v for name, v in verdicts.items() if name.startswith("fusion_synthetic")]
    assert {v.verdict for v in synthetic} == {"not testable here"}
    assert all("drawn" in v.needs for v in synthetic)


def test_arms_that_are_worse_than_the_mean_pose_tell_nothing(scored):
    scores, facts = scored
    nearer = scores | made_scores({"mean_pose": 130.0})
    verdicts = {v.claim.id: v for v in judge_all(PAPER.claims, Evidence(nearer, facts, REAL))}
    weak = verdicts["fusion_pretraining_same_set"]
    assert weak.verdict == "not testable here"
    assert weak.needs.startswith("solo3_h36m_h36m (137.6) does not beat the trivial answer")
    assert verdicts["fusion_pretraining_h36m"].verdict == "reproduced"


def test_the_page_is_written_and_its_claims_are_judged(scored, tmp_path):
    scores, _ = scored
    facts = fusion_facts(made_runs(computed="cpu fp32"), scores)
    at_hand = Evidence(scores, facts, DRAWN)
    verdicts = write_page(tmp_path, PAPER, at_hand, [], "Little was learnt.\n")
    assert len(verdicts) == len(PAPER.claims)
    text = (tmp_path / "README.md").read_text()
    assert (
        text.index("- Drawn by the embedded world: mpii") < text.index("Little was learnt") < text.index("✓")
    )
    assert "**Not computed in the precision asked for (bf16): s1_mpii.**" in text
    assert "cpu fp32 (**bf16 asked for**)" in text
    assert "takes fewer operations in all than training on 3D data alone (MPII3D, OP)" in text
    assert "at the paper's own sizes (ours)" in text
    assert "25 to 25, a factor of 1.00; at most 1.5 | fusion_pretraining_h36m" in text
    assert "| a perfect prediction |  | ours, corrected |" in text
    assert "cost/TFLOP `operations_paper`" in text
    with open(tmp_path / "tables/table-3.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"LSP/H36M/MPII3D", "FLIC/H36M/OP"} <= {row["row"] for row in rows}
    numbers = headline(PAPER, at_hand, verdicts)
    assert set(numbers["claims"]) == {"agrees", "disagrees", "undecided", "not testable here"}
    assert numbers["s3_mpii_h36m"] == pytest.approx(64.49, abs=0.2)
