"""Annotation files and results of random people."""

import json

from repose.metrics.people.coco import annotations_of
from repose.metrics.people.results import records_of


def content(of, **changes):
    """What a file of annotations holds; names as COCO and CrowdPose write them."""
    names = [name.replace("l_", "left_").replace("r_", "right_") for name in of.joints]
    names = ["head" if name == "head_top" else name for name in names]
    images = [{"id": int(p), "file_name": f"{p}.jpg", "width": 500, "height": 400} for p in of.picture_ids]
    annotations = annotations_of(of)
    if len(of.joints) == 14:
        images = [i | {"crowdIndex": float(c)} for i, c in zip(images, of.crowd_index, strict=True)]
        for annotation in annotations:
            del annotation["area"]
    category = {"id": 1, "name": "person", "keypoints": names}
    return {"images": images, "annotations": annotations, "categories": [category]} | changes


def write(path, value):
    """A JSON file, NaN and all."""
    path.write_text(json.dumps(value))
    return path


def results(path, of, people):
    """A file of results."""
    return write(path, records_of(people, of))
