"""A page says what was run before it counts anything."""

from repose.report.page import setting_text
from repose.report.setting import Setting, computed_words, precision_text, ran_cells, ran_lines, values_text

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


def test_a_line_of_a_table_says_what_the_two_lines_do():
    facts = {"a": trained(computed="cpu bf16"), "b": trained(seeds=1), "mean_pose": {"settings": "none"}}
    some_real = Setting("paper", {"h36m": "real", "mpii": "world"})
    assert ran_cells(some_real, facts) == {
        "data": "drawn: mpii; published: h36m", "scale": "paper", "runs": "2", "seeds": "1 to 3",
        "share": "0.1 %", "computed": "bf16 on cpu", "warning": "",
    }  # fmt: skip
    facts["b"] |= {"computed": "cpu fp32", "precision_asked": "bf16"}
    assert ran_cells(DRAWN, facts)["warning"] == "**Not computed in the precision asked for (bf16): b.**"
