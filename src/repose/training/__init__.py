"""One training loop for all systems, and what a training leaves behind."""
