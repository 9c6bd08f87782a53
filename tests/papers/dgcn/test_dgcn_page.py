"""The page of Qiu et al.: printed figures, claims that follow from them, runs that fill the rows."""

import csv

import numpy as np
import pytest

from repose.foundations.files import write_text
from repose.papers.dgcn import data_sets, settings
from repose.papers.dgcn.facts import dgcn_facts
from repose.papers.people.scores import by_set
from repose.report.claims import judge_all
from repose.report.page import further_runs, write_page
from repose.report.premises import Evidence
from repose.report.published import load_paper
from repose.report.runs import Run
from repose.report.scores import flat_score, unit_score
from repose.report.setting import Setting
from repose.report.tables import fills, other_settings, table_cells, tidy_rows
from tests.papers.dgcn.dgcn_runs import record_of, write_weights

PAPER = load_paper("dgcn")
SETTING = Setting("small", dict.fromkeys(data_sets(), "world"))
BACKBONES = {
    "r50": "resnet50",
    "r101": "resnet101",
    "r152": "resnet152",
    "x50": "resnext50",
    "d121": "densenet121",
}
GAMMAS = {"g001": 0.01, "g01": 0.1, "g1": 1, "g5": 5, "g100": 100}
KINDS = {"ai": "identity", "ah": "hand", "as": "soft", "ad": "dynamic"}
OWN = {"crowd": "crowdpose-test", "mpii": "mpii_multi-val"}
GROUPS = ("coco_val", "coco_test", "crowdpose_test", "mpii_val")
OPEN = {"dgcn_gamma_stability", "dgcn_personlab", "dgcn_mpii_others"}
RUNS = (
    "base_r50", "ai_r50", "ah_r50", "as_r50", "ad_r50", "as_g001", "as_g01", "as_g1", "as_g5", "as_g100",
    "ad_r50_2", "ad_r50_3", "base_r101", "ad_r101", "base_r152", "ad_r152", "base_x50", "ad_x50", "base_d121",
    "ad_d121", "base_crowd", "ad_crowd", "base_mpii", "ad_mpii",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of all runs."""
    return tmp_path_factory.mktemp("runs")


def run_of(folder, name, **changed):
    """A run as its name says, whose graph is in use; all have fitted their data alike."""
    kind, of, *heads = name.split("_")
    tests = [OWN[of]] if of in OWN else ["coco-val", "coco-test"]
    graph = (KINDS[kind], *(16, 8, 4)[: int(heads[0]) if heads else 1]) if kind in KINDS else None
    how = {"backbone": BACKBONES.get(of, "resnet50"), "graph": graph, "gamma": GAMMAS.get(of, 0.5)} | changed
    record = record_of(tests, **how)
    write_text(folder / name / "seed0/history.csv", "epoch,loss,pif_c,paf_c\n1,3,0.2,0.3\n")
    if record["configuration"]["graph"]:
        write_weights(folder / name / "seed0", 0.4, moved=0.2)
    return Run(name, folder / name, {}, record)


def printed():
    """The paper's figures: (run, metric, group) → number."""
    return {
        (row.run, column.metric, column.group): float(row.published[column.name])
        for table in PAPER.tables
        for row in table.rows
        if row.run
        for column in table.columns
        if column.name in row.published
    }


@pytest.fixture(scope="module")
def scored(folder):
    """Scores and facts as if every run had just the paper's figures; MPII's baseline 3 % below."""
    known, chance = printed(), np.random.default_rng(0)
    known["base_mpii", "pckh_mean", "mpii_val"] = 78.0
    scores = {}
    for name in RUNS:
        for metric in dict.fromkeys(metric for run, metric, _ in known if run == name or name == "base_mpii"):
            groups = [g for g in GROUPS if (name, metric, g) in known]
            if groups:
                centre = np.repeat([known[name, metric, g] for g in groups], 100)
                values = centre + chance.normal(0, 1e-3, (3, len(centre)))
                group = np.repeat(np.arange(len(groups)), 100)
                scores[name, metric] = unit_score(values, np.arange(len(centre)), group, tuple(groups))
        own = by_set({metric: score for (run, metric), score in scores.items() if run == name})
        scores |= {(name, metric): score for metric, score in own.items()}
        if (name, "mib_paper", None) in known:
            scores[name, "mib_paper"] = flat_score([known[name, "mib_paper", None]])
    facts = dgcn_facts([run_of(folder, name) for name in RUNS], scores)
    return Evidence(scores, facts, SETTING)


def test_every_declared_run_fills_a_row_as_its_name_says_and_claims_name_no_other(scored):
    rows = [row for table in PAPER.tables for row in table.rows if row.run]
    assert {row.run for row in rows} == {*RUNS, "mean_pose"} - {"base_mpii"}
    assert {run for claim in PAPER.claims for terms in claim.contrasts for _, run, _ in terms} <= set(RUNS)
    assert all(fills(row, scored.facts) for row in rows)


def test_a_run_made_otherwise_fills_no_row_and_is_among_the_further_runs(scored, folder):
    other = dgcn_facts([run_of(folder, "as_g5", gamma=7.0)], scored.scores)
    facts = scored.facts | {"as_g5": other["as_g5"]}
    cells = table_cells(PAPER.tables[1], scored.scores, facts)
    assert [cell.row.row for cell in cells if cell.measured is None] == ["5"]
    lines = further_runs(PAPER, facts, scored.scores).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| as_g5", "| base_mpii"]


def test_another_reading_of_the_graph_empties_its_rows_and_opens_its_claims(scored, folder):
    runs = [run_of(folder, name, softmax="masked") for name in ("base_r50", "ad_r50")]
    facts = scored.facts | dgcn_facts(runs, scored.scores)
    cells = table_cells(PAPER.tables[0], scored.scores, facts)
    assert [cell.row.row for cell in cells if cell.published and cell.measured is None] == ["DGCN-A_d"]
    further = further_runs(PAPER, facts, scored.scores)
    assert "\n| ad_r50 | as the section says | softmax masked where literal is presumed | " in further
    differing = other_settings(PAPER, facts)
    verdicts = judge_all(PAPER.claims, Evidence(scored.scores, facts, SETTING, differing=differing))
    needs = {v.claim.id: v.needs for v in verdicts if v.verdict == "not testable here"}
    assert needs["dgcn_gain"] == "ad_r50 has softmax masked where literal is presumed"
    assert "dgcn_graph_alone" not in needs


def test_the_tables_have_all_rows_and_a_run_has_one_figure_wherever_the_paper_prints_it():
    sizes = {table.number: (len(table.rows), len(table.columns)) for table in PAPER.tables}
    assert sizes == {
        "1": (6, 1), "2": (6, 1), "3": (4, 1), "4": (8, 2), "5": (6, 2), "6": (9, 10), "7": (6, 10),
        "8": (6, 8),
    }  # fmt: skip
    seen = {}
    for table in PAPER.tables:
        for row in table.rows:
            assert len({other.row for other in table.rows}) == len(table.rows)
            for column in table.columns:
                if row.run and column.name in row.published:
                    key = row.run, column.metric, column.group
                    assert seen.setdefault(key, row.published[column.name]) == row.published[column.name], key


def test_cited_rows_of_mpii_have_the_mean_of_their_columns_and_the_papers_own_row_has_not():
    for row in PAPER.tables[7].rows:
        *parts, mean = (float(value) for value in row.published.values())
        assert (abs(np.mean(parts) - mean) < 0.06) == row.cited, row.row


def test_the_effects_of_the_claims_follow_from_the_printed_tables():
    known = printed()
    for claim in PAPER.claims:
        if claim.id in ("dgcn_crowds", "dgcn_mpii") or claim.not_testable:
            continue
        effects = [sum(w * known[run, metric, claim.group] for w, run, metric in t) for t in claim.contrasts]
        if claim.kind == "equivalence":
            largest = max(effects, key=abs)
            assert claim.published_effect == pytest.approx(abs(largest)), claim.id
            assert abs(largest) < claim.margin
        else:
            assert claim.published_effect == pytest.approx(min(effects)), claim.id


def test_with_the_papers_figures_every_claim_agrees_that_the_paper_defines(scored):
    verdicts = judge_all(PAPER.claims, scored)
    found = {v.claim.id: v.verdict for v in verdicts}
    assert {name for name, verdict in found.items() if verdict == "not testable here"} == OPEN
    assert {found[name] for name in found.keys() - OPEN} == {"agrees"}
    effects = {v.claim.id: v.effect.value for v in verdicts if v.effect}
    assert effects["dgcn_crowds"] == pytest.approx(0.028 - 0.020, abs=1e-3)
    assert effects["dgcn_parameters"] == pytest.approx(3.6)
    assert effects["dgcn_second_head"] == pytest.approx(19 - 6)


def test_the_gain_in_crowds_is_checked_on_both_sets(scored):
    (claim,) = (claim for claim in PAPER.claims if claim.id == "dgcn_crowds")
    (verdict,) = judge_all((claim,), scored)
    assert [finding.kind for finding in verdict.findings] == ["learnt", "fitted", "used"]
    assert all("exempt" not in finding.found for finding in verdict.findings)
    metric = "ap_visible_crowdpose_test"
    weak = {("mean_pose", metric): scored.scores["ad_crowd", metric]}
    (verdict,) = judge_all((claim,), Evidence(scored.scores | weak, scored.facts, SETTING))
    assert verdict.needs.startswith("ad_crowd (0.591) and base_crowd (0.563) do not beat")


def test_networks_that_find_next_to_nobody_are_not_compared(scored):
    nothing = {
        key: unit_score(np.full((3, 100), 0.01), np.arange(100), np.zeros(100, int), ("coco_val",))
        for key in scored.scores if key[1] == "ap_visible" and key[0].endswith("_r50")
    }  # fmt: skip
    verdicts = judge_all(PAPER.claims, Evidence(scored.scores | nothing, scored.facts, SETTING))
    (gain,) = (v for v in verdicts if v.claim.id == "dgcn_gain")
    assert gain.needs == "ad_r50 (0.01) and base_r50 (0.01) do not reach 0.05 AP, the least to be compared"


def test_claims_on_networks_that_have_learnt_nothing_are_not_testable(scored):
    trivial = {("mean_pose", "ap_visible"): scored.scores["ad_r50", "ap_visible"]}
    verdicts = judge_all(PAPER.claims, Evidence(scored.scores | trivial, scored.facts, SETTING))
    found = {v.claim.id: v.verdict for v in verdicts}
    assert found["dgcn_gain"] == found["dgcn_gamma"] == "not testable here"
    assert found["dgcn_parameters"] == "agrees"


def test_adjacencies_are_not_compared_while_the_relations_are_where_they_began(scored):
    facts = {run: fact | {"relations_moved": 0.02} for run, fact in scored.facts.items() if run[0] == "a"}
    verdicts = judge_all(PAPER.claims, Evidence(scored.scores, scored.facts | facts, SETTING))
    needs = {v.claim.id: v.needs for v in verdicts if v.verdict == "not testable here"}
    between = {"dgcn_adjacencies", "dgcn_soft_over_hand", "dgcn_dynamic_over_soft", "dgcn_gamma"}
    assert needs.keys() == OPEN | between
    reason = "as_r50 (0.02) does not use the part that it is about (move of W_d at least 0.1)"
    assert needs["dgcn_soft_over_hand"] == reason  # a graph by hand has its edges from the start


def test_a_line_of_the_csv_is_one_figure_in_the_papers_unit(scored):
    lines = [
        line for table in PAPER.tables
        for line in tidy_rows(table, table_cells(table, scored.scores, scored.facts))
    ]  # fmt: skip
    by_key = {(x["table"], x["row"], x["column"], x["metric"]): x for x in lines}
    assert len(by_key) == len(lines)
    line = by_key["6", "DGCN-50(ours)/R-50/641", "AP", "ap_visible"]
    assert (line["published"], line["measured"], line["run"]) == ("0.646", "0.646", "ad_r50")
    assert by_key["6", "Personlab/R-101/1401", "APL", "apl_visible"]["run"] == ""
    assert by_key["7", "Pifpaf", "AP", "ap_all"]["published"] == "0.667"  # as COCO's server scores
    assert by_key["7", "Pifpaf", "ARL", "arl_all"]["published"] == "0.800"
    assert by_key["5", "DGCN-ResNet50/1/CrowdPose", "AP/CrowdPose", "ap_visible"]["measured"] == "0.591"


def test_the_page_is_written(scored, tmp_path):
    verdicts = write_page(tmp_path, PAPER, scored, [], "Learnt.\n")
    assert len(verdicts) == len(PAPER.claims)
    text = (tmp_path / "README.md").read_text()
    assert "| base_mpii | as the section says |" in text
    assert "cited, retrained by us" in text
    assert text.startswith("# DGCN: Dynamic Graph")
    assert "\n### Why claims are open\n\n- **dgcn_gamma_stability**: the paper does not define" in text
    assert "\n### Notes on the claims\n\n- **dgcn_gain**: " in text
    assert "pre-training included" in text
    with open(tmp_path / "tables/table-8.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["metric"] for row in rows if row["published"]} == {f"pckh_{p}" for p in (
        "head", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "mean",
    )}  # fmt: skip


def test_the_page_says_that_values_were_chosen_only_where_the_papers_schedule_is_not_followed():
    shown, chosen = settings(
        {}, {"network": {"width": 0.5}, "train": {"arm_crops": 1000, "batch": None}, "gate": 0.3}
    )
    assert shown == {"network.width": 0.5, "train.arm_crops": 1000, "gate": 0.3}
    assert "held-out" in chosen
    assert settings({}, {"train": {"arm_crops": None}})[1] == ""
