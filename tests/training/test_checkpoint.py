import subprocess
import sys

import pytest

from repose.foundations.errors import ReposeError
from repose.training.checkpoint import fingerprint, resume_folder
from tests.training import tiny


def test_the_key_follows_from_configuration_and_contents(tmp_path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text("a = 1")
    key = fingerprint({"rate": 1.0, "width": 2}, [tmp_path / "code"])
    assert key == fingerprint({"width": 2, "rate": 1.0}, [tmp_path / "code"])
    assert key != fingerprint({"width": 2, "rate": 1.5}, [tmp_path / "code"])
    (tmp_path / "code" / "a.py").write_text("a = 2")
    assert key != fingerprint({"width": 2, "rate": 1.0}, [tmp_path / "code"])


def test_the_folder_lies_under_the_real_root_and_goes_when_all_is_done(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    with resume_folder("gcn@full", "abc") as folder:
        assert folder == tmp_path / ".resume" / "gcn@full-abc"
        assert folder.is_dir()
    assert not folder.exists()


def test_the_folder_stays_after_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    with pytest.raises(RuntimeError), resume_folder("gcn@full", "abc") as folder:
        raise RuntimeError
    assert folder.exists()


def test_a_second_process_is_turned_away(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    with (
        resume_folder("gcn@full", "abc"),
        pytest.raises(ReposeError, match="another process trains gcn@full"),
        resume_folder("gcn@full", "abc"),
    ):
        pass


def test_a_broken_checkpoint_says_what_to_do(tmp_path):
    (tmp_path / "c.pt").write_bytes(b"no checkpoint")
    with pytest.raises(ReposeError, match=r"c\.pt: not readable as a checkpoint.*remove it"):
        tiny.run(1, checkpoint=tmp_path / "c.pt")


def launch(folder, root, kill_after: int | None) -> int:
    """Run the tiny training, killed after some epochs; its exit status."""
    command = [sys.executable, "-m", "tests.training.tiny", str(folder)]
    environment = {"DVC_ROOT": str(root), "PATH": ""}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        for _ in range(kill_after or 0):
            process.stdout.readline()
        if kill_after:
            process.kill()
        process.communicate()
    return process.returncode


@pytest.mark.slow
def test_killed_at_random_a_training_still_ends_with_the_same_bytes(tmp_path):
    assert launch(tmp_path / "whole", tmp_path / "a", None) == 0
    for epochs in (37, 1, 90):
        assert launch(tmp_path / "killed", tmp_path / "b", epochs) == -9
        assert list((tmp_path / "b" / ".resume").iterdir())
    assert launch(tmp_path / "killed", tmp_path / "b", None) == 0
    for name in ("model.safetensors", "history.csv"):
        whole, killed = (tmp_path / run / "seed0" / name for run in ("whole", "killed"))
        assert whole.read_bytes() == killed.read_bytes()
    assert not list((tmp_path / "b" / ".resume").iterdir())
