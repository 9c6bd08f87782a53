"""How the renderer's loops are compiled.

Without numba's reference counting (`_nrt`), which costs several times the arithmetic when a kernel hands its
arrays to its parts: kernels therefore allocate nothing, and what they fill is given to them. Parts are
inlined into their kernel, else every call copies the headers of all arrays. The compiled code is kept beside
the source; that cache sees changes of a kernel's own file only, so kernels call only parts of their own file.
"""

from numba import njit

kernel = njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
part = njit(nogil=True, error_model="numpy", _nrt=False, forceinline=True)
