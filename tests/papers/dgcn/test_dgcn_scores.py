"""Scores of DGCN runs follow from predictions and the truth alone, and resample as average precision does."""

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.metrics.people import ap, match_all, sigmas, with_visible_person
from repose.metrics.people.coco import coco_numbers, crowdpose_numbers
from repose.metrics.people.mpii_multi import group_people, match_joints, mpii_ap, mpii_pckh
from repose.papers.dgcn.facts import dgcn_facts, drawn_text, errors_text, learnt_text, made
from repose.papers.dgcn.people import best_found, load_found, load_judged, mean_pose
from repose.papers.dgcn.scores import (
    GROUP_MARGIN,
    GROUPS,
    declared,
    dgcn_scores,
    linearised,
    precision_units,
    recall_units,
    units_of,
)
from tests.metrics.people.crowds import found, truth
from tests.papers.dgcn.dgcn_runs import TESTS, record_of, write_run, write_set, write_sets


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Test sets, and two runs of which the second is the worse."""
    folder = tmp_path_factory.mktemp("dgcn")
    tables = write_sets(folder)
    graph = ("dynamic", 16)
    runs = [
        write_run(folder / "runs", "ad_r50", tables, wrong=0.8, graph=graph, seeds=(0, 1)),
        write_run(folder / "runs", "base_r50", tables, wrong=1.6),
    ]
    return folder, runs, dgcn_scores(runs, folder / "poses")


def matches_of(seed, pictures):
    of = truth(seed, pictures)
    return match_all(of, found(of, seed), sigmas("coco17", of.joints)), with_visible_person(of)


def test_a_figure_that_is_a_mean_over_pictures_is_linearised_to_the_pictures_own_values():
    values = rng(0, "values").normal(size=(30, 2))

    def mean(weights):
        return weights @ values / weights.sum(axis=1, keepdims=True)

    np.testing.assert_allclose(linearised(mean, 30), values)
    np.testing.assert_allclose(linearised(lambda w: mean(w)[:, 0], 30), values[:, 0])


def test_the_mean_of_linearised_average_precision_is_average_precision():
    matches, visible = matches_of(3, 60)
    units = precision_units(matches, visible)
    exact = ap(matches)
    assert set(units) == {"AP", "AP50", "AP75", "APM", "APL"}
    for name, (values, counts) in units.items():
        assert len(values) == visible.sum() == counts.sum()
        assert values.mean() == pytest.approx(exact[name], abs=1e-12)


@pytest.mark.parametrize("pictures", [120, 400])
def test_resampling_linearised_values_spreads_as_resampling_pictures_does(pictures):
    matches, visible = matches_of(1, pictures)
    rows = np.flatnonzero(visible)
    drawn = rng(0, "draws").multinomial(len(rows), np.full(len(rows), 1 / len(rows)), 1000)
    weights = np.zeros((1000, pictures))
    weights[:, rows] = drawn
    exact, units = ap(matches, weights), precision_units(matches, visible)
    for name, (values, _) in units.items():
        resampled = drawn @ values / len(rows)
        assert np.corrcoef(resampled, exact[name])[0, 1] > 0.94, name
        widths = [np.ptp(np.quantile(draws, [0.025, 0.975])) for draws in (resampled, exact[name])]
        assert widths[0] == pytest.approx(widths[1], rel=0.1), name


def test_average_recall_is_a_sum_over_pictures_of_people_found():
    matches, _ = matches_of(2, 50)
    exact = ap(matches)
    for name, (right, people) in recall_units(matches).items():
        assert right.sum() / people.sum() == pytest.approx(exact[name])


def test_scores_are_those_of_the_fields_own_tools_at_the_published_picture_size(house):
    folder, runs, scores = house
    for test, numbers in (("coco-val", coco_numbers), ("crowdpose-test", crowdpose_numbers)):
        judged = load_judged(folder / "poses", test)
        assert judged.truth.picture_sizes.max() == 640  # of files of 128 px
        people = load_found(runs[1].predictions(test)[0], judged)
        for suffix, pictures in (("all", None), ("visible", with_visible_person(judged.truth))):
            exact = numbers(judged.truth, people, pictures=pictures)
            for name in ("AP", "AP50", "AP75", "AR", "AR50", "AR75"):
                score = scores["base_r50", f"{name.lower()}_{suffix}"].only((GROUPS[test],))
                assert score.value() == pytest.approx([exact[name]]), (test, suffix, name)
    hard = scores["base_r50", "ap_hard"].value()
    assert hard == pytest.approx([exact["AP_hard"]])


def test_mpii_has_two_scores_in_its_groups_of_people(house):
    folder, runs, scores = house
    judged = load_judged(folder / "poses", "mpii_multi-val")
    assert (judged.factors == 1).all()
    people = load_found(runs[1].predictions("mpii_multi-val")[0], judged)
    matches = match_joints(*group_people(judged.truth, people, GROUP_MARGIN))
    precision, pckh = mpii_ap(matches), mpii_pckh(matches)
    assert scores["base_r50", "pckh_mean"].value() == pytest.approx([100 * pckh["Mean"]])
    assert scores["base_r50", "map_head"].value() == pytest.approx([100 * precision["Head"]])
    assert len(scores["base_r50", "pckh_mean"].counts) == 5  # pictures with a group


def test_groups_are_the_test_sets_and_seeds_share_the_chance_of_their_trunk(house):
    _, _, scores = house
    score = scores["ad_r50", "ap_visible"]
    assert score.group_names == ("coco_val", "coco_test", "crowdpose_test")
    assert score.sums.shape == (2, 18)  # six of seven pictures show somebody
    assert score.start == ""  # the trunk is one, so its arms share no chance
    assert scores["ad_r50", "ap_all"].sums.shape == (2, 21)
    for run in ("ad_r50", "mean_pose"):
        for group in score.group_names:
            own = scores[run, f"ap_visible_{group}"]
            assert own.group_names == (group,)
            np.testing.assert_allclose(own.value(), scores[run, "ap_visible"].only((group,)).value())
    assert scores["mean_pose", "ap_all"].group_names == ("coco_val", "coco_test", "crowdpose_test")
    assert scores["ad_r50", "mib_paper"].value() == pytest.approx(96.49)


def test_the_better_run_scores_better_and_kinds_of_errors_add_up(house):
    _, _, scores = house
    for metric, sign in (("ap_visible", 1), ("ar_visible", 1), ("joints_good", 1), ("joints_jitter", -1)):
        values = [scores[run, metric].value().mean() for run in ("ad_r50", "base_r50")]
        assert sign * values[0] > sign * values[1], metric
    kinds = [key for key in scores if key[0] == "base_r50" and key[1].startswith("joints_")]
    total = np.sum([scores[key].by_group() for key in kinds], axis=0)
    np.testing.assert_allclose(total, 100)
    assert scores["base_r50", "people_missed"].value() == scores["base_r50", "people_spurious"].value()


def test_joints_grouped_by_the_truth_score_at_least_as_well(house):
    _, _, scores = house
    by_truth = scores["base_r50", "ap_grouped_by_truth"].value()
    assert by_truth >= scores["base_r50", "ap_visible"].value() - 1e-9


def test_the_trivial_answer_is_the_mean_pose_in_everybodys_box(house):
    folder, _, scores = house
    judged = load_judged(folder / "poses", "coco-val")
    answer = mean_pose(judged)
    assert len(answer) == (~judged.truth.ignored).sum()
    one = judged.truth.rows(np.flatnonzero(~judged.truth.ignored)[:1])
    alone = type(judged)(judged.skeleton, judged.names, one, judged.factors, one)
    places = mean_pose(alone).joints2d_px[0][one.labelled[0]]
    np.testing.assert_allclose(places, one.joints2d_px[0][one.labelled[0]])
    assert scores["mean_pose", "ap50_visible"].group_names == ("coco_val", "coco_test", "crowdpose_test")
    assert scores["mean_pose", "pckh_mean"].value() > 0


def test_drawings_and_kinds_of_errors_take_as_many_of_the_best_as_there_are_people(house):
    folder, runs, _ = house
    judged = load_judged(folder / "poses", "coco-val")
    people = load_found(runs[0].predictions("coco-val")[0], judged)
    kept = best_found(judged, people)
    assert len(kept) == (~judged.truth.ignored).sum() == len(people) - 2
    assert kept.person_score.min() > 0.1  # the two who are nobody have this


def test_a_metric_in_which_nobody_counts_is_left_out(tmp_path):
    write_set(tmp_path, "coco-val")
    judged = load_judged(tmp_path, "coco-val")
    units = units_of(judged, mean_pose(judged))
    assert "apm_visible" not in units  # the figures of these pictures are large
    assert "apl_visible" in units


def test_a_test_set_without_labels_is_not_scored(tmp_path):
    tables = write_sets(tmp_path, tests=("coco-val",))
    tables["coco-test"] = tables["coco-val"]
    run = write_run(tmp_path / "runs", "ad_r152", tables)
    scores = dgcn_scores([run], tmp_path / "poses")
    assert scores["ad_r152", "ap_visible"].group_names == ("coco_val",)


def test_a_run_without_predictions_is_one_sentence(tmp_path):
    tables = write_sets(tmp_path, tests=("coco-val",))
    run = write_run(tmp_path / "runs", "ad_r50", tables)
    run.predictions("coco-val")[0].unlink()
    with pytest.raises(ReposeError, match=r"no predictions of coco-val .* make the run again"):
        dgcn_scores([run], tmp_path / "poses")


def test_trunks_fill_no_row():
    assert declared({"trunks": {"trunk_r50": {}}, "runs": {"base_r50": {"seeds": 3}}}) == {
        "base_r50": {"seeds": 3}
    }


def test_a_run_says_in_one_line_how_it_was_made():
    def line(**how):
        return made(type("Run", (), {"record": record_of(TESTS, **how)}))

    assert line() == "resnet50 on coco, no graph"
    assert line(graph=("identity", 16), gamma=1) == "resnet50 on coco, identity graph at stride 16"
    assert line(graph=("soft", 16), gamma=100.0) == "resnet50 on coco, soft graph at stride 16, γ 100"
    assert line(graph=("dynamic", 16, 8)) == "resnet50 on coco, dynamic graph at stride 16 and 8, γ 0.5"


def test_where_pictures_are_drawn_the_page_names_what_makes_them_easier(house):
    _, runs, _ = house
    text = drawn_text(runs, True)
    assert "scale.world.people_px" in text
    assert "scale.world.size_range" in text
    assert "(../data/README.md)" in text
    assert drawn_text(runs, False) == drawn_text([], True) == ""


def test_facts_say_what_was_learnt_and_how_well_the_training_data_were_fitted(house):
    _, runs, scores = house
    facts = dgcn_facts(runs, scores)
    fact = facts["ad_r50"]
    assert fact["learnt: AP"] == round(float(scores["ad_r50", "ap_visible_coco_val"].value().mean()), 3)
    assert fact["learnt: pif_c + paf_c"] == 0.6
    assert not {"learnt: loss", "learnt: held-out loss"} & fact.keys()  # the graph's supervision is in them
    assert fact["training_error"] == pytest.approx(1 / 5 + 2 / 5)
    assert facts["mean_pose"].keys() == {"settings"}
    assert "The ResNet-50 baseline reaches AP" in learnt_text(scores)
    table = errors_text(runs, scores)
    assert table.count("| COCO val |") == 2
    assert table.count("| CrowdPose test |") == 2
    assert errors_text(runs, {}) == learnt_text({}) == ""
