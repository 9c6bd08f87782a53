"""A picture without labels, as a batch of a set's test."""

import pytest
from PIL import Image

from repose.pictures.unlabelled import alone


@pytest.mark.parametrize(("size", "px", "shape"), [((90, 60), 100, (80, 112)), ((10, 40), 64, (64, 16))])
def test_a_picture_lies_in_the_corner_of_a_batch_of_whole_cells(size, px, shape):
    batch = alone(Image.new("RGB", size, "white"), "coco17", px, 16)
    assert batch.pictures.shape == (1, 3, *shape)
    assert batch.size_px.tolist() == [[-(-px * edge // max(size)) for edge in size]]
    width, height = batch.size_px[0]
    assert (batch.pictures[:, :, : height - 1, : width - 1] == 255).all()
    assert (batch.pictures[:, :, height:] == 0).all()
    assert (batch.pictures[..., width:] == 0).all()
