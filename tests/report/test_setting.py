"""A page says what was run before it counts anything."""

from repose.report.front import front_text
from repose.report.page import setting_text
from repose.report.setting import Setting, computed_words, precision_text, ran_lines, values_text

DRAWN = Setting("default", {"h36m": "world", "mpii": "world"}, {"width": 0.25}, "Chosen on S8.")


def trained(**more):
    return {"seeds": 3, "samples_seen": 100, "samples_share": 0.1} | more


def test_two_lines_name_data_scale_and_share_of_the_samples():
    facts = {"a": trained(), "b": trained(seeds=1, samples_share=0.25), "mean_pose": {"settings": "none"}}
    data, runs = ran_lines(DRAWN, facts)
    assert data == "Drawn by the embedded world: h36m, mpii. Scale `default`."
    assert runs.startswith("2 runs with 1 to 3 seeds each, each trained on 0.1 to 0.25 % of the samples")
    assert setting_text(DRAWN, facts) == f"- {data}\n- {runs}"


def test_real_files_are_named_apart_from_drawn_ones():
    (line,) = ran_lines(Setting("paper", {"h36m": "real", "mpii": "world"}), {})
    assert line == "Drawn by the embedded world: mpii. The published files: h36m. Scale `paper`."


def test_values_of_the_scale_are_listed_with_how_they_were_chosen():
    assert values_text(DRAWN) == "The scale sets `width: 0.25`. Chosen on S8."
    assert values_text(Setting("paper", {})) == ""


def test_the_precision_that_was_used_is_said_and_runs_computed_in_another_are_named():
    asked = {"precision_asked": "bf16"}
    facts = {name: trained(computed="cpu bf16", **asked) for name in "ab"}
    assert precision_text(facts) == "Computed in bf16 on cpu."
    facts["c"] = trained(computed="cpu fp32", **asked)
    text = precision_text(facts)
    assert "in bf16 on cpu (2 of 3 runs) and in fp32 on cpu (1 of 3 runs)" in text
    assert text.endswith("**Not computed in the precision asked for (bf16): c.**")
    assert computed_words(facts["a"]) == "cpu bf16"
    assert computed_words(facts["c"]) == "cpu fp32 (**bf16 asked for**)"


def test_of_runs_that_do_not_say_how_they_were_computed_nothing_is_said():
    assert precision_text({"a": trained(computed="", precision_asked="bf16")}) == ""
    assert precision_text({"a": trained()}) == ""


def summary(system, words):
    row = {
        "claim": "A helps (ours)", "table": "1", "published_effect": "", "measured_effect": "", "low": "",
        "high": "", "rung": "", "unit": "mm", "kind": "difference", "verdict": words[0],
    }  # fmt: skip
    ran = ["Drawn by the embedded world: h36m. Scale `default`.", "2 runs with 3 seeds each."]
    metrics = {"claims": dict.fromkeys(words, 0)}
    about = {"system": system, "title": "T", "venue": "V"}
    return about | {"ran": ran, "claims": [row], "metrics": metrics}


def test_the_front_page_says_what_was_run_before_it_counts():
    words = ("agrees", "disagrees", "undecided", "not testable here")
    text = front_text([summary("one", words)])
    assert text.index("Scale `default`.") < text.index("2 runs with 3 seeds") < text.index("| system |")
    assert "| agrees | disagrees | undecided | not testable here |" in text
    assert "| A helps (ours) |" in text


def test_the_front_page_has_the_papers_words_only_where_a_paper_was_run_as_published():
    words = ("reproduced", "contradicted", "undecided", "not testable here")
    assert "| authors | reproduced | contradicted | undecided |" in front_text([summary("one", words)])
    both = [summary("one", words), summary("two", ("agrees", "disagrees", *words[2:]))]
    assert "| reproduced | contradicted | agrees | disagrees | undecided |" in front_text(both)
