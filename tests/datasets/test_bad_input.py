"""Whatever is wrong with a download ends in one clear line, and nothing is half written."""

import contextlib
import json
import os
import pickle
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repose.datasets import READERS, read, reader
from repose.datasets.convert import convert
from repose.datasets.manifest import write_manifest
from repose.foundations.errors import ReposeError
from tests.datasets import native

WRITERS: dict[str, Callable[[Path], Any]] = {
    "h36m": native.write_h36m,
    "h36m_eccv": native.write_h36m_eccv,
    "mpi_inf_3dhp": native.write_mpi_inf_3dhp,
    "occlusion_person": native.write_occlusion_person,
    "mpii": lambda root: native.write_mpii(root, "xiao"),
    "mpii_multi": lambda root: native.write_mpii(root, "release"),
    "lsp": native.write_lsp,
    "lspet": lambda root: native.write_lsp(root, flag_of_visible=1.0, extended=True),
    "flic": native.write_flic,
    "coco": native.write_coco,
    "crowdpose": native.write_crowdpose,
    "ochuman": native.write_ochuman,
    "threedpw": native.write_threedpw,
}
OTHER_FORMS = {
    "mpii bearpaw": lambda root: native.write_mpii(root, "bearpaw"),
    "mpii newell": lambda root: native.write_mpii(root, "newell"),
    "mpii release": lambda root: native.write_mpii(root, "release"),
    "ochuman exports": native.write_ochuman_exports,
}
LABELS = (".npz", ".pkl", ".mat", ".h5", ".json", ".calibration")


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every data set once, in every form."""
    roots = {}
    for name, write in (WRITERS | OTHER_FORMS).items():
        roots[name] = tmp_path_factory.mktemp(name.replace(" ", "_"))
        write(roots[name])
    return roots


def one_line(name: str, root: Path) -> str:
    """The message with which reading ends."""
    with pytest.raises(ReposeError) as caught:
        read(name.split()[0], root)
    message = str(caught.value)
    assert "\n" not in message
    assert "expected" in message
    return message


def test_every_reader_has_a_writer_here() -> None:
    assert set(WRITERS) == set(READERS)


@pytest.mark.parametrize("name", WRITERS)
def test_a_missing_and_an_empty_folder(name: str, tmp_path: Path) -> None:
    assert "not found" in one_line(name, tmp_path / "nowhere")
    one_line(name, tmp_path)
    (tmp_path / "file").write_text("x")
    assert "not a folder" in one_line(name, tmp_path / "file")


@pytest.mark.parametrize("damage", ["missing", "empty", "garbage", "half", "folder"])
@pytest.mark.parametrize("name", [*WRITERS, *OTHER_FORMS])
def test_label_files_that_are_damaged(name: str, damage: str, downloads: dict[str, Path]) -> None:
    """The first and the last label file of the data set in turn."""
    root = downloads[name]
    labels = sorted(path for path in root.rglob("*") if path.suffix in LABELS and "cpn" not in path.name)
    for path in {labels[0], labels[-1]}:
        whole = path.read_bytes()
        path.unlink()
        if damage == "folder":
            path.mkdir()
        elif damage != "missing":
            path.write_bytes(
                {"empty": b"", "garbage": os.urandom(500), "half": whole[: len(whole) // 2]}[damage]
            )
        try:
            one_line(name, root)
        finally:
            if damage == "folder":
                path.rmdir()
            path.write_bytes(whole)


@pytest.mark.parametrize("name", [name for name in WRITERS if name not in ("h36m", "mpi_inf_3dhp")])
def test_a_missing_picture_is_named(name: str, downloads: dict[str, Path], tmp_path: Path) -> None:
    root = shutil.copytree(downloads[name], tmp_path / "copy")
    table = next(iter(read(name, root).values()))
    assert table.image_names is not None
    (root / table.image_names[-1]).unlink()
    assert f"1 of {len(table.image_names)} pictures are missing" in one_line(name, root)
    shutil.rmtree(root / table.image_names[-1].split("/")[0])
    one_line(name, root)


@pytest.mark.parametrize(
    "name", ["h36m_eccv", "occlusion_person", "mpii", "lsp", "lspet", "threedpw", "mpi_inf_3dhp"]
)
def test_a_picture_that_does_not_open(name: str, downloads: dict[str, Path], tmp_path: Path) -> None:
    root = shutil.copytree(downloads[name], tmp_path / "copy")
    table = list(read(name, root).values())[-1]
    assert table.image_names is not None
    (root / table.image_names[0]).write_bytes(b"\xff\xd8\xff\xe0 no picture")
    assert "a picture that does not open" in one_line(name, root)


Change = Callable[[Any], Any]


def change_pickle(path: Path, change: Change) -> None:
    path.write_bytes(pickle.dumps(change(pickle.loads(path.read_bytes())), 2))


def change_npz(path: Path, change: Change) -> None:
    with np.load(path, allow_pickle=True) as file:  # written by these tests
        content = {name: file[name].item() for name in file.files}
    change(content)
    np.savez(path, **content)


def change_mat(path: Path, change: Change) -> None:
    from scipy.io import loadmat, savemat

    content = {name: value for name, value in loadmat(path).items() if not name.startswith("__")}
    change(content)
    savemat(path, content)


def change_json(path: Path, change: Change) -> None:
    path.write_text(json.dumps(change(json.loads(path.read_text()))))


def change_h5(path: Path, change: Change) -> None:
    import h5py

    with h5py.File(path, "r+") as file:
        change(file)


def at(*keys: Any, value: Any) -> Change:
    """A change of one entry of nested containers."""

    def change(content: Any) -> Any:
        inner = content
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        return content

    return change


def replaced(name: str, make: Callable[[np.ndarray], np.ndarray]) -> Change:
    """A change of one array of an HDF5 file."""

    def change(file: Any) -> None:
        value = make(file[name][()])
        del file[name]
        file[name] = value

    return change


def with_nan(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flat[3] = np.nan
    return array


ZEROS = np.zeros((4, 5, 6), np.float32)
NAN = float("nan")
TAKE = ("S1", "Directions")
HAS_NAN = "values that are NaN"
CASES: dict[tuple[str, Callable[[Path, Change], None], str], list[tuple[Change, str]]] = {
    ("h36m", change_npz, "data_3d_h36m.npz"): [
        (at("positions_3d", *TAKE, value=ZEROS), r"\(4, 5, 6\), expected shape \(N, 32, 3\)"),
        (at("positions_3d", "S9", value={}), "S9: .*expected a dictionary of actions"),
        (at("positions_3d", value={"S1": {}}), "expected a dictionary of actions"),
        (lambda c: c["positions_3d"].pop("S6"), "no `S6`"),
        (lambda c: c["positions_3d"]["S1"]["Directions"].__setitem__(0, NAN), HAS_NAN),
        (lambda c: c["positions_3d"]["S1"]["Directions"].__imul__(1000), "expected metres"),
    ],
    ("h36m", change_npz, "data_2d_h36m_gt.npz"): [
        (lambda c: c["positions_2d"]["S1"]["Directions"].pop(), "another number of cameras"),
        (lambda c: c["positions_2d"]["S1"].pop("Directions"), "no `Directions`"),
        (at("positions_2d", *TAKE, 2, value=ZEROS), "expected shape .*17 or 16"),
        (at("positions_2d", *TAKE, 2, value=np.zeros((7, 17, 2))), "7 frames, expected the 12"),
        (at("positions_2d", *TAKE, 2, value=np.zeros((12, 17, 2))), "px away from the projected"),
        (lambda c: c["positions_2d"]["S1"]["Directions"][1].__setitem__(3, NAN), HAS_NAN),
    ],
    ("h36m", change_npz, "data_2d_h36m_cpn_ft_h36m_dbb.npz"): [
        (at("positions_2d", *TAKE, 0, value=np.zeros((12, 16, 2))), "expected shape .*17"),
    ],
    (
        "h36m_eccv",
        change_pickle,
        "msra_cache/HM36_eccv_challenge_Val_cache/HM36_eccv_challenge_Val_w288xh384_keypoint_jnt_bbox_db.pkl",
    ): [
        (lambda c: [], "an empty list"),
        (lambda c: {"a": 1}, "a dict, expected a list"),
        (at(1, "joints_3d", value=np.zeros((17, 3))), r"record 1, `joints_3d`.*\(18, 3\)"),
        (at(1, "joints_3d", value=np.full((18, 3), NAN)), "54 values that are NaN"),
        (lambda c: [c[0], 5], "record 1: a int"),
    ],
    ("occlusion_person", change_pickle, "unrealcv_train.pkl"): [
        (at(2, "joints_3d", value=np.zeros((14, 3))), r"\(15, 3\)"),
        (at(2, "joints_3d", value="no"), "something else than numbers"),
        (at(2, "image", value="../../x.jpg"), "leads outside"),
    ],
    ("mpi_inf_3dhp", change_mat, "S2/Seq1/annot.mat"): [
        (lambda c: c.pop("annot3"), "no variable `annot3`"),
        (at("annot2", (4, 0), value=np.zeros((3, 50))), r"\(N, 56\)"),
        (at("annot2", value=np.zeros((3, 50))), "a cell for each of 14 cameras"),
        (at("annot3", (4, 0), value=np.full((3, 84), NAN)), HAS_NAN),
        (lambda c: c["annot3"][0, 0].__imul__(-1), "behind the camera|different points"),
    ],
    ("mpi_inf_3dhp", change_h5, "mpi_inf_3dhp_test_set/TS2/annot_data.mat"): [
        (replaced("annot2", lambda a: a[:, :, :16]), r"shape \(N, 1, 17, 2\)"),
        (replaced("univ_annot3", with_nan), "1 values that are NaN"),
        (lambda f: f.__delitem__("valid_frame"), "no array `valid_frame`"),
        (replaced("activity_annotation", lambda a: a + 40), "activity outside 1 to 7"),
    ],
    ("mpii", change_json, "annot/train.json"): [
        (at(0, "joints", value=[[1, 2]]), r"\(16, 2\)"),
        (at(0, "joints", 3, 0, value=NAN), HAS_NAN),
        (at(0, "image", value="../../x.jpg"), "leads outside"),
        (lambda c: {}, "only the val part"),
    ],
    ("lsp", change_mat, "joints.mat"): [
        (at("joints", value=np.zeros((3, 15, 6))), r"\(3, 15, 6\), expected \(3, 14, N\)"),
        (lambda c: c["joints"].__setitem__((0, 0, 0), NAN), HAS_NAN),
        (lambda c: c.pop("joints"), "no variable `joints`"),
    ],
    ("coco", change_json, "annotations/person_keypoints_val2017.json"): [
        (at("annotations", 0, "keypoints", value=[1, 2, 3]), r"shape \(51\)"),
        (at("annotations", 0, "keypoints", 2, value=7), "visibility other than 0, 1 and 2"),
        (at("annotations", 0, "image_id", value=123), "the picture 123"),
        (at("annotations", 0, "id", value=float("inf")), "the id inf"),
        (at("annotations", 0, "keypoints", 3, value=1e200), r"a value of 1e\+200"),
        (at("annotations", value=5), "not a list of dictionaries"),
        (at("images", 1, "id", value=7), "two pictures with one id"),
        (at("images", 1, "file_name", value="../../../x.jpg"), "leads outside"),
        (at("images", 1, "file_name", value="/etc/passwd"), "missing"),
        (at("images", 1, "width", value=None), "something else than numbers|NaN"),
    ],
    ("crowdpose", change_json, "json/crowdpose_test.json"): [
        (at("images", 0, "crowdIndex", value="high"), "something else than numbers"),
    ],
    ("ochuman", change_json, "ochuman.json"): [
        (at("keypoint_names", value=["nose"]), "the joints nose"),
        (at("images", 0, "annotations", 0, "keypoints", value=[1] * 30), r"shape \(57\)"),
        (at("images", 0, value=3), "a int, expected a dictionary"),
    ],
    ("threedpw", change_pickle, "sequenceFiles/test/test_00.pkl"): [
        (at("poses2d", 0, value=np.zeros((3, 3, 17))), "3, 18"),
        (at("poses2d", value=[]), "as many in every list"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("place", "change", "message"),
    [(place, change, message) for place, changes in CASES.items() for change, message in changes],
)
def test_wrong_content(place: Any, change: Change, message: str, downloads: dict[str, Path]) -> None:
    name, open_with, file = place
    path = downloads[name] / file
    whole = path.read_bytes()
    try:
        open_with(path, change)
        found = one_line(name, downloads[name])
    finally:
        path.write_bytes(whole)
    assert re.search(message, found), found


def test_links_out_of_the_root_are_refused(downloads: dict[str, Path], tmp_path: Path) -> None:
    root = shutil.copytree(downloads["lsp"], tmp_path / "lsp")
    (tmp_path / "else").mkdir()
    shutil.move(root / "images/im0002.jpg", tmp_path / "else/im0002.jpg")
    os.symlink(tmp_path / "else/im0002.jpg", root / "images/im0002.jpg")
    assert "leads outside" in one_line("lsp", root)
    shutil.move(root / "images", tmp_path / "images")
    os.symlink(tmp_path / "images", root / "images")
    assert "leads outside" in one_line("lsp", root)


def test_failed_conversions_leave_the_old_tables(downloads: dict[str, Path], tmp_path: Path) -> None:
    root = shutil.copytree(downloads["lsp"], tmp_path / "lsp")
    manifest, out = tmp_path / "lsp.tsv", tmp_path / "poses/lsp"
    write_manifest(root, reader("lsp").FILES, manifest)
    convert("lsp", root, manifest, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert set(before) == {"train.npz", "test.npz", "meta.json"}
    whole = (root / "joints.mat").read_bytes()
    (root / "joints.mat").write_bytes(bytes(len(whole)))  # as long as before, but nothing in it
    with pytest.raises(ReposeError):
        convert("lsp", root, manifest, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in out.parent.iterdir()] == ["lsp"]


@pytest.mark.parametrize("name", ["mpii_multi", "flic", "lsp", "threedpw", "coco", "mpii newell"])
def test_changed_bytes_never_end_in_a_traceback(name: str, downloads: dict[str, Path]) -> None:
    root = downloads[name]
    labels = sorted(path for path in root.rglob("*") if path.suffix in LABELS)
    for number in range(15):
        draw = np.random.default_rng(number)
        path = labels[draw.integers(len(labels))]
        whole = path.read_bytes()
        damaged = bytearray(whole)
        for _ in range(draw.integers(1, 6)):
            damaged[draw.integers(len(whole))] = draw.integers(256)
        path.write_bytes(damaged)
        try:
            with contextlib.suppress(ReposeError):
                read(name.split()[0], root)
        finally:
            path.write_bytes(whole)
