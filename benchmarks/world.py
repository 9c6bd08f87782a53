"""Pictures a second at 128 px: people, backdrop, things, noise, labels and JPEG file, one process and two."""

import tempfile
import time
from pathlib import Path

from repose.foundations.processes import ordered_map
from repose.world.motion import MotionSource
from repose.world.people import gathered, strangers
from repose.world.shot import save_jpeg
from repose.world.wild import photograph

CHUNKS, CHUNK = 24, 25  # free poses are solved a chunk at a time, as the writers do


def make(task: tuple[int, int, Path]) -> None:
    """A chunk of pictures of so many people, labelled and written."""
    people, chunk, folder = task
    keys = [("bench", chunk, k) for k in range(people * CHUNK)]
    crowd = strangers(MotionSource("actions", 0), ["everyday"] * len(keys), 0, keys)
    for index in range(CHUNK):
        key = ("bench", chunk, index)
        figures = gathered(crowd[index * people : (index + 1) * people], "group", 0, *key)
        shot = photograph(figures, (128, 128), 0, *key, share=(0.5, 0.9))
        shot.joints("mpii16")
        save_jpeg(folder / f"{chunk:03d}{index:03d}.jpg", shot.picture.image)


def rate(people: int, workers: int, folder: Path) -> float:
    """Pictures a second, the compiled renderer at hand."""
    make((people, 0, folder))
    start = time.perf_counter()
    for _ in ordered_map(make, [(people, k, folder) for k in range(CHUNKS)], workers, "pictures", 1):
        pass
    return CHUNKS * CHUNK / (time.perf_counter() - start)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        for people in (1, 3):
            one, two = (rate(people, workers, Path(name)) for workers in (1, 2))
            times = f"{two / one:.2f} times"
            print(f"people: {people}  one process: {one:.0f} pictures/s  two: {two:.0f} pictures/s ({times})")


if __name__ == "__main__":
    main()
