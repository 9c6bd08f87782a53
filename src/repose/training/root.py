"""Where things that outlive a run are kept."""

import os
from pathlib import Path


def project_root() -> Path:
    """The checkout that all runs share, even if DVC runs a copy of it somewhere else."""
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()


def is_first_rank() -> bool:
    """Whether this is the process that writes, of several that `torchrun` started."""
    return os.environ.get("RANK", "0") == "0"
