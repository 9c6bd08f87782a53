"""What both lifting papers need: layers for several models at once, 2D and 3D as they learn them, run folders."""
