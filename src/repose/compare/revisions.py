"""The files that are compared, as they are on disk or in a commit; nothing is checked out.

A revision is what git resolves or the name of a DVC experiment. DVC keeps an experiment as a commit that is
named by `refs/exps/<2 digits>/<38 digits of the commit it started from>/<name>`.
"""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from repose.foundations.errors import ReposeError

COMPARED = ("params.yaml", "reports")
PICTURES = {".gif", ".jpeg", ".jpg", ".pdf", ".png", ".svg", ".webp"}
READ = {".csv", ".json", ".yaml"}
EXPERIMENT = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38})/[^/]+")


@dataclass(frozen=True)
class Snapshot:
    """The project in one state."""

    name: str  # as a reader knows it
    texts: Mapping[str, str]  # by path
    pictures: Mapping[str, str]  # git's hash of the content, by path


def of_workspace(root: Path) -> Snapshot:
    """The files on disk, but for those that git ignores."""
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *COMPARED)
    paths = sorted(path for path in set(listed.split("\0")) - {""} if (root / path).is_file())
    texts = {path: (root / path).read_text(encoding="utf-8") for path in paths if suffix(path) in READ}
    drawn = [path for path in paths if suffix(path) in PICTURES]
    hashes = git(root, "hash-object", "--", *drawn).split() if drawn else []
    return Snapshot("workspace", texts, dict(zip(drawn, hashes, strict=True)))


def of_revision(root: Path, revision: str) -> Snapshot:
    """The files in a commit or a DVC experiment."""
    commit = resolved(root, revision)
    listed = git(root, "ls-tree", "-r", "-z", commit, "--", *COMPARED)
    entries = [entry.split("\t", 1) for entry in listed.split("\0") if entry]
    blobs = {path: facts.split()[2] for facts, path in entries}
    texts = {path: git(root, "cat-file", "blob", blobs[path]) for path in blobs if suffix(path) in READ}
    pictures = {path: blob for path, blob in blobs.items() if suffix(path) in PICTURES}
    short = commit[:7]
    return Snapshot(short if commit.startswith(revision) else f"{revision} ({short})", texts, pictures)


def resolved(root: Path, revision: str) -> str:
    """The full hash of a commit; git's own names go before experiments, as in DVC."""
    commit = commit_of(root, revision)
    if commit:
        return commit
    refs = experiments(root, revision)
    if len(refs) > 1:
        head = commit_of(root, "HEAD")
        refs = [ref for ref in refs if started_from(ref) == head] or refs
    if len(refs) > 1:
        raise ReposeError(f"{revision}: {len(refs)} experiments have this name, name one: {', '.join(refs)}")
    commit = commit_of(root, refs[0]) if refs else ""
    if not commit:
        raise ReposeError(
            f"{revision}: neither a branch, tag or commit nor a DVC experiment; "
            "`git branch --all` and `dvc exp list --all-commits` list what there is"
        )
    return commit


def commit_of(root: Path, name: str) -> str:
    """The commit that git knows by a name, or nothing."""
    try:
        return git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").strip()
    except ReposeError:
        return ""


def experiments(root: Path, name: str) -> list[str]:
    """The refs of the DVC experiments that have a name."""
    refs = git(root, "for-each-ref", "--format=%(refname)", "refs/exps").split()
    return [ref for ref in refs if EXPERIMENT.fullmatch(ref) and ref.endswith(f"/{name}")]


def started_from(ref: str) -> str:
    """The commit that an experiment started from."""
    return "".join(ref.split("/")[2:4])


def suffix(path: str) -> str:
    """The ending of a path as git writes it."""
    return PurePosixPath(path).suffix


def git(root: Path, *arguments: str) -> str:
    """What a git command prints; paths are relative to the project's root."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True)
    except FileNotFoundError:
        raise ReposeError("git: not found; install it to compare revisions") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise ReposeError(f"git {arguments[0]} in {root.resolve()}: {said[-1]}") from None
    return done.stdout.decode()
