"""Ray casting of solids into a depth buffer, anti-aliased samples and floor shadows.

Everything is in the camera frame (z forward, y down, millimetres), and a ray is `t · (x, y, 1)`, so that the
ray's parameter is the depth itself. Legend: N solids, H×W pixels, S samples.
"""

from typing import NamedTuple

import numpy as np

from repose.world.kernels import kernel, part

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


class Samples(NamedTuple):
    """What the film is painted from; arrays have room for more than there are."""

    pixel: np.ndarray  # (S,) row · W + column
    solid: np.ndarray  # (S,) or BACKDROP
    weight: np.ndarray  # (S,) share of the pixel
    where: np.ndarray  # (S,3) ray x, y and depth
    normal: np.ndarray  # (S,3) unit, of solids


@kernel
def ray_map(focal, center, radial, tangential, distorted, rays):  # type: ignore[no-untyped-def]
    """Fills rays (H,W,2), the normalised ray of every pixel's centre; fixed-point steps undo the lens."""
    for row in range(rays.shape[0]):
        for column in range(rays.shape[1]):
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


@part
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


@part
def hit_unit(solids, i, x, y):  # type: ignore[no-untyped-def]
    """Depth at which the ray meets the box, cylinder (along axis 2) or ball i, or FAR."""
    m, c, kind = solids.to_unit, solids.start, solids.kind[i]
    ox = -(m[i, 0, 0] * c[i, 0] + m[i, 0, 1] * c[i, 1] + m[i, 0, 2] * c[i, 2])
    oy = -(m[i, 1, 0] * c[i, 0] + m[i, 1, 1] * c[i, 1] + m[i, 1, 2] * c[i, 2])
    oz = -(m[i, 2, 0] * c[i, 0] + m[i, 2, 1] * c[i, 1] + m[i, 2, 2] * c[i, 2])
    dx = m[i, 0, 0] * x + m[i, 0, 1] * y + m[i, 0, 2]
    dy = m[i, 1, 0] * x + m[i, 1, 1] * y + m[i, 1, 2]
    dz = m[i, 2, 0] * x + m[i, 2, 1] * y + m[i, 2, 2]
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


@part
def stretched(solids, i):  # type: ignore[no-untyped-def]
    """Both centres of cone i in the space in which its cross-section is round."""
    ux, uy, uz = solids.axis[i, 0], solids.axis[i, 1], solids.axis[i, 2]
    ax, ay, az = solids.start[i, 0], solids.start[i, 1], solids.start[i, 2]
    bx, by, bz = solids.end[i, 0], solids.end[i, 1], solids.end[i, 2]
    k = solids.squash[i]
    a = k * (ax * ux + ay * uy + az * uz)
    b = k * (bx * ux + by * uy + bz * uz)
    return ax + a * ux, ay + a * uy, az + a * uz, bx + b * ux, by + b * uy, bz + b * uz


@part
def hit(solids, i, x, y):  # type: ignore[no-untyped-def]
    """Depth at which the ray (x, y, 1) meets solid i, or FAR."""
    if solids.kind[i] != CONE:
        return hit_unit(solids, i, x, y)
    ax, ay, az, bx, by, bz = stretched(solids, i)
    ux, uy, uz = solids.axis[i, 0], solids.axis[i, 1], solids.axis[i, 2]
    ra, rb = solids.radius[i, 0], solids.radius[i, 1]
    return hit_cone(ax, ay, az, bx, by, bz, ra, rb, ux, uy, uz, solids.squash[i], x, y)


@part
def tangents(c, z, r):  # type: ignore[no-untyped-def]
    """Smallest and largest c/z of a disc of radius r around (c, z): the rays that touch it."""
    if z <= r + NEAR_MM:
        return -1e9, 1e9
    root = r * np.sqrt(c * c + z * z - r * r)
    return (c * z - root) / (z * z - r * r), (c * z + root) / (z * z - r * r)


