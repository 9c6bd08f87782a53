"""All readers by the name of their data set. A new one is a module in this room and a name here."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Protocol

from repose.datasets import (
    coco,
    crowdpose,
    flic,
    h36m,
    h36m_eccv,
    lsp,
    lspet,
    mpi_inf_3dhp,
    mpii,
    mpii_multi,
    occlusion_person,
    ochuman,
    threedpw,
)
from repose.datasets.manifest import MARKER
from repose.datasets.pictures import Pictures
from repose.datasets.sources import folder
from repose.foundations.errors import ReposeError
from repose.skeletons.posetable import PoseTable


class Reader(Protocol):
    """What a reader's module offers."""

    __name__: str  # ends in the name of the data set
    FILES: tuple[str, ...]  # patterns of the files it uses, below the root; `*` also matches `/`

    def read(self, root: Path, pictures: Pictures) -> dict[str, PoseTable]:
        """The table of every split."""


MODULES: tuple[Reader, ...] = (
    h36m, h36m_eccv, mpi_inf_3dhp, occlusion_person, mpii, mpii_multi, lsp, lspet, flic, coco, crowdpose,
    ochuman, threedpw,
)  # fmt: skip
READERS = {module.__name__.rpartition(".")[2]: module for module in MODULES}


def reader(name: str) -> Reader:
    """The reader of a data set."""
    if name not in READERS:
        raise ReposeError(f"data set {name!r}: not known, expected one of {', '.join(READERS)}")
    return READERS[name]


def source_of(root: str | Path) -> str:
    """Who wrote the files: `world` where the embedded world left its marker, else `real`."""
    return "world" if (Path(root) / MARKER).is_file() else "real"


def read(name: str, root: str | Path, sample: int | None = None) -> dict[str, PoseTable]:
    """The pose table of every split of a data set as downloaded; `sample`: look at only so many pictures."""
    module, path = reader(name), folder(root)
    tables = module.read(path, Pictures(path, sample))
    source = {"source": source_of(path)}
    return {split: dataclasses.replace(table, meta=table.meta | source) for split, table in tables.items()}
