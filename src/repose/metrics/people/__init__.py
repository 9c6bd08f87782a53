"""Scores of all people of a picture, in 2D: similarity, average precision, kinds of errors. NumPy only.

`PeopleTruth` is what is judged on, `PeopleFound` what is judged; both can be scaled to the published picture
sizes. `coco` holds the field's own evaluation, `average_precision` the same numbers for resampling.
"""

from repose.metrics.people.annotations import read_truth, truth_of_annotations
from repose.metrics.people.average_precision import Matches, ap, match_all
from repose.metrics.people.errors import KINDS, PoseErrors, pose_errors
from repose.metrics.people.found import (
    PeopleFound,
    in_truth_order,
    load_people_predictions,
    save_people_predictions,
)
from repose.metrics.people.grouped_by_truth import grouped_by_truth
from repose.metrics.people.mpii_multi import JointMatches, group_people, match_joints, mpii_ap, mpii_pckh
from repose.metrics.people.oks import joint_similarity, oks
from repose.metrics.people.results import read_results, write_results
from repose.metrics.people.truth import PeopleTruth, truth_of_table, with_visible_person
from repose.skeletons.sigmas import SIGMAS, sigmas

__all__ = [
    "KINDS",
    "SIGMAS",
    "JointMatches",
    "Matches",
    "PeopleFound",
    "PeopleTruth",
    "PoseErrors",
    "ap",
    "group_people",
    "grouped_by_truth",
    "in_truth_order",
    "joint_similarity",
    "load_people_predictions",
    "match_all",
    "match_joints",
    "mpii_ap",
    "mpii_pckh",
    "oks",
    "pose_errors",
    "read_results",
    "read_truth",
    "save_people_predictions",
    "sigmas",
    "truth_of_annotations",
    "truth_of_table",
    "with_visible_person",
    "write_results",
]
