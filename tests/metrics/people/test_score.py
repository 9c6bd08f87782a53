import subprocess
import sys

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.metrics.people import (
    read_truth,
    save_people_predictions,
    truth_of_table,
    with_visible_person,
)
from repose.metrics.people.coco import coco_numbers, crowdpose_numbers
from repose.metrics.people.summary import people_text, scored_people
from repose.metrics.score import of_people
from tests.imports import ROOT
from tests.metrics.people.crowds import found, truth
from tests.metrics.people.files import content, results, write
from tests.metrics.people.test_truth import table


def rows(text):
    """The numbers of each line, and the names of the columns."""
    _, head, *lines = text.splitlines()
    table = {line.split("  ")[0]: line.split()[-len(head.split()) :] for line in lines}
    return head.split(), table


def told(*arguments, **more):
    """What the command prints about a file."""
    return people_text(scored_people(*arguments, **more))


def numbers(values):
    """Numbers as they are printed."""
    return ["–" if np.isnan(value) else f"{value:.3f}" for value in values.values()]


def test_results_of_any_software_are_scored_over_all_images_and_those_with_a_person(tmp_path):
    of = truth(people=50)
    people, visible = found(of), with_visible_person(of)
    annotations = write(tmp_path / "a.json", content(of))
    head, lines = rows(told(results(tmp_path / "r.json", of, people), annotations))
    assert head == ["AP", "AP50", "AP75", "APM", "APL", "AR", "AR50", "AR75", "ARM", "ARL"]
    assert lines == {
        "40 images, all": numbers(coco_numbers(of, people)),
        f"{visible.sum()} images, with a visible person": numbers(coco_numbers(of, people, pictures=visible)),
    }


def test_fourteen_joints_are_crowdposes_nine_numbers(tmp_path):
    of = truth(skeleton="crowdpose14")
    annotations = write(tmp_path / "a.json", content(of))
    text = told(results(tmp_path / "r.json", of, found(of)), annotations)
    head, lines = rows(text)
    assert head[-3:] == ["AP_easy", "AP_medium", "AP_hard"]
    assert lines["40 images, all"] == numbers(crowdpose_numbers(read_truth(annotations), found(of)))


def test_an_npz_of_people_is_scored_against_either_kind_of_truth(tmp_path):
    of = truth()
    save_people_predictions(tmp_path / "p.npz", found(of))
    annotations = write(tmp_path / "a.json", content(of))
    assert of_people(tmp_path / "p.npz", annotations)
    by_npz = told(tmp_path / "p.npz", annotations)
    by_json = told(results(tmp_path / "r.json", of, found(of)), annotations)
    assert by_npz.splitlines()[1:] == by_json.splitlines()[1:]
    crowd = table()
    crowd.save(tmp_path / "t.npz")
    save_people_predictions(tmp_path / "p.npz", found(truth_of_table(crowd)))
    assert of_people(tmp_path / "p.npz", tmp_path / "t.npz")
    assert "3 images, all" in told(tmp_path / "p.npz", tmp_path / "t.npz")


def test_pictures_can_be_scaled_before_areas_count(tmp_path):
    of = truth()
    annotations = write(tmp_path / "a.json", content(of))
    file = results(tmp_path / "r.json", of, found(of))
    _, lines = rows(told(file, annotations, longest_px=100))
    small = numbers(coco_numbers(of.scaled(0.2), found(of).scaled(0.2)))
    assert lines["40 images, all"] == small


def test_mpii_has_its_own_numbers(tmp_path):
    table("mpii16", extra=table().extra | {"head_px": np.full(3, 9.0)}).save(tmp_path / "t.npz")
    of = truth_of_table(table("mpii16"))
    save_people_predictions(tmp_path / "p.npz", found(of))
    head, lines = rows(told(tmp_path / "p.npz", tmp_path / "t.npz"))
    assert head == ["Head", "Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle", "Mean"]
    assert list(lines) == ["AP", "PCKh@0.5"]


def test_sigmas_must_fit_the_joints(tmp_path):
    of = truth()
    annotations = write(tmp_path / "a.json", content(of))
    file = results(tmp_path / "r.json", of, found(of))
    with pytest.raises(ReposeError, match="17 names of keypoints, expected the 14"):
        scored_people(file, annotations, "crowdpose14")
    with pytest.raises(ReposeError, match="name it with --truth"):
        scored_people(file, None)


def test_the_command_prints_numbers_and_ends_on_one_line_of_error(tmp_path):
    of = truth()
    annotations = write(tmp_path / "a.json", content(of))
    file = results(tmp_path / "r.json", of, found(of))
    command = [sys.executable, "-m", "repose", "score", str(file), "--truth"]
    done = subprocess.run([*command, str(annotations)], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "40 images, all" in done.stdout
    assert not done.stderr
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
