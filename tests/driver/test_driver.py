"""The driver on tiny DVC repositories whose stages sleep and echo."""

import contextlib
import math
import os
import signal
import subprocess
import sys
import textwrap
import time
from types import SimpleNamespace

import psutil
import pytest
from dvc.utils.serialize import dumps_yaml, parse_yaml

from repose.driver.lock_file import HEAD, joined, split
from repose.driver.plan import longest_chains, weight
from repose.driver.run import Bounds, Driver
from repose.foundations.errors import ReposeError
from tests.imports import ROOT, SOURCE

# Two branches that meet, and one that stands alone; each stage notes when it began and ended.
STAGES = {
    "left": (["seed"], "sleep 1.5"),
    "right": (["seed"], "sleep 1.5"),
    "both": (["left", "right"], "true"),
    "after": (["both"], "true"),
    "alone": (["other"], "true"),
}


class Toy:
    """A DVC repository without Git."""

    def __init__(self, folder, stages=STAGES):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.environment = os.environ | {"DVC_NO_ANALYTICS": "1", "PYTHONPATH": str(SOURCE)}
        self.environment |= {"DVC_SITE_CACHE_DIR": str(folder / ".dvc/site")}
        (folder / ".dvc").mkdir()
        (folder / ".dvc/config").write_text("[core]\n    no_scm = true\n")
        (folder / "seed").write_text("one\n")
        (folder / "other").write_text("one\n")
        self.declare(stages)

    def declare(self, stages):
        lines = ["stages:"]
        for name, (deps, command) in stages.items():
            read = f"cat {' '.join(deps)} | sort -u > {name}"
            timed = (
                f"echo {name} begins >> times; {command} && {read}; s=$?; echo {name} ends >> times; exit $s"
            )
            lines += [
                f"  {name}:",
                f"    cmd: {timed}",
                f"    deps: [{', '.join(deps)}]",
                f"    outs: [{name}]",
            ]
        (self.folder / "dvc.yaml").write_text("\n".join(lines) + "\n")

    def start(self, *command):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, **pipes)

    def finish(self, process):
        out, err = process.communicate(timeout=60)
        return SimpleNamespace(returncode=process.returncode, stdout=out, stderr=err)

    def dvc(self, *arguments):
        done = self.finish(self.start(sys.executable, "-P", "-m", "dvc", *arguments))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def begin(self, *arguments):
        return self.start(sys.executable, "-m", "repose", "repro", *arguments)

    def repro(self, *arguments):
        return self.finish(self.begin(*arguments))

    def events(self):
        path = self.folder / "times"
        return path.read_text().splitlines() if path.exists() else []

    def ran(self):
        return sorted(line.split()[0] for line in self.events() if line.endswith("begins"))

    def forget_events(self):
        (self.folder / "times").unlink(missing_ok=True)

    def wait_for(self, event):
        until = time.monotonic() + 30
        while event not in self.events():
            assert time.monotonic() < until, event
            time.sleep(0.05)


def test_the_longest_chain_counts_the_stages_that_wait():
    needs = {"a": set(), "b": {"a"}, "c": {"a"}, "d": {"c"}}
    assert longest_chains(needs) == {"a": 3, "b": 1, "c": 2, "d": 1}


def test_a_stage_weighs_one_core_unless_its_meta_says_more():
    assert weight("x", {}) == (1, 1.5)
    assert weight("x", {"cores": "all", "memory_gib": 3, "owner": "me"}) == (math.inf, 3)
    with pytest.raises(ReposeError, match=r"dvc.yaml: `meta` of stage `x`.*expected `cores`"):
        weight("x", {"cores": "many"})


def test_stages_run_together_only_within_cores_and_memory():
    weights = {"small": (1, 1), "big": (1, 6), "wide": (math.inf, 1)}
    driver = Driver(SimpleNamespace(weights=weights), Bounds(2, 6), None, [])
    assert driver.fits(["small", "small"])
    assert not driver.fits(["small", "small", "small"])
    assert not driver.fits(["small", "big"])
    assert not driver.fits(["small", "wide"])
    assert driver.fits(["wide"])


