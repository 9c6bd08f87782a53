"""Published files to pose tables: `convert.py NAME` writes `data/poses/NAME/`."""

from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], name: str) -> None:
    from repose.datasets.convert import convert

    root = params["datasets"][name]["root"]
    convert(name, root, f"data/manifest/{name}.tsv", f"data/poses/{name}")


if __name__ == "__main__":
    run_stage(main)
