import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import repose.predict
from repose.__main__ import parser
from repose.dgcn.decode import DecoderOptions
from repose.dgcn.designs import NetworkScale as FinderScale
from repose.dgcn.designs import build_seeded
from repose.dgcn.designs import design_of as finder_design
from repose.dgcn.pictures import Everybody
from repose.foundations.errors import ReposeError
from repose.fusion.designs import NetworkScale, build, design_of
from repose.fusion.predict import crop_of, find_person, load_predictor, open_picture, square_of
from repose.hgg.candidates import CandidateRules
from repose.hgg.pictures import load_finder
from repose.predict import Person, around, pictures_in, read_box
from repose.report.annotated import Drawn, annotate
from repose.skeletons import get_skeleton
from repose.training.record import write_run, write_seed
from tests.hgg import trained

NETWORK = {
    "width": 0.05,
    "deconv": 0.05,
    "block": "basic",
    "blocks": [1, 1, 1, 1],
    "stem_pool": False,
    "input_px": 32,
}


def predict_pictures(*arguments, **options):
    """The files of all pictures."""
    return [file for one in repose.predict.predict_pictures(*arguments, **options) for file in one.files]


KNOWN = ["r_knee", "r_hip", "l_hip", "l_knee"]


def write_trained(folder, family="stage3"):
    """The folder of a run that has learnt nothing but that there are hips and knees."""
    torch.manual_seed(0)
    network = build(design_of("resnet", NetworkScale(**(NETWORK | {"blocks": (1, 1, 1, 1)}))))
    torch.nn.init.constant_(network.heatmap.bias[1:5], 0.5)
    settings = {"network": "resnet", "flip_test": True, "scale": {"network": NETWORK, "subpixel": True}}
    write_run(folder, settings, [4], 1, 1, 1, 1, family=family, maps={"input_px": 32, "map_px": 16})
    write_seed(folder, 4, network.state_dict(), [])
    return folder.resolve()


def write_finder(folder):
    """The folder of a run that finds people, and has learnt nothing."""
    scale = FinderScale(0.0625, 0.25, "basic", "ladder", 8, False)
    network = build_seeded(finder_design("resnet50", scale, 17, 19, None), 0)
    settings = {
        "backbone": "resnet50", "data": "coco", "graph": None, "loss": {"regression": "smooth_l1"},
        "decoder": dataclasses.asdict(DecoderOptions()),
        "scale": {"network": dataclasses.asdict(scale), "picture_px": 48},
    }  # fmt: skip
    write_run(folder, settings, [2], 1, 1, 1, 1)
    write_seed(folder, 2, network.state_dict(), [])
    return folder.resolve()


def crowd(*people, last_score=0.5):
    """People (x, y, height in px) as a run finds them in any picture; their left ankles are missing."""
    joints = len(get_skeleton("coco17").joints)
    down = np.linspace(0, 1, joints)[:, None] * (0.3, 1.0)
    points = np.array([np.array([x, y]) + height * down for x, y, height in people]).reshape(-1, joints, 2)
    score = np.full(points.shape[:2], 0.9)
    score[:, -2] = 0.0
    person_score = np.linspace(0.9, last_score, len(points))
    return Everybody(points, score, score > 0, person_score)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_trained(tmp_path_factory.mktemp("runs") / "fusion" / "tiny")


@pytest.fixture(scope="module")
def finder(tmp_path_factory):
    return write_finder(tmp_path_factory.mktemp("runs") / "dgcn" / "tiny")


@pytest.fixture(scope="module")
def groups(tmp_path_factory):
    """Runs of hgg, one with a grouping and one without."""
    folder = tmp_path_factory.mktemp("runs") / "hgg"
    for name in ("full", "ae"):
        trained.write_trained(folder / name, name)
    return folder.resolve()


@pytest.fixture
def found(monkeypatch):
    """Lets a run find some people."""
    return lambda people: monkeypatch.setattr("repose.dgcn.pictures.everybody", lambda *_: people)


@pytest.fixture
def picture(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "person.png")
    return tmp_path / "person.png"


