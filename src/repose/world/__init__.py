"""The world: bodies, motion, cameras, pictures, and the published formats they are written in."""
