"""The whole pipeline at smoke scale in a copy of the checkout, which itself stays as it is.

The copy has a DVC cache of its own: removing its folder removes every trace, and `dvc gc` in the checkout,
which does not know of it, takes nothing from it. The copy is kept: a second call runs only what has changed.
"""

import filecmp
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from repose.driver.repro import repro
from repose.driver.run import Bounds
from repose.foundations.errors import ReposeError
from repose.foundations.files import write_text
from repose.settings.presets import editor_of_params, switch_scale

FOLDERS, FILES = ("src", "stages"), ("dvc.yaml", ".dvcignore")  # what a stage may depend on
LEFT_OUT = ("__pycache__", ".egg-info")
PATHS = {"root", "file"}  # keys of parameters that name files of the user's
DRAWN = Path("data/native")  # what the world draws; the copy draws its own
PAGES = ("reports/index.html", "reports/README.md")  # the first that is there is to be opened
CONFIG = """[core]
    no_scm = true
    analytics = false
    check_update = false
[cache]
    type = "reflink,hardlink,copy"
"""


def smoke(root: Path, folder: Path, bounds: Bounds) -> int:
    """Bring the copy of a checkout up to date, and say which page to open; the exit status."""
    root, here = root.resolve(), Path.cwd()
    copy = (here / folder).resolve()
    make_copy(root, copy)
    for name in ("DVC_ROOT", "MLFLOW_TRACKING_URI"):  # the copy has a root and a store of its own
        os.environ.pop(name, None)
    os.environ["PYTHONPATH"] = str(copy / "src")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    os.chdir(copy)
    try:
        status = repro([], bounds)
    finally:
        os.chdir(here)
    if status == 0:
        page = next(folder / name for name in PAGES if (copy / name).is_file())
        print(f"smoke scale, in {folder}; nothing else was touched; open {page}")
    return status


def make_copy(root: Path, copy: Path) -> None:
    """Copy code and parameters, only what differs, and set the copy's parameters to smoke scale."""
    if not (root / "dvc.yaml").is_file():
        raise ReposeError(
            f"{root / 'dvc.yaml'}: not found; run this in the root of a checkout of the project"
        )
    if copy.exists() and any(copy.iterdir()) and not (copy / ".dvc").is_dir():
        raise ReposeError(
            f"{copy}: holds something else, expected an empty or new folder, or an earlier copy"
        )
    if root.is_relative_to(copy):
        raise ReposeError(f"{copy}: holds the checkout, expected a folder of its own")
    for name in FOLDERS:
        mirror(root / name, copy / name)
    for name in FILES:
        renew(root / name, copy / name)
    write_text(copy / ".dvc/config", CONFIG)
    write_params(root, copy)


def mirror(source: Path, target: Path) -> None:
    """Make a folder's files those of another."""
    wanted = set(files_of(source))
    for name in wanted:
        renew(source / name, target / name)
    for name in set(files_of(target)) - wanted:
        (target / name).unlink()


def files_of(folder: Path) -> Iterator[Path]:
    """The files below a folder, relative to it, without what Python makes beside them."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.endswith(LEFT_OUT)]
        yield from (Path(parent, name).relative_to(folder) for name in names)


def renew(source: Path, target: Path) -> None:
    """Copy a file unless it is the same already: its age tells DVC that it need not be hashed."""
    if not (target.is_file() and filecmp.cmp(source, target, shallow=False)):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def write_params(root: Path, copy: Path) -> None:
    """The checkout's parameters at smoke scale; the user's own files are read from where they are."""
    new = copy / "params.new.yaml"
    editor = editor_of_params()
    document = editor.load(root / "params.yaml")
    point_at(root, document)
    with open(new, "w", encoding="utf-8") as file:
        editor.dump(document, file)
    switch_scale("smoke", new)
    os.replace(new, copy / "params.yaml")  # at once: a stage of another call may read it


def point_at(root: Path, section: Any) -> None:
    """Make relative paths of files that are not drawn absolute."""
    for key, value in section.items():
        if isinstance(value, dict):
            point_at(root, value)
        elif key in PATHS and isinstance(value, str) and not Path(value).is_relative_to(DRAWN):
            section[key] = str(root / value)
