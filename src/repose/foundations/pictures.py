"""Reading one picture, whoever wrote it."""

from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import inside


def load_picture(root: str | Path, name: str) -> np.ndarray:
    """The picture `root/name` as (H, W, 3) uint8 RGB."""
    from PIL import Image

    path = inside(root, name)
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except FileNotFoundError:
        raise ReposeError(f"{path}: not found, expected a picture") from None
    except Exception as error:  # Pillow meets damaged files with OSError, SyntaxError, ValueError …
        raise ReposeError(
            f"{path}: a picture that does not open ({error}), expected a complete JPEG or PNG"
        ) from None
