"""Training time against time spent: what the trainings of the last `dvc repro` took, from the MLflow store.

Time spent is that of the whole process, start-up, predictions and writing included; MLflow's own time runs
beside it. Wall-clock figures depend on the machine, so they stand here and not in the reports.
"""

from repose.training.root import project_root

SYSTEMS = ("gcn", "learner", "fusion", "dgcn", "hgg")


def newest_runs(system: str) -> dict[str, dict[str, float]]:
    """Metrics of the newest finished run of every name; shorter budgets are trained after it and left out."""
    import mlflow

    client = mlflow.MlflowClient(f"sqlite:///{project_root() / 'mlflow' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(system)
    if experiment is None:
        return {}
    newest: dict[str, dict[str, float]] = {}
    found = client.search_runs([experiment.experiment_id], max_results=5000, order_by=["start_time DESC"])
    for run in found:
        if "final_spent_s" in run.data.metrics and not {"mlflow.parentRunId", "rung"} & set(run.data.tags):
            newest.setdefault(run.info.run_name, run.data.metrics | {"id": run.info.run_id, "seeds": 0})
    parents = {metrics.pop("id"): metrics for metrics in newest.values()}
    for run in found:
        metrics = parents.get(run.data.tags.get("mlflow.parentRunId"))
        if metrics is not None:
            metrics["seeds"] += 1
            metrics.setdefault("seconds", run.data.metrics.get("seconds", 0.0))
    return newest


def seconds(metrics: dict[str, float]) -> float:
    """Seconds of a run by its seeds, which are trained one after another."""
    return metrics["final_spent_s"] / max(1, metrics.get("seeds", 1))


def lines_of(system: str) -> list[str]:
    """A system's line: how long its runs trained, and how long their processes ran."""
    newest = newest_runs(system)
    if not newest:
        return []
    training, spent = (sum(m[f"final_{name}_s"] for m in newest.values()) for name in ("training", "spent"))
    return [
        f"{system}: {len(newest)} runs, {training / 60:.1f} min of training in {spent / 60:.1f} min spent "
        f"({training / spent:.0%}); start-up, predictions and writing took "
        f"{(spent - training) / len(newest):.1f} s a run"
    ]


def chain_lines() -> list[str]:
    """Minutes of the four schemes that Jiang et al. time, all their stages together, and seconds an epoch."""
    from repose.foundations.parameters import load_params
    from repose.papers.fusion.cost import chain, timed_rows
    from repose.papers.fusion.scores import declared
    from repose.report.published import load_paper
    from repose.report.runs import Run

    folder = project_root() / "runs/fusion"
    entries = declared(load_params()["fusion"])
    runs = {name: Run(name, folder / name, entry, {}) for name, entry in entries.items()}
    known = newest_runs("fusion")
    lines = []
    for last, row in timed_rows(load_paper("fusion")).items():
        stages = [run.name for run in chain(runs[last], runs)]
        if all(stage in known for stage in stages):
            spent = sum(seconds(known[stage]) for stage in stages) / 60
            epochs = ", ".join(f"{stage} {known[stage].get('seconds', 0.0):.1f}" for stage in stages)
            lines.append(
                f"{last}: {spent:.1f} min a seed (paper {row.published['cost/minutes']}); "
                f"seconds of an epoch: {epochs}"
            )
    return lines


def main() -> None:
    """Print a line a system."""
    if not (project_root() / "mlflow" / "mlflow.db").is_file():
        print("no trainings are known; run `dvc repro` first")
        return
    print("\n".join([line for system in SYSTEMS for line in lines_of(system)] + chain_lines()))


if __name__ == "__main__":
    main()
