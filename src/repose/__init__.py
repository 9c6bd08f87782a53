"""repose: five papers on human pose estimation as one reproducible pipeline."""
