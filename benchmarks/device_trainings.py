"""What the check of a device trains, on which data, and how near the device must come to the CPU."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bound:
    """How far a number on the device may be from the CPU's."""

    name: str  # a column of history.csv, or a metric of the system's scores
    most: float
    unit: str = "%"  # % of the CPU's number, or points

    def apart(self, cpu: float, other: float) -> float:
        """The distance in the bound's unit."""
        distance = abs(other - cpu)
        return distance if self.unit == "points" else 100 * distance / max(abs(cpu), 1e-12)


@dataclass(frozen=True)
class Training:
    """A run that is trained on both, by `stages/<system>.py` with these arguments."""

    system: str
    run: str
    arguments: tuple[str, ...]
    loss: Bound
    score: Bound | None  # of a trunk none


def lifting(system: str, run: str, metric: str, loss: float, *more: str) -> Training:
    return Training(system, run, (run, *more), Bound("loss", loss), Bound(metric, 5.0))


def fusion(family: str, run: str, score: Bound) -> Training:
    return Training("fusion", run, (family, run), Bound("heatmap", 4.0), score)


def trunk(system: str, run: str, loss: Bound, *arguments: str) -> Training:
    return Training(system, run, ("trunk", *arguments), loss, None)


def arm(system: str, run: str, loss: Bound) -> Training:
    return Training(system, run, ("arm", run), loss, Bound("people_missed", 25.0, "points"))


POSE = Bound("mpjpe_corrected", 12.0)
TRAININGS = (  # one of every family; a run that starts from another comes after it
    lifting("gcn", "sup_128", "p1_gt", 2.0, "100"),
    lifting("gcn", "martinez", "p1_gt", 30.0),
    lifting("learner", "combined", "p1_detected", 5.0),
    lifting("learner", "cascade2", "p1_detected", 5.0),
    fusion("stage1", "s1_mpii", Bound("pckh", 2.0, "points")),
    fusion("stage2", "s2_mpii_h36m", POSE),
    fusion("stage3", "s3_mpii_h36m", POSE),
    fusion("solo2", "solo2_h36m", POSE),
    fusion("solo3", "solo3_h36m_h36m", POSE),
    trunk("dgcn", "trunk_r50", Bound("loss", 4.0), "trunk_r50"),
    arm("dgcn", "ad_r50", Bound("loss", 4.0)),
    trunk("hgg", "trunk", Bound("heatmap", 10.0)),
    arm("hgg", "full", Bound("edge", 10.0)),
)
SETS = ("h36m", "mpi_inf_3dhp", "h36m_eccv", "occlusion_person", "mpii", "coco")
PREPARED = (  # what trainings read beside pose tables: scripts in stages/ with their argument
    ("labels", "100"),
    *(("depth", name) for name in ("h36m_eccv", "mpi_inf_3dhp", "occlusion_person", "mpii")),
    ("scenes", "coco"),
    ("adjacency", "coco"),
)
CHANGES = {  # beside the preset `smoke`, whose trainings are too short to tell a good device from a bad one
    "world.motion": "actions",
    "fusion.precision": "fp32",
    "fusion.weights": None,
    "scale.gcn.train.steps": 100,
    "scale.learner.train.steps": 100,
    "scale.fusion.train.share": 2.0e-5,
    "dgcn.precision": "fp32",
    "dgcn.runs.ad_r50.seeds": 1,
    "scale.dgcn.train.trunk_crops": 800,
    "scale.dgcn.train.arm_crops": 160,
    "hgg.precision": "fp32",
    "hgg.runs.full.seeds": 1,
    "hgg.runs.full.sets": "val",  # of COCO
    "scale.hgg.train.trunk_crops": 2400,  # before which no two candidates merge
    "scale.hgg.train.arm_crops": 640,
}