def test_a_box_of_a_picture_becomes_an_annotated_one_and_joints(run, picture, tmp_path):
    files = predict_pictures([picture], str(run), tmp_path / "out", "10,5,40,50")
    assert [file.name for file in files] == ["person.png", "person.json"]
    facts = json.loads(files[1].read_text())
    assert facts.keys() == {"image", "run", "joints", "joints3d", "people"}
    (person,) = facts["people"]
    assert len(facts["joints"]) == len(person["joints2d_px"]) == len(person["joints3d_mm"]) == 16
    assert [joint for joint, known in zip(facts["joints"], person["found"], strict=True) if known] == KNOWN
    assert person["joints3d_mm"][facts["joints"].index("pelvis")] == [0, 0, 0]
    assert person["box_px"] == [10, 5, 40, 50]
    assert "person_score" not in person
    x, y = np.array(person["joints2d_px"]).T  # inside the crop of 62.5 px around the box
    assert (np.abs(x - 30) <= 32).all()
    assert (np.abs(y - 30) <= 32).all()
    with Image.open(files[0]) as drawn:
        assert drawn.size == (480 + 2 * 320, 340)


def test_everyone_whom_a_run_finds_gets_a_pose_of_their_own_in_3d(run, finder, found, picture, tmp_path):
    found(crowd((5, 5, 50), (60, 10, 30)))
    files = predict_pictures([picture], str(run), tmp_path / "out", people=str(finder))
    facts = json.loads(files[1].read_text())
    assert facts["people_by"] == str(finder)
    first, second = facts["people"]
    assert first["box_px"] == [5, 5, 15, 50]
    assert second["box_px"] == [60, 10, 9, 30]
    assert (first["person_score"], second["person_score"]) == (0.9, 0.5)
    alone = find_person(load_predictor(run), open_picture(picture), (60, 10, 9, 30))
    np.testing.assert_allclose(second["joints2d_px"], alone.joints2d_px, atol=0.01)
    np.testing.assert_allclose(second["joints3d_mm"], alone.joints3d_mm, atol=0.1)
    with Image.open(files[0]) as drawn:  # one above the other
        assert drawn.size == (480 + 2 * 160, 2 * 180)


def test_a_run_of_dgcn_writes_everyone_in_its_own_joints(finder, found, picture, tmp_path):
    found(crowd((5, 5, 50), (30, 5, 40), (60, 10, 30), last_score=0.05))
    files = predict_pictures([picture], str(finder), tmp_path / "out", least=0.1)
    facts = json.loads(files[1].read_text())
    assert facts["joints"] == list(get_skeleton("coco17").joints)
    assert [person["person_score"] for person in facts["people"]] == [0.9, 0.475]
    for person in facts["people"]:
        assert person.keys() == {"joints2d_px", "score", "found", "person_score"}
        assert person["found"].count(False) == 1
    with Image.open(files[0]) as drawn:
        assert drawn.size == (480, 340)


def test_a_run_of_hgg_writes_everyone_and_how_they_were_put_together(groups, picture, tmp_path):
    files = predict_pictures([picture], str(groups / "full"), tmp_path / "out", show_rounds=True)
    assert [file.name for file in files] == ["person.png", "person.json", "person_rounds.png"]
    facts = json.loads(files[1].read_text())
    assert facts["joints"] == list(get_skeleton("coco17").joints)
    assert len(facts["people"]) > 1
    assert all(any(person["found"]) for person in facts["people"])
    with Image.open(files[2]) as drawn:
        panels, rest = divmod(drawn.width, 320)
        assert (rest, 213 < drawn.height < 260) == (0, True)
        assert 2 <= panels <= 6  # the candidates, and at most five rounds
        assert len(np.unique(np.asarray(drawn.convert("RGB")).reshape(-1, 3), axis=0)) > 50


@pytest.mark.parametrize("size", [(1, 1), (700, 1), (1, 90)])
def test_a_picture_without_a_candidate_has_one_round(groups, tmp_path, monkeypatch, size):
    finder = load_finder(groups / "full")
    blind = dataclasses.replace(finder.reader, candidates=CandidateRules(threshold=9.0))
    monkeypatch.setattr(
        "repose.hgg.pictures.load_finder", lambda _: dataclasses.replace(finder, reader=blind)
    )
    Image.new("RGB", size).save(tmp_path / "nobody.png")
    files = predict_pictures(
        [tmp_path / "nobody.png"], str(groups / "full"), tmp_path / "out", show_rounds=True
    )
    assert json.loads(files[1].read_text())["people"] == []
    with Image.open(files[2]) as drawn:
        assert max(drawn.size) <= 360


def test_runs_without_a_grouping_have_no_rounds_to_show(run, finder, groups, picture, tmp_path):
    for name, more in ((groups / "ae", {}), (finder, {}), (run, {"people": str(groups / "full")})):
        with pytest.raises(
            ReposeError, match=rf"--show-rounds: .*{name.name} groups nothing, expected a run"
        ):
            predict_pictures([picture], str(name), tmp_path / "out", show_rounds=True, **more)
    assert not (tmp_path / "out").exists()


