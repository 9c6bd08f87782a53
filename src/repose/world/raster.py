"""Ray casting of solids into a depth buffer, anti-aliased samples and floor shadows.

Everything is in the camera frame (z forward, y down, millimetres), and a ray is `t · (x, y, 1)`, so that the
ray's parameter is the depth itself. Legend: N solids, H×W pixels, S samples.
Kernels call only functions of their own file, because the compiled cache sees changes of no other.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

CONE, BOX, CYLINDER, ELLIPSOID = range(4)
BACKDROP, OBJECT = -1, -2  # owners that are no figure
NEAR_MM = 80.0
FAR = np.inf
MAX_CANDIDATES = 6  # solids that may share one pixel when its edge is refined


class Solids(NamedTuple):
    """Tapered round cones (limbs) and affine unit solids (things), with what they are painted with."""

    kind: np.ndarray  # (N,) CONE | BOX | CYLINDER | ELLIPSOID
    owner: np.ndarray  # (N,) figure number or OBJECT
    start: np.ndarray  # (N,3) a cone's first centre; the centre of a unit solid
    end: np.ndarray  # (N,3) a cone's second centre
    radius: np.ndarray  # (N,2) radii at both centres; 0 = not there
    axis: np.ndarray  # (N,3) unit vector along which a cone is flattened
    squash: np.ndarray  # (N,) space is stretched by 1 + squash along `axis` before the cone is hit
    to_unit: np.ndarray  # (N,3,3) camera offsets from `start` → the unit box, cylinder or ball
    shadow: np.ndarray  # (N,) how much of the light it takes from the floor, 0 = casts none
    material: np.ndarray  # (N,) which painter of `paint.py`
    pattern: np.ndarray  # (N,)
    frame: np.ndarray  # (N,3,3) rows: axes of the painter's coordinates
    origin: np.ndarray  # (N,3) origin of the painter's coordinates
    colours: np.ndarray  # (N,4,3) linear RGB: main, accent, bare, skin
    numbers: np.ndarray  # (N,4) the painter's numbers, see `flesh.py` and `occluders.py`
    gloss: np.ndarray  # (N,)


@njit(cache=True, nogil=True)
def ray_map(focal, center, radial, tangential, width, height):  # type: ignore[no-untyped-def]
    """Normalised (H,W,2) ray of every pixel's centre, lens distortion undone by fixed-point steps."""
    rays = np.empty((height, width, 2))
    distorted = np.abs(radial).sum() + np.abs(tangential).sum() > 0
    for row in range(height):
        for column in range(width):
            u = (column + 0.5 - center[0]) / focal[0]
            v = (row + 0.5 - center[1]) / focal[1]
            x, y = u, v
            if distorted:
                for _ in range(8):
                    r2 = x * x + y * y
                    bend = r2 * (radial[0] + r2 * (radial[1] + r2 * radial[2]))
                    slide = tangential[0] * y + tangential[1] * x  # once, as Human3.6M has it
                    x = (u - tangential[1] * r2) / (1.0 + bend + slide)
                    y = (v - tangential[0] * r2) / (1.0 + bend + slide)
            rays[row, column, 0] = x
            rays[row, column, 1] = y
    return rays


@njit(cache=True, nogil=True)
def hit_cone(ax, ay, az, bx, by, bz, ra, rb, ux, uy, uz, squash, x, y):  # type: ignore[no-untyped-def]
    """Depth at which the ray meets the hull of two balls, or FAR; centres are given in stretched space."""
    lift = squash * (x * ux + y * uy + uz)
    dx, dy, dz = x + lift * ux, y + lift * uy, 1.0 + lift * uz
    ex, ey, ez = bx - ax, by - ay, bz - az
    dd = dx * dx + dy * dy + dz * dz
    length2 = ex * ex + ey * ey + ez * ez
    da = -(dx * ax + dy * ay + dz * az)
    aa = ax * ax + ay * ay + az * az
    if length2 < 1e-6:
        h = da * da - dd * (aa - ra * ra)
        return (-da - np.sqrt(h)) / dd if h > 0.0 else FAR
    rr = ra - rb
    ea = -(ex * ax + ey * ay + ez * az)
    ed = ex * dx + ey * dy + ez * dz
    slope2 = length2 - rr * rr
    k2 = slope2 * dd - ed * ed
    k1 = slope2 * da - ea * ed + ed * rr * ra
    k0 = slope2 * aa - ea * ea + ea * rr * ra * 2.0 - length2 * ra * ra
    h = k1 * k1 - k0 * k2
    if h < 0.0:
        return FAR
    t = (-np.sqrt(h) - k1) / k2
    along = ea - ra * rr + t * ed
    if 0.0 < along < slope2:
        return t
    db = -(dx * bx + dy * by + dz * bz)
    bb = bx * bx + by * by + bz * bz
    first = da * da - dd * (aa - ra * ra)
    second = db * db - dd * (bb - rb * rb)
    t = FAR
    if first > 0.0:
        t = (-da - np.sqrt(first)) / dd
    if second > 0.0:
        t = min(t, (-db - np.sqrt(second)) / dd)
    return t