@part
def bounds(solids, i):  # type: ignore[no-untyped-def]
    """The solid's box in normalised ray coordinates (left, right, top, bottom); empty when not seen."""
    ax, ay, az = solids.start[i, 0], solids.start[i, 1], solids.start[i, 2]
    bx, by, bz = solids.end[i, 0], solids.end[i, 1], solids.end[i, 2]
    if solids.kind[i] == CONE:
        ra, rb = solids.radius[i, 0], solids.radius[i, 1]
        if max(ra, rb) <= 0.0 or max(az + ra, bz + rb) < NEAR_MM:
            return 1.0, -1.0, 1.0, -1.0
        left0, right0 = tangents(ax, az, ra)
        left1, right1 = tangents(bx, bz, rb)
        top0, low0 = tangents(ay, az, ra)
        top1, low1 = tangents(by, bz, rb)
        return min(left0, left1), max(right0, right1), min(top0, top1), max(low0, low1)
    near, far = az - bz, az + bz  # of unit solids `end` holds the half extents of the camera-aligned box
    if far < NEAR_MM:
        return 1.0, -1.0, 1.0, -1.0
    if near < NEAR_MM:
        return -1e9, 1e9, -1e9, 1e9
    left, right, top, low = ax - bx, ax + bx, ay - by, ay + by
    return (
        left / (near if left < 0 else far),
        right / (near if right > 0 else far),
        top / (near if top < 0 else far),
        low / (near if low > 0 else far),
    )


@kernel
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


@kernel
def trace(solids, rays, depth, seen):  # type: ignore[no-untyped-def]
    """Nearest solid of every pixel's centre: fills depth (H,W) and seen (H,W), −1 where there is none."""
    for i in range(solids.kind.shape[0]):
        left, right, top, low = bounds(solids, i)
        if left > right:
            continue
        c0, c1, r0, r1 = pixel_box(left, right, top, low, rays)
        if solids.kind[i] != CONE:
            for row in range(r0, r1):
                for column in range(c0, c1):
                    t = hit_unit(solids, i, rays[row, column, 0], rays[row, column, 1])
                    if NEAR_MM < t < depth[row, column]:
                        depth[row, column] = t
                        seen[row, column] = i
            continue
        ax, ay, az, bx, by, bz = stretched(solids, i)
        ux, uy, uz = solids.axis[i, 0], solids.axis[i, 1], solids.axis[i, 2]
        ra, rb = solids.radius[i, 0], solids.radius[i, 1]
        k = solids.squash[i]
        for row in range(r0, r1):
            for column in range(c0, c1):
                x, y = rays[row, column, 0], rays[row, column, 1]
                t = hit_cone(ax, ay, az, bx, by, bz, ra, rb, ux, uy, uz, k, x, y)
                if NEAR_MM < t < depth[row, column]:
                    depth[row, column] = t
                    seen[row, column] = i


@part
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


@kernel
def refine(solids, rays, depth, seen, candidates, samples):  # type: ignore[no-untyped-def]
    """Fills samples: one a pixel inside a surface, at edges one a solid, weighted by coverage; returns S.

    candidates (MAX_CANDIDATES,) is room to work in.
    """
    height, width = seen.shape
    s = 0
    for row in range(height):
        for column in range(width):
            here = seen[row, column]
            if (
                seen[max(row - 1, 0), column] != here
                or seen[min(row + 1, height - 1), column] != here
                or seen[row, max(column - 1, 0)] != here
                or seen[row, min(column + 1, width - 1)] != here
            ):
                count = neighbours(seen, row, column, candidates)
                s = edge_samples(solids, rays, row, column, candidates, count, samples, s)
            else:
                x, y = rays[row, column, 0], rays[row, column, 1]
                s = add_sample(samples, s, row * width + column, here, x, y, depth[row, column], 1.0)
    for i in range(s):
        if samples.solid[i] >= 0:
            z = samples.where[i, 2]
            x, y = samples.where[i, 0] * z, samples.where[i, 1] * z
            nx, ny, nz = normal_at(solids, samples.solid[i], x, y, z)
            samples.normal[i, 0], samples.normal[i, 1], samples.normal[i, 2] = nx, ny, nz
    return s


@part
def add_sample(samples, s, pixel, solid, x, y, z, weight):  # type: ignore[no-untyped-def]
    """Writes sample s; returns the next one's number."""
    samples.pixel[s], samples.solid[s], samples.weight[s] = pixel, solid, weight
    samples.where[s, 0], samples.where[s, 1], samples.where[s, 2] = x, y, z
    return s + 1


