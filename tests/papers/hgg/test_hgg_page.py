"""The page of Jin et al.: printed figures, claims that follow from them, runs that fill the rows."""

from dataclasses import replace

import numpy as np
import pytest

from repose.papers.hgg import data_sets, settings
from repose.papers.hgg.facts import hgg_facts
from repose.papers.people.scores import by_set
from repose.report.claims import judge_all
from repose.report.page import further_runs, write_page
from repose.report.premises import Evidence
from repose.report.published import load_paper
from repose.report.scores import flat_score, unit_score
from repose.report.setting import Setting
from repose.report.tables import fills, other_settings, table_cells, tidy_rows
from tests.papers.hgg.hgg_runs import bare_run

PAPER = load_paper("hgg")
SETTING = Setting("small", dict.fromkeys(data_sets(), "world"))
TABLES = {table.number: table for table in PAPER.tables}
RUNS = ("ae", "final", "edge", "edge_final", "full", "fc", "gat", "tree", "bypass", "extended")
GROUPS = ("coco_val", "coco_test", "ochuman_val", "ochuman_test")
OPEN = {"hgg_high_precision", "hgg_personlab", "hgg_over_top_down"}
ALIKE = {"hgg_multi", "hgg_ae_multi"}  # need people of many sizes, whom the world does not draw
NOT_PRINTED = {  # what claims need and the paper has no figure of
    ("bypass", "ap_all", "coco_val"): 57.5, ("extended", "ap_all", "coco_val"): 59.0,
    ("full", "ap_grouped_by_truth", "coco_val"): 69.4, ("ae", "ap_grouped_by_truth", "coco_val"): 69.6,
}  # fmt: skip
WORK = {
    ("full", "gigaflop_proposals"): 444.4, ("full", "gigaflop_grouping"): 0.4,
    ("full", "gigaflop_all"): 444.8, ("tree", "gigaflop_all"): 444.5,
}  # fmt: skip


def printed():
    """The paper's figures: (run, metric, group) → number, those over pictures with people alike."""
    known = {
        (row.run, column.metric, column.group): float(row.published[column.name])
        for table in PAPER.tables
        for row in table.rows
        if row.run
        for column in table.columns
        if column.name in row.published
    }
    seen = {
        (run, "ap_visible", group): value
        for (run, metric, group), value in known.items()
        if metric == "ap_all"
    }
    return known | seen | NOT_PRINTED


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """All runs, as `params.yaml` declares them."""
    folder = tmp_path_factory.mktemp("runs")
    return [bare_run(folder, name) for name in RUNS]


@pytest.fixture(scope="module")
def scored(runs):
    """Scores and facts as if every run had just the paper's figures."""
    known, chance, scores = printed(), np.random.default_rng(0), {}
    for name in dict.fromkeys(run for run, _, _ in known):
        own = {}
        for metric in dict.fromkeys(metric for run, metric, _ in known if run == name):
            groups = [g for g in GROUPS if (name, metric, g) in known]
            centre = np.repeat([known[name, metric, g] for g in groups], 100)
            values = centre + chance.normal(0, 0.1, (3, len(centre)))
            group = np.repeat(np.arange(len(groups)), 100)
            own[metric] = unit_score(values, np.arange(len(centre)), group, tuple(groups))
        scores |= {(name, metric): score for metric, score in by_set(own).items()}
    scores |= {key: flat_score([value]) for key, value in WORK.items()}
    return Evidence(scores, hgg_facts(runs, scores), SETTING)


def test_every_row_is_filled_by_a_run_as_params_yaml_makes_it_and_claims_name_no_other(scored):
    rows = [row for table in PAPER.tables for row in table.rows if row.run]
    names = {row.run for row in rows}
    assert names == scored.facts.keys()
    assert {name.partition("@")[0] for name in names} == {*RUNS, "mean_pose"}
    assert {run for claim in PAPER.claims for terms in claim.contrasts for _, run, _ in terms} <= names
    assert all(fills(row, scored.facts) for row in rows)
    assert further_runs(PAPER, scored.facts, scored.scores) == ""


def test_a_run_made_otherwise_fills_no_row_and_is_among_the_further_runs(scored, tmp_path):
    other = hgg_facts([bare_run(tmp_path, "tree", graph="bypass")], {})
    facts = scored.facts | {"tree": other["tree"]}
    cells = table_cells(TABLES["4a"], scored.scores, facts)
    assert [cell.row.row for cell in cells if cell.measured is None] == ["Tree"]
    assert "\n| tree | " in further_runs(PAPER, facts, scored.scores)


def test_another_way_of_testing_empties_rows_and_opens_claims(scored, runs):
    configuration = runs[0].record["configuration"]
    testing = configuration["testing"] | {"flip": False}
    record = runs[0].record | {"configuration": configuration | {"testing": testing}}
    facts = scored.facts | hgg_facts([replace(runs[0], record=record)], scored.scores)
    empty = [row.row for row in TABLES["2"].rows if not fills(row, facts)]
    assert empty == ["1 AE", "2 AE"]
    assert "\n| ae@multi | " in further_runs(PAPER, facts, scored.scores)
    differing = other_settings(PAPER, facts)
    verdicts = judge_all(PAPER.claims, Evidence(scored.scores, facts, SETTING, differing=differing))
    needs = {v.claim.id: v.needs for v in verdicts if v.verdict == "not testable here"}
    assert needs["hgg_gain"] == "ae has flip false where true is presumed"
    assert "hgg_intermediate" not in needs


