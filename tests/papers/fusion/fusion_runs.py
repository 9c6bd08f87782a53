"""A small stand-in of what the fusion trainings leave: test sets with pictures, runs with predictions."""

import numpy as np

from repose.foundations.files import save_arrays, write_json, write_text
from repose.pictures.people import Split
from repose.report.runs import Run
from repose.report.scores import flat_score, unit_score
from repose.skeletons import convert, get_skeleton
from tests.report.poses import standing, write_pictures

SETS = ("h36m_eccv", "mpi_inf_3dhp", "occlusion_person")
PEOPLE = 8


def write_set(folder, native, name, in_3d):
    """`data/fusion/<name>` of people who stand in the middle of their pictures; returns the split."""
    names = np.array([f"pictures/{i % 2:02d}_{i // 2:06d}.jpg" for i in range(PEOPLE)])  # two cameras
    write_pictures(native / name, names)
    pose = np.tile(standing("mpii16"), (PEOPLE, 1, 1))
    joints2d = 0.03 * pose[..., :2] + (60, 45)
    truth = (
        convert(pose, np.ones((PEOPLE, 16), bool), "mpii16", "h36m17")[0]
        if in_3d
        else np.zeros((PEOPLE, 17, 3))
    )
    every = np.ones((PEOPLE, 16), bool)
    visible = every.copy()
    visible[3:, 10] = False
    split = Split(
        source=np.zeros(PEOPLE, np.int8), sample=np.arange(PEOPLE, dtype=np.int32),
        image=np.char.encode(names), center=np.full((PEOPLE, 2), (60, 45), np.float32),
        side=np.full(PEOPLE, 60, np.float32), largest=np.full(PEOPLE, 128, np.float32),
        joints2d=joints2d.astype(np.float32), labelled=every, visible=visible,
        depth=np.zeros((PEOPLE, 16), np.float32), has_depth=np.full(PEOPLE, in_3d),
        truth_mm=truth.astype(np.float32), head_px=np.full(PEOPLE, np.nan, np.float32),
        subject=np.array([b"a", b"b"] * (PEOPLE // 2)),
    )  # fmt: skip
    save_arrays(folder / name / "test.npz", vars(split))
    write_json(folder / name / "meta.json", {"sources": [name], "left_out": {}})
    return split


SCHEDULE = {"epochs": 10, "batch": 32, "rate": 1e-4, "drops": None, "lambda_reg": 0.1, "lambda_geo": 0.01}


def write_fusion_run(folder, name, sets, settings=(), wrong=0.0):
    """A run's folder, its poses off by `wrong` mm, more so from row to row; `sets` are names with splits."""
    record = {
        "seeds": [0], "configuration": {"network": "resnet", "train": SCHEDULE}, "train": ["mpii"],
        "parameters": {"here": 1, "paper": 2},
        "cost": {"samples": 1000, "operations": 2 * 10**15},
        "paper_cost": {"samples": 10**6, "operations": 7 * 10**16},
    }  # fmt: skip
    write_json(folder / name / "run.json", record)
    lines = ["epoch,loss,train_pck,train_mpjpe,tenth_pck,tenth_mpjpe"]
    lines += [f"{e},{1 / e},{60 + e},{90 - e},{50 + e},{100 - e}" for e in (1, 2, 3)]
    write_text(folder / name / "seed0/history.csv", "\n".join(lines) + "\n")
    for dataset, split in sets.items():
        sway = np.random.default_rng(0).normal(0, 1, (PEOPLE, 16, 3)) * np.arange(PEOPLE)[:, None, None]
        poses = standing("mpii16") + wrong * sway
        arrays = {
            "joints": np.array(get_skeleton("mpii16").joints), "sample": split.sample, "joints3d_mm": poses,
            "joints2d_px": split.joints2d + 0.02 * wrong * sway[..., :2], "score": np.ones((PEOPLE, 16)),
        }  # fmt: skip
        save_arrays(
            folder / name / f"seed0/predictions/{dataset}-test.npz", {"format": np.array(1), **arrays}
        )
    return Run(name, folder / name, dict(settings), record)


def made_scores(errors, seeds=1):
    """Scores of runs whose corrected MPJPE on every test set is about the one that `errors` gives."""
    generator = np.random.default_rng(1)
    hardness = generator.normal(0, 10, 90)
    group = np.arange(90) % 3
    scores = {}
    for run, error in errors.items():
        values = error + hardness + generator.normal(0, 1, (seeds, 90))
        scores[run, "mpjpe_corrected"] = unit_score(values, np.arange(90), group, SETS)
        scores[run, "mpjpe_published"] = unit_score(values + 50, np.arange(90), group, SETS)
        scores[run, "operations"] = flat_score([0.5])
    return scores