def test_a_misspelt_stage_is_one_line_and_status_1(tmp_path):
    done = Toy(tmp_path).repro("lefft")
    assert done.returncode == 1
    assert "lefft" in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_independent_stages_overlap_the_order_holds_and_the_lock_is_that_of_a_serial_run(tmp_path):
    serial, toy = Toy(tmp_path / "serial"), Toy(tmp_path / "parallel")
    serial.dvc("repro")
    done = toy.repro("-j", "3")
    assert done.returncode == 0, done.stderr
    events = toy.events()
    assert max(map(events.index, ("left begins", "right begins"))) < events.index("left ends")
    assert max(map(events.index, ("left ends", "right ends"))) < events.index("both begins")
    assert events.index("both ends") < events.index("after begins")
    assert (toy.folder / "dvc.lock").read_bytes() == (serial.folder / "dvc.lock").read_bytes()
    assert "up to date" in toy.dvc("repro")
    assert "5 stages done" in done.stdout

    again = toy.repro()
    assert (again.returncode, again.stdout) == (0, "everything is up to date\n")
    assert not (toy.folder / ".dvc/tmp/repro-order.json").exists()


@pytest.mark.slow
def test_a_failing_stage_stops_what_needs_it_and_nothing_else(tmp_path):
    toy = Toy(tmp_path, STAGES | {"left": (["seed"], "echo it went wrong >&2; false")})
    assert "would run      left\n" in toy.repro("--dry").stdout
    assert toy.ran() == []
    done = toy.repro("-j", "2")
    assert done.returncode == 1
    assert toy.ran() == ["alone", "left", "right"]
    assert done.stdout.endswith("failed: left\nnot run, because they need what failed: both, after\n")
    assert "it went wrong" in done.stderr
    assert "left.log" in done.stderr

    toy.declare(STAGES)
    toy.forget_events()
    assert toy.repro("both").returncode == 0
    assert toy.ran() == ["both", "left"]


@pytest.mark.slow
def test_a_stage_whose_inputs_come_out_as_they_were_does_not_run_again(tmp_path):
    toy = Toy(tmp_path)
    assert toy.repro().returncode == 0
    toy.forget_events()
    (toy.folder / "seed").write_text("one\none\n")  # the same once it is sorted
    done = toy.repro()
    assert done.returncode == 0
    assert toy.ran() == ["left", "right"]
    assert "unchanged  both; 1 left" in done.stdout
    assert "unchanged  after; 0 left" in done.stdout
    assert "up to date" in toy.dvc("repro")


@pytest.mark.slow
def test_an_interrupted_call_goes_on_later_and_ends_with_the_lock_of_a_serial_run(tmp_path):
    toy = Toy(tmp_path / "toy", STAGES | {"left": (["seed"], "sleep 61.25")})
    process = toy.begin("-j", "2")
    toy.wait_for("right ends")
    second = toy.repro()
    assert second.returncode == 1
    assert "another `repro`" in second.stderr
    process.send_signal(signal.SIGINT)
    done = toy.finish(process)
    assert done.returncode == 130
    assert "stopped    left" in done.stdout
    assert "left ends" not in toy.events()
    assert not any("61.25" in entry.cmdline() for entry in processes())

    toy.declare(STAGES)
    assert toy.repro().returncode == 0
    serial = Toy(tmp_path / "serial")
    serial.dvc("repro")
    assert (toy.folder / "dvc.lock").read_bytes() == (serial.folder / "dvc.lock").read_bytes()


@pytest.mark.slow
def test_a_request_to_end_leaves_no_process_even_when_a_command_ignores_ctrl_c(tmp_path):
    toy = Toy(tmp_path, {"deaf": (["seed"], "trap '' INT; sleep 61.75")})
    process = toy.begin()
    toy.wait_for("deaf begins")
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)  # asked again: at once, and more firmly
    assert toy.finish(process).returncode == 130
    assert not any("61.75" in entry.cmdline() for entry in processes())


def processes():
    """Processes that are alive, not yet gone and not waiting to be buried."""
    for entry in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if entry.status() != psutil.STATUS_ZOMBIE:
                yield entry


def test_the_text_of_the_committed_lock_is_taken_apart_and_put_together():
    text = (ROOT / "dvc.lock").read_text()
    entries = split(text)
    assert joined(entries) == text
    assert set(entries) == set(parse_yaml(text, "dvc.lock")["stages"])
    name, entry = next(iter(entries.items()))
    assert (
        dumps_yaml({"stages": {name: parse_yaml(textwrap.dedent(entry), name)}})
        == f"stages:\n  {name}:\n{entry}"
    )


@pytest.mark.parametrize(
    "text", ["stages: {}\n", HEAD + "  a:\n    cmd: b\ndatasets: []\n", "# mine\n" + HEAD]
)
def test_a_lock_of_another_form_is_left_to_dvc(text):
    assert split(text) is None
