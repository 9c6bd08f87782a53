"""The world: bodies, motion, cameras and pictures, written in the published formats of real data sets."""
