"""What changed between two states of the project, read from the committed files with git alone."""