def test_a_run_of_hgg_finds_the_people_whom_one_of_fusion_reads(run, groups, picture, tmp_path):
    finder = str(groups / "ae")
    files = predict_pictures([picture], str(run), tmp_path / "out", people=finder, least=0.025)
    facts = json.loads(files[1].read_text())
    alone = json.loads(predict_pictures([picture], finder, tmp_path / "two", least=0.025)[1].read_text())
    assert facts["people_by"] == finder
    scores = [person["person_score"] for person in alone["people"]]
    assert [person["person_score"] for person in facts["people"]] == scores
    assert len(scores) == 3


@pytest.mark.parametrize("size", [(90, 60), (1, 1), (700, 1)])
def test_a_picture_of_nobody_has_an_empty_list(run, finder, tmp_path, size):
    path = tmp_path / "nobody.png"
    Image.new("RGB", size).save(path)
    for kind in ({"run": str(finder)}, {"run": str(run), "people": str(finder)}):
        files = predict_pictures([path], out=tmp_path / "out", **kind)
        assert json.loads(files[1].read_text())["people"] == []
        with Image.open(files[0]) as drawn:
            assert drawn.size == (480, 20 + max(1, round(480 * size[1] / max(size))))


def test_a_picture_of_one_pixel_can_be_a_box(run, tmp_path):
    path = tmp_path / "pixel.png"
    Image.new("RGB", (1, 1)).save(path)
    files = predict_pictures([path], str(run), tmp_path / "out", "0,0,1,1")
    assert len(json.loads(files[1].read_text())["people"]) == 1


def test_without_a_box_the_papers_network_finds_people_or_else_its_baseline(
    run, found, picture, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(repose.predict, "RUNS", tmp_path / "runs")
    found(crowd((5, 5, 50)))
    with pytest.raises(ReposeError, match="--box x,y,w,h for one person, or --people dgcn/NAME"):
        predict_pictures([picture], str(run), tmp_path / "out")
    for name in ("base_r50", "ad_r50"):
        write_finder(tmp_path / "runs/dgcn" / name)
        files = predict_pictures([picture], str(run), tmp_path / "out")
        assert json.loads(files[1].read_text())["people_by"] == f"dgcn/{name}"
        assert f"found by dgcn/{name}" in capsys.readouterr().err


def test_a_box_around_a_person_lies_in_the_picture_and_is_never_empty():
    found = np.array([True, True, False])
    person = Person(np.array([[-8.0, 5.0], [70.0, 40.0], [500.0, 500.0]]), np.ones(3), found)
    assert around(person, (60, 50)) == (0, 5, 59, 35)
    beside = Person(np.array([[80.0, 90.0]]), np.ones(1), np.ones(1, bool))
    assert around(beside, (60, 50)) == (59, 49, 1, 1)
    assert around(beside, (1, 1)) == (0, 0, 1, 1)


def test_many_people_are_drawn_and_scored(tmp_path):
    everybody, pose = crowd(*((9 * k, 2, 50) for k in range(7))), np.eye(17, 3) * 300
    people = [
        Drawn(points, known, pose, score)
        for points, known, score in zip(
            everybody.joints2d_px, everybody.found, everybody.person_score.tolist(), strict=True
        )
    ]
    annotate(tmp_path / "many.png", Image.new("RGB", (90, 60)), "coco17", people)
    annotate(tmp_path / "again.png", Image.new("RGB", (90, 60)), "coco17", people)
    with Image.open(tmp_path / "many.png") as drawn:  # three rows of three
        assert drawn.size == (480 + 3 * 2 * 160, 3 * 180)
    assert (tmp_path / "many.png").read_bytes() == (tmp_path / "again.png").read_bytes()


def test_a_folder_is_read_in_the_order_of_its_frames(finder, found, picture, tmp_path, capsys):
    found(crowd((5, 5, 50)))
    frames = tmp_path / "frames"
    frames.mkdir()
    for number in (10, 9, 1):
        (frames / f"f{number}.png").write_bytes(picture.read_bytes())
    (frames / "notes.txt").write_text("no picture")
    assert [path.stem for path in pictures_in([frames, picture])] == ["f1", "f9", "f10", "person"]
    command = ["predict", str(frames), "--run", str(finder), "--out", str(tmp_path / "out"), "--json"]
    options = parser().parse_args(command)
    options.run(options)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["image"] for line in lines] == ["f1.png", "f9.png", "f10.png"]
    assert lines[0] == json.loads((tmp_path / "out/f1.json").read_text())
    assert lines[0]["people"][0]["person_score"] == 0.9


