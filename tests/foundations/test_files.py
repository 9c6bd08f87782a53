"""Files are written whole or not at all, and read without trust."""

import io
import pickle

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.files import (
    atomic,
    atomic_folder,
    file_hashes,
    inside,
    load_arrays,
    read_json,
    save_arrays,
    write_json,
)


def test_an_error_leaves_the_old_file_and_nothing_half_written(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ValueError, match="stop"), atomic(path) as temporary:
        temporary.write_text("half")
        raise ValueError("stop")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_old_folder(tmp_path):
    path = tmp_path / "d"
    path.mkdir()
    (path / "old").touch()
    with pytest.raises(ValueError, match="stop"), atomic_folder(path) as temporary:
        (temporary / "half").touch()
        raise ValueError("stop")
    assert [p.name for p in tmp_path.iterdir()] == ["d"]
    assert [p.name for p in path.iterdir()] == ["old"]


def test_equal_arrays_are_equal_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        save_arrays(tmp_path / name, {"x": np.arange(5.0), "w": np.array(["é", "z"])})
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_an_npz_with_a_pickle_is_refused(tmp_path):
    with open(tmp_path / "a.npz", "wb") as file:
        np.savez(file, x=np.array({"a": 1}, dtype=object))
    with pytest.raises(ReposeError, match="without pickles"):
        load_arrays(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04half", pickle.dumps(1), io.BytesIO(b"text").getvalue()])
def test_a_broken_npz_is_one_clear_error(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ReposeError, match=r"a\.npz"):
        load_arrays(tmp_path / "a.npz")


def test_a_missing_array_is_named(tmp_path):
    save_arrays(tmp_path / "a.npz", {"x": np.zeros(1)})
    with pytest.raises(ReposeError, match="no array `y`, found x"):
        load_arrays(tmp_path / "a.npz", "y")


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "b/../../a"])
def test_a_path_cannot_leave_its_root(tmp_path, name):
    with pytest.raises(ReposeError, match="leads outside"):
        inside(tmp_path, name)


def test_a_link_cannot_leave_its_root(tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path)
    with pytest.raises(ReposeError, match="leads outside"):
        inside(tmp_path / "root", "link/a")


def test_json_is_stable_and_broken_json_is_clear(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": [2.5]})
    write_json(tmp_path / "b.json", {"a": [2.5], "b": 1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    (tmp_path / "c.json").write_text('{"a": ')
    with pytest.raises(ReposeError, match="not readable as JSON"):
        read_json(tmp_path / "c.json")


def test_the_hashes_of_a_folders_files_are_by_name_and_of_their_contents(tmp_path):
    for name, text in (("b", "abc"), ("a", "")):
        (tmp_path / name).write_text(text)
    hashes = file_hashes(tmp_path)
    assert list(hashes) == ["a", "b"]
    assert hashes["b"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
