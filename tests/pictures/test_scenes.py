"""Scenes: everyone of a picture in one run of rows, pictures in the top left corner, stored or decoded."""

import json

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.pictures.pack import cut_out, decoding_processes
from repose.pictures.prepare_scenes import prepare_scenes
from repose.pictures.scenes import (
    COCO_PX,
    held_out,
    joined,
    load_scenes,
    open_pictures,
    scenes_of,
    square_of,
)
from tests.pictures.scenes import save_pictures, table_of_people


def test_the_people_of_a_picture_are_one_run_of_rows_and_an_empty_picture_has_none():
    table = table_of_people()
    scenes = scenes_of(table)
    assert len(scenes) == 5
    for picture in range(5):
        own = slice(scenes.first[picture], scenes.first[picture + 1])
        np.testing.assert_array_equal(scenes.joints2d_px[own], table.joints2d[table.image == picture])
    assert scenes.first[4] == scenes.first[5] == len(table)


def test_people_of_some_pictures_come_in_their_order():
    scenes = scenes_of(table_of_people())
    rows = np.array([3, 4, 0, 3])
    people, place = scenes.people(rows)
    expected = [(n, k) for k, p in enumerate(rows) for n in range(scenes.first[p], scenes.first[p + 1])]
    assert list(zip(people.tolist(), place.tolist(), strict=True)) == expected


def test_crowds_and_people_without_joints_are_regions_to_ignore():
    table = table_of_people()
    scenes = scenes_of(table)
    order = np.argsort(table.image, kind="stable")
    assert sorted(order[scenes.crowd].tolist()) == [3, 5]


def test_areas_are_judged_at_the_published_size_where_pictures_were_drawn_small():
    drawn = scenes_of(table_of_people(meta={"source": "world"}))
    real = scenes_of(table_of_people(meta={"source": "real"}))
    assert (drawn.published_px == COCO_PX).all()
    assert real.published_px.tolist() == [160, 160, 160, 80, 40]


def test_splits_put_behind_one_another_keep_their_people():
    one, two = scenes_of(table_of_people()), scenes_of(table_of_people(3, people=4), part=1)
    both = joined([one, two])
    assert both.first.tolist() == [*one.first.tolist(), *(len(one.crowd) + two.first[1:]).tolist()]
    assert both.part.tolist() == [0] * 5 + [1] * 3
    assert both.ids.tolist() == [0, 1, 2, 3, 4, 0, 1, 2]


def test_held_out_pictures_are_a_share_and_the_same_for_one_seed():
    scenes = scenes_of(table_of_people(200, people=500))
    train, held = held_out(scenes, 0.1, 3)
    assert len(held) == 20
    assert sorted([*train, *held]) == list(range(200))
    np.testing.assert_array_equal(held, held_out(scenes, 0.1, 3)[1])
    assert held.tolist() != held_out(scenes, 0.1, 4)[1].tolist()


def write_set(folder, name, splits, skeleton):
    (folder / "poses" / name).mkdir(parents=True)
    for split in splits:
        table = table_of_people(skeleton=skeleton)
        table.save(folder / "poses" / name / f"{split}.npz")
    save_pictures(folder, table)


def test_a_prepared_set_reads_back_and_equal_inputs_are_equal_bytes(tmp_path):
    write_set(tmp_path, "crowdpose", ("train", "val", "test"), "crowdpose14")
    for out in ("a", "b"):
        prepare_scenes("crowdpose", tmp_path / "poses", str(tmp_path), 80, 1, tmp_path / out)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
    train = load_scenes(tmp_path / "a", "train")
    assert train.skeleton == "crowdpose14"
    assert (len(train), len(load_scenes(tmp_path / "a", "test"))) == (10, 5)
    meta = json.loads((tmp_path / "a/meta.json").read_text())
    assert meta["splits"]["train"] == {
        "parts": ["train", "val"], "pictures": 10, "people": 14, "ignored": 4,
    }  # fmt: skip
    assert set(meta["sha256"]) == {f"{s}{e}" for s in ("train", "test") for e in (".npz", "_pictures.npy")}