@part
def edge_samples(solids, rays, row, column, candidates, count, samples, s):  # type: ignore[no-untyped-def]
    """Samples of one pixel at an edge: four rays on a rotated grid try the solids seen around it."""
    height, width = rays.shape[0], rays.shape[1]
    step_x = (rays[row, width - 1, 0] - rays[row, 0, 0]) / max(width - 1, 1)
    step_y = (rays[height - 1, column, 1] - rays[0, column, 1]) / max(height - 1, 1)
    pixel, first = row * width + column, s
    for ray in range(4):
        x = rays[row, column, 0] + step_x * (0.25 * ray - 0.375)
        y = rays[row, column, 1] + step_y * (0.5 * (ray % 2) - 0.125 - 0.25 * (ray // 2))
        best, nearest = BACKDROP, FAR
        for j in range(count):
            if candidates[j] >= 0:
                t = hit(solids, candidates[j], x, y)
                if NEAR_MM < t < nearest:
                    best, nearest = candidates[j], t
        slot = first
        while slot < s and samples.solid[slot] != best:
            slot += 1
        if slot == s:
            s = add_sample(samples, s, pixel, best, x, y, nearest, 0.25)
        else:
            samples.weight[slot] += 0.25
    return s


@part
def normal_at(solids, i, x, y, z):  # type: ignore[no-untyped-def]
    """Unit normal of solid i at a point of its surface."""
    px, py, pz = x - solids.start[i, 0], y - solids.start[i, 1], z - solids.start[i, 2]
    nx, ny, nz = (
        cone_normal(solids, i, px, py, pz) if solids.kind[i] == CONE else unit_normal(solids, i, px, py, pz)
    )
    length = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
    return nx / length, ny / length, nz / length


@part
def unit_normal(solids, i, px, py, pz):  # type: ignore[no-untyped-def]
    """Normal of box, cylinder or ball i at an offset from its centre: the unit solid's, mapped back."""
    m, kind = solids.to_unit, solids.kind[i]
    qx = m[i, 0, 0] * px + m[i, 0, 1] * py + m[i, 0, 2] * pz
    qy = m[i, 1, 0] * px + m[i, 1, 1] * py + m[i, 1, 2] * pz
    qz = m[i, 2, 0] * px + m[i, 2, 1] * py + m[i, 2, 2] * pz
    if kind == BOX:
        most = max(abs(qx), max(abs(qy), abs(qz)))
        qx = qx if abs(qx) == most else 0.0
        qy = qy if abs(qy) == most else 0.0
        qz = qz if abs(qz) == most else 0.0
    elif kind == CYLINDER:
        lid = abs(qz) > 0.9995 and qx * qx + qy * qy < 0.9995
        qx, qy, qz = (0.0, 0.0, qz) if lid else (qx, qy, 0.0)
    return (
        m[i, 0, 0] * qx + m[i, 1, 0] * qy + m[i, 2, 0] * qz,
        m[i, 0, 1] * qx + m[i, 1, 1] * qy + m[i, 2, 1] * qz,
        m[i, 0, 2] * qx + m[i, 1, 2] * qy + m[i, 2, 2] * qz,
    )


@part
def cone_normal(solids, i, px, py, pz):  # type: ignore[no-untyped-def]
    """Normal of cone i at an offset from its start: the round cone's in stretched space, stretched again."""
    ux, uy, uz = solids.axis[i, 0], solids.axis[i, 1], solids.axis[i, 2]
    ex, ey = solids.end[i, 0] - solids.start[i, 0], solids.end[i, 1] - solids.start[i, 1]
    ez = solids.end[i, 2] - solids.start[i, 2]
    k = solids.squash[i]
    lift_p, lift_e = k * (px * ux + py * uy + pz * uz), k * (ex * ux + ey * uy + ez * uz)
    px, py, pz = px + lift_p * ux, py + lift_p * uy, pz + lift_p * uz
    ex, ey, ez = ex + lift_e * ux, ey + lift_e * uy, ez + lift_e * uz
    length2 = ex * ex + ey * ey + ez * ez
    if length2 > 1e-6:
        ra, rb = solids.radius[i, 0], solids.radius[i, 1]
        slope2 = length2 - (ra - rb) * (ra - rb)
        along = px * ex + py * ey + pz * ez - ra * (ra - rb)
        if along >= slope2:
            px, py, pz = px - ex, py - ey, pz - ez
        elif along > 0.0:
            px, py, pz = slope2 * px - ex * along, slope2 * py - ey * along, slope2 * pz - ez * along
    lift = k * (px * ux + py * uy + pz * uz)
    return px + lift * ux, py + lift * uy, pz + lift * uz


@kernel
def floor_shadow(solids, rays, to_world, eye, light, direct, ambient):  # type: ignore[no-untyped-def]
    """Darkens the floor: direct (H,W) where the light is cut off, ambient (H,W) where things stand close.

    A limb's shadow is the capsule between its centres' shadows, soft with the height it falls from.
    to_world (3,3) turns camera into world directions, eye (3,) and light (3,) are in the world, z up.
    """
    for i in range(solids.kind.shape[0]):
        strength = solids.shadow[i]
        if strength <= 0.0:
            continue
        a = in_world(solids.start, i, to_world, eye)
        b = in_world(solids.end, i, to_world, eye) if solids.kind[i] == CONE else a
        spread = max(solids.radius[i, 0], solids.radius[i, 1])
        height = max(0.0, 0.5 * (a[2] + b[2]) - spread)
        soft, slope_x, slope_y = 25.0 + 0.12 * height, light[0] / light[2], light[1] / light[2]
        ax, ay, bx, by = (
            a[0] - slope_x * a[2],
            a[1] - slope_y * a[2],
            b[0] - slope_x * b[2],
            b[1] - slope_y * b[2],
        )
        darken(ax, ay, bx, by, spread, soft, strength, rays, to_world, eye, direct)
        strength *= 0.75 / (1.0 + (height / 120.0) ** 2)
        if strength > 0.05:
            soft = spread * 0.8 + 20.0
            darken(a[0], a[1], b[0], b[1], spread * 1.3, soft, strength, rays, to_world, eye, ambient)


@part
def in_world(points, i, to_world, eye):  # type: ignore[no-untyped-def]
    """World place of a point of the camera's frame."""
    x, y, z = points[i, 0], points[i, 1], points[i, 2]
    return (
        eye[0] + to_world[0, 0] * x + to_world[0, 1] * y + to_world[0, 2] * z,
        eye[1] + to_world[1, 0] * x + to_world[1, 1] * y + to_world[1, 2] * z,
        eye[2] + to_world[2, 0] * x + to_world[2, 1] * y + to_world[2, 2] * z,
    )


@kernel
def darken(ax, ay, bx, by, spread, soft, strength, rays, to_world, eye, buffer):  # type: ignore[no-untyped-def]
    """Lowers buffer (H,W) to 1 − strength where the floor lies in the flat capsule between two places."""
    reach = spread + soft
    left, right, top, low = 1e9, -1e9, 1e9, -1e9
    m, behind = to_world, 0
    for corner in range(4):
        cx = (min(ax, bx) - reach if corner % 2 == 0 else max(ax, bx) + reach) - eye[0]
        cy = (min(ay, by) - reach if corner < 2 else max(ay, by) + reach) - eye[1]
        z = m[0, 2] * cx + m[1, 2] * cy - m[2, 2] * eye[2]
        if z < NEAR_MM:
            behind += 1
        else:
            x = (m[0, 0] * cx + m[1, 0] * cy - m[2, 0] * eye[2]) / z
            y = (m[0, 1] * cx + m[1, 1] * cy - m[2, 1] * eye[2]) / z
            left, right, top, low = min(left, x), max(right, x), min(top, y), max(low, y)
    if behind == 4:
        return
    if behind > 0:
        left, right, top, low = -1e9, 1e9, -1e9, 1e9
    c0, c1, r0, r1 = pixel_box(left, right, top, low, rays)
    ex, ey = bx - ax, by - ay
    length2 = ex * ex + ey * ey + 1e-9
    for row in range(r0, r1):
        for column in range(c0, c1):
            x, y = rays[row, column, 0], rays[row, column, 1]
            down = m[2, 0] * x + m[2, 1] * y + m[2, 2]
            if down >= -1e-9:
                continue
            t = -eye[2] / down
            px = eye[0] + t * (m[0, 0] * x + m[0, 1] * y + m[0, 2]) - ax
            py = eye[1] + t * (m[1, 0] * x + m[1, 1] * y + m[1, 2]) - ay
            along = min(1.0, max(0.0, (px * ex + py * ey) / length2))
            px, py = px - along * ex, py - along * ey
            distance = np.sqrt(px * px + py * py) - spread
            if distance < soft:
                fade = min(1.0, 0.5 - 0.5 * distance / soft)
                buffer[row, column] = min(buffer[row, column], 1.0 - strength * fade)
