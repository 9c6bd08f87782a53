"""Published files to pose tables: `convert.py NAME` writes `data/manifest/NAME.tsv`, `data/poses/NAME/`.

What the reader has to say about the files is printed, a line each.
"""

from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], name: str) -> None:
    from repose.datasets import reader
    from repose.datasets.convert import convert
    from repose.datasets.manifest import write_manifest
    from repose.foundations.files import read_json

    root, manifest, out = params["datasets"][name]["root"], f"data/manifest/{name}.tsv", f"data/poses/{name}"
    write_manifest(root, reader(name).FILES, manifest)
    convert(name, root, manifest, out)
    for split, facts in read_json(f"{out}/meta.json")["splits"].items():
        for note in facts["notes"]:
            print(f"{name} {split}: {note}")


if __name__ == "__main__":
    run_stage(main)