def test_stored_pictures_lie_in_the_top_left_corner_at_their_shrink(tmp_path):
    from PIL import Image

    write_set(tmp_path, "coco", ("train", "val"), "coco17")
    prepare_scenes("coco", tmp_path / "poses", str(tmp_path), 80, 1, tmp_path / "out")
    assert not (tmp_path / "out/test.npz").exists()  # labels of test-dev are not public
    scenes = load_scenes(tmp_path / "out", "val")
    squares = open_pictures(tmp_path / "out", "val", scenes, "", 80, None).ask(np.arange(5))()
    assert squares.shape == (5, 80, 80, 3)
    for row, (width, height) in enumerate(np.floor(scenes.size_px * scenes.shrink(80)[:, None]).astype(int)):
        with Image.open(tmp_path / f"images/{row}.png") as picture:
            small = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR), int)
        difference = np.abs(squares[row, :height, :width].astype(int) - small)
        assert difference[:-2, :-2].mean() < 1
        assert not squares[row, height + 1 :].any()
        assert not squares[row, :, width + 1 :].any()


def test_pictures_at_their_own_size_are_stored_as_they_are(tmp_path):
    from PIL import Image

    write_set(tmp_path, "coco", ("train", "val"), "coco17")
    prepare_scenes("coco", tmp_path / "poses", str(tmp_path), 160, 1, tmp_path / "out")
    stored = np.load(tmp_path / "out/val_pictures.npy")
    with Image.open(tmp_path / "images/0.png") as picture:
        np.testing.assert_array_equal(stored[0, :120], np.asarray(picture))


def test_ochuman_is_scored_in_the_joints_of_coco(tmp_path):
    write_set(tmp_path, "ochuman", ("val", "test"), "ochuman19")
    prepare_scenes("ochuman", tmp_path / "poses", str(tmp_path), None, 1, tmp_path / "out")
    scenes = load_scenes(tmp_path / "out", "val")
    assert scenes.skeleton == "coco17"
    assert scenes.joints2d_px.shape[1] == 17


def test_decoded_pictures_agree_with_stored_ones_also_from_jpeg(tmp_path):
    table = table_of_people()
    save_pictures(tmp_path, table, "jpg")
    names = np.array([name.replace("png", "jpg") for name in table.image_names])
    (tmp_path / "poses/coco").mkdir(parents=True)
    for split in ("train", "val"):
        table_of_people(image_names=names).save(tmp_path / f"poses/coco/{split}.npz")
    for px, out in ((80, "stored"), (None, "bare")):
        prepare_scenes("coco", tmp_path / "poses", str(tmp_path), px, 1, tmp_path / out)
    scenes = load_scenes(tmp_path / "bare", "val")
    stored = open_pictures(tmp_path / "stored", "val", scenes, str(tmp_path), 80, None)
    with decoding_processes(1) as pool:
        decoded = open_pictures(tmp_path / "bare", "val", scenes, str(tmp_path), 80, pool)
        rows = np.array([2, 0, 4])
        np.testing.assert_array_equal(stored.ask(rows)(), decoded.ask(rows)())


def test_missing_tables_pictures_and_wrong_sets_are_one_clear_line_each(tmp_path):
    write_set(tmp_path, "coco", ("train",), "coco17")
    with pytest.raises(ReposeError, match=r"val\.npz"):
        prepare_scenes("coco", tmp_path / "poses", str(tmp_path), 80, 1, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(ReposeError, match="expected one of coco, crowdpose"):
        prepare_scenes("lsp", tmp_path / "poses", str(tmp_path), 80, 1, tmp_path / "out")
    with pytest.raises(ReposeError, match=r"val_pictures\.npy: not found"):
        open_pictures(tmp_path, "val", scenes_of(table_of_people()), "", 80, None)


def test_a_picture_of_one_pixel_fills_its_square(tmp_path):
    from PIL import Image

    Image.new("RGB", (1, 1), (10, 200, 30)).save(tmp_path / "a.png")
    size, names = np.array([[1, 1]], np.int32), np.array(["a.png"])
    table = table_of_people(1, people=2, image_sizes=size, image_names=names)
    square = cut_out(square_of(scenes_of(table), 0, str(tmp_path), 16))
    np.testing.assert_allclose(square[8, 8], [10, 200, 30], atol=16)
