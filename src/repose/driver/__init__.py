"""`dvc repro` with independent stages side by side, in the order of DVC's own graph."""
