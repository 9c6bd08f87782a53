"""Training time against time spent: what the trainings of the last `dvc repro` took, from the MLflow store.

Time spent is that of the whole process, start-up, predictions and writing included; MLflow's own time runs
beside it. Wall-clock figures depend on the machine, so they stand here and not in the reports.
"""

from pathlib import Path

from repose.training.root import project_root

SYSTEMS = ("gcn", "learner", "fusion", "dgcn", "hgg")


def lines_of(system: str) -> list[str]:
    """A system's line: its newest finished runs, how long they trained, how long their processes ran."""
    import mlflow

    client = mlflow.MlflowClient(f"sqlite:///{project_root() / 'mlflow' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(system)
    if experiment is None:
        return []
    found = client.search_runs([experiment.experiment_id], max_results=5000, order_by=["start_time DESC"])
    newest: dict[str, dict[str, float]] = {}
    for run in found:
        if "final_spent_s" in run.data.metrics and "mlflow.parentRunId" not in run.data.tags:
            newest.setdefault(run.info.run_name, run.data.metrics)
    if not newest:
        return []
    training, spent = (sum(m[f"final_{name}_s"] for m in newest.values()) for name in ("training", "spent"))
    return [
        f"{system}: {len(newest)} runs, {training / 60:.1f} min of training in {spent / 60:.1f} min spent "
        f"({training / spent:.0%}), start-up and writing {(spent - training) / len(newest):.1f} s a run"
    ]


def main() -> None:
    """Print a line a system."""
    if not Path(project_root() / "mlflow" / "mlflow.db").is_file():
        print("no trainings are known; run `dvc repro` first")
        return
    print("\n".join(line for system in SYSTEMS for line in lines_of(system)))


if __name__ == "__main__":
    main()
