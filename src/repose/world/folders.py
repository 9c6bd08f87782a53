"""Where the world draws each data set, and whether it does."""

from pathlib import Path

NATIVE = Path("data/native")  # the world draws each data set into a folder of its name here


def draws_into(folder: str | Path, name: str, root: Path = Path()) -> bool:
    """Whether a folder of the project in `root` is the one that the world draws a data set into."""
    return (root / folder).resolve() == (root / NATIVE / name).resolve()
