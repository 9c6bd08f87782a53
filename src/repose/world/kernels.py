"""How the renderer's loops are compiled.

Without numba's reference counting (`_nrt`), which costs several times the arithmetic when a kernel hands its
arrays to its parts: kernels therefore allocate nothing, and what they fill is given to them. Parts are
inlined into their kernel, else every call copies the headers of all arrays. The compiled code is kept beside
the source; that cache sees changes of a kernel's own file only, so kernels call only parts of their own file.
"""

from typing import Any

from numba import njit

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
kernel = njit(cache=True, **OPTIONS)
part = njit(forceinline=True, **OPTIONS)
