"""Poses aligned to the truth by the best similarity of each frame, without a singular value decomposition.

The least-squares rotation of a 3×3 correlation matrix B = Σ g pᵀ is a closed form in its largest trace λ
(Markley, "Attitude determination using vector observations: a fast optimal matrix algorithm", 1993):

    κ = (λ² − ‖B‖²) / 2,   ζ = κλ − det B,   R = ((κ + ‖B‖²) B + λ cof B − B Bᵀ B) / ζ

where λ is the largest root of (λ² − ‖B‖²)² − 8 λ det B − 4 ‖cof B‖² = 0. It equals σ₁ + σ₂ ± σ₃ with the sign
of det B, so that R is never a reflection. Frames are the last axis here: each line works on whole vectors.

Legend: N frames, J joints, n frames of one chunk.
"""

import numpy as np

CHUNK = 2048  # frames at a time: their coordinates stay in the second-level cache
STEPS = 40  # at most, of Newton's method; three to eight are usual
ILL_CONDITIONED = 1e-4  # ζ/‖B‖³ below this: the rotation is nearly free and left to the decomposition


def aligned_errors(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Distances (N, J) of the joints to the truth after the best similarity of each frame; no reflections.

    A pose without extent has no similarity: its centre is laid on the centre of the truth.
    """
    errors = np.empty(truth.shape[:2])
    for start in range(0, len(truth), CHUNK):
        part = slice(start, start + CHUNK)
        errors[part] = _chunk_errors(_frames_last(predicted[part]), _frames_last(truth[part])).T
    return errors


def _frames_last(points: np.ndarray) -> np.ndarray:
    """Points (n, J, 3) centred, as 3, J, n in float64."""
    moved = np.array(points.transpose(2, 1, 0), dtype=np.float64, order="C")
    moved -= moved.mean(1, keepdims=True)
    return moved


def _chunk_errors(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Distances (J, n) of two centred chunks (3, J, n)."""
    size2 = np.einsum("ijn,ijn->n", source, source)
    bound = np.sqrt(size2 * np.einsum("ijn,ijn->n", target, target))
    rotation, trace = best_rotation(np.einsum("ijn,kjn->ikn", target, source), bound)
    rotation *= trace / np.where(size2 > 0, size2, 1.0)  # the scale
    residual = np.einsum("ikn,kjn->ijn", rotation, source)
    residual -= target
    return np.sqrt(np.einsum("ijn,ijn->jn", residual, residual))


def best_rotation(matrix: np.ndarray, bound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rotations R (3, 3, n) with the largest λ = tr(Rᵀ B), and λ (n), given bounds (n) above it."""
    size = np.sqrt(np.einsum("ikn,ikn->n", matrix, matrix))
    safe = np.where(size > 0, size, 1.0)
    b = matrix / safe  # ‖B‖ = 1 from here
    cofactors = np.stack([np.cross(b[(i + 1) % 3], b[(i + 2) % 3], axis=0) for i in range(3)])
    det = np.einsum("kn,kn->n", b[0], cofactors[0])
    start = np.minimum(np.sqrt(3.0), bound / safe)
    trace = _largest_root(start, det, np.einsum("ikn,ikn->n", cofactors, cofactors))
    kappa = (trace * trace - 1) / 2
    zeta = kappa * trace - det  # (σ₁ + σ₂)(σ₂ ± σ₃)(±σ₃ + σ₁)
    ill = (zeta <= ILL_CONDITIONED) | (size == 0)
    gram = np.einsum("ikn,jkn->ijn", b, b)  # B Bᵀ
    rotation = (kappa + 1) * b + trace * cofactors - np.einsum("ijn,jkn->ikn", gram, b)
    rotation /= np.where(ill, 1.0, zeta)
    if ill.any():
        rotation[..., ill], trace[ill] = _decomposed(b[..., ill])
    return rotation, trace * size


def _largest_root(start: np.ndarray, det: np.ndarray, cofactor2: np.ndarray) -> np.ndarray:
    """Newton's method from above for ‖B‖ = 1, where it descends steadily."""
    root = start
    for _ in range(STEPS):
        gap = root * root - 1
        slope = 4 * (root * gap - 2 * det)
        step = (gap * gap - 8 * root * det - 4 * cofactor2) / np.where(slope > 0, slope, 1.0)
        root = root - step
        if np.abs(step).max() < 1e-9:  # the next one would be of the order of its square
            break
    return root


def _decomposed(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same by the singular value decomposition, for the few frames whose rotation is nearly free."""
    left, values, right = np.linalg.svd(matrix.transpose(2, 0, 1))
    sign = np.where(np.linalg.det(left) * np.linalg.det(right) < 0, -1.0, 1.0)
    left[:, :, 2] *= sign[:, None]
    values[:, 2] *= sign
    return (left @ right).transpose(1, 2, 0), values.sum(1)
