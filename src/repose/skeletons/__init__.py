"""Joint sets as data: names, bones, flips, groups, and declarative conversions between them."""

from repose.skeletons.conversion import JointSource, conversion, convert, convert_table, readings
from repose.skeletons.skeleton import Skeleton, get_skeleton, skeleton_ids

__all__ = [
    "JointSource",
    "Skeleton",
    "conversion",
    "convert",
    "convert_table",
    "get_skeleton",
    "readings",
    "skeleton_ids",
]
