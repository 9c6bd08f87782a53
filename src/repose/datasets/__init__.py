"""Readers: one module per published format, from files to pose tables in the data set's own joints.

A reader is a module with `FILES`, the patterns of the files it uses, and `read(root, pictures)`, which gives
the table of every split.
"""

from repose.datasets.readers import READERS, read, reader, source_of

__all__ = ["READERS", "read", "reader", "source_of"]
