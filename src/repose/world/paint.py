"""The colour of every sample: skin, hair, cloth, faces, things, rooms and skies; then the film.

Light is linear RGB. Coordinates of patterns are millimetres and `w` is the width of a pixel on the surface,
so that a pattern finer than the picture turns into its mean. Legend: S samples, H×W pixels.
Kernels call only functions of their own file, because the compiled cache sees changes of no other.
"""

import numpy as np
from numba import njit

LIMB, TORSO, HEAD, HAIR, THING = range(5)  # materials
PLAIN, HOOPS, STRIPES, CHECKS, PRINT, HALVES, YOKE, BUTTONS = range(8)  # patterns of cloth
SURFACES = (
    *("plain", "mat", "planks", "tiles", "grass", "curtain", "brick", "facade", "shelves", "wallpaper"),
    *("asphalt", "court", "clutter", "foliage", "panels"),
)
(
    MAT,
    PLANKS,
    TILES,
    GRASS,
    CURTAIN,
    BRICK,
    FACADE,
    SHELVES,
    WALLPAPER,
    ASPHALT,
    COURT,
    CLUTTER,
    FOLIAGE,
    PANELS,
) = range(1, 15)
OPEN = -1  # a wall that is not there
NOISE_SIZE = 256


@njit(cache=True, nogil=True)
def hashed(i, j, seed):  # type: ignore[no-untyped-def]
    """A number in [0, 1) that belongs to a cell."""
    h = np.uint64(i) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(j) * np.uint64(0xC2B2AE3D27D4EB4F)
    h ^= np.uint64(seed) * np.uint64(0x165667B19E3779F9)
    h ^= h >> np.uint64(29)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(32)
    return np.float64(h & np.uint64(0xFFFFFF)) / 16777216.0


@njit(cache=True, nogil=True)
def cloud(noise, u, v, w, period):  # type: ignore[no-untyped-def]
    """Fractal noise around 0.5 with the given period in mm, from the pyramid level that fits the pixel."""
    texel = period / NOISE_SIZE
    size, offset = NOISE_SIZE, 0
    while texel < w and size > 1:
        offset += size * size
        size //= 2
        texel *= 2.0
    x, y = u / texel, v / texel
    fx, fy = np.floor(x), np.floor(y)
    i, j = int(fx), int(fy)
    x, y = x - fx, y - fy
    i0, i1, j0, j1 = i & (size - 1), (i + 1) & (size - 1), j & (size - 1), (j + 1) & (size - 1)
    top = noise[offset + j0 * size + i0] * (1.0 - x) + noise[offset + j0 * size + i1] * x
    low = noise[offset + j1 * size + i0] * (1.0 - x) + noise[offset + j1 * size + i1] * x
    return top * (1.0 - y) + low * y


@njit(cache=True, nogil=True)
def inside(distance, w):  # type: ignore[no-untyped-def]
    """Coverage of a pixel by a shape whose edge is `distance` away, negative inside."""
    return min(1.0, max(0.0, 0.5 - distance / w))


@njit(cache=True, nogil=True)
def band(x, period, share, w):  # type: ignore[no-untyped-def]
    """Coverage by stripes of the given share of their period."""
    if w > period:
        return share
    phase = x / period - np.floor(x / period)
    return inside((abs(phase - 0.5) - 0.5 * share) * period, w)


@njit(cache=True, nogil=True)
def mix(a, b, share, shade):  # type: ignore[no-untyped-def]
    """Colour between two, times a shade."""
    return (
        (a[0] + (b[0] - a[0]) * share) * shade,
        (a[1] + (b[1] - a[1]) * share) * shade,
        (a[2] + (b[2] - a[2]) * share) * shade,
    )


@njit(cache=True, nogil=True)
def random_colour(i, j, seed, colours):  # type: ignore[no-untyped-def]
    """A cell's own colour: one of three, each channel off by its own factor."""
    c = colours[int(hashed(i, j, seed) * 3.0) % 3]
    gain = 0.35 + 1.1 * hashed(i, j, seed + 1)
    return (
        c[0] * gain * (0.5 + hashed(i, j, seed + 2)),
        c[1] * gain * (0.5 + hashed(i, j, seed + 3)),
        c[2] * gain * (0.5 + hashed(i, j, seed + 4)),
    )


