"""The world's COCO, CrowdPose and OCHuman at small scales: nearer people, own picture size, a test set."""

import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from repose.datasets.coco import NO_TEST
from repose.datasets.readers import read
from repose.foundations.parameters import load_params
from repose.world.build import write_dataset
from repose.world.motion import MotionSource
from repose.world.settings import WorldScale, WorldSettings
from repose.world.writers import coco, crowdpose, ochuman
from tests.datasets import native

ROOT = Path(__file__).parents[2]
SIZES = load_params(ROOT / "params.yaml")["world"]["sizes"]
PUBLISHED = WorldScale(images=0.0005, compression=0.2, test_images=6, image_px=64, video=0.001)
NEARER = dataclasses.replace(PUBLISHED, people_px=160, size_range=0.5)
MEDIUM, LARGE = 32**2, 96**2  # px² at the published size


def settings(name: str, scale: WorldScale) -> WorldSettings:
    return WorldSettings(0, MotionSource("actions", 0), SIZES[name], scale)


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(str(f.name).encode() + f.read_bytes() for f in files)).hexdigest()


def drawn(folder: Path, scale: WorldScale, count: int = 96) -> tuple[np.ndarray, np.ndarray]:
    """Heights in px, and areas in px² at the published size, of COCO's people with joints."""
    own = settings("coco", scale)
    labels = [label for first in range(0, count, 16) for label in coco.draw(folder, own, ("val", first, 16))]
    people = [person for label in labels for person in label.people if person["num_keypoints"]]
    grow = coco.PUBLISHED_PX / max(labels[0].size)
    heights = np.array([person["bbox"][3] for person in people])
    areas = np.array([person["area"] for person in people]) * grow**2
    return heights, areas


def test_nearer_people_are_larger_and_less_different_and_some_stay_of_medium_size(tmp_path: Path) -> None:
    near_px, near = drawn(tmp_path, NEARER)
    far_px, far = drawn(tmp_path, dataclasses.replace(NEARER, size_range=1.0))
    assert 70 < np.median(near_px) < 95
    assert np.percentile(near_px, 25) > 45
    assert near_px.max() <= 160
    assert np.median(near_px) > 1.2 * np.median(far_px)
    assert np.std(np.log(near)) < np.std(np.log(far))
    medium = (near > MEDIUM) & (near <= LARGE)
    assert 0.1 < medium.mean() < 0.4
    assert (near > LARGE).mean() > 0.5
    assert (far[far > MEDIUM] <= LARGE).mean() > medium.mean()


def test_casts_at_full_range_are_as_published_and_nearer_ones_hold_fewer_empty_pictures() -> None:
    def share(scale: WorldScale) -> tuple[float, float, float]:
        casts = [coco.cast(settings("coco", scale), "train", n) for n in range(3000)]
        empty = np.mean([not near for near, _, _ in casts])
        crowds = np.mean([crowded for *_, crowded in casts])
        far = np.mean([far > 0 and not crowded for _, far, crowded in casts])
        return float(empty), float(crowds), float(far)

    np.testing.assert_allclose(share(PUBLISHED), [0.12, 0.05, 0.3], atol=0.03)
    np.testing.assert_allclose(share(NEARER), [0.08, 0.04, 0.15], atol=0.03)


def test_the_published_range_draws_the_published_figures_exactly() -> None:
    own = settings("coco", PUBLISHED)
    for module in (coco, crowdpose, ochuman):
        for published, near in (module.SMALLEST, module.LARGEST):
            assert own.nearer(published, near) == published


@pytest.mark.parametrize("name", ["mpii", "lsp", "flic"])
def test_no_other_set_changes_by_a_byte(name: str, tmp_path: Path) -> None:
    for folder, scale in (("published", PUBLISHED), ("nearer", NEARER)):
        write_dataset(name, tmp_path / folder, settings(name, scale), workers=1)
    assert digest(tmp_path / "published") == digest(tmp_path / "nearer")


@pytest.mark.parametrize("name", ["crowdpose", "ochuman"])
def test_pictures_of_several_people_have_their_own_size(name: str, tmp_path: Path) -> None:
    scale = dataclasses.replace(NEARER, people_px=96)
    write_dataset(name, tmp_path, settings(name, scale), workers=1)
    for table in read(name, tmp_path).values():
        assert set(table.image_sizes.max(1).tolist()) == {96}


def test_coco_has_a_held_out_test_split_of_other_people_that_the_reader_reads(tmp_path: Path) -> None:
    write_dataset("coco", tmp_path, settings("coco", PUBLISHED), workers=1)
    tables = read("coco", tmp_path)
    assert list(tables) == ["train", "val", "test"]
    assert len(tables["test"].image_names) == len(tables["val"].image_names) == 6
    ids = [set(table.image_extra["image_id"].tolist()) for table in tables.values()]
    assert sum(map(len, ids)) == len(set.union(*ids))
    assert not any(table.meta["notes"] for table in tables.values())
    pictures = [{f.read_bytes() for f in (tmp_path / f"{s}2017").glob("*.jpg")} for s in ("val", "test")]
    assert not pictures[0] & pictures[1]
    content = json.loads((tmp_path / "annotations/person_keypoints_test2017.json").read_text())
    assert content["images"][0]["file_name"] == "000000800001.jpg"


def test_without_labels_of_test_the_reader_says_so(tmp_path: Path) -> None:
    native.write_coco(tmp_path)
    tables = read("coco", tmp_path)
    assert list(tables) == ["train", "val"]
    assert all(NO_TEST in table.meta["notes"] for table in tables.values())