@njit(cache=True, nogil=True)
def hit_unit(kind, m, c, x, y):  # type: ignore[no-untyped-def]
    """Depth at which the ray meets the unit box, cylinder (axis 2) or ball behind the map `m`, or FAR."""
    ox = -(m[0, 0] * c[0] + m[0, 1] * c[1] + m[0, 2] * c[2])
    oy = -(m[1, 0] * c[0] + m[1, 1] * c[1] + m[1, 2] * c[2])
    oz = -(m[2, 0] * c[0] + m[2, 1] * c[1] + m[2, 2] * c[2])
    dx = m[0, 0] * x + m[0, 1] * y + m[0, 2]
    dy = m[1, 0] * x + m[1, 1] * y + m[1, 2]
    dz = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    if kind == ELLIPSOID:
        dd = dx * dx + dy * dy + dz * dz
        od = ox * dx + oy * dy + oz * dz
        h = od * od - dd * (ox * ox + oy * oy + oz * oz - 1.0)
        return (-od - np.sqrt(h)) / dd if h > 0.0 else FAR
    dz = dz if abs(dz) > 1e-12 else 1e-12
    enter, leave = (-1.0 - oz) / dz, (1.0 - oz) / dz
    if enter > leave:
        enter, leave = leave, enter
    if kind == CYLINDER:
        dd = dx * dx + dy * dy + 1e-18
        od = ox * dx + oy * dy
        h = od * od - dd * (ox * ox + oy * oy - 1.0)
        if h <= 0.0:
            return FAR
        h = np.sqrt(h)
        enter, leave = max(enter, (-od - h) / dd), min(leave, (-od + h) / dd)
        return enter if enter < leave else FAR
    for o, d in ((ox, dx), (oy, dy)):
        d = d if abs(d) > 1e-12 else 1e-12
        t0, t1 = (-1.0 - o) / d, (1.0 - o) / d
        enter, leave = max(enter, min(t0, t1)), min(leave, max(t0, t1))
    return enter if enter < leave else FAR


@njit(cache=True, nogil=True)
def stretched(solids, i):  # type: ignore[no-untyped-def]
    """Both centres of cone i in the space in which its cross-section is round."""
    ux, uy, uz = solids.axis[i]
    ax, ay, az = solids.start[i]
    bx, by, bz = solids.end[i]
    k = solids.squash[i]
    a = k * (ax * ux + ay * uy + az * uz)
    b = k * (bx * ux + by * uy + bz * uz)
    return ax + a * ux, ay + a * uy, az + a * uz, bx + b * ux, by + b * uy, bz + b * uz


@njit(cache=True, nogil=True)
def hit(solids, i, x, y):  # type: ignore[no-untyped-def]
    """Depth at which the ray (x, y, 1) meets solid i, or FAR."""
    if solids.kind[i] != CONE:
        return hit_unit(solids.kind[i], solids.to_unit[i], solids.start[i], x, y)
    ax, ay, az, bx, by, bz = stretched(solids, i)
    ux, uy, uz = solids.axis[i]
    ra, rb = solids.radius[i]
    return hit_cone(ax, ay, az, bx, by, bz, ra, rb, ux, uy, uz, solids.squash[i], x, y)


@njit(cache=True, nogil=True)
def tangents(c, z, r):  # type: ignore[no-untyped-def]
    """Smallest and largest c/z of a disc of radius r around (c, z): the rays that touch it."""
    if z <= r + NEAR_MM:
        return -1e9, 1e9
    root = r * np.sqrt(c * c + z * z - r * r)
    return (c * z - root) / (z * z - r * r), (c * z + root) / (z * z - r * r)


@njit(cache=True, nogil=True)
def bounds(solids, i):  # type: ignore[no-untyped-def]
    """The solid's box in normalised ray coordinates (left, right, top, bottom); empty when not seen."""
    a, b = solids.start[i], solids.end[i]
    if solids.kind[i] == CONE:
        ra, rb = solids.radius[i]
        if max(ra, rb) <= 0.0 or max(a[2] + ra, b[2] + rb) < NEAR_MM:
            return 1.0, -1.0, 1.0, -1.0
        left0, right0 = tangents(a[0], a[2], ra)
        left1, right1 = tangents(b[0], b[2], rb)
        top0, low0 = tangents(a[1], a[2], ra)
        top1, low1 = tangents(b[1], b[2], rb)
        return min(left0, left1), max(right0, right1), min(top0, top1), max(low0, low1)
    half = solids.end[i]  # of a unit solid: half extents of its box along the camera's axes
    near, far = a[2] - half[2], a[2] + half[2]
    if far < NEAR_MM:
        return 1.0, -1.0, 1.0, -1.0
    if near < NEAR_MM:
        return -1e9, 1e9, -1e9, 1e9
    left, right = a[0] - half[0], a[0] + half[0]
    top, low = a[1] - half[1], a[1] + half[1]
    return (
        left / (near if left < 0 else far),
        right / (near if right > 0 else far),
        top / (near if top < 0 else far),
        low / (near if low > 0 else far),
    )


