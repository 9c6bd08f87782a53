"""Scores of DGCN runs follow from predictions and the truth alone."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from repose.metrics.people import with_visible_person
from repose.metrics.people.coco import coco_numbers, crowdpose_numbers
from repose.metrics.people.mpii_multi import group_people, match_joints, mpii_ap, mpii_pckh
from repose.papers.dgcn import declared
from repose.papers.dgcn.facts import TOLD, dgcn_facts, made, relations_agreed
from repose.papers.dgcn.scores import GROUP_MARGIN, dgcn_scores
from repose.papers.people.judged import load_found, load_judged
from repose.papers.people.kinds import errors_text
from repose.papers.people.scores import GROUPS
from repose.papers.people.words import learnt_text
from repose.report.runs import Run
from repose.settings import PRESETS
from tests.papers.dgcn.dgcn_runs import SECTION, TESTS, record_of, write_run
from tests.papers.people.people_runs import section_at, write_sets


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Test sets, and two runs of which the second is the worse."""
    folder = tmp_path_factory.mktemp("dgcn")
    tables = write_sets(folder, tests=TESTS)
    graph = ("dynamic", 16)
    runs = [
        write_run(folder / "runs", "ad_r50", tables, wrong=0.8, graph=graph, seeds=(0, 1)),
        write_run(folder / "runs", "base_r50", tables, wrong=1.6),
    ]
    return folder, runs, dgcn_scores(runs, folder / "poses")


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


def test_trunks_fill_no_row():
    assert declared({"trunks": {"trunk_r50": {}}, "runs": {"base_r50": {"seeds": 3}}}) == {
        "base_r50": {"seeds": 3}
    }


def test_a_run_says_how_it_was_made_and_nothing_of_settings_that_its_graph_has_no_use_for():
    def told(**how):
        return made(type("Run", (), {"record": record_of(TESTS, **how)}))

    assert (told()["backbone"], told()["data"], told()["graph"]) == ("resnet50", "coco", "none")
    assert not {"gamma", "softmax", "strides"} & told().keys()
    assert not {"gamma", "softmax", "resample", "gate"} & told(graph=("identity", 16)).keys()
    assert {"gamma": 100.0, "strides": [16, 8]}.items() <= told(graph=("soft", 16, 8), gamma=100.0).items()
    assert told(graph=("dynamic", 16))["resample"] == "iteration"
    assert told()["schedule"].startswith("average 0.001, batch 8, epochs 100, ")
    assert told()["augment"] == "flip 0.5, near 0.8, rotation 0, scale 0.7 1.4, spread 0.25"


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_of_the_scale_changes_what_rows_presume(preset):
    def told(section):
        record = record_of(TESTS, graph=("dynamic", 16), section=section)
        return made(type("Run", (), {"record": record})) | {"precision_asked": ""}

    assert told(section_at("dgcn", preset)) == told(SECTION)


@pytest.mark.parametrize(("second", "agreed"), [(1.0, 1.0), (-1.0, -1.0)])
def test_seeds_agree_on_relations_as_their_moves_correlate(second, agreed, tmp_path):
    move = np.arange(9, dtype=np.float32).reshape(3, 3) / 10
    for seed, times in enumerate((0.5, second)):
        (tmp_path / f"seed{seed}").mkdir()
        weights = {"graph.psi.graph.relations": 1 + times * move}
        save_file(weights, tmp_path / f"seed{seed}" / "model.safetensors")
    record = {"configuration": {"graph": {"relations_own": 1.0}}, "seeds": [0, 1]}
    assert relations_agreed(Run("ad", tmp_path, {}, record)) == pytest.approx(agreed)
    assert relations_agreed(Run("ad", tmp_path, {}, record | {"seeds": [0]})) is None


def test_facts_say_what_was_learnt_and_how_well_the_training_data_were_fitted(house):
    _, runs, scores = house
    facts = dgcn_facts(runs, scores)
    fact = facts["ad_r50"]
    assert fact["learnt: AP"] == round(float(scores["ad_r50", "ap_visible_coco_val"].value().mean()), 3)
    assert fact["learnt: pif_c + paf_c"] == 0.6
    assert not {"learnt: loss", "learnt: held-out loss"} & fact.keys()  # the graph's supervision is in them
    assert fact["training_error"] == pytest.approx(1 / 5 + 2 / 5)
    assert fact["relations_moved"] == pytest.approx(0.03)  # W_d begins at 1
    assert "relations_moved" not in facts["base_r50"]
    assert facts["mean_pose"].keys() == {"settings"}
    assert "The ResNet-50 baseline reaches AP" in learnt_text(scores, TOLD)
    table = errors_text(runs, scores)
    assert table.count("| COCO val |") == 2
    assert table.count("| CrowdPose test |") == 2
    assert errors_text(runs, {}) == learnt_text({}, TOLD) == ""
