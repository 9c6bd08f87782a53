"""One training of the bottom-up network: `dgcn.py trunks|runs NAME` writes `runs/dgcn/NAME/`."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage

TESTS = {
    "coco": (("coco", "val"), ("coco", "test")),
    "crowdpose": (("crowdpose", "test"),),
    "mpii_multi": (("mpii_multi", "val"),),
}


def main(params: dict[str, Any], family: str, name: str) -> None:
    from repose.dgcn.decode import DecoderOptions
    from repose.dgcn.designs import NetworkScale
    from repose.dgcn.graph import GraphDesign
    from repose.dgcn.losses import Weights
    from repose.dgcn.recipe import PaperTraining, SmallTraining
    from repose.dgcn.run import Run, Setup, Store, train_run
    from repose.pictures.scene_crops import SceneAugment
    from repose.training.devices import prepare_device
    from repose.training.distributed import process_group

    section, scale, entry = params["dgcn"], params["scale"]["dgcn"], params["dgcn"][family][name]
    trunk = section["trunks"][entry["parent"]] if family == "runs" else entry
    data = entry.get("data", "coco")
    small, loss = scale["train"], dict(section["loss"])
    supervision = loss.pop("supervision")
    if scale["weights_even"]:
        loss |= {key: 1.0 for key in loss if key not in ("regression", "smooth_radius")}
        supervision = 1.0
    crops = small["arm_crops"]
    if family == "trunks" and small["trunk_crops"] is not None:
        crops = round(entry["share"] * small["trunk_crops"])
    graph = None
    if entry.get("graph", "none") != "none":
        own = section["graph"] | {"relations_own": scale["relations_own"]}
        graph = GraphDesign(adjacency=entry["graph"], strides=tuple(entry["strides"]), **own)
    kept = {field.name for field in fields(SmallTraining)} - {"crops", "batch"}
    run = Run(
        name=name,
        backbone=trunk["backbone"],
        data=data,
        tests=TESTS[data] if family == "runs" else (),
        graph=graph,
        gamma=entry.get("gamma", section["gamma"]),
        small=SmallTraining(
            crops=crops,
            batch=small["batch"] or section["train"]["batch"],
            **{key: small[key] for key in kept},
        ),
        seeds=tuple(params["seed"] + k for k in range(entry.get("seeds", 1))),
        parent=entry.get("parent"),
        imagenet=entry.get("weights"),
    )
    setup = Setup(
        scale=NetworkScale(**scale["network"]),
        crop_px=scale["crop_px"],
        picture_px=scale["picture_px"],
        augment=SceneAugment(**(section["augment"] | {"scale": tuple(section["augment"]["scale"])})),
        held_out=section["held_out"],
        weights=Weights(**loss, vector_weight=scale["vector_weight"], normalise=scale["normalise"]),
        supervision=supervision,
        decoder=DecoderOptions(**section["decoder"]),
        paper=PaperTraining(**(section["train"] | {"milestones": tuple(section["train"]["milestones"])})),
        images=section["images"],
    )
    roots = {source: part["root"] for source, part in params["datasets"].items()}
    store = Store(Path("data/scenes"), Path("data/adjacency"), Path("runs/dgcn"), roots, params["workers"])
    device = prepare_device(params["device"], params["threads"], section["precision"], channels_last=True)
    shared = ("loss", "decoder", "augment", "train", "precision", "held_out", "images")
    configuration = {key: section[key] for key in shared} | {
        "run": name,
        "scale": scale,
        "seed": params["seed"],
    }
    configuration |= {"backbone": run.backbone, "data": data, "gamma": run.gamma, "trunk": trunk}
    configuration |= {"graph": graph and asdict(graph)}
    with process_group(device):
        train_run(run, setup, store, device, configuration)


if __name__ == "__main__":
    run_stage(main)
