"""The colour of every sample: skin, hair, cloth, faces, things, rooms and skies.

Light is linear RGB. Coordinates of patterns are millimetres and `w` is the width of a pixel on the surface,
so that a pattern finer than the picture turns into its mean. `colours` (N,C,3) is read at one row.
Legend: S samples, H×W pixels.
"""

import numpy as np

from repose.world.kernels import kernel, part

LIMB, TORSO, HEAD, HAIR, THING = range(5)  # materials
PLAIN, HOOPS, STRIPES, CHECKS, PRINT, HALVES, YOKE, BUTTONS, JACKET, SEAM = range(10)  # patterns of cloth
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
) = range(1, 15)  # surfaces of floors, walls and things, next to PLAIN
OPEN = -1  # a wall that is not there
NOISE_SIZE = 256
NO_FACE = -2  # pixels behind which the backdrop is not seen
NOT_TRUNK = -9.0  # where a pattern has no height on the trunk


@part
def hashed(i, j, seed):  # type: ignore[no-untyped-def]
    """A number in [0, 1) that belongs to a cell."""
    h = np.uint64(i) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(j) * np.uint64(0xC2B2AE3D27D4EB4F)
    h ^= np.uint64(seed) * np.uint64(0x165667B19E3779F9)
    h ^= h >> np.uint64(29)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(32)
    return np.float64(h & np.uint64(0xFFFFFF)) / 16777216.0


@part
def cell(x, size):  # type: ignore[no-untyped-def]
    """Number of the cell that x lies in."""
    return int(np.floor(x / size))


@part
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
    i0, i1 = i & (size - 1), (i + 1) & (size - 1)
    top, low = offset + (j & (size - 1)) * size, offset + ((j + 1) & (size - 1)) * size
    above = noise[top + i0] + (noise[top + i1] - noise[top + i0]) * x
    below = noise[low + i0] + (noise[low + i1] - noise[low + i0]) * x
    return above + (below - above) * y


@part
def inside(distance, w):  # type: ignore[no-untyped-def]
    """Coverage of a pixel by a shape whose edge is `distance` away, negative inside."""
    return min(1.0, max(0.0, 0.5 - distance / w))


@part
def band(x, period, share, w):  # type: ignore[no-untyped-def]
    """Coverage by stripes of the given share of their period."""
    if w > period:
        return share
    phase = x / period - np.floor(x / period)
    return inside((abs(phase - 0.5) - 0.5 * share) * period, w)


@part
def blend(colours, row, first, second, share, gain):  # type: ignore[no-untyped-def]
    """Between two colours of a row, times a gain."""
    rest = (1.0 - share) * gain
    share *= gain
    return (
        colours[row, first, 0] * rest + colours[row, second, 0] * share,
        colours[row, first, 1] * rest + colours[row, second, 1] * share,
        colours[row, first, 2] * rest + colours[row, second, 2] * share,
    )


@part
def over(below, top, cover):  # type: ignore[no-untyped-def]
    """One colour partly covered by another."""
    return (
        below[0] + (top[0] - below[0]) * cover,
        below[1] + (top[1] - below[1]) * cover,
        below[2] + (top[2] - below[2]) * cover,
    )


@part
def random_colour(i, j, seed, colours, row):  # type: ignore[no-untyped-def]
    """A cell's own colour: one of three, each channel off by its own factor."""
    c = int(hashed(i, j, seed) * 3.0) % 3
    gain = 0.35 + 1.1 * hashed(i, j, seed + 1)
    return (
        colours[row, c, 0] * gain * (0.6 + 0.8 * hashed(i, j, seed + 2)),
        colours[row, c, 1] * gain * (0.6 + 0.8 * hashed(i, j, seed + 3)),
        colours[row, c, 2] * gain * (0.6 + 0.8 * hashed(i, j, seed + 4)),
    )


# Surfaces. (u, v) in mm, v up on walls; `rough` is slow noise around 0.5.


@part
def mat(u, v, w, colours, row, scale, rough):  # type: ignore[no-untyped-def]
    """Carpet in squares with seams."""
    seam = max(band(u, scale, 0.012, w), band(v, scale, 0.012, w))
    return blend(colours, row, 0, 1, 0.6 * seam, 0.72 + 0.55 * rough)


