"""A paper with two trained runs, from which a whole page is made in a moment."""

import json
from dataclasses import replace

import numpy as np

from repose.foundations.files import save_arrays, write_json, write_text
from repose.report.claims import judge_all
from repose.report.page import Figure
from repose.report.published import Paper, table
from repose.report.room import Materials
from repose.report.runs import Run
from repose.report.site.part import write_part
from repose.skeletons import get_skeleton
from tests.report.made import evidence, made_claim, scored
from tests.report.poses import pose_table

NASTY = "</script><script>alert('it broke out')</script>"
SEEDS, EPOCHS = (0, 1), 4
COLUMNS = [{"name": f"c{i}", "metric": "m", "unit": "mm"} for i in range(7)]
ROWS = [
    {"row": "plain", "labels": ["plain"], "run": "plain", "published": ["9.0", *["-"] * 6]},
    {"row": "ours", "labels": ["ours"], "run": "ours", "published": ["10.5", *["-"] * 6]},
]
FACTS = {run: {"seeds": 4, "samples_seen": 800} for run in ("ours", "plain")}


def paper(system="first"):
    """Two claims, one of them on something else than trainings, and one table."""
    entry = {
        "number": 1,
        "caption": f"Errors {NASTY}",
        "labels": ["Method"],
        "columns": COLUMNS,
        "rows": ROWS,
    }
    claims = (
        made_claim(
            id=f"{system}_better", kind="difference", claim="Ours is *better*", better="ours", worse="plain"
        ),
        made_claim(
            id=f"{system}_count", kind="count", claim=f"Ours is larger {NASTY}", better="ours", worse="gone"
        ),
    )
    return Paper(system, f"The paper {NASTY}", "someone", "A `summary`.", (table(entry),), claims)


def made_run(folder, name, order=1):
    """A run with curves and with predictions of the test poses, elsewhere in space and true but for a wrist.

    Its joints are in their order or reversed.
    """
    joints = get_skeleton("h36m17").joints[::order]
    samples = np.arange(12) if order == 1 else np.arange(11, -1, -1)
    for seed in SEEDS:
        lines = [
            f"{epoch},0.1,{5 - epoch},{'' if epoch == 2 else 60 - epoch},50" for epoch in range(1, EPOCHS + 1)
        ]
        write_text(
            folder / name / f"seed{seed}/history.csv",
            "\n".join(["epoch,rate,loss,error,train_error", *lines]),
        )
        table3d = pose_table("h36m", "test", "h36m17", with_3d=True).joints3d[samples][:, ::order]
        table3d[:, joints.index("r_wrist"), 0] += 170
        arrays = {"format": np.array(1), "joints": np.array(joints), "sample": samples}
        file = folder / name / f"seed{seed}/predictions/h36m-test.npz"
        save_arrays(file, arrays | {"joints3d_mm": table3d + np.float32(500 + 100 * (order == 1))})
    record = {"seeds": list(SEEDS), "cost": {"samples": 800}, "configuration": {}}
    write_json(folder / name / "run.json", record)
    return Run(name, folder / name, {}, record)


def made_part(folder, system="first"):
    """The part of one paper, written below `folder`."""
    from PIL import Image

    pose_table("h36m", "test", "h36m17", with_3d=True).save(folder / "data/poses/h36m/test.npz")
    reports = folder / "reports" / system
    (reports / "figures").mkdir(parents=True)
    Image.new("RGB", (600, 80), "white").save(reports / "figures/a.png")
    runs = [made_run(folder / "runs" / system, "ours"), made_run(folder / "runs" / system, "plain", -1)]
    own, scores = paper(system), scored(ours=0.0, plain=5.0)
    basis = evidence(scores, FACTS)
    materials = Materials(reports, folder / "data", {}, runs, scores, FACTS, own)
    path = folder / f"data/pages/{system}_site.json"
    figures = [Figure("figures/a.png", "Figure 1", "A white bar.")]
    write_part(path, replace(materials), basis, judge_all(own.claims, basis), figures)
    return path, json.loads(path.read_text())