@njit(cache=True, nogil=True)
def pixel_box(left, right, top, low, rays):  # type: ignore[no-untyped-def]
    """Rows and columns that a box of rays can touch: searched on the borders, where distortion is widest."""
    height, width = rays.shape[0], rays.shape[1]
    first_column, last_column, first_row, last_row = width, -1, height, -1
    for column in range(width):
        least = min(rays[0, column, 0], rays[height - 1, column, 0], rays[height // 2, column, 0])
        most = max(rays[0, column, 0], rays[height - 1, column, 0], rays[height // 2, column, 0])
        if most >= left and least <= right:
            first_column, last_column = min(first_column, column), column
    for row in range(height):
        least = min(rays[row, 0, 1], rays[row, width - 1, 1], rays[row, width // 2, 1])
        most = max(rays[row, 0, 1], rays[row, width - 1, 1], rays[row, width // 2, 1])
        if most >= top and least <= low:
            first_row, last_row = min(first_row, row), row
    return first_column, last_column + 1, first_row, last_row + 1


@njit(cache=True, nogil=True)
def trace(solids, rays, depth, seen):  # type: ignore[no-untyped-def]
    """Nearest solid of every pixel's centre: fills depth (H,W) and seen (H,W), −1 where there is none."""
    for i in range(solids.kind.shape[0]):
        left, right, top, low = bounds(solids, i)
        if left > right:
            continue
        c0, c1, r0, r1 = pixel_box(left, right, top, low, rays)
        if solids.kind[i] != CONE:
            kind, m, c = solids.kind[i], solids.to_unit[i], solids.start[i]
            for row in range(r0, r1):
                for column in range(c0, c1):
                    t = hit_unit(kind, m, c, rays[row, column, 0], rays[row, column, 1])
                    if NEAR_MM < t < depth[row, column]:
                        depth[row, column] = t
                        seen[row, column] = i
            continue
        ax, ay, az, bx, by, bz = stretched(solids, i)
        ux, uy, uz = solids.axis[i]
        ra, rb = solids.radius[i]
        k = solids.squash[i]
        for row in range(r0, r1):
            for column in range(c0, c1):
                x, y = rays[row, column, 0], rays[row, column, 1]
                t = hit_cone(ax, ay, az, bx, by, bz, ra, rb, ux, uy, uz, k, x, y)
                if NEAR_MM < t < depth[row, column]:
                    depth[row, column] = t
                    seen[row, column] = i


@njit(cache=True, nogil=True)
def neighbours(seen, row, column, candidates):  # type: ignore[no-untyped-def]
    """Distinct solids (BACKDROP included) in the 3×3 pixels around one; returns how many."""
    count = 0
    for r in range(max(row - 1, 0), min(row + 2, seen.shape[0])):
        for c in range(max(column - 1, 0), min(column + 2, seen.shape[1])):
            solid = seen[r, c]
            known = False
            for j in range(count):
                known = known or candidates[j] == solid
            if not known and count < MAX_CANDIDATES:
                candidates[count] = solid
                count += 1
    return count


@njit(cache=True, nogil=True)
def refine(solids, rays, depth, seen, pixel, solid, weight, where):  # type: ignore[no-untyped-def]
    """Samples to paint: one a pixel inside a surface, and at edges one a solid, weighted by its coverage.

    An edge pixel is met by four rays (a rotated grid) that try the solids seen in the 3×3 pixels around it.
    Fills pixel, solid, weight (S,) and where (S,3) = ray and depth; returns S.
    """
    height, width = seen.shape
    step_x = rays[height // 2, width // 2, 0] - rays[height // 2, width // 2 - 1, 0]
    step_y = rays[height // 2, width // 2, 1] - rays[height // 2 - 1, width // 2, 1]
    candidates = np.empty(MAX_CANDIDATES, np.int64)
    shares = np.empty(MAX_CANDIDATES, np.int64)
    s = 0
    for row in range(height):
        for column in range(width):
            here = seen[row, column]
            x, y = rays[row, column, 0], rays[row, column, 1]
            edge = (
                (row > 0 and seen[row - 1, column] != here)
                or (row + 1 < height and seen[row + 1, column] != here)
                or (column > 0 and seen[row, column - 1] != here)
                or (column + 1 < width and seen[row, column + 1] != here)
            )
            if not edge:
                pixel[s], solid[s], weight[s] = row * width + column, here, 1.0
                where[s, 0], where[s, 1], where[s, 2] = x, y, depth[row, column]
                s += 1
                continue
            count = neighbours(seen, row, column, candidates)
            shares[:] = 0
            first = s
            for ray in range(4):
                sx = x + step_x * (-0.375 + 0.25 * ray)
                sy = y + step_y * (-0.125, 0.375, -0.375, 0.125)[ray]
                best, nearest = -1, FAR
                for j in range(count):
                    if candidates[j] < 0:
                        continue
                    t = hit(solids, candidates[j], sx, sy)
                    if NEAR_MM < t < nearest:
                        best, nearest = candidates[j], t
                slot = first
                while slot < s and solid[slot] != best:
                    slot += 1
                if slot == s:
                    pixel[s], solid[s], weight[s] = row * width + column, best, 0.0
                    where[s, 0], where[s, 1], where[s, 2] = sx, sy, nearest
                    s += 1
                weight[slot] += 0.25
    return s


@njit(cache=True, nogil=True)
def floor_shadow(solids, rays, to_world, eye, light, direct, ambient):  # type: ignore[no-untyped-def]
    """Darkens the floor: direct (H,W) where the light is cut off, ambient (H,W) where things stand close.

    A limb's shadow is the capsule between its centres' shadows, soft with the height it falls from.
    to_world (3,3) turns camera into world directions, eye (3,) and light (3,) are in the world, z up.
    """
    for i in range(solids.kind.shape[0]):
        if solids.shadow[i] <= 0.0:
            continue
        cone = solids.kind[i] == CONE
        a = eye + to_world @ solids.start[i]
        b = eye + to_world @ solids.end[i] if cone else a
        spread = max(solids.radius[i, 0], solids.radius[i, 1])
        height = max(0.0, 0.5 * (a[2] + b[2]) - spread)
        soft = 25.0 + 0.12 * height
        cast_shadow(a, b, light, spread, soft, solids.shadow[i], rays, to_world, eye, direct)
        close = solids.shadow[i] * 0.75 / (1.0 + (height / 120.0) ** 2)
        if close > 0.05:
            above = np.array((0.0, 0.0, 1.0))
            cast_shadow(a, b, above, spread * 1.3, spread * 0.8 + 20.0, close, rays, to_world, eye, ambient)


@njit(cache=True, nogil=True)
def cast_shadow(a, b, light, spread, soft, strength, rays, to_world, eye, buffer):  # type: ignore[no-untyped-def]
    """Lowers buffer (H,W) to 1 − strength where the floor lies in the shadow of the capsule a–b."""
    ax, ay = a[0] - light[0] * a[2] / light[2], a[1] - light[1] * a[2] / light[2]
    bx, by = b[0] - light[0] * b[2] / light[2], b[1] - light[1] * b[2] / light[2]
    reach = spread + soft
    left, right, top, low = 1e9, -1e9, 1e9, -1e9
    corner = np.zeros(3)
    for corner_x in (min(ax, bx) - reach, max(ax, bx) + reach):
        for corner_y in (min(ay, by) - reach, max(ay, by) + reach):
            corner[0], corner[1], corner[2] = corner_x, corner_y, 0.0
            seen = to_world.T @ (corner - eye)
            if seen[2] < NEAR_MM:
                left, right, top, low = -1e9, 1e9, -1e9, 1e9
            else:
                x, y = seen[0] / seen[2], seen[1] / seen[2]
                left, right, top, low = min(left, x), max(right, x), min(top, y), max(low, y)
    c0, c1, r0, r1 = pixel_box(left, right, top, low, rays)
    ex, ey = bx - ax, by - ay
    length2 = ex * ex + ey * ey + 1e-9
    for row in range(r0, r1):
        for column in range(c0, c1):
            x, y = rays[row, column, 0], rays[row, column, 1]
            down = to_world[2, 0] * x + to_world[2, 1] * y + to_world[2, 2]
            if down >= -1e-9:
                continue
            t = -eye[2] / down
            px = eye[0] + t * (to_world[0, 0] * x + to_world[0, 1] * y + to_world[0, 2]) - ax
            py = eye[1] + t * (to_world[1, 0] * x + to_world[1, 1] * y + to_world[1, 2]) - ay
            along = min(1.0, max(0.0, (px * ex + py * ey) / length2))
            px, py = px - along * ex, py - along * ey
            distance = np.sqrt(px * px + py * py) - spread
            if distance < soft:
                fade = min(1.0, 0.5 - 0.5 * distance / soft)
                buffer[row, column] = min(buffer[row, column], 1.0 - strength * fade)
