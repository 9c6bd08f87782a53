"""The parts of README.md that are made from the project: its diagram and its numbers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json
from repose.foundations.parameters import read_yaml12
from repose.settings.diagram import diagram, instances


def filled_readme(text: str, root: Path) -> str:
    """The text with every part between `<!-- NAME -->` and `<!-- end of NAME -->` made anew."""
    parts = {
        "diagram": f"```mermaid\n{diagram(root / 'dvc.yaml', root / 'params.yaml')}```",
        "numbers": numbers(root),
    }
    for name, part in parts.items():
        begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        pieces = re.split(f"{re.escape(begin)}.*?{re.escape(end)}", text, flags=re.DOTALL)
        if len(pieces) != 2:
            marks = f"`{begin.strip()}` … `{end.strip()}`"
            raise ReposeError(f"README.md: found {len(pieces) - 1} parts {marks}, expected one")
        text = f"{begin}{part}{end}".join(pieces)
    return text


def numbers(root: Path) -> str:
    """How large the committed run is, and what became of the claims."""
    stages, params = read_yaml12(root / "dvc.yaml")["stages"], read_yaml12(root / "params.yaml")
    count = sum(1 for stage in stages.values() for _ in instances(stage, params))
    verdicts: Counter[str] = Counter()
    for system in read_json(root / "reports" / "metrics.json").values():
        verdicts.update(system["claims"])
    plain = sorted(verdicts, key=lambda verdict: verdict.startswith("not "))  # "not testable here" comes last
    told = ", ".join(f"{verdicts[verdict]} *{verdict}*" for verdict in plain)
    return (
        f"The pipeline has {count} stages and {len(params['datasets'])} data sets. At the scale "
        f"`{params['scale']['name']}`, the verdicts on\n{sum(verdicts.values())} claims are: {told}."
    )