def test_a_video_and_a_folder_without_pictures_are_one_sentence(tmp_path):
    with pytest.raises(ReposeError, match=r"a video, .* ffmpeg -i 'a/walk\.MP4' 'a/walk/%06d\.jpg' and give"):
        pictures_in([Path("a/walk.MP4")])
    with pytest.raises(ReposeError, match=r"no file ending in \.jpg, \.jpeg, \.png"):
        pictures_in([tmp_path])


def test_the_command_asks_for_a_run_and_leaves_out_the_weakest_people():
    options = parser().parse_args(["predict", "a.png", "--run", "dgcn/ad_r50"])
    assert (options.run_name, options.box, options.people, options.least) == ("dgcn/ad_r50", None, None, 0.1)
    assert not options.show_rounds


def test_a_run_of_stage_1_knows_no_depth(picture, tmp_path):
    run = write_trained(tmp_path / "flat", "stage1")
    files = predict_pictures([picture], str(run), tmp_path / "out", "0,0,90,60")
    facts = json.loads(files[1].read_text())
    assert "joints3d" not in facts
    assert "joints3d_mm" not in facts["people"][0]
    with Image.open(files[0]) as drawn:
        assert drawn.size == (480, 340)


def test_the_whole_picture_is_the_box_that_fills_it(run, picture):
    predictor, image = load_predictor(run), open_picture(picture)
    whole = find_person(predictor, image, None)
    boxed = find_person(predictor, image, (-0.5, -0.5, 90, 60))
    np.testing.assert_allclose(whole.joints2d_px, boxed.joints2d_px)


def test_a_square_shows_the_pixels_that_it_covers():
    pixels = np.arange(6 * 6 * 3, dtype=np.uint8).reshape(6, 6, 3)
    square = square_of(Image.fromarray(pixels), np.array([2.5, 2.5]), 4.0, 4)
    np.testing.assert_array_equal(square, pixels[1:5, 1:5])


@pytest.mark.parametrize("box", [(90, 0, 5, 5), (0, 0, 0, 5), (-9, 0, 9, 9)])
def test_a_box_beside_the_picture_is_one_sentence(box):
    with pytest.raises(ReposeError, match="outside the picture of 90 × 60"):
        crop_of((90, 60), box)


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "", "nan,0,9,9", "0,0,inf,9"])
def test_a_box_that_is_none_is_one_sentence(text):
    with pytest.raises(ReposeError, match="x,y,w,h"):
        read_box(text)


def test_what_is_missing_or_broken_is_one_sentence(run, picture, tmp_path):
    out, box = tmp_path / "out", "0,0,9,9"
    with pytest.raises(ReposeError, match="no such run, found tiny"):
        predict_pictures([picture], str(run.parent / "big"), out, box)
    with pytest.raises(ReposeError, match="not found"):
        predict_pictures([tmp_path / "none.jpg"], str(run), out, box)
    (tmp_path / "broken.jpg").write_text("no picture")
    with pytest.raises(ReposeError, match="does not open"):
        predict_pictures([tmp_path / "broken.jpg"], str(run), out, box)
    with pytest.raises(ReposeError, match="overwritten"):
        predict_pictures([picture], str(run), tmp_path, box)
    with pytest.raises(ReposeError, match="two pictures"):
        predict_pictures([picture, picture], str(run), out, box)
    with pytest.raises(ReposeError, match=r"person_rounds\.png: two pictures"):
        predict_pictures([picture, tmp_path / "person_rounds.jpg"], str(run), out, show_rounds=True)


def test_options_that_do_not_go_together_are_one_sentence(run, finder, picture, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(ReposeError, match="finds all people by itself"):
        predict_pictures([picture], str(finder), out, "0,0,9,9")
    with pytest.raises(ReposeError, match="expected one of them"):
        predict_pictures([picture], str(run), out, "0,0,9,9", str(finder))
    with pytest.raises(ReposeError, match="no run that finds people, found tiny"):
        predict_pictures([picture], str(run), out, people=str(finder.parent / "none"))
    with pytest.raises(ReposeError, match="expected one of dgcn or hgg"):
        predict_pictures([picture], str(run), out, people=str(run))
    with pytest.raises(ReposeError, match="no run that finds people, there is none"):
        predict_pictures([picture], str(tmp_path / "hgg/none"), out)
