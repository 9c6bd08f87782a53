"""A claim whose premises do not hold is not testable, and the reason says which run fails by how much."""

import numpy as np
import pytest

from repose.report.claims import judge
from repose.report.claims_section import premises_text
from repose.report.premises import plain
from repose.report.published import premise
from repose.report.scores import Score, flat_score
from repose.report.setting import Setting
from tests.report.made import evidence, made_claim

SHARED = {"trivial": {"run": "mean_pose", "margin": 0.05}, "fitted": 1.25, "overfits": 1.5}


LEAST = SHARED | {"trivial": SHARED["trivial"] | {"least": {"AP": 0.05}}}


def judged(premises, figures, facts=None, setting=None, shared=SHARED, **fields):
    """The verdict on `a` beating `b`, from one figure a run."""
    claim = made_claim(
        shared, **{"kind": "difference", "better": "a", "worse": "b"} | fields, premises=premises
    )
    scores = {(run, "m"): flat_score([value] * 3) for run, value in figures.items()}
    at_hand = evidence(scores, facts, setting) if setting else evidence(scores, facts)
    return judge(claim, at_hand)


def errors(**training):
    return {run: {"training_error": error, "test_error": 60.0} for run, error in training.items()}


@pytest.mark.parametrize(("worse", "verdict"), [(189.0, "agrees"), (191.0, "not testable here")])
def test_every_run_must_beat_the_trivial_answer_by_the_margin(worse, verdict):
    result = judged(["learnt"], {"a": 60, "b": worse, "mean_pose": 200})
    assert result.verdict == verdict
    assert result.effect.value == pytest.approx(worse - 60)  # measured all the same
    if verdict != "agrees":
        assert result.needs == "b (191) does not beat the trivial answer (mean_pose: 200 mm) by 5 %"


@pytest.mark.parametrize(("better", "verdict"), [(84.5, "agrees"), (83.5, "not testable here")])
def test_where_more_is_better_a_run_must_lie_above_the_trivial_answer(better, verdict):
    figures = {"a": better, "b": 84.2 if verdict == "agrees" else 83.4, "mean_pose": 80}
    result = judged(["learnt"], figures, lower_is_better=False)
    assert result.verdict == verdict


@pytest.mark.parametrize("trivial", [{"mean_pose": 0.0}, {}])
@pytest.mark.parametrize(("worse", "verdict"), [(0.05, "agrees"), (0.049, "not testable here")])
def test_where_the_trivial_answer_is_next_to_nothing_a_run_must_reach_a_least_value(worse, verdict, trivial):
    figures = {"a": 0.3, "b": worse} | trivial
    result = judged(["learnt"], figures, shared=LEAST, unit="AP", lower_is_better=False)
    assert result.verdict == verdict
    assert "at least 0.05" in premises_text([result])
    if verdict != "agrees":
        assert result.needs == "b (0.049) does not reach 0.05 AP, the least to be compared"


def test_a_run_must_be_strictly_better_than_a_trivial_answer_of_nothing():
    result = judged(["learnt"], {"a": 0.3, "b": 0, "mean_pose": 0}, unit="AP", lower_is_better=False)
    assert result.needs == "b (0) does not beat the trivial answer (mean_pose: 0 AP) by 5 %"
    assert judged(["learnt"], {"a": 60, "b": 190.0, "mean_pose": 200}).verdict == "not testable here"


def test_both_failings_are_named_and_each_run_once():
    figures = {"a": 0.03, "b": 0.01, "c": 0.9, "mean_pose": 0.02}
    terms = [[[1, "c"], [-1, "a"]], [[1, "c"], [-1, "b"]]]
    how = {"shared": LEAST, "unit": "AP", "lower_is_better": False, "contrasts": terms, "kind": "order"}
    assert judged(["learnt"], figures, better="c", worse="a", **how).needs == (
        "b (0.01) does not beat the trivial answer (mean_pose: 0.02 AP) by 5 %; "
        "a (0.03) does not reach 0.05 AP, the least to be compared"
    )


def test_the_least_value_is_of_a_unit_and_not_of_errors():
    assert judged(["learnt"], {"a": 0.01, "b": 0.02}, shared=LEAST, unit="m").verdict == "agrees"
    assert judged(["learnt"], {"a": 0.01, "b": 0.02}, shared=LEAST, unit="AP").verdict == "agrees"


def of_two_sets(coco=0.1, training=(9, 10, 40, 41)):
    """The verdict on a gain of 0.2 on one set and 0.1 on another, each under a metric of its own."""
    terms = [[1, "a", "crowd"], [-1, "b", "crowd"], [-1, "c", "coco"], [1, "d", "coco"]]
    figures = {("a", "crowd"): 0.6, ("b", "crowd"): 0.4, ("c", "coco"): 0.4, ("d", "coco"): 0.3}
    trivial = {("mean_pose", "crowd"): 0.2, ("mean_pose", "coco"): coco}
    scores = {key: flat_score([value] * 3) for key, value in (figures | trivial).items()}
    claim = made_claim(
        LEAST, kind="interaction", contrasts=[terms], premises=["learnt", "fitted"], lower_is_better=False
    )
    return judge(claim, evidence(scores, errors(**dict(zip("abcd", training, strict=True)))))


