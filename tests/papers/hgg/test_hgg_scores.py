"""Scores of HGG runs by all their tests, and what grouping costs."""

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays
from repose.metrics.people import with_visible_person
from repose.metrics.people.coco import coco_numbers
from repose.papers.hgg import declared
from repose.papers.hgg.facts import gap_text, hgg_facts, made, part_size, used_text
from repose.papers.hgg.scores import Operations, counted_operations, hgg_scores
from repose.papers.people.judged import load_found, load_judged
from repose.report.runs import Run
from repose.settings import PRESETS
from tests.papers.hgg.hgg_runs import (
    LOSSES,
    SECTION,
    SKILLS,
    TESTS,
    bare_run,
    find_nothing,
    record_of,
    write_history,
    write_run,
)
from tests.papers.people.people_runs import section_at, write_sets


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Test sets, and two runs of which the second is the worse."""
    folder = tmp_path_factory.mktemp("hgg")
    tables = write_sets(folder, tests=TESTS)
    runs = [
        write_run(folder / "runs", "full", tables, wrong=0.8),
        write_run(folder / "runs", "ae", tables, wrong=1.6),
    ]
    return folder, runs, hgg_scores(runs, folder / "poses")


def test_every_test_of_a_run_is_a_row_with_cocos_numbers_in_percent(house):
    folder, runs, scores = house
    assert {run for run, _ in scores} == {"full", "full@multi", "full@greedy", "ae", "ae@multi", "mean_pose"}
    for test, group in (("coco-val", "coco_val"), ("ochuman-test", "ochuman_test")):
        judged = load_judged(folder / "poses", test)
        for row, suffix in (("ae", ""), ("ae@multi", "_multi")):
            people = load_found(runs[1].predictions(test + suffix)[1], judged)
            for kind, pictures in (("all", None), ("visible", with_visible_person(judged.truth))):
                exact = coco_numbers(judged.truth, people, pictures=pictures)
                for name in ("AP", "AP50", "AP75", "AR"):
                    score = scores[row, f"{name.lower()}_{kind}"].only((group,))
                    assert score.value()[1] == pytest.approx(100 * exact[name]), (row, test, name)
    assert 0 < scores["mean_pose", "ar_all"].value() < 100


def test_groups_are_the_test_sets_and_tests_of_a_run_share_its_chance(house):
    _, _, scores = house
    for row in ("full", "full@greedy"):
        score = scores[row, "ap_all"]
        assert score.group_names == ("coco_val", "coco_test", "ochuman_val", "ochuman_test")
        assert score.sums.shape == (2, 28)
        assert score.start == "full"
        assert scores[row, "ap_visible_ochuman_val"].group_names == ("ochuman_val",)


def test_what_is_lost_in_grouping_is_known_of_tests_that_see_the_same_joints(house):
    _, _, scores = house
    for row in ("full", "full@greedy", "ae"):
        gap, best, own = (
            scores[row, m].by_group() for m in ("grouping_gap", "ap_grouped_by_truth", "ap_visible")
        )
        np.testing.assert_allclose(gap, best - own)
    assert ("full@multi", "grouping_gap") not in scores
    np.testing.assert_allclose(
        scores["full@greedy", "ap_grouped_by_truth"].sums, scores["full", "ap_grouped_by_truth"].sums
    )
    assert (scores["full", "grouping_gap"].value() > -1e-9).all()


def test_a_missing_test_is_one_sentence(tmp_path):
    tables = write_sets(tmp_path, tests=("coco-val",))
    run = write_run(tmp_path / "runs", "full", tables)
    run.predictions("coco-val_greedy")[0].unlink()
    with pytest.raises(ReposeError, match=r"no predictions of coco-val_greedy .* make the run again"):
        hgg_scores([run], tmp_path / "poses")


def test_the_trunk_fills_no_row():
    assert declared({"graph_net": {}, "runs": {"ae": {"seeds": 3}}}) == {"ae": {"seeds": 3}}


def test_facts_say_how_a_row_was_made_and_count_a_training_once(house):
    _, runs, scores = house
    facts = hgg_facts(runs, scores)
    assert (facts["ae"]["kind"], facts["ae"]["scales"]) == ("none", [1.0])
    assert not {"graph", "losses", "layers", "cut"} & facts["ae"].keys()
    taught = {"kind": "edge_conv", "graph": "full", "losses": ["edge", "final", "intermediate"]}
    for row, scales, grouper in (
        ("full", [1.0], "own"), ("full@multi", [2.0, 1.0, 0.5], "own"), ("full@greedy", [1.0], "tags"),
    ):  # fmt: skip
        assert (taught | {"scales": scales, "grouper": grouper}).items() <= facts[row].items()
    settings = "the run `full`, tested at scales 2, 1, 0.5, grouped by itself"
    assert facts["full@multi"]["settings"] == settings
    assert "samples_seen" in facts["full"]
    assert "samples_seen" not in facts["full@greedy"]
    assert facts["full@greedy"]["seeds"] == 2
    assert facts["full@greedy"]["training_error"] == pytest.approx(LOSSES["heatmap"])
    assert "part_size" not in facts["ae"]
    assert "Put together by the truth, the same joints reach AP" in gap_text(scores)
    assert facts["full"]["part_size"] == facts["full"]["learnt: judge"] == SKILLS["held_judge"]
    assert facts["full"]["learnt: macro-nodes"] == SKILLS["held_macro"]
    words = "0.70 to 0.70 of the one that decides what is merged, 0.60 to 0.60 of the one of macro-nodes"
    assert words in used_text(facts)
    assert gap_text({}) == used_text({}) == ""


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_of_the_scale_changes_what_rows_presume(preset, tmp_path):
    def told(section):
        record = record_of("full", section=section)
        return made(Run("full", tmp_path, {}, record)) | {"precision_asked": ""}

    assert told(section_at("hgg", preset)) == told(SECTION)


def test_what_a_run_has_learnt_is_the_held_out_skill_of_who_decides_the_mean_of_its_seeds(tmp_path):
    run = bare_run(tmp_path, "full", seeds=2)
    write_history(run.seeds[1], True, SKILLS | {"held_judge": 0.5})
    assert part_size(run) == pytest.approx((SKILLS["held_judge"] + 0.5) / 2)
    assert part_size(bare_run(tmp_path, "ae")) is None


def test_a_skill_is_unknown_without_held_out_pictures(tmp_path):
    run = bare_run(tmp_path, "tree")
    write_history(run.seeds[0], True, {})
    facts = hgg_facts([run], {})
    assert part_size(run) is None
    assert not {"part_size", "learnt: judge", "learnt: macro-nodes"} & facts["tree"].keys()
    assert used_text(facts) == ""


def test_operations_are_the_mean_over_pictures_with_somebody_of_what_each_seed_has_counted(house):
    folder, runs, scores = house
    visible = with_visible_person(load_judged(folder / "poses", "coco-val").truth)
    for number, path in enumerate(runs[0].predictions("coco-val_operations")):
        counted = load_arrays(path)
        assert len(counted["image"]) == len(visible) > visible.sum()
        network, *parts = (counted[name][visible].mean() / 1e9 for name in Operations._fields)
        values = {"proposals": network, "grouping": sum(parts), "all": network + sum(parts)}
        for name, value in values.items():
            assert scores["full", f"gigaflop_{name}"].value()[number] == pytest.approx(value), name
    assert 400 < network < 500
    assert not {metric for run, metric in scores if run != "full" and metric.startswith("gigaflop")}


def test_operations_that_are_missing_or_of_other_pictures_are_one_sentence(tmp_path):
    tables = write_sets(tmp_path, tests=("coco-val",))
    run = write_run(tmp_path / "runs", "tree", tables, seeds=1)
    assert len(counted_operations(run, "coco-val", 7)) == 1
    with pytest.raises(ReposeError, match=r"operations of 7 pictures, expected 8 .* make the run again"):
        counted_operations(run, "coco-val", 8)
    run.predictions("coco-val_operations")[0].unlink()
    with pytest.raises(ReposeError, match=r"no operations on coco-val .* make the run again"):
        counted_operations(run, "coco-val", 7)


def test_a_run_that_finds_nothing_scores_nothing_and_its_grouping_costs_nothing(tmp_path):
    tables = write_sets(tmp_path, tests=TESTS)
    run = write_run(tmp_path / "runs", "full", tables, seeds=1)
    find_nothing(run, tables)
    scores = hgg_scores([run], tmp_path / "poses")
    for row in ("full", "full@multi", "full@greedy"):
        for metric in ("ap_all", "ap_visible", "ar_all", "joints_good"):
            assert (scores[row, metric].by_group() == 0).all(), (row, metric)
    assert (scores["full", "grouping_gap"].by_group() == 0).all()
    assert scores["full", "gigaflop_grouping"].value() == 0
    assert scores["full", "gigaflop_all"].value() == scores["full", "gigaflop_proposals"].value() > 400
    assert hgg_facts([run], scores)["full"]["learnt: AP"] == 0
