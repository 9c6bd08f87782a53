"""The splits of a training."""

import numpy as np

from repose.pictures.scene_sets import opened_sets, training_parts
from repose.pictures.scenes import scenes_of
from tests.pictures.scenes import table_of_people


def test_a_training_has_only_pictures_with_somebody_to_find():
    scenes = scenes_of(table_of_people(40, people=30))
    somebody = [row for row in range(40) if (~scenes.crowd[scenes.first[row] : scenes.first[row + 1]]).any()]
    parts = training_parts(scenes, 0.25)
    assert sorted([*parts.rows, *parts.held]) == somebody
    assert len(parts.held) > 0
    assert not len(training_parts(scenes, 0.0).held)


def test_splits_are_opened_by_their_names_with_their_own_pictures(tmp_path):
    for name, level in (("coco", 1), ("ochuman", 2)):
        scenes = scenes_of(table_of_people())
        scenes.save(tmp_path / name / "val.npz")
        np.save(tmp_path / name / "val_pictures.npy", np.full((5, 8, 8, 3), level, np.uint8))
    wanted = [("ochuman", "val"), ("coco", "val")]
    with opened_sets(wanted, tmp_path, {"coco": "", "ochuman": ""}, 8, 1) as sets:
        assert list(sets) == wanted
        assert (sets["coco", "val"].pictures.ask(np.arange(2))() == 1).all()
        assert (sets["ochuman", "val"].pictures.ask(np.arange(2))() == 2).all()
