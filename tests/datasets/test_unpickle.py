"""Pickles are read as data and nothing else."""

import collections
import io
import os
import pickle
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repose.datasets.unpickle import read_object_npz, read_pickle, unpickle
from repose.foundations.errors import ReposeError


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, call: Any, *arguments: Any) -> None:
        self.call = call, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_and_plain_containers_come_back(protocol: int) -> None:
    value = {
        "list": [1, 2.5, None, True, "ä", b"\xff", (3, 1j)], "set": {1, 2}, "big": 2**80,
        "ordered": collections.OrderedDict(a=1), "scalar": np.float64(1.5), "flag": np.bool_(True),
        "array": np.arange(6.0).reshape(2, 3), "fortran": np.asfortranarray(np.ones((3, 2))),
        "words": np.array(["a", "bc"]), "objects": np.array([{"x": 2}, None], dtype=object),
    }  # fmt: skip
    back = unpickle(io.BytesIO(pickle.dumps(value, protocol)), "file")
    np.testing.assert_equal(back, value)


def test_modules_of_numpy_1_and_of_python_2_are_known() -> None:
    data = pickle.dumps(np.arange(3.0), 2)
    assert b"numpy._core.multiarray" in data
    old = data.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    np.testing.assert_array_equal(unpickle(io.BytesIO(old), "file"), [0, 1, 2])
    python2 = b"(dp0\nS'poses'\np1\n(lp2\nF1.5\nasS'name'\np3\nS'caf\\xe9'\np4\ns."
    assert unpickle(io.BytesIO(python2), "file") == {"poses": [1.5], "name": "caf\xe9"}


@pytest.mark.parametrize(
    "evil",
    [
        Evil(os.system, "touch broken"), Evil(eval, "1"), Evil(exec, "1"), Evil(subprocess.Popen, ["true"]),
        Evil(getattr, "x", "y"), Evil(__import__, "os"), Evil(open, "broken", "w"), Evil(np.load, "x"), Path,
    ],
)  # fmt: skip
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_anything_else_is_refused(
    evil: Any, protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "evil.pkl"
    path.write_bytes(pickle.dumps({"a": [evil]}, protocol))
    with pytest.raises(ReposeError, match=r"evil.pkl: a pickle that asks for `\S+`, expected arrays"):
        read_pickle(path)
    assert not Path("broken").exists()


def test_objects_in_an_npz_are_read_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez_compressed(path, good=np.array({"a": np.ones(3)}, dtype=object), plain=np.arange(4))
    found = read_object_npz(path, "good", "plain")
    np.testing.assert_equal(found, {"good": {"a": np.ones(3)}, "plain": np.arange(4)})
    np.savez(path, good=np.array(Evil(os.system, "true"), dtype=object))
    with pytest.raises(ReposeError, match=r"a pickle that asks for `posix\.system`"):
        read_object_npz(path, "good")
    with pytest.raises(ReposeError, match="no array `other`"):
        read_object_npz(path, "other")


def test_a_changed_byte_is_noticed_by_the_checksum(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, a=np.array({"x": np.zeros(1000)}, dtype=object))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ReposeError, match="not readable"):
        read_object_npz(path, "a")