def test_runs_are_measured_against_the_trivial_answer_in_the_metric_they_are_compared_in():
    assert of_two_sets().verdict == "agrees"
    weak = of_two_sets(coco=0.35)
    assert weak.needs == "d (0.3) does not beat the trivial answer (mean_pose: 0.35 mm) by 5 %"
    found = "`crowd`: 0.4 to 0.6 mm; more than 0.21 (mean_pose: 0.2); `coco`: 0.3 to 0.4 mm; more than"
    assert found in premises_text([weak])


def test_training_errors_are_compared_within_a_metric_as_sets_differ():
    result = of_two_sets(training=(9, 12, 40, 41))
    assert result.needs.startswith("b has fitted its training data less well than a (training errors 12")


def test_a_metric_without_a_trivial_answer_is_exempt_and_says_so():
    result = judged(["learnt"], {"a": 60, "b": 300})
    assert result.verdict == "agrees"
    assert "exempt: `m` has no trivial answer" in premises_text([result])


def test_the_trivial_answer_is_that_of_the_set_that_is_judged():
    def by_set(easy, hard):
        return Score(np.array([[easy, hard]] * 3), np.ones(2), np.arange(2), ("easy", "hard"))

    scores = {("a", "m"): by_set(10, 90), ("b", "m"): by_set(12, 95), ("mean_pose", "m"): by_set(50, 80)}
    for group, verdict in (("easy", "agrees"), ("hard", "not testable here")):
        claim = made_claim(SHARED, kind="difference", better="a", worse="b", group=group, premises=["learnt"])
        assert judge(claim, evidence(scores)).verdict == verdict


def test_a_premise_may_be_about_some_of_the_runs():
    figures = {"a": 60, "b": 400, "mean_pose": 200}
    assert judged(["learnt"], figures).verdict == "not testable here"
    assert judged([{"learnt": ["a"]}], figures).verdict == "agrees"


@pytest.mark.parametrize(("training", "verdict"), [(49.0, "agrees"), (51.0, "not testable here")])
def test_the_arms_must_have_fitted_their_training_data_alike(training, verdict):
    result = judged(["fitted"], {"a": 60, "b": 70}, errors(a=40, b=training))
    assert result.verdict == verdict
    if verdict != "agrees":
        assert result.needs.startswith(
            "b has fitted its training data less well than a (training errors 51 and 40"
        )
    assert "training errors 40 to" in premises_text([result])


def test_arms_are_compared_within_a_step_not_across_steps():
    terms = [[[1, "b"], [-1, "a"]], [[1, "d"], [-1, "c"]]]
    figures = {"a": 60, "b": 70, "c": 60, "d": 70}
    training = errors(a=10, b=11, c=40, d=41)
    assert judged(["fitted"], figures, training, better="a", contrasts=terms[1:]).verdict == "agrees"
    claim = made_claim(SHARED, kind="order", contrasts=terms, premises=["fitted"])
    scores = {(run, "m"): flat_score([value] * 3) for run, value in figures.items()}
    assert judge(claim, evidence(scores, training)).verdict == "agrees"


def test_arms_whose_training_errors_nobody_knows_are_not_comparable():
    result = judged(["fitted"], {"a": 60, "b": 70}, errors(a=40))
    assert result.verdict == "not testable here"
    assert "it is unknown how well b" in result.needs


@pytest.mark.parametrize(("training", "verdict"), [(39.0, "agrees"), (41.0, "not testable here")])
def test_a_claim_about_over_fitting_presumes_that_something_over_fits(training, verdict):
    facts = errors(a=59, b=training)
    for premises in (["overfits"], [{"overfits": ["b"]}]):
        result = judged(premises, {"a": 60, "b": 70}, facts)
        assert result.verdict == verdict
        assert ("nothing over-fits" in result.needs) == (verdict != "agrees")
    assert judged([{"overfits": ["a"]}], {"a": 60, "b": 70}, facts).verdict == "not testable here"


@pytest.mark.parametrize(("size", "verdict"), [(0.05, "not testable here"), (0.2, "agrees")])
def test_the_part_that_a_claim_is_about_must_have_come_into_use(size, verdict):
    facts = {"a": {"part_size": size}, "b": {}}
    found = judged(["used"], {"a": 40.0, "b": 50.0}, facts, shared=SHARED | {"used": 0.1})
    assert found.verdict == verdict
    assert "use the part" in found.needs or verdict == "agrees"