def test_the_tables_have_all_rows_and_a_run_has_one_figure_wherever_the_paper_prints_it():
    sizes = {number: (len(table.rows), len(table.columns)) for number, table in TABLES.items()}
    assert sizes == {"1a": (15, 7), "1b": (8, 2), "2": (10, 8), "4a": (5, 1)}
    seen = {}
    for table in PAPER.tables:
        assert len({row.row for row in table.rows}) == len(table.rows)
        for row in table.rows:
            for column in table.columns:
                if row.run and column.name in row.published:
                    key = row.run, column.metric, column.group
                    assert seen.setdefault(key, row.published[column.name]) == row.published[column.name], key


def test_the_effects_of_the_claims_follow_from_the_printed_tables():
    known = printed()
    groups = {f"ap_visible_{group}": ("ap_visible", group) for group in GROUPS}
    checked = set()
    for claim in PAPER.claims:
        if claim.published_effect is None or claim.not_testable:
            continue
        effects = [
            sum(w * known[(run, *groups.get(metric, (metric, claim.group)))] for w, run, metric in terms)
            for terms in claim.contrasts
        ]
        assert claim.published_effect == pytest.approx(min(effects)), claim.id
        checked.add(claim.id)
    without = {claim.id for claim in PAPER.claims} - checked
    assert without == OPEN | {"hgg_denser", "hgg_gap", "hgg_cost", "hgg_graph_cost"}


def test_with_the_papers_figures_every_claim_agrees_that_our_runs_can_test(scored):
    verdicts = judge_all(PAPER.claims, scored)
    found = {v.claim.id: v.verdict for v in verdicts}
    assert {name for name, verdict in found.items() if verdict != "agrees"} == OPEN | ALIKE
    effects = {v.claim.id: v.effect.value for v in verdicts if v.effect}
    assert effects["hgg_end_to_end"] == pytest.approx(2.0, abs=0.1)
    assert effects["hgg_gap"] == pytest.approx(3.0, abs=0.1)
    assert effects["hgg_cost"] == pytest.approx(0.05 * 444.4 - 0.4)


def test_discriminators_that_have_learnt_nothing_leave_claims_on_them_open(scored):
    facts = scored.facts | {"edge": scored.facts["edge"] | {"part_size": 0.1}}
    verdicts = judge_all(PAPER.claims, Evidence(scored.scores, facts, SETTING))
    opened = {v.claim.id: v.needs for v in verdicts if v.verdict == "not testable here"}
    assert opened.keys() == OPEN | ALIKE | {"hgg_edge", "hgg_final_beside_edge", "hgg_supervision"}
    assert opened["hgg_edge"] == "edge (0.1) does not use the part that it is about (skill at least 0.5)"


def test_networks_that_have_learnt_nothing_are_not_compared(scored):
    nothing = unit_score(np.full((3, 100), 0.1), np.arange(100), np.zeros(100, int), ("coco_val",))
    weak = {key: nothing for key in scored.scores if key[1] == "ap_all"}
    verdicts = judge_all(PAPER.claims, Evidence(scored.scores | weak, scored.facts, SETTING))
    found = {v.claim.id: v.verdict for v in verdicts}
    assert found["hgg_multi"] == found["hgg_layers"] == "not testable here"
    assert found["hgg_cost"] == found["hgg_graph_cost"] == "agrees"


def test_a_line_of_the_csv_is_one_figure_in_the_papers_unit(scored):
    lines = [
        line for table in PAPER.tables
        for line in tidy_rows(table, table_cells(table, scored.scores, scored.facts))
    ]  # fmt: skip
    by_key = {(x["table"], x["row"], x["column"], x["metric"]): x for x in lines}
    assert len(by_key) == len(lines)
    line = by_key["2", "6 Ours", "AP", "ap_all"]
    assert (line["published"], line["unit"], line["run"]) == ("59.6", "%", "full@greedy")
    assert float(line["measured"]) == pytest.approx(59.6, abs=0.11)
    assert by_key["1a", "CFN", "APM", "apm_all"]["run"] == ""
    assert by_key["1b", "Ours+/Hourglass", "Test", "ap_all"]["published"] == "36.0"


def test_the_page_is_written(scored, tmp_path):
    verdicts = write_page(tmp_path, PAPER, scored, [], "Learnt.\n")
    assert len(verdicts) == len(PAPER.claims) == 27
    text = (tmp_path / "README.md").read_text()
    assert text.startswith("# hgg: Differentiable Hierarchical Graph Grouping")
    assert "- 10 runs with " in text  # tests of a run are no runs
    assert "### Table 4a" in text
    assert "| full@greedy |" in text
    assert (tmp_path / "tables/table-1b.csv").is_file()


def test_the_page_says_that_values_were_chosen_only_where_the_papers_schedule_is_not_followed():
    scale = {"network": {"width": 64}, "sigma": None, "loss": {"heat": 100.0}, "train": {"arm_crops": 4800}}
    shown, chosen = settings({}, scale)
    assert shown == {"network.width": 64, "loss.heat": 100.0, "train.arm_crops": 4800}
    assert "held-out" in chosen
    assert settings({}, {"sigma": None, "train": {"arm_crops": None}}) == ({}, "")