@part
def planks(u, v, w, colours, row, scale, seed, rough, noise):  # type: ignore[no-untyped-def]
    """Boards along u with grain and gaps."""
    board = cell(v, scale)
    grain = cloud(noise, u + 500.0 * hashed(board, 0, seed), v * 9.0, w * 4.0, 1800.0)
    gain = (1.0 - 0.5 * band(v, scale, 0.05, w)) * (0.8 + 0.3 * rough)
    return blend(colours, row, 0, 1, min(1.0, 0.5 * hashed(board, 1, seed) + 0.6 * grain), gain)


@part
def tiles(u, v, w, colours, row, scale, rough):  # type: ignore[no-untyped-def]
    """A chequered floor with grout."""
    grout = max(band(u, scale, 0.05, w), band(v, scale, 0.05, w))
    odd = float((cell(u + 0.5 * scale, scale) + cell(v + 0.5 * scale, scale)) & 1) if w < scale else 0.5
    gain = 0.8 + 0.4 * rough
    return over(blend(colours, row, 0, 1, odd, gain), blend(colours, row, 2, 2, 0.0, gain), grout)


@part
def grass(u, v, w, colours, row, rough, noise):  # type: ignore[no-untyped-def]
    """Two greens in patches, and blades."""
    blades = cloud(noise, u, v * 0.7, w, 420.0)
    return blend(colours, row, 0, 1, min(1.0, max(0.0, 2.2 * rough - 0.6)), 0.45 + 1.1 * blades)


@part
def curtain(u, colours, row, scale, seed, rough):  # type: ignore[no-untyped-def]
    """Hanging folds."""
    fold = u / scale + 0.6 * rough + 0.1 * hashed(cell(u, scale), 0, seed)
    wave = abs(2.0 * (fold - np.floor(fold)) - 1.0)
    return blend(colours, row, 0, 1, 0.3 * rough, 0.5 + 0.8 * wave * wave * (3.0 - 2.0 * wave))


@part
def brick(u, v, w, colours, row, scale, seed, rough):  # type: ignore[no-untyped-def]
    """Bricks in a running bond."""
    course = cell(v + 0.175 * scale, 0.35 * scale)
    along = u + 0.5 * (course & 1) * scale
    mortar = max(band(along, scale, 0.06, w), band(v, 0.35 * scale, 0.15, w))
    tint = hashed(cell(along + 0.5 * scale, scale), course, seed) if w < scale else 0.5
    gain = 0.7 + 0.5 * rough
    return over(blend(colours, row, 0, 1, tint, gain), blend(colours, row, 2, 2, 0.0, gain), mortar)


@part
def facade(u, v, w, colours, row, scale, seed, rough):  # type: ignore[no-untyped-def]
    """A house front: windows in storeys."""
    i, j = cell(u, scale), cell(v, 1.3 * scale)
    x, y = u - (i + 0.5) * scale, v - (j + 0.55) * 1.3 * scale
    edge = max(abs(x) - 0.28 * scale, abs(y) - 0.42 * scale)
    glass = max(0.1, 0.25 + 1.2 * hashed(i, j, seed) ** 3 + 0.3 * y / scale)
    wall = blend(colours, row, 0, 1, 0.8 * inside(edge - 0.04 * scale, w), 0.75 + 0.45 * rough)
    pane = inside(max(edge, 0.02 * scale - abs(x)), w)
    return over(wall, blend(colours, row, 2, 2, 0.0, glass), pane)