@pytest.mark.parametrize(("moved", "verdict"), [(0.02, "not testable here"), (0.2, "agrees")])
def test_a_claim_may_name_the_fact_that_says_whether_its_part_is_in_use_and_whose(moved, verdict):
    facts = {"a": {"part_size": 0.05, "moved": moved}, "b": {"moved": 0.0}}
    item = {"used": "moved", "limit": 0.1, "runs": ["a"]}
    assert judged([item], {"a": 40.0, "b": 50.0}, facts).verdict == verdict
    assert judged([item], {"a": 40.0, "b": 50.0}).verdict == "not testable here"  # nobody knows


def test_the_size_of_a_part_has_the_papers_word_or_the_claims():
    facts = {"a": {"part_size": 0.2, "moved": 0.00001}, "b": {}}
    shared = SHARED | {"used": 0.5, "used_word": "skill"}
    item = {"used": "moved", "limit": 0.1, "word": "move of W_d"}
    result = judged(["used", item], {"a": 40.0, "b": 50.0}, facts, shared=shared)
    assert result.needs == (
        "a (0.2) does not use the part that it is about (skill at least 0.5); "
        "a (about 0) does not use the part that it is about (move of W_d at least 0.1)"
    )
    assert "| used | skill 0.2; at least 0.5 |" in premises_text([result])


def test_figures_are_plain_and_a_trivial_answer_of_next_to_nothing_has_none():
    figures = {"a": 0.28144, "b": 0.28159, "mean_pose": 1.068e-06}
    how = {"shared": LEAST, "unit": "AP", "lower_is_better": False}
    text = premises_text([judged(["learnt"], figures, **how)])
    found = "0.2814 to 0.2816 AP; more than the trivial answer (mean_pose: about 0) and at least 0.05"
    assert found in text
    assert [plain(x, 2) for x in (12345.6, 191.0, 0.25, 0.004, 0.0)] == [
        "12346",
        "191",
        "0.25",
        "about 0",
        "0",
    ]
    assert plain(0.0000421, 6) == "0.0000421"


def test_premises_that_do_not_hold_stand_before_those_that_do_which_are_folded():
    facts = errors(a=10, b=90)
    results = [
        judged(["learnt", "fitted"], {"a": 60, "b": worse, "mean_pose": 200}, facts) for worse in (70, 70)
    ]
    text = premises_text(results)
    failed, held = text.split("<details>")
    assert failed.count("| fitted | training errors 10 to 90") == 2
    assert "| learnt |" not in failed
    assert "<summary>2 premises that hold</summary>" in held
    assert "| learnt | 60 to 70 mm; less than 190 (mean_pose: 200) | c, c |" in held
    assert "All hold." in premises_text([judged(["learnt"], {"a": 60, "b": 70, "mean_pose": 200})])


@pytest.mark.parametrize(("origin", "verdict"), [("real", "agrees"), ("world", "not testable here")])
def test_synthetic_against_real_presumes_that_some_set_is_real(origin, verdict):
    setting = Setting("default", {"h36m": origin, "mpii": "world"})
    result = judged([{"real": ["h36m", "mpii"]}], {"a": 60, "b": 70}, setting=setting)
    assert result.verdict == verdict
    assert ("h36m and mpii are drawn" in result.needs) == (verdict != "agrees")


def test_all_reasons_are_given():
    result = judged(["learnt", "fitted"], {"a": 60, "b": 300, "mean_pose": 200}, errors(a=10, b=90))
    assert "does not beat" in result.needs
    assert "a factor of 9.00" in result.needs


def test_the_papers_premises_hold_for_every_claim_that_names_none_but_counts():
    shared = SHARED | {"default": ["learnt"]}
    fields = {"kind": "difference", "better": "a", "worse": "b"}
    assert [p.kind for p in made_claim(shared, **fields).premises] == ["learnt"]
    assert [p.kind for p in made_claim(shared, **fields, premises=["fitted"]).premises] == ["fitted"]
    assert made_claim(shared, **fields | {"kind": "count"}).premises == ()
    assert made_claim(**fields).premises == ()


@pytest.mark.parametrize(
    "item",
    [
        {"used": "moved"},
        {"used": ["a"], "limit": 0.1},
        {"used": "moved", "limit": 0.1, "run": "a"},
        {"learnt": ["a"], "limit": 0.1},
    ],
)
def test_a_premise_with_what_nobody_reads_is_refused(item):
    with pytest.raises(ValueError, match=r"expected \{"):
        premise(item, SHARED)


@pytest.mark.parametrize("item", ["lernt", "real"])
def test_a_premise_that_nobody_can_check_is_refused(item):
    with pytest.raises(ValueError, match="expected learnt, fitted"):
        premise(item, SHARED)
