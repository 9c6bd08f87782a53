"""Published files to pose tables: `convert.py NAME` writes `data/manifest/NAME.tsv`, `data/poses/NAME/`."""

from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], name: str) -> None:
    from repose.datasets import reader
    from repose.datasets.convert import convert
    from repose.datasets.manifest import write_manifest

    root, manifest = params["datasets"][name]["root"], f"data/manifest/{name}.tsv"
    write_manifest(root, reader(name).FILES, manifest)
    convert(name, root, manifest, f"data/poses/{name}")


if __name__ == "__main__":
    run_stage(main)
