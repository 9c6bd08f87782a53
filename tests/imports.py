"""What a script imports from the project, found by reading the code, functions included."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"


def imported_names(path: Path) -> set[str]:
    """Dotted names of everything that a file imports, relative imports resolved."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def module_files(name: str) -> list[Path]:
    """The files that run when a dotted name is imported: packages on the way, then the module."""
    parts = name.split(".")
    files = []
    for length in range(1, len(parts) + 1):
        base = SOURCE.joinpath(*parts[:length])
        files += [path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()]
    return files


def reached_files(script: Path) -> set[Path]:
    """Every file of the project that a script reaches through imports."""
    reached: set[Path] = set()
    waiting = [script]
    while waiting:
        for name in imported_names(waiting.pop()):
            if name == "repose" or name.startswith("repose."):
                new = [path for path in module_files(name) if path not in reached]
                reached.update(new)
                waiting += new
    return reached


def room(path: Path) -> str:
    """The room of a source file: the folder or file directly below the package, or below `papers`."""
    parts = path.relative_to(SOURCE / "repose").parts
    return "/".join(["src/repose", *parts[: 2 if parts[0] == "papers" else 1]])


NO_CODE = {"src/repose/__init__.py", "src/repose/papers/__init__.py"}


def rooms(*scripts: Path) -> set[str]:
    """The rooms that scripts import."""
    return {room(path) for script in scripts for path in reached_files(script)} - NO_CODE
