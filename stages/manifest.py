"""Name and hash the files of a data set: `manifest.py NAME` writes `data/manifest/NAME.tsv`."""

from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], name: str) -> None:
    from repose.datasets import reader
    from repose.datasets.manifest import write_manifest

    root = params["datasets"][name]["root"]
    write_manifest(root, reader(name).FILES, f"data/manifest/{name}.tsv")


if __name__ == "__main__":
    run_stage(main)
