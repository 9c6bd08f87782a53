"""From pictures on disk to annotated pictures and joints, by a trained run of fusion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from repose.foundations.errors import ReposeError
from repose.foundations.files import write_json

RUNS = Path("runs")


def predict_pictures(pictures: Sequence[Path], run: str, box: str | None, out: Path) -> list[Path]:
    """Write `<name>.png` and `<name>.json` for every picture, and say which files."""
    twice = [name for name, count in Counter(path.stem for path in pictures).items() if count > 1]
    if twice:
        raise ReposeError(
            f"{twice[0]}: two pictures of this name would be one file, expected different names"
        )
    asked = read_box(box)

    from repose.fusion.predict import find_person, load_predictor, open_picture
    from repose.report.annotated import annotate

    predictor = load_predictor(RUNS / run)
    written = []
    for path in pictures:
        picture = open_picture(path)
        person = find_person(predictor, picture, asked)
        files = [out / f"{path.stem}.{kind}" for kind in ("png", "json")]
        if path.resolve() in [file.resolve() for file in files]:
            raise ReposeError(f"{path}: would be overwritten, expected another folder in --out")
        annotate(files[0], picture, person.joints2d_px, person.found, person.joints3d_mm)
        write_json(files[1], facts_of(path, run, asked, person))
        written += files
    return written


def read_box(text: str | None) -> tuple[float, float, float, float] | None:
    """A box written `x,y,w,h`."""
    if text is None:
        return None
    try:
        x, y, w, h = (float(number) for number in text.split(","))
    except ValueError:
        raise ReposeError(f"--box: found {text!r}, expected four numbers x,y,w,h in pixels") from None
    return x, y, w, h


def facts_of(path: Path, run: str, box: tuple[float, ...] | None, person: Any) -> dict[str, Any]:
    """What the JSON says."""
    from repose.skeletons import get_skeleton

    facts = {
        "image": path.name,
        "run": run,
        "box_px": box and list(box),
        "joints": list(get_skeleton("mpii16").joints),
        "joints2d_px": person.joints2d_px.round(2).tolist(),
        "score": person.score.astype(float).round(4).tolist(),
        "found": person.found.tolist(),
    }
    if person.joints3d_mm is not None:
        note = "camera frame, relative to the pelvis; bones sum to 4000 mm, for the network tells no size"
        facts |= {"joints3d_mm": person.joints3d_mm.astype(float).round(1).tolist(), "joints3d": note}
    return facts
