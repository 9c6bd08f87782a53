"""A small stand-in of what the DGCN trainings leave: runs with found people, and mean distances of joints."""

import numpy as np
from safetensors.numpy import save_file

from repose.foundations.files import write_json, write_text
from repose.foundations.parameters import read_yaml12
from repose.report.runs import Run
from repose.skeletons.soft_adjacency import joint_distances, save_distances
from tests.imports import ROOT
from tests.papers.people.people_runs import write_found

SECTION = read_yaml12(ROOT / "params.yaml")["dgcn"]
SHARED = ("train", "loss", "decoder", "augment", "precision")  # settings of all runs
TESTS = ("coco-val", "coco-test", "crowdpose-test", "mpii_multi-val")
PAPER = {"samples": 10**6, "operations": 10**16}


def write_adjacency(data, table):
    """`data/adjacency/coco.npz` from a table."""
    save_distances(data / "adjacency/coco.npz", joint_distances(table, "box"))


def record_of(
    tests,
    backbone="resnet50",
    graph=None,
    gamma=0.5,
    seeds=(0,),
    parent="trunk_r50",
    section=SECTION,
    **module,
):
    """A run's record; `graph` is an adjacency with its strides, `module` other settings of the graph."""
    dataset = tests[0].rpartition("-")[0]
    design = None if graph is None else {"adjacency": graph[0], "strides": list(graph[1:]), "gate": 0.3}
    design = design and {**design, **section["graph"], **module}
    return {
        "seeds": list(seeds), "tests": list(tests), "parent": parent, "mib_paper": 96.49,
        "configuration": {
            "backbone": backbone, "data": dataset, "graph": design, "gamma": gamma,
            "training": {"crops": 600}, "scale": {"picture_px": 160},
            **{name: section[name] for name in SHARED},
        },
        "parameters": {"here": 1000, "paper": 25_294_760}, "paper_cost": PAPER,
        "cost": {"samples": 1000, "operations": 2 * 10**15},
    }  # fmt: skip


def write_weights(folder, size, moved=0.03):
    """Weights with a graph module whose additions have so much size in the mean, and some other tensors.

    Its relations have moved by so much.
    """
    names = [f"graph.psi.{field}16.expand.1.weight" for field in ("pif", "paf")]
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {names[0]: np.full(3, size + 0.1), names[1]: np.full(3, 0.1 - size), "pif.bias": np.ones(3)}
    tensors["graph.psi.pif16.graph.relations"] = np.full((2, 2), 1 + moved)
    save_file(
        {name: tensor.astype(np.float32) for name, tensor in tensors.items()}, folder / "model.safetensors"
    )


def write_run(folder, name, tables, wrong=0.0, **how):
    """A run's folder with what it found on the sets of `tables` (test → table)."""
    record = record_of(list(tables), **how)
    write_json(folder / name / "run.json", record)
    for seed in record["seeds"]:
        lines = ["epoch,loss,pif_c,paf_c,held_loss"]
        lines += [f"{e},{10 / e},{1 / e},{2 / e},{12 / e}" for e in (1, 2, 3, 4, 5)]
        write_text(folder / name / f"seed{seed}/history.csv", "\n".join(lines) + "\n")
        if record["configuration"]["graph"]:
            write_weights(folder / name / f"seed{seed}", 0.4)
        write_found(folder / name / f"seed{seed}", tables, wrong, seed)
    return Run(name, folder / name, {}, record)