@njit(cache=True, nogil=True)
def surface(kind, u, v, w, colours, scale, seed, noise):  # type: ignore[no-untyped-def]
    """Colour of a floor, wall or thing at (u, v); v is up on walls. Period `scale`, three colours."""
    base, other, third = colours[0], colours[1], colours[2]
    rough = cloud(noise, u + 977.0 * (seed & 63), v, w, 2400.0)
    if kind == MAT:
        seam = max(band(u + 31 * seed, scale, 0.012, w), band(v, scale, 0.012, w))
        return mix(base, other, 0.6 * seam, 0.72 + 0.55 * rough)
    if kind == PLANKS:
        row = int(np.floor(v / scale))
        grain = cloud(noise, u + 500.0 * hashed(row, 0, seed), v * 9.0, w * 4.0, 1800.0)
        gap = band(v, scale, 0.05, w)
        return mix(
            base,
            other,
            min(1.0, 0.5 * hashed(row, 1, seed) + 0.6 * grain),
            (1.0 - 0.5 * gap) * (0.8 + 0.3 * rough),
        )
    if kind == TILES:
        grout = max(band(u, scale, 0.05, w), band(v, scale, 0.05, w))
        odd = (int(np.floor(u / scale + 0.5)) + int(np.floor(v / scale + 0.5))) & 1
        r, g, b = mix(base, other, (odd if w < scale else 0.5), 0.8 + 0.4 * rough)
        return r + (third[0] - r) * grout, g + (third[1] - g) * grout, b + (third[2] - b) * grout
    if kind == GRASS:
        blades = cloud(noise, u, v * 0.7, w, 420.0)
        return mix(base, other, min(1.0, max(0.0, 2.2 * rough - 0.6)), 0.45 + 1.1 * blades)
    if kind == CURTAIN:
        fold = np.sin(6.2832 * (u / scale + 0.35 * rough + 0.1 * hashed(int(np.floor(u / scale)), 0, seed)))
        return mix(base, other, 0.3 * rough, 0.78 + 0.3 * fold)
    if kind == BRICK:
        row = int(np.floor(v / (0.35 * scale)))
        shift = 0.5 * (row & 1) * scale
        mortar = max(band(u + shift, scale, 0.06, w), band(v, 0.35 * scale, 0.15, w))
        tint = hashed(int(np.floor((u + shift) / scale + 0.5)), row, seed) if w < scale else 0.5
        r, g, b = mix(base, other, tint, 0.7 + 0.5 * rough)
        return r + (third[0] - r) * mortar, g + (third[1] - g) * mortar, b + (third[2] - b) * mortar
    if kind == FACADE:
        i, j = int(np.floor(u / scale)), int(np.floor(v / (1.3 * scale)))
        x, y = u - (i + 0.5) * scale, v - (j + 0.55) * 1.3 * scale
        edge = max(abs(x) - 0.28 * scale, abs(y) - 0.42 * scale)
        glass = 0.25 + 1.2 * hashed(i, j, seed) ** 3 + 0.3 * y / scale
        frame = inside(edge - 0.04 * scale, w)
        r, g, b = mix(base, other, 0.8 * frame, 0.75 + 0.45 * rough)
        pane = inside(max(edge, 0.02 * scale - abs(x)), w)
        return (
            r + (third[0] * glass - r) * pane,
            g + (third[1] * glass - g) * pane,
            b + (third[2] * glass - b) * pane,
        )
    if kind == SHELVES:
        row = int(np.floor(v / scale))
        up = v - row * scale
        wide = scale * (0.1 + 0.25 * hashed(row, 7, seed))
        book = int(np.floor(u / wide))
        tall = scale * (0.45 + 0.45 * hashed(book, row, seed + 9))
        board = inside(up - 0.07 * scale, w)
        filled = inside(up - tall, w) * (1.0 if hashed(book // 5, row, seed + 5) < 0.8 else 0.0)
        r, g, b = random_colour(book, row, seed, colours) if w < wide else (other[0], other[1], other[2])
        dark = 0.14 * (1.0 - filled)
        r, g, b = r * filled + base[0] * dark, g * filled + base[1] * dark, b * filled + base[2] * dark
        return r + (base[0] - r) * board, g + (base[1] - g) * board, b + (base[2] - b) * board
    if kind == WALLPAPER:
        r, g, b = mix(base, other, band(u, scale, 0.5, w), 0.85 + 0.3 * rough)
        skirting = inside(v - 110.0, w)
        return r + (third[0] - r) * skirting, g + (third[1] - g) * skirting, b + (third[2] - b) * skirting
    if kind == ASPHALT:
        line = inside(abs(v - 400.0 * (seed % 7 - 3)) - 70.0, w) * band(u, 4000.0, 0.6, w)
        grit = cloud(noise, u, v, w, 500.0)
        return mix(base, other, 0.9 * line, 0.55 + 0.5 * rough + 0.4 * grit)
    if kind == COURT:
        line = max(
            band(u + 0.3 * scale, scale, 60.0 / scale, w), band(v + 0.2 * scale, 0.7 * scale, 85.0 / scale, w)
        )
        zone = hashed(
            int(np.floor((u + 0.3 * scale) / scale + 0.5)),
            int(np.floor((v + 0.2 * scale) / (0.7 * scale) + 0.5)),
            seed,
        )
        r, g, b = mix(base, other, 1.0 if zone < 0.4 else 0.0, 0.82 + 0.36 * rough)
        return r + (third[0] - r) * line, g + (third[1] - g) * line, b + (third[2] - b) * line
    if kind == CLUTTER:
        r, g, b = mix(base, other, rough, 0.9)
        for layer in range(3):
            size = scale * (1.0, 0.55, 0.3)[layer]
            i, j = int(np.floor(u / size)), int(np.floor(v / size))
            chance = hashed(i, j, seed + 20 * layer)
            if chance < 0.55 and w < size:
                x = u - (i + 0.25 + 0.5 * hashed(i, j, seed + 20 * layer + 5)) * size
                y = v - (j + 0.25 + 0.5 * hashed(i, j, seed + 20 * layer + 6)) * size
                half_x, half_y = (
                    size * (0.08 + 0.4 * hashed(j, i, seed + layer)),
                    size * (0.08 + 0.7 * chance),
                )
                edge = max(abs(x) - half_x, abs(y) - half_y)
                if chance < 0.15:
                    edge = np.sqrt(x * x + y * y) - half_x
                cover = inside(edge, w)
                pr, pg, pb = random_colour(i, j, seed + 7 + layer, colours)
                shade = 0.8 + 0.4 * y / size
                r, g, b = (
                    r + (pr * shade - r) * cover,
                    g + (pg * shade - g) * cover,
                    b + (pb * shade - b) * cover,
                )
        return r, g, b
    if kind == FOLIAGE:
        leaves = cloud(noise, u, v, w, 0.9 * scale)
        clumps = cloud(noise, u + 3000.0, v, w, 3.1 * scale)
        return mix(base, other, min(1.0, max(0.0, 2.5 * clumps - 0.75)), max(0.12, 2.6 * leaves - 0.55))
    if kind == PANELS:
        gap = max(band(u, scale, 0.03, w), band(v, 2.4 * scale, 0.015, w))
        tint = (
            hashed(int(np.floor(u / scale + 0.5)), int(np.floor(v / (2.4 * scale) + 0.5)), seed)
            if w < scale
            else 0.5
        )
        return mix(base, other, 0.45 * tint, (1.0 - 0.6 * gap) * (0.85 + 0.3 * rough))
    return mix(base, other, 0.5 * rough, 0.85 + 0.3 * rough)


@njit(cache=True, nogil=True)
def sky(dx, dy, dz, w, scenery, noise):  # type: ignore[no-untyped-def]
    """Colour of the far distance in a world direction: layers of hills, trees or houses before the sky."""
    flat = np.sqrt(dx * dx + dy * dy) + 1e-9
    rise, azimuth = dz / flat, np.arctan2(dy, dx)
    for layer in range(scenery.layers.shape[0]):
        kind, low, high, period, scale, seed = scenery.layers[layer]
        if kind < 0:
            continue
        number = int(seed)
        around = azimuth * 10000.0
        if kind == FACADE:
            i = int(np.floor(around / period))
            top = low + (high - low) * hashed(i, 0, number)
        else:
            i = 0
            top = low + (high - low) * (1.6 * cloud(noise, around, 37.0 * seed, 1.0, period * 16) - 0.3)
        cover = inside((rise - top) * 10000.0, 10000.0 * w)
        if cover > 0.0:
            r, g, b = surface(
                int(kind),
                around,
                rise * 10000.0 + 37.0,
                10000.0 * w,
                scenery.layer_colours[layer],
                scale,
                number + i,
                noise,
            )
            return r, g, b
    share = min(1.0, max(0.0, rise * 1.6)) ** 0.5
    r, g, b = mix(scenery.sky[0], scenery.sky[1], share, 1.0)
    if rise > 0.01:
        white = (
            cloud(noise, 900.0 * dx / (dz + 0.1), 900.0 * dy / (dz + 0.1), 8.0, 2600.0) * 1.8
            - 0.9
            + scenery.clouds[0]
        )
        white = min(1.0, max(0.0, white)) * min(1.0, rise * 6.0)
        r, g, b = r + (0.85 - r) * white, g + (0.87 - g) * white, b + (0.9 - b) * white
    return r, g, b


@njit(cache=True, nogil=True)
def scenery_colour(dx, dy, dz, eye, pixel, direct, ambient, light, sun, fill, scenery, noise):  # type: ignore[no-untyped-def]
    """Colour behind everything: the room's nearest face, or the open ground and the sky.

    (dx, dy, dz) is the ray in the room's axes, whose length is one depth unit; `eye` is the camera there.
    """
    room = scenery.room
    t, face = np.inf, -1
    if dz < -1e-9 and eye[2] > 0.0:
        t, face = -eye[2] / dz, 0
    elif dz > 1e-9 and scenery.kinds[1] != OPEN:
        t, face = (room[4] - eye[2]) / dz, 1
    for axis in range(2):
        d, o = (dx, eye[0]) if axis == 0 else (dy, eye[1])
        number = 2 + 2 * axis + (1 if d > 0 else 0)
        if abs(d) > 1e-9 and scenery.kinds[number] != OPEN:
            s = (room[2 * axis + (1 if d > 0 else 0)] - o) / d
            if 0.0 < s < t and eye[2] + s * dz < room[4]:
                t, face = s, number
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    if face < 0 or t > 4e5:
        r, g, b = sky(dx, dy, dz, pixel, scenery, noise)
        return r * scenery.glow[0], g * scenery.glow[0], b * scenery.glow[0]
    x, y, z = eye[0] + t * dx, eye[1] + t * dy, eye[2] + t * dz
    if face < 2:
        u, v, across, lit = x, y, abs(dz), (light[2] if face == 0 else 0.1)
        corner = min(min(x - room[0], room[1] - x), min(y - room[2], room[3] - y))
    elif face < 4:
        u, v, across, lit = y, z, abs(dx), light[0] * (1.0 if face == 2 else -1.0)
        corner = min(z, min(y - room[2], room[3] - y))
    else:
        u, v, across, lit = x, z, abs(dy), light[1] * (1.0 if face == 4 else -1.0)
        corner = min(z, min(x - room[0], room[1] - x))
    w = t * pixel * min(6.0, 0.5 + 0.5 * length / (across + 0.05)) + 0.1
    r, g, b = surface(
        scenery.kinds[face], u, v, w, scenery.colours[face], scenery.scales[face], scenery.seeds[face], noise
    )
    lit = max(0.0, 0.25 + 0.75 * lit)
    near = ambient if face == 0 else 1.0
    near *= 1.0 - 0.35 / (1.0 + (max(0.0, corner) / 350.0) ** 2)
    lit *= direct if face == 0 else 1.0
    r, g, b = (
        r * (fill[0] * near + sun[0] * lit),
        g * (fill[1] * near + sun[1] * lit),
        b * (fill[2] * near + sun[2] * lit),
    )
    haze = scenery.haze[0] * min(1.0, t * length / 150000.0)
    return (
        r + (scenery.sky[0, 0] - r) * haze,
        g + (scenery.sky[0, 1] - g) * haze,
        b + (scenery.sky[0, 2] - b) * haze,
    )


@njit(cache=True, nogil=True)
def normal_at(solids, i, x, y, z):  # type: ignore[no-untyped-def]
    """Unit normal of solid i at a point of its surface."""
    ax, ay, az = solids.start[i]
    px, py, pz = x - ax, y - ay, z - az
    if solids.kind[i] != 0:
        m = solids.to_unit[i]
        qx = m[0, 0] * px + m[0, 1] * py + m[0, 2] * pz
        qy = m[1, 0] * px + m[1, 1] * py + m[1, 2] * pz
        qz = m[2, 0] * px + m[2, 1] * py + m[2, 2] * pz
        if solids.kind[i] == 1:
            most = max(abs(qx), max(abs(qy), abs(qz)))
            qx = qx if abs(qx) == most else 0.0
            qy = qy if abs(qy) == most else 0.0
            qz = qz if abs(qz) == most else 0.0
        elif solids.kind[i] == 2:
            if abs(qz) > 0.9995 and qx * qx + qy * qy < 0.9995:
                qx = qy = 0.0
            else:
                qz = 0.0
        nx = m[0, 0] * qx + m[1, 0] * qy + m[2, 0] * qz
        ny = m[0, 1] * qx + m[1, 1] * qy + m[2, 1] * qz
        nz = m[0, 2] * qx + m[1, 2] * qy + m[2, 2] * qz
    else:
        ux, uy, uz = solids.axis[i]
        k = solids.squash[i]
        ex, ey, ez = solids.end[i, 0] - ax, solids.end[i, 1] - ay, solids.end[i, 2] - az
        lift_p, lift_e = k * (px * ux + py * uy + pz * uz), k * (ex * ux + ey * uy + ez * uz)
        px, py, pz = px + lift_p * ux, py + lift_p * uy, pz + lift_p * uz
        ex, ey, ez = ex + lift_e * ux, ey + lift_e * uy, ez + lift_e * uz
        length2 = ex * ex + ey * ey + ez * ez
        nx, ny, nz = px, py, pz
        if length2 > 1e-6:
            ra, rb = solids.radius[i]
            rr = ra - rb
            slope2 = length2 - rr * rr
            along = px * ex + py * ey + pz * ez - ra * rr
            if along >= slope2:
                nx, ny, nz = px - ex, py - ey, pz - ez
            elif along > 0.0:
                nx, ny, nz = slope2 * px - ex * along, slope2 * py - ey * along, slope2 * pz - ez * along
        lift = k * (nx * ux + ny * uy + nz * uz)
        nx, ny, nz = nx + lift * ux, ny + lift * uy, nz + lift * uz
    length = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
    return nx / length, ny / length, nz / length


@njit(cache=True, nogil=True)
def cloth(pattern, x, y, z, height, period, seed, w):  # type: ignore[no-untyped-def]
    """Share of the accent colour at (x left, y up in mm, z front); height is y as a share of the trunk."""
    if pattern == HOOPS:
        return band(y, period, 0.4, w)
    if pattern == STRIPES:
        return band(x, period, 0.25, w)
    if pattern == CHECKS:
        return 0.5 * (band(x, period, 0.5, w) + band(y, period, 0.5, w))
    if height < -5.0:
        return 0.0
    if pattern == PRINT:
        if z < 0.0:
            return 0.0
        cx, cy = x, (height - 0.68) * 500.0
        shape = seed % 4
        if shape == 0:
            return inside(abs(np.sqrt(cx * cx + cy * cy) - 55.0) - 25.0, w)
        if shape == 1:
            lines = inside(max(abs(cx) - 90.0, abs(cy) - 60.0), w)
            return (
                lines
                * band(cy, 40.0, 0.55, w)
                * (0.3 + 0.7 * hashed(int(np.floor(cx / 22.0)), int(np.floor(cy / 40.0)), seed))
            )
        if shape == 2:
            return inside(np.sqrt((cx - 70.0) ** 2 + (cy - 25.0) ** 2) - 28.0, w)
        return inside(max(abs(cx) - 30.0, abs(cy) - 90.0), w) + inside(
            max(abs(cx) - 80.0, abs(cy - 20.0) - 25.0), w
        )
    if pattern == HALVES:
        return inside(-x, w)
    if pattern == YOKE:
        return inside((0.7 - height) * 500.0, w)
    if pattern == BUTTONS and z > 0.0:
        return inside(abs(x) - 16.0, w)
    return 0.0


@njit(cache=True, nogil=True)
def face_colour(x, y, z, hairline, beard, colours, w, noise):  # type: ignore[no-untyped-def]
    """Colour of the head at (x left, y up, z front) mm from its middle: hair, eyes, brows, mouth."""
    skin, hair = colours[0], colours[1]
    r, g, b = skin[0], skin[1], skin[2]
    blush = 0.94 + 0.12 * cloud(noise, x * 3.0, y * 3.0, w, 400.0)
    r, g, b = r * blush, g * blush, b * blush
    if hairline < 900.0:
        grown = inside(min(hairline - y, max(z + 4.0 - 0.25 * y, -48.0 - y)), w)
        r, g, b = r + (hair[0] - r) * grown, g + (hair[1] - g) * grown, b + (hair[2] - b) * grown
    if z < 10.0:
        return r, g, b
    side = abs(x)
    if beard > 0.0:
        jaw = (
            inside(max(y + 28.0 + 0.15 * side, 18.0 - np.sqrt(x * x * 0.5 + (y + 46.0) ** 2 * 2.5)), w) * 0.85
        )
        r, g, b = r + (hair[0] - r) * jaw, g + (hair[1] - g) * jaw, b + (hair[2] - b) * jaw
    socket = inside(np.sqrt((side - 31.0) ** 2 * 0.4 + (y - 17.0) ** 2) - 13.0, w) * 0.35
    r, g, b = r * (1.0 - socket), g * (1.0 - socket), b * (1.0 - socket)
    white = inside(np.sqrt((side - 31.0) ** 2 * 0.3 + (y - 17.0) ** 2) - 7.5, w)
    r, g, b = r + (0.75 - r) * white, g + (0.73 - g) * white, b + (0.7 - b) * white
    iris = inside(np.sqrt((side - 30.0) ** 2 + (y - 17.0) ** 2) - 7.0, w)
    r, g, b = r + (0.02 - r) * iris, g + (0.015 - g) * iris, b + (0.015 - b) * iris
    brow = inside(max(abs(side - 31.0) - 19.0, abs(y - 36.0 + 0.1 * abs(side - 28.0)) - 4.5), w) * 0.75
    r, g, b = r + (hair[0] * 0.7 - r) * brow, g + (hair[1] * 0.7 - g) * brow, b + (hair[2] * 0.7 - b) * brow
    lips = inside(np.sqrt(x * x * 0.09 + (y + 46.0 - 0.0025 * x * x) ** 2) - 7.0, w) * 0.8
    r, g, b = r + (skin[0] * 0.6 - r) * lips, g + (skin[1] * 0.3 - g) * lips, b + (skin[2] * 0.3 - b) * lips
    return r, g, b


@njit(cache=True, nogil=True)
def solid_colour(solids, i, x, y, z, nx, ny, nz, w, noise):  # type: ignore[no-untyped-def]
    """Unlit colour of solid i at a point of its surface with that normal."""
    f, o, colours, numbers = solids.frame[i], solids.origin[i], solids.colours[i], solids.numbers[i]
    px, py, pz = x - o[0], y - o[1], z - o[2]
    lx = f[0, 0] * px + f[0, 1] * py + f[0, 2] * pz
    ly = f[1, 0] * px + f[1, 1] * py + f[1, 2] * pz
    lz = f[2, 0] * px + f[2, 1] * py + f[2, 2] * pz
    material = solids.material[i]
    if material == HEAD:
        return face_colour(lx, ly, lz, numbers[0], numbers[1], colours, w, noise)
    if material == HAIR:
        strand = cloud(noise, lx * 6.0 + lz * 2.0, ly * 1.3, w, 700.0)
        return mix(colours[0], colours[1], 0.0, 0.55 + 0.9 * strand)
    if material == THING:
        gx = f[0, 0] * nx + f[0, 1] * ny + f[0, 2] * nz
        gy = f[1, 0] * nx + f[1, 1] * ny + f[1, 2] * nz
        gz = f[2, 0] * nx + f[2, 1] * ny + f[2, 2] * nz
        u, v = (lx, lz) if abs(gy) > abs(gx) else (ly, lz)
        if abs(gz) > max(abs(gx), abs(gy)):
            u, v = lx, ly
        return surface(solids.pattern[i], u, v, w, colours, numbers[0], int(numbers[1]), noise)
    seed = int(numbers[3])
    folds = cloud(
        noise, lx * 1.6 + 13.0 * seed + lz, ly * (numbers[1] if material == LIMB else 500.0) * 0.8, w, 900.0
    )
    if material == LIMB:
        length = numbers[1]
        shade = 0.8 + 0.4 * folds
        accent = cloth(solids.pattern[i], lx, ly * length, lz, -9.0, numbers[2], seed, w)
        r, g, b = mix(colours[0], colours[1], accent, shade)
        bare = inside((numbers[0] - ly) * length, w)
        shade = 0.94 + 0.12 * folds
        return (
            r + (colours[2, 0] * shade - r) * bare,
            g + (colours[2, 1] * shade - g) * bare,
            b + (colours[2, 2] * shade - b) * bare,
        )
    shade = 0.78 + 0.44 * folds
    accent = cloth(solids.pattern[i], lx, ly * 500.0, lz, ly, numbers[2], seed, w)
    r, g, b = mix(colours[0], colours[1], min(1.0, accent), shade)
    below = inside((ly - numbers[0]) * 500.0, w)
    r, g, b = (
        r + (colours[2, 0] * shade - r) * below,
        g + (colours[2, 1] * shade - g) * below,
        b + (colours[2, 2] * shade - b) * below,
    )
    drop = (numbers[1] if lz > 0.0 else 0.02) * 500.0
    throat = inside(max(abs(lx) - 75.0, 1.1 * abs(lx) - (ly - 1.0) * 500.0 - drop - 10.0), w)
    return (
        r + (colours[3, 0] - r) * throat,
        g + (colours[3, 1] - g) * throat,
        b + (colours[3, 2] - b) * throat,
    )


@njit(cache=True, nogil=True)
def paint(  # type: ignore[no-untyped-def]
    count,
    pixel,
    solid,
    weight,
    where,
    solids,
    to_room,
    eye,
    step,
    light,
    sun,
    fill,
    scenery,
    noise,
    direct,
    ambient,
    film,
):
    """Adds every sample's lit colour to the film (H·W, 3).

    to_room (3,3) turns camera directions into the room; eye (3,) is the camera there; light (3,) is
    the unit direction to the lamp in the room, sun and fill (3,) its colour and that of the surroundings.
    """
    ray, up, lamp, half = np.empty(3), to_room[2], np.zeros(3), np.zeros(3)
    for axis in range(3):
        lamp[axis] = to_room[0, axis] * light[0] + to_room[1, axis] * light[1] + to_room[2, axis] * light[2]
    width = direct.shape[1]
    for s in range(count):
        x, y, z = where[s]
        i, p, share = solid[s], pixel[s], weight[s]
        if i < 0:
            for axis in range(3):
                ray[axis] = to_room[axis, 0] * x + to_room[axis, 1] * y + to_room[axis, 2]
            shadow, near = direct[p // width, p % width], ambient[p // width, p % width]
            r, g, b = scenery_colour(
                ray[0], ray[1], ray[2], eye, step, shadow, near, light, sun, fill, scenery, noise
            )
        else:
            px, py, pz = x * z, y * z, z
            nx, ny, nz = normal_at(solids, i, px, py, pz)
            w = step * z * 1.2 + 0.1
            r, g, b = solid_colour(solids, i, px, py, pz, nx, ny, nz, w, noise)
            length = np.sqrt(x * x + y * y + 1.0)
            facing = max(0.0, -(nx * x + ny * y + nz) / length)
            lit = max(0.0, (nx * lamp[0] + ny * lamp[1] + nz * lamp[2] + 0.18) / 1.18)
            open_sky = 0.4 + 0.6 * (0.5 + 0.5 * (nx * up[0] + ny * up[1] + nz * up[2]))
            rim = (1.0 - facing) ** 3 * 0.2 * open_sky
            gloss = solids.gloss[i]
            half[0], half[1], half[2] = lamp[0] - x / length, lamp[1] - y / length, lamp[2] - 1.0 / length
            size = np.sqrt(half[0] * half[0] + half[1] * half[1] + half[2] * half[2]) + 1e-9
            shine = max(0.0, (nx * half[0] + ny * half[1] + nz * half[2]) / size)
            shine = gloss * (shine * shine) ** 8 * 0.5
            open_sky *= 0.75 + 0.25 * facing
            r = r * (fill[0] * open_sky + sun[0] * lit) + fill[0] * rim * 0.3 + sun[0] * shine
            g = g * (fill[1] * open_sky + sun[1] * lit) + fill[1] * rim * 0.3 + sun[1] * shine
            b = b * (fill[2] * open_sky + sun[2] * lit) + fill[2] * rim * 0.3 + sun[2] * shine
        film[p, 0] += share * r
        film[p, 1] += share * g
        film[p, 2] += share * b


@njit(cache=True, nogil=True)
def develop(film, image, gains, blur, grain, vignette, seed):  # type: ignore[no-untyped-def]
    """Lens blur, exposure and white balance, gamma 2, sensor noise: film (H,W,3) linear → image (H,W,3) uint8."""
    height, width = film.shape[0], film.shape[1]
    keep = 1.0 - 2.0 * blur
    before = np.empty((width, 3), np.float32)
    row_film = np.empty((width, 3), np.float32)
    before[:] = film[0]
    for row in range(height):
        after = film[min(row + 1, height - 1)]
        for column in range(width):
            for c in range(3):
                here = film[row, column, c]
                row_film[column, c] = keep * here + blur * (before[column, c] + after[column, c])
                before[column, c] = here
        y = (row + 0.5) / height - 0.5
        for column in range(width):
            x = (column + 0.5) / width - 0.5
            dim = 1.0 - vignette * (x * x + y * y)
            left, right = max(column - 1, 0), min(column + 1, width - 1)
            h = np.uint64(row * width + column) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)
            h ^= h >> np.uint64(31)
            h *= np.uint64(0xBF58476D1CE4E5B9)
            h ^= h >> np.uint64(29)
            h *= np.uint64(0x94D049BB133111EB)
            h ^= h >> np.uint64(32)
            for c in range(3):
                value = keep * row_film[column, c] + blur * (row_film[left, c] + row_film[right, c])
                value = 255.0 * np.sqrt(max(0.0, value * gains[c] * dim))
                coarse = (
                    np.float64(h & np.uint64(1023))
                    + np.float64((h >> np.uint64(10)) & np.uint64(1023))
                    - 1023.0
                )
                h = h >> np.uint64(20)
                value += grain * coarse / 418.0
                image[row, column, c] = np.uint8(min(255.0, max(0.0, value + 0.5)))
