"""Manifests name the files, and conversion holds to them."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from repose.datasets import reader
from repose.datasets.check import check
from repose.datasets.convert import convert
from repose.datasets.manifest import read_manifest, write_manifest
from repose.foundations.errors import ReposeError
from repose.skeletons.posetable import PoseTable
from tests.datasets.native import write_lsp, write_mpii

FILES = reader("lsp").FILES


def test_lists_the_reader_s_files_with_size_and_hash(tmp_path: Path) -> None:
    write_lsp(tmp_path / "lsp")
    (tmp_path / "lsp/notes.txt").write_text("not of the data set")
    write_manifest(tmp_path / "lsp", FILES, tmp_path / "lsp.tsv")
    files = read_manifest(tmp_path / "lsp.tsv")
    assert list(files) == [*(f"images/im000{n}.jpg" for n in range(1, 7)), "joints.mat"]
    content = (tmp_path / "lsp/joints.mat").read_bytes()
    assert files["joints.mat"] == (len(content), hashlib.md5(content).hexdigest())


def test_the_place_of_the_files_leaves_no_trace(tmp_path: Path) -> None:
    results = []
    write_lsp(tmp_path / "a/lsp")  # written once: the .mat file's header holds the second of its writing
    shutil.copytree(tmp_path / "a/lsp", tmp_path / "b/c/lsp")
    for place in ("a", "b/c"):
        write_manifest(tmp_path / place / "lsp", FILES, tmp_path / place / "lsp.tsv")
        convert("lsp", tmp_path / place / "lsp", tmp_path / place / "lsp.tsv", tmp_path / place / "out")
        out = sorted((tmp_path / place / "out").iterdir())
        results.append([(tmp_path / place / "lsp.tsv").read_bytes(), *(path.read_bytes() for path in out)])
    assert results[0] == results[1]


def test_the_source_and_the_manifest_are_in_the_tables(tmp_path: Path) -> None:
    root, manifest, out = tmp_path / "lsp", tmp_path / "lsp.tsv", tmp_path / "out"
    write_lsp(root)
    for source in ("real", "world"):
        if source == "world":
            (root / "WORLD").write_text("seed 0 version 1\n")
        write_manifest(root, FILES, manifest)
        convert("lsp", root, manifest, out)
        meta = PoseTable.load(out / "test.npz").meta
        assert meta["source"] == source
        assert meta["manifest"] == hashlib.md5(manifest.read_bytes()).hexdigest()


@pytest.mark.parametrize("change", ["size", "lost", "new"])
def test_files_other_than_those_of_the_manifest_are_an_error(tmp_path: Path, change: str) -> None:
    root, manifest = tmp_path / "lsp", tmp_path / "lsp.tsv"
    write_lsp(root)
    write_manifest(root, FILES, manifest)
    picture = root / "images/im0003.jpg"
    if change == "size":
        picture.write_bytes(picture.read_bytes() + b"x")
    elif change == "lost":
        picture.unlink()
    else:
        (root / "images/im0007.jpg").write_bytes(b"x")
    with pytest.raises(ReposeError, match=r"im000[37].jpg: .*, expected .*; restore it"):
        convert("lsp", root, manifest, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_broken_manifest_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text("a\t1\tb\nnonsense\n")
    with pytest.raises(ReposeError, match=r"x.tsv: line 2: 'nonsense', expected path, size and MD5"):
        read_manifest(tmp_path / "x.tsv")


def test_check_says_what_will_be_done(tmp_path: Path) -> None:
    write_mpii(tmp_path, "xiao")
    lines = check("mpii", tmp_path).text().splitlines()
    assert lines[0].startswith(f"mpii in {tmp_path}: 5 files")
    assert lines[1] == "source: real data"
    assert any(
        line.startswith("train: 3 poses, 16 joints (mpii16), 93.8% labelled, 6.7% of") for line in lines
    )
    assert any("2 opened without a fault" in line for line in lines)
    assert lines[-1] == "usable: yes"


def test_check_opens_pictures_to_the_end(tmp_path: Path) -> None:
    write_lsp(tmp_path)
    picture = tmp_path / "images/im0001.jpg"
    picture.write_bytes(picture.read_bytes()[:-200])
    with pytest.raises(ReposeError, match=r"im0001\.jpg: a picture that does not open"):
        check("lsp", tmp_path)


def test_the_command_ends_in_one_line_and_a_status(tmp_path: Path) -> None:
    write_lsp(tmp_path)
    command = [sys.executable, "-m", "repose", "check", "lsp", str(tmp_path)]
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    assert subprocess.run(command, capture_output=True, env=environment).returncode == 0
    (tmp_path / "joints.mat").unlink()
    failed = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.startswith("error: ")
    assert failed.stderr.count("\n") == 1