@part
def shelves(u, v, w, colours, row, scale, seed):  # type: ignore[no-untyped-def]
    """Boards full of books and boxes."""
    level = cell(v, scale)
    up = v - level * scale
    wide = scale * (0.1 + 0.25 * hashed(level, 7, seed))
    book = cell(u, wide)
    filled = inside(up - scale * (0.45 + 0.45 * hashed(book, level, seed + 9)), w)
    filled *= 1.0 if hashed(book // 5, level, seed + 5) < 0.8 else 0.0
    back = blend(colours, row, 1, 2, 0.5, 0.6) if w > wide else random_colour(book, level, seed, colours, row)
    back = over(blend(colours, row, 0, 0, 0.0, 0.16), back, filled)
    return over(back, blend(colours, row, 0, 0, 0.0, 1.0), inside(up - 0.07 * scale, w))


@part
def wallpaper(u, v, w, colours, row, scale, rough):  # type: ignore[no-untyped-def]
    """Wide stripes over a skirting board."""
    striped = blend(colours, row, 0, 1, band(u, scale, 0.5, w), 0.85 + 0.3 * rough)
    return over(striped, blend(colours, row, 2, 2, 0.0, 1.0), inside(v - 110.0, w))


@part
def asphalt(u, v, w, colours, row, seed, rough, noise):  # type: ignore[no-untyped-def]
    """A road with a broken line."""
    line = inside(abs(v - 400.0 * (seed % 7 - 3)) - 70.0, w) * band(u, 4000.0, 0.6, w)
    return blend(colours, row, 0, 1, 0.9 * line, 0.55 + 0.5 * rough + 0.4 * cloud(noise, u, v, w, 500.0))


@part
def court(u, v, w, colours, row, scale, seed, rough):  # type: ignore[no-untyped-def]
    """Zones of a sports floor between lines."""
    x, y, deep = u + 0.3 * scale, v + 0.2 * scale, 0.7 * scale
    line = max(band(x, scale, 60.0 / scale, w), band(y, deep, 60.0 / deep, w))
    zone = 1.0 if hashed(cell(x + 0.5 * scale, scale), cell(y + 0.5 * deep, deep), seed) < 0.4 else 0.0
    gain = 0.82 + 0.36 * rough
    return over(blend(colours, row, 0, 1, zone, gain), blend(colours, row, 2, 2, 0.0, gain), line)


@part
def clutter(u, v, w, colours, row, scale, seed, rough):  # type: ignore[no-untyped-def]
    """Posters, signs and things: boxes and discs of three sizes in their own colours."""
    colour = blend(colours, row, 0, 1, rough, 0.9)
    size = scale
    for layer in range(3):
        i, j = cell(u, size), cell(v, size)
        chance = hashed(i, j, seed + 20 * layer)
        if chance < 0.55 and w < size:
            x = u - (i + 0.25 + 0.5 * hashed(i, j, seed + 20 * layer + 5)) * size
            y = v - (j + 0.25 + 0.5 * hashed(i, j, seed + 20 * layer + 6)) * size
            half = size * (0.08 + 0.4 * hashed(j, i, seed + layer))
            edge = max(abs(x) - half, abs(y) - size * (0.08 + 0.7 * chance))
            edge = np.sqrt(x * x + y * y) - half if chance < 0.12 else edge
            if edge < w:
                gain = 0.8 + 0.4 * y / size
                r, g, b = random_colour(i, j, seed + 7 + layer, colours, row)
                colour = over(colour, (r * gain, g * gain, b * gain), inside(edge, w))
        size *= 0.55
    return colour


@part
def foliage(u, v, w, colours, row, scale, noise):  # type: ignore[no-untyped-def]
    """Leaves in clumps."""
    leaves = cloud(noise, u, v, w, 0.9 * scale)
    clumps = cloud(noise, u + 3000.0, v, w, 3.1 * scale)
    return blend(colours, row, 0, 1, min(1.0, max(0.0, 2.5 * clumps - 0.75)), max(0.12, 2.6 * leaves - 0.55))


@part
def panels(u, v, w, colours, row, scale, seed, rough):  # type: ignore[no-untyped-def]
    """Tall boards with dark gaps."""
    gap = max(band(u, scale, 0.03, w), band(v, 2.4 * scale, 0.015, w))
    board = cell(u + 0.5 * scale, scale), cell(v + 1.2 * scale, 2.4 * scale)
    tint = hashed(board[0], board[1], seed) if w < scale else 0.5
    return blend(colours, row, 0, 1, 0.45 * tint, (1.0 - 0.6 * gap) * (0.85 + 0.3 * rough))


@kernel
def surface(kind, u, v, w, colours, row, scale, seed, noise):  # type: ignore[no-untyped-def]
    """Colour of a floor, wall or thing at (u, v)."""
    rough = cloud(noise, u + 977.0 * (seed & 63), v, w, 2400.0)
    if kind == MAT:
        return mat(u, v, w, colours, row, scale, rough)
    if kind == PLANKS:
        return planks(u, v, w, colours, row, scale, seed, rough, noise)
    if kind == TILES:
        return tiles(u, v, w, colours, row, scale, rough)
    if kind == GRASS:
        return grass(u, v, w, colours, row, rough, noise)
    if kind == CURTAIN:
        return curtain(u, colours, row, scale, seed, rough)
    if kind == BRICK:
        return brick(u, v, w, colours, row, scale, seed, rough)
    if kind == FACADE:
        return facade(u, v, w, colours, row, scale, seed, rough)
    if kind == SHELVES:
        return shelves(u, v, w, colours, row, scale, seed)
    if kind == WALLPAPER:
        return wallpaper(u, v, w, colours, row, scale, rough)
    if kind == ASPHALT:
        return asphalt(u, v, w, colours, row, seed, rough, noise)
    if kind == COURT:
        return court(u, v, w, colours, row, scale, seed, rough)
    if kind == CLUTTER:
        return clutter(u, v, w, colours, row, scale, seed, rough)
    if kind == FOLIAGE:
        return foliage(u, v, w, colours, row, scale, noise)
    if kind == PANELS:
        return panels(u, v, w, colours, row, scale, seed, rough)
    rough = 0.5 + (rough - 0.5) * min(1.0, 900.0 / scale)  # stains fade on what is plain at large
    return blend(colours, row, 0, 1, 0.5 * rough, 0.85 + 0.3 * rough)


# What lies behind people and things.


@part
def distance_colour(dx, dy, dz, w, scenery, noise):  # type: ignore[no-untyped-def]
    """The far distance in a direction: hills, trees or houses before the sky; 1 rad = 10000 units."""
    flat = np.sqrt(dx * dx + dy * dy) + 1e-9
    rise, around, w = dz / flat, np.arctan2(dy, dx) * 10000.0, w * 10000.0
    for layer in range(scenery.layers.shape[0]):
        kind, seed = int(scenery.layers[layer, 0]), int(scenery.layers[layer, 5])
        low, high, period = scenery.layers[layer, 1], scenery.layers[layer, 2], scenery.layers[layer, 3]
        if kind < 0 or rise > 1.5 * high:
            continue
        if kind == FACADE:
            top = low + (high - low) * hashed(cell(around, period), 0, seed)
        else:
            top = low + (high - low) * (1.6 * cloud(noise, around, 37.0 * seed, w, period * 16.0) - 0.3)
        if rise < top:
            number = seed + cell(around, period) if kind == FACADE else seed
            up = rise * 10000.0 + 37.0
            return surface(
                kind, around, up, w, scenery.layer_colours, layer, scenery.layers[layer, 4], number, noise
            )
    colour = blend3(scenery.sky, min(1.0, max(0.0, rise * 1.6)) ** 0.5)
    if rise > 0.01 and scenery.clouds[0] > -0.4:
        white = cloud(noise, 900.0 * dx / (dz + 0.1), 900.0 * dy / (dz + 0.1), 8.0, 2600.0)
        white = min(1.0, max(0.0, white * 1.8 - 0.9 + scenery.clouds[0])) * min(1.0, rise * 6.0)
        colour = over(colour, (0.85, 0.87, 0.9), white)
    return colour


@part
def blend3(pair, share):  # type: ignore[no-untyped-def]
    """Between the two rows of pair (2,3)."""
    return over((pair[0, 0], pair[0, 1], pair[0, 2]), (pair[1, 0], pair[1, 1], pair[1, 2]), share)


@part
def nearest_face(dx, dy, dz, ex, ey, ez, scenery):  # type: ignore[no-untyped-def]
    """Depth and number of the face of the room that a ray from (ex, ey, ez) meets; −1 where it leaves."""
    t, face = np.inf, -1
    if dz < -1e-9 and ez > 0.0:
        t, face = -ez / dz, 0
    elif dz > 1e-9 and scenery.kinds[1] != OPEN:
        t, face = (scenery.room[4] - ez) / dz, 1
    wall = 3 if dx > 0 else 2
    if abs(dx) > 1e-9 and scenery.kinds[wall] != OPEN:
        s = (scenery.room[wall - 2] - ex) / dx
        if 0.0 < s < t and ez + s * dz < scenery.room[4]:
            t, face = s, wall
    wall = 5 if dy > 0 else 4
    if abs(dy) > 1e-9 and scenery.kinds[wall] != OPEN:
        s = (scenery.room[wall - 2] - ey) / dy
        if 0.0 < s < t and ez + s * dz < scenery.room[4]:
            t, face = s, wall
    return t, face


@part
def scenery_colour(dx, dy, dz, eye, pixel, direct, ambient, light, sun, fill, scenery, noise):  # type: ignore[no-untyped-def]
    """Lit colour behind everything: the room's nearest face, or the open ground and the far distance.

    (dx, dy, dz) is the ray in the room's axes, one depth unit long; `eye` is the camera there.
    """
    t, face = nearest_face(dx, dy, dz, eye[0], eye[1], eye[2], scenery)
    if face < 0 or t > 4e5:
        r, g, b = distance_colour(dx, dy, dz, pixel, scenery, noise)
        glow = scenery.glow[0]
        return r * glow, g * glow, b * glow
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    room = scenery.room
    x, y, z = eye[0] + t * dx, eye[1] + t * dy, eye[2] + t * dz
    to_x, to_y = min(x - room[0], room[1] - x), min(y - room[2], room[3] - y)
    if face < 2:
        u, v, across, corner = x, y, abs(dz), min(to_x, to_y)
        lit = light[2] if face == 0 else 0.1
    elif face < 4:
        u, v, across, corner = y, z, abs(dx), min(z, to_y)
        lit = light[0] if face == 2 else -light[0]
    else:
        u, v, across, corner = x, z, abs(dy), min(z, to_x)
        lit = light[1] if face == 4 else -light[1]
    w = t * pixel * min(6.0, 0.5 + 0.5 * length / (across + 0.05)) + 0.1
    r, g, b = surface(
        scenery.kinds[face], u, v, w, scenery.colours, face, scenery.scales[face], scenery.seeds[face], noise
    )
    lit, near = max(0.0, 0.25 + 0.75 * lit), 1.0
    if face == 0:
        lit, near = lit * direct, ambient
    corner = max(0.0, corner) / 350.0
    near *= 1.0 - 0.35 / (1.0 + corner * corner)
    r, g, b = (
        r * (fill[0] * near + sun[0] * lit),
        g * (fill[1] * near + sun[1] * lit),
        b * (fill[2] * near + sun[2] * lit),
    )
    haze = scenery.haze[0] * min(1.0, t * length / 150000.0)
    return over((r, g, b), (scenery.sky[0, 0], scenery.sky[0, 1], scenery.sky[0, 2]), haze)


# People and things.


@part
def cloth(pattern, x, y, z, height, period, seed, w):  # type: ignore[no-untyped-def]
    """Share of the accent colour at (x left, y up in mm, z front); height is y as a share of the trunk."""
    if pattern == HOOPS:
        return band(y, period, 0.4, w)
    if pattern == STRIPES:
        return band(x, period, 0.25, w)
    if pattern == CHECKS:
        return 0.5 * (band(x, period, 0.5, w) + band(y, period, 0.5, w))
    if pattern == SEAM and height == NOT_TRUNK:  # a stripe along both sides of a leg
        return inside(abs(z) - 10.0, w)
    if pattern == PLAIN or height == NOT_TRUNK:
        return 0.0
    if pattern == PRINT:
        return print_cover(x, (height - 0.66) * 500.0, seed, w) if z > 0.0 else 0.0
    if pattern == HALVES:
        return inside(-x, w)
    if pattern == YOKE:
        return inside((0.78 - height) * 500.0, w)
    if z <= 0.0:
        return 0.0
    return inside(abs(x) - (16.0 if pattern == BUTTONS else 30.0 + 60.0 * height), w)


@part
def print_cover(x, y, seed, w):  # type: ignore[no-untyped-def]
    """A print on the chest: a ring, lines of writing, a badge on the left, or a cross."""
    shape = seed % 4
    if shape == 0:
        return inside(abs(np.sqrt(x * x + y * y) - 55.0) - 25.0, w)
    if shape == 1:
        letters = 0.3 + 0.7 * hashed(cell(x, 22.0), cell(y, 40.0), seed)
        return inside(max(abs(x) - 90.0, abs(y) - 60.0), w) * band(y, 40.0, 0.55, w) * letters
    if shape == 2:
        return inside(np.sqrt((x - 70.0) ** 2 + (y - 25.0) ** 2) - 28.0, w)
    return max(
        inside(max(abs(x) - 30.0, abs(y) - 90.0), w), inside(max(abs(x) - 80.0, abs(y - 20.0) - 25.0), w)
    )


@part
def face_colour(x, y, z, hairline, beard, colours, row, w, noise):  # type: ignore[no-untyped-def]
    """Colour of the head at (x left, y up, z front) mm from its middle: hair, eyes, brows, mouth."""
    colour = blend(colours, row, 0, 0, 0.0, 0.94 + 0.12 * cloud(noise, x * 3.0, y * 3.0, w, 400.0))
    hair = blend(colours, row, 1, 1, 0.0, 0.8)
    if hairline < 900.0:
        colour = over(colour, hair, inside(min(hairline - y, max(z + 4.0 - 0.25 * y, -48.0 - y)), w))
    if z < 10.0:
        return colour
    side = abs(x)
    if beard > 0.0:
        mouth = 18.0 - np.sqrt(x * x * 0.5 + (y + 46.0) ** 2 * 2.5)
        colour = over(colour, hair, 0.85 * inside(max(y + 28.0 + 0.15 * side, mouth), w))
    eye_x, eye_y = side - 31.0, y - 17.0
    socket = inside(np.sqrt(eye_x * eye_x * 0.45 + eye_y * eye_y) - 14.0, w)
    colour = over(colour, (0.0, 0.0, 0.0), 0.3 * socket)
    lids = np.sqrt(eye_x * eye_x * 0.22 + eye_y * eye_y) - 6.5
    colour = over(colour, (0.62, 0.6, 0.57), inside(lids, w))
    iris = np.sqrt(eye_x * eye_x + eye_y * eye_y) - 7.0
    colour = over(colour, (0.02, 0.015, 0.015), inside(max(lids, iris), w))
    brow = inside(max(abs(eye_x) - 19.0, abs(y - 37.0 + 0.006 * eye_x * eye_x) - 4.5), w)
    colour = over(colour, hair, 0.75 * brow)
    nostrils = inside(np.sqrt(x * x * 0.25 + (y + 22.0) ** 2) - 7.0, w)
    colour = over(colour, (0.0, 0.0, 0.0), 0.35 * nostrils)
    curve = y + 46.0 - 0.0025 * x * x
    r, g, b = blend(colours, row, 0, 0, 0.0, 0.62)
    colour = over(colour, (r, 0.5 * g, 0.5 * b), 0.8 * inside(np.sqrt(x * x * 0.09 + curve * curve) - 7.5, w))
    return over(colour, (0.03, 0.01, 0.01), 0.6 * inside(max(side - 20.0, abs(curve) - 1.5), w))


@part
def limb_colour(solids, i, x, along, z, w, noise):  # type: ignore[no-untyped-def]
    """Cloth up to the cut, skin (or whatever is bare) beyond it."""
    cut, length = solids.numbers[i, 0], solids.numbers[i, 1]
    period, seed = solids.numbers[i, 2], int(solids.numbers[i, 3])
    y = along * length
    folds = cloud(noise, x * 1.6 + 13.0 * seed + z, y * 0.8, w, 900.0)
    bare = inside((cut - along) * length, w)
    skin = blend(solids.colours, i, 2, 2, 0.0, 0.94 + 0.12 * folds)
    if bare >= 1.0:
        return skin
    narrow = period if solids.pattern[i] == HOOPS else min(period, 45.0)
    accent = cloth(solids.pattern[i], x, y, z, NOT_TRUNK, narrow, seed, w)
    return over(blend(solids.colours, i, 0, 1, accent, 0.8 + 0.4 * folds), skin, bare)


@part
def torso_colour(solids, i, x, height, z, w, noise):  # type: ignore[no-untyped-def]
    """Shirt with its pattern, a neckline, and what is worn below the hem."""
    hem, neckline = solids.numbers[i, 0], solids.numbers[i, 1]
    period, seed = solids.numbers[i, 2], int(solids.numbers[i, 3])
    y = height * 500.0
    folds = cloud(noise, x * 1.6 + 13.0 * seed + z, y * 0.8, w, 900.0)
    gain = 0.78 + 0.44 * folds
    accent = cloth(solids.pattern[i], x, y, z, height, period, seed, w)
    colour = blend(solids.colours, i, 0, 1, accent, gain)
    colour = over(colour, blend(solids.colours, i, 2, 2, 0.0, gain), inside(y - hem * 500.0, w))
    drop = (neckline if z > 0.0 else 0.02) * 500.0
    throat = inside(max(abs(x) - 75.0, 1.1 * abs(x) - (y - 500.0) - drop - 10.0), w)
    return over(colour, blend(solids.colours, i, 3, 3, 0.0, 1.0), throat)


@part
def thing_colour(solids, i, lx, ly, lz, nx, ny, nz, w, noise):  # type: ignore[no-untyped-def]
    """A thing's surface, laid out on the side that its normal shows."""
    f = solids.frame
    gx = abs(f[i, 0, 0] * nx + f[i, 0, 1] * ny + f[i, 0, 2] * nz)
    gy = abs(f[i, 1, 0] * nx + f[i, 1, 1] * ny + f[i, 1, 2] * nz)
    gz = abs(f[i, 2, 0] * nx + f[i, 2, 1] * ny + f[i, 2, 2] * nz)
    u, v = (lx, lz) if gy > gx else (ly, lz)
    if gz > max(gx, gy):
        u, v = lx, ly
    scale, seed = solids.numbers[i, 0], int(solids.numbers[i, 1])
    return surface(solids.pattern[i], u, v, w, solids.colours, i, scale, seed, noise)


@part
def solid_colour(solids, i, x, y, z, nx, ny, nz, w, noise):  # type: ignore[no-untyped-def]
    """Unlit colour of solid i at a point of its surface with that normal."""
    f, o = solids.frame, solids.origin
    px, py, pz = x - o[i, 0], y - o[i, 1], z - o[i, 2]
    lx = f[i, 0, 0] * px + f[i, 0, 1] * py + f[i, 0, 2] * pz
    ly = f[i, 1, 0] * px + f[i, 1, 1] * py + f[i, 1, 2] * pz
    lz = f[i, 2, 0] * px + f[i, 2, 1] * py + f[i, 2, 2] * pz
    material = solids.material[i]
    if material == LIMB:
        return limb_colour(solids, i, lx, ly, lz, w, noise)
    if material == TORSO:
        return torso_colour(solids, i, lx, ly, lz, w, noise)
    if material == HEAD:
        return face_colour(
            lx, ly, lz, solids.numbers[i, 0], solids.numbers[i, 1], solids.colours, i, w, noise
        )
    if material == HAIR:
        strand = cloud(noise, lx * 6.0 + lz * 2.0, ly * 1.3, w, 700.0)
        return blend(solids.colours, i, 0, 0, 0.0, 0.55 + 0.9 * strand)
    return thing_colour(solids, i, lx, ly, lz, nx, ny, nz, w, noise)


@part
def lit_solid(solids, i, x, y, z, nx, ny, nz, step, lamp, up, sun, fill, noise):  # type: ignore[no-untyped-def]
    """Colour of solid i under lamp and sky, with a dull highlight and a bright rim; in the camera's frame."""
    r, g, b = solid_colour(solids, i, x * z, y * z, z, nx, ny, nz, step * z * 1.2 + 0.1, noise)
    length = np.sqrt(x * x + y * y + 1.0)
    facing = max(0.0, -(nx * x + ny * y + nz) / length)
    lit = max(0.0, (nx * lamp[0] + ny * lamp[1] + nz * lamp[2] + 0.18) / 1.18)
    sky = 0.7 + 0.3 * (nx * up[0] + ny * up[1] + nz * up[2])
    rim = 0.06 * (1.0 - facing) ** 3 * sky
    hx, hy, hz = lamp[0] - x / length, lamp[1] - y / length, lamp[2] - 1.0 / length
    shine = max(0.0, (nx * hx + ny * hy + nz * hz) / (np.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9))
    shine *= shine
    shine *= shine
    shine *= shine
    shine = 0.5 * solids.gloss[i] * shine * shine
    sky *= 0.75 + 0.25 * facing
    return (
        r * (fill[0] * sky + sun[0] * lit) + fill[0] * rim + sun[0] * shine,
        g * (fill[1] * sky + sun[1] * lit) + fill[1] * rim + sun[1] * shine,
        b * (fill[2] * sky + sun[2] * lit) + fill[2] * rim + sun[2] * shine,
    )


@part
def turned(m, x, y):  # type: ignore[no-untyped-def]
    """The ray (x, y, 1) in the axes of m's rows."""
    return (
        m[0, 0] * x + m[0, 1] * y + m[0, 2],
        m[1, 0] * x + m[1, 1] * y + m[1, 2],
        m[2, 0] * x + m[2, 1] * y + m[2, 2],
    )


@kernel
def find_faces(count, samples, to_room, eye, scenery, faces):  # type: ignore[no-untyped-def]
    """Fills faces (H·W,) with the room's face behind each pixel, where the backdrop is seen."""
    for s in range(count):
        if samples.solid[s] < 0:
            dx, dy, dz = turned(to_room, samples.where[s, 0], samples.where[s, 1])
            _, face = nearest_face(dx, dy, dz, eye[0], eye[1], eye[2], scenery)
            faces[samples.pixel[s]] = face


@part
def on_edge(faces, p, width):  # type: ignore[no-untyped-def]
    """Whether a neighbour of pixel p shows another face."""
    here, last = faces[p], faces.shape[0] - 1
    edge = False
    for q in (max(p - width, 0), p - (p % width > 0), min(p + 1, last), min(p + width, last)):
        edge = edge or (faces[q] != here and faces[q] != NO_FACE)
    return edge


@kernel
def paint(  # type: ignore[no-untyped-def]
    count,
    samples,
    solids,
    to_room,
    eye,
    step,
    light,
    lamp,
    up,
    sun,
    fill,
    scenery,
    noise,
    direct,
    ambient,
    faces,
    film,
):
    """Adds every sample's lit colour to the film (H·W, 3); faces (H·W,) from `find_faces`.

    to_room (3,3) turns camera directions into the room; eye (3,) is the camera there; light (3,) is
    the unit direction to the lamp in the room, lamp (3,) and up (3,) that and the vertical in the camera, sun
    and fill (3,) the lamp's colour and that of the surroundings.
    """
    m, where, normal = to_room, samples.where, samples.normal
    width = direct.shape[1]
    for s in range(count):
        x, y, z = where[s, 0], where[s, 1], where[s, 2]
        i, p, share = samples.solid[s], samples.pixel[s], samples.weight[s]
        if i >= 0:
            nx, ny, nz = normal[s, 0], normal[s, 1], normal[s, 2]
            colour = lit_solid(solids, i, x, y, z, nx, ny, nz, step, lamp, up, sun, fill, noise)
            film[p, 0] += share * colour[0]
            film[p, 1] += share * colour[1]
            film[p, 2] += share * colour[2]
            continue
        shade, near = direct[p // width, p % width], ambient[p // width, p % width]
        rays = 3 if on_edge(faces, p, width) else 1
        for ray in range(rays):
            if rays == 3:
                x = where[s, 0] + step * (ray - 1) / 3.0
                y = where[s, 1] + step * ((2 * ray) % 3 - 1) / 3.0
            dx, dy, dz = turned(m, x, y)
            colour = scenery_colour(dx, dy, dz, eye, step, shade, near, light, sun, fill, scenery, noise)
            film[p, 0] += share * colour[0] / rays
            film[p, 1] += share * colour[1] / rays
            film[p, 2] += share * colour[2] / rays
