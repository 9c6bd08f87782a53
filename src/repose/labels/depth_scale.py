"""Depth in pixels: how many pixels one millimetre at the person spans in the image.

Legend: N samples, J joints.
"""

import numpy as np

SMALLEST_MM = 1e-3  # joints closer together than this, seen from the camera, are one point


def depth_scale(joints3d_mm: np.ndarray, joints2d_px: np.ndarray, labelled: np.ndarray) -> np.ndarray:
    """Scale (N, px/mm) of the similarity from x, y of the camera frame (N, J, 3) to the image (N, J, 2).

    The similarity (scale, turn, shift; no reflection) is fitted by least squares over the labelled joints of
    each sample; for a pinhole camera its scale is about focal length / distance. Points without a label may
    hold anything. The scale is 0 where fewer than two distinct joints are labelled.
    """
    source, known = _centred(joints3d_mm[..., 0], joints3d_mm[..., 1], labelled)  # N, J complex
    target, _ = _centred(joints2d_px[..., 0], joints2d_px[..., 1], labelled)
    # w ≈ s·e^{iφ}·z has its least squares at s·e^{iφ} = Σ z̄ w / Σ |z|²
    spread = np.einsum("nj,nj->n", source.conj(), source).real
    turn = np.einsum("nj,nj->n", source.conj(), target)
    defined = spread > known * SMALLEST_MM**2
    return np.where(defined, np.abs(turn), 0) / np.where(defined, spread, 1)


def _centred(x: np.ndarray, y: np.ndarray, labelled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points as complex numbers (N, J) about the centre of the labelled, zero elsewhere; how many (N)."""
    known = labelled.sum(1)
    points = np.zeros(labelled.shape, dtype=np.complex128)
    np.copyto(points.real, x, where=labelled)
    np.copyto(points.imag, y, where=labelled)
    centre = points.sum(1) / np.maximum(known, 1)
    return np.where(labelled, points - centre[:, None], 0), known
