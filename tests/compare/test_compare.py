import json
import os
import subprocess
from dataclasses import dataclass

import pytest

from repose.__main__ import parser
from repose.compare.changes import SUPPORT, direction
from repose.compare.figures import Cell
from repose.foundations.parameters import read_yaml12
from repose.report.claims import VERDICTS
from tests.imports import ROOT

LEDGER = "id,system,kind,claim,metric,unit,measured_effect,low,high,verdict"
TABLE = "table,row,column,metric,unit,published,measured,low,high,run"
AUTHOR = {
    f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
ALONE = {**os.environ, **AUTHOR, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(root, *arguments):
    return subprocess.run(
        ["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True, env=ALONE
    ).stdout.strip()


def write(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def commit(root):
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "state")
    return git(root, "rev-parse", "HEAD")


def claims(*rows):
    return "\n".join([LEDGER, *rows]) + "\n"


def scores(**values):
    """A table whose rows are an error, a score, what is lost, and a size, each as value and interval."""
    figures = {
        "p1_gt": "70.0,68.0,72.0",
        "ap": "0.30,0.28,0.32",
        "grouping_gap": "9.0,8.5,9.5",
        "size": "3,3,3",
    }
    units = {"p1_gt": "mm", "ap": "AP", "grouping_gap": "%", "size": "MiB"}
    figures |= values
    return (
        "\n".join([TABLE, *(f"1,our,{name},{name},{units[name]},,{figures[name]},net" for name in units)])
        + "\n"
    )


@pytest.fixture
def project(tmp_path):
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    write(tmp_path, "reports/toy/claims.csv", claims("a,toy,difference,It helps,p1_gt,mm,2.0,1.0,3.0,agrees"))
    write(tmp_path, "reports/toy/tables/table-1.csv", scores())
    write(tmp_path, "reports/toy/metrics.json", '{"net": 70.01, "claims": {"agrees": 1}}')
    write(tmp_path, "reports/toy/figures/curves.png", "picture")
    write(tmp_path, "params.yaml", "seed: 0\ntoy:\n  train: {rate: 1e-3, steps: 5}\n  runs: {net: {}}\n")
    commit(tmp_path)
    return tmp_path


@dataclass
class Done:
    status: int
    out: str
    errors: str


@pytest.fixture
def compare(project, monkeypatch, capsys):
    """The command, run in the project."""
    monkeypatch.chdir(project)

    def run(*arguments):
        options = parser().parse_args(["compare", *arguments])
        return Done(options.run(options), *capsys.readouterr())

    return run


@pytest.fixture
def compared(compare):
    return lambda *arguments: json.loads(compare("--json", *arguments).out)


def test_nothing_changed_is_said_in_few_lines(project, compare):
    done = compare()
    assert done.status == 0, done.errors
    assert "No verdict changed. No score moved beyond its interval. No parameter changed. No pic" in done.out
    assert "Of 5 figures in both, 0 moved beyond their intervals, 0 within, and 5 did not move." in done.out
    assert "###" not in done.out


def test_verdicts_come_first_the_worst_before_those_that_came_and_went(project, compare):
    verdict = "{},toy,difference,Claim {} | text,p1_gt,mm,{},{}"
    old = [
        verdict.format(n, n, "2.0,1.0,3.0", v)
        for n, v in (("u", "undecided"), ("a", "agrees"), ("g", "agrees"))
    ]
    new = [("n", "agrees"), ("u", "agrees"), ("a", "disagrees")]
    write(project, "reports/toy/claims.csv", claims(*old))
    commit(project)
    write(
        project,
        "reports/toy/claims.csv",
        claims(*(verdict.format(n, n, "-2.0,-3.0,-1.0", v) for n, v in new)),
    )
    done = compare()
    assert done.status == 1
    lines = done.out.splitlines()
    assert "**1 verdict got worse.** **1 verdict got better.** Claims: 1 new, 1 gone." in lines
    first = lines.index("### Verdicts") + 4
    before, after = "**agrees**: 2.0 (1.0 to 3.0) mm", "**disagrees**: -2.0 (-3.0 to -1.0) mm"
    assert lines[first] == f"| worse | toy: Claim a \\| text | {before} | {after} |"
    assert [line.split()[1] for line in lines[first : first + 4]] == ["worse", "better", "new", "gone"]


def test_an_undecided_claim_that_is_no_longer_testable_is_not_worse(project, compare, compared):
    row = "a,toy,difference,It helps,p1_gt,mm,2.0,1.0,3.0,{}"
    write(project, "reports/toy/claims.csv", claims(row.format("undecided")))
    commit(project)
    write(project, "reports/toy/claims.csv", claims(row.format("not testable here")))
    assert compare().status == 0
    assert [change["course"] for change in compared()["verdicts"]] == ["changed"]


@pytest.mark.parametrize(
    ("values", "course"),
    [
        ({"p1_gt": "75.0,73.0,77.0"}, "worse"),
        ({"p1_gt": "65.0,63.0,67.0"}, "better"),
        ({"ap": "0.25,0.23,0.27"}, "worse"),
        ({"ap": "0.35,0.33,0.37"}, "better"),
        ({"grouping_gap": "10.0,9.6,10.4"}, "worse"),
        ({"size": "4,4,4"}, "changed"),
        ({"p1_gt": "71.0,69.0,73.0"}, None),  # inside both intervals
        ({"p1_gt": "75.0,60.0,90.0"}, None),  # outside the old one, which the new one is too wide to tell
    ],
)
def test_a_score_moves_where_each_value_lies_outside_the_others_interval(
    project, compare, compared, values, course
):
    write(project, "reports/toy/tables/table-1.csv", scores(**values))
    write(project, "reports/toy/metrics.json", json.dumps({"net": float(values.get("p1_gt", "70")[:2])}))
    found = compared()
    assert [change["course"] for change in found["scores"]] == ([course] if course else [])
    assert found["counts"] == {
        "beyond": int(bool(course)),
        "within": int(not course),
        "unmoved": 4,
        "new": 0,
        "gone": 0,
    }
    assert found["worse"] is (course == "worse")
    assert compare().status == int(course == "worse")


def test_a_score_that_several_tables_show_is_one_line(project, compare):
    write(project, "reports/toy/tables/table-2.csv", scores().replace("\n1,", "\n2,"))
    commit(project)
    for table in ("1", "2"):
        moved = scores(p1_gt="75.0,73.0,77.0").replace("\n1,", f"\n{table},")
        write(project, f"reports/toy/tables/table-{table}.csv", moved)
    told = compare().out
    line = "| worse | toy `net` | p1_gt (mm) | table 1: our, p1_gt, and 1 more cell | 70.0 (68.0 to 72.0) |"
    assert told.count(line) == told.count("| worse |") == 1


@pytest.mark.parametrize(("value", "status"), [(81.9, 0), (82.1, 1)])
def test_a_headline_figure_without_a_table_has_the_median_interval_of_the_others(
    project, compare, value, status
):
    for aside in (80.0, value):
        commit(project)
        write(project, "reports/toy/metrics.json", json.dumps({"net": 70.01, "aside": aside}))
    done = compare()
    assert done.status == status
    assert ("metrics.json | 80.0000 (78.0000 to 82.0000)" in done.out) is bool(status)


def test_an_effect_that_moved_under_the_same_verdict_is_told_and_not_worse(project, compare):
    write(project, "reports/toy/claims.csv", claims("a,toy,difference,It helps,p1_gt,mm,5.0,4.0,6.0,agrees"))
    done = compare()
    assert done.status == 0
    assert "| toy: It helps | agrees | 2.0 (1.0 to 3.0) mm | 5.0 (4.0 to 6.0) mm |" in done.out


def test_parameters_are_told_by_the_keys_that_dvc_takes(project, compare, compared):
    write(
        project,
        "params.yaml",
        "toy:\n  train: {rate: 2e-3, steps: 5}\n  runs: {net: {}, wide: {channels: 64}}\n",
    )
    found = [(change["course"], change["name"]) for change in compared()["parameters"]]
    assert found == [("changed", "toy.train.rate"), ("new", "toy.runs.wide"), ("gone", "seed")]
    assert "| changed | `toy.train.rate` | `0.001` | `0.002` |" in compare().out


def test_pictures_are_told_by_their_content(project, compared):
    write(project, "reports/toy/figures/curves.png", "another picture")
    write(project, "reports/toy/figures/new.png", "new")
    found = [(change["course"], change["name"]) for change in compared()["pictures"]]
    assert found == [("changed", "reports/toy/figures/curves.png"), ("new", "reports/toy/figures/new.png")]


def test_two_revisions_are_compared_without_the_workspace(project, compared):
    write(project, "params.yaml", "seed: 1\n")
    last = commit(project)
    write(project, "params.yaml", "seed: 2\n")
    found = compared("HEAD~1", last[:12])
    assert (found["old"].split()[0], found["new"]) == ("HEAD~1", last[:7])
    assert [change["new"] for change in found["parameters"] if change["name"] == "seed"] == [1]


def experiment(root, base, seed, name="bold-try"):
    write(root, "params.yaml", f"seed: {seed}\n")
    made = commit(root)
    git(root, "update-ref", f"refs/exps/{base[:2]}/{base[2:]}/{name}", made)
    git(root, "reset", "--quiet", "--hard", base)


def test_a_dvc_experiment_is_found_by_its_name_the_one_of_this_commit_first(project, compare, compared):
    first = git(project, "rev-parse", "HEAD")
    experiment(project, first, 5)
    assert compared("HEAD", "bold-try")["parameters"][0]["new"] == 5
    second = commit(project)
    experiment(project, second, 6)
    assert compared("HEAD", "bold-try")["parameters"][0]["new"] == 6
    commit(project)
    done = compare("bold-try")
    assert done.status == 2
    assert f"refs/exps/{first[:2]}/{first[2:]}/bold-try" in done.errors


@pytest.mark.parametrize("name", ["nothing", "--output=x", "HEAD:params.yaml"])
def test_an_unknown_revision_is_one_line_and_status_2(project, compare, name):
    done = compare("--", name)
    assert (done.status, done.out, done.errors.count("\n")) == (2, "", 1)
    assert done.errors.startswith(f"error: {name}: neither a branch")


def test_outside_of_git_is_one_line_and_status_2(compare, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = compare()
    assert (done.status, done.errors.count("\n")) == (2, 1)


def test_long_lists_are_cut_off_and_say_so(project, compare):
    write(project, "params.yaml", "".join(f"k{number}: 1\n" for number in range(30)))
    assert "… and 12 more lines; `--most 0` prints all." in compare().out
    assert "more line" not in compare("--most", "0").out


def test_every_verdict_has_its_place():
    assert set(SUPPORT) == set(VERDICTS)


@pytest.mark.parametrize("system", read_yaml12(ROOT / "params.yaml")["systems"])
def test_scores_get_worse_where_the_papers_columns_say_so(system):
    published = read_yaml12(ROOT / "src/repose/papers" / system / "published.yaml")
    columns = [column for table in published["tables"] for column in table["columns"]]
    for column in columns:
        said = 1 if column.get("better") == "higher" else -1
        cell = Cell(system, "", "", "", column["metric"], column["unit"])
        assert direction(cell) in (said, 0), column["name"]
