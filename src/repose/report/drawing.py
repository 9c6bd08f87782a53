"""Drawing poses: skeletons over pictures, 3D poses as line drawings, and the sheet that both lie on.

The person's left is orange, the right blue, the middle grey; occluded joints are hollow, joints without a
label are not drawn. A sheet is measured in px, x to the right, y down. 3D poses are in mm in a camera's
frame (x right, y down, z away) and drawn in parallel projection.

Legend: J joints, B bones.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.files import atomic
from repose.skeletons import Skeleton

LEFT, RIGHT, MIDDLE = "#f58a07", "#2f7fd6", "#6f6f6f"
INK, PALE, FLOOR, RIM = "#222222", "#9a9a9a", "#eeeae2", "#ffffff"
SIDES = {"l_": LEFT, "r_": RIGHT}
DPI = 100
POINTS = 72 / DPI  # points of a px
COLOURS = 200  # in the palette, for everything but lines
TILT = 12.0  # degrees from above at which 3D poses are seen
DISC_MM = 450  # radius of the floor below a 3D pose


@dataclass(frozen=True)
class Cell:
    """A rectangle of a sheet, px."""

    x: float
    y: float
    width: float
    height: float

    @property
    def center(self) -> np.ndarray:
        return np.array([self.x + self.width / 2, self.y + self.height / 2])


class Sheet:
    """A white sheet to put pictures, poses and words on."""

    def __init__(self, width: int, height: int) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.height = height
        self.figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.axes.set_axis_off()
        self.pixels = np.full((height, width, 3), 255, np.uint8)

    def picture(self, image: np.ndarray, x: int, y: int) -> None:
        """A picture (H, W, 3), not scaled, with its corner at x, y."""
        self.pixels[y : y + image.shape[0], x : x + image.shape[1]] = image

    def text(self, x: float, y: float, words: str, size: float = 11, **style: Any) -> None:
        """Words whose baseline begins at x, y."""
        self.axes.text(x, y, words, fontsize=size * POINTS, **({"color": INK} | style))

    def lines(
        self, ends: np.ndarray, colours: list[str], widths: list[float], cell: Cell, **style: Any
    ) -> None:
        """Lines (n, 2, 2), later ones over earlier ones, cut off at the cell's border."""
        from matplotlib.collections import LineCollection

        points = [width * POINTS for width in widths]
        self.add(
            LineCollection(list(ends), colors=colours, linewidths=points, capstyle="round", **style), cell
        )

    def dots(self, centers: np.ndarray, size: float, faces: list[str], edges: list[str], cell: Cell) -> None:
        """Dots at some points (n, 2), all of one diameter."""
        from matplotlib.collections import EllipseCollection

        sizes = np.full(len(centers), size)
        placed: dict[str, Any] = {
            "units": "dots",
            "offsets": centers,
            "offset_transform": self.axes.transData,
        }
        angles = np.zeros(len(centers))
        dots = EllipseCollection(
            sizes, sizes, angles, facecolors=faces, edgecolors=edges, linewidths=0.16 * size, **placed
        )
        self.add(dots, cell)

    def ellipse(self, center: np.ndarray, size: np.ndarray, cell: Cell) -> None:
        """A pale ellipse, the floor under a pose."""
        from matplotlib.patches import Ellipse

        self.add(Ellipse(tuple(center), *size, facecolor=FLOOR, edgecolor="none"), cell)

    def add(self, artist: Any, cell: Cell) -> None:
        """Put something on top, cut off at the cell's border."""
        from matplotlib.transforms import Bbox

        artist.set_zorder(2 + 1e-3 * len(self.axes.get_children()))
        self.axes.add_artist(artist)
        low, high = self.height - cell.y - cell.height, self.height - cell.y
        artist.set_clip_box(Bbox.from_extents(cell.x, low, cell.x + cell.width, high))

    def save(self, path: str | Path) -> None:
        """Write the sheet as PNG."""
        self.figure.figimage(self.pixels, origin="upper", zorder=-1)
        save_png(self.figure, path, self.pixels)


def save_png(figure: Any, path: str | Path, pictures: np.ndarray | None = None) -> None:
    """Write a Matplotlib figure as PNG with a palette; nothing but pixels goes into the file.

    `pictures` (H, W, 3) is what lies under the drawing. Its colours get a fixed share of the palette, so that
    lines keep their own colours.
    """
    from PIL import Image

    figure.canvas.draw()
    drawn = np.ascontiguousarray(np.asarray(figure.canvas.buffer_rgba())[..., :3])
    image = Image.fromarray(drawn if pictures is None else pictures)
    image = image.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    if pictures is not None:
        colours = (image.getpalette() or [])[: 3 * COLOURS]
        image.putpalette([*colours, *pen_colours().ravel().tolist()])
        pens = Image.fromarray(drawn).quantize(palette=image, dither=Image.Dither.NONE)
        image.paste(pens, mask=Image.fromarray((drawn != pictures).any(axis=2)))
    image.paste(white_index(image), mask=Image.fromarray((drawn == 255).all(axis=2)))
    with atomic(path) as temporary:
        image.save(temporary, "PNG", optimize=True)


def decorate(axes: Any, title: str, across: str) -> None:
    """Title, grid and label of the x axis."""
    axes.set_title(title, fontsize=11)
    axes.set_xlabel(across)
    axes.grid(color="#e6e6e6", which="both", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=MIDDLE)


def plain_ticks(axis: Any) -> None:
    """Ticks of a logarithmic axis in plain figures."""
    from matplotlib.ticker import LogLocator, StrMethodFormatter

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter("")


def white_index(palette: Any) -> int:
    """The place of the whitest colour; Pillow's search for the nearest one is a little off there."""
    return int(np.array(palette.getpalette()).reshape(-1, 3).sum(axis=1).argmax())


def pen_colours() -> np.ndarray:
    """The colours (n, 3) of lines, and of their edges on white."""
    pens = np.array(
        [[int(pen[i : i + 2], 16) for i in (1, 3, 5)] for pen in (LEFT, RIGHT, MIDDLE, INK, PALE)]
    )
    shares = np.linspace(0, 0.8, 5)[:, None, None]
    mixed = ((1 - shares) * pens + shares * 255).reshape(-1, 3)
    floor = [int(FLOOR[i : i + 2], 16) for i in (1, 3, 5)]
    return np.append(mixed, [floor, [255, 255, 255]], axis=0).round().astype(int)


def side_colour(*names: str) -> str:
    """The colour of a joint, or of a bone between joints of one side and the middle."""
    sides = {name[:2] for name in names} & set(SIDES)
    return SIDES[sides.pop()] if len(sides) == 1 else MIDDLE


def bone_colours(skeleton: Skeleton, bones: np.ndarray) -> list[str]:
    """The colours of bones (B, 2)."""
    return [side_colour(skeleton.joints[a], skeleton.joints[b]) for a, b in bones]


def draw_pose(
    sheet: Sheet,
    cell: Cell,
    skeleton: Skeleton,
    points: np.ndarray,
    labelled: np.ndarray,
    visible: np.ndarray,
    width: float = 2.5,
) -> None:
    """A 2D pose (J, 2) given in the sheet's px, with a pale rim; bones to hidden joints are thinner."""
    bones = skeleton.bones[labelled[skeleton.bones].all(axis=1)]
    widths = np.where(visible[bones].all(axis=1), width, 0.6 * width)
    sheet.lines(points[bones], [RIM] * len(bones), list(widths + 1.2), cell, alpha=0.55)
    sheet.lines(points[bones], bone_colours(skeleton, bones), list(widths), cell)
    joints = np.flatnonzero(labelled)
    colours = [side_colour(skeleton.joints[j]) for j in joints]
    faces = [colour if visible[j] else RIM for j, colour in zip(joints, colours, strict=True)]
    sheet.dots(points[joints], 1.5 + 1.7 * width, faces, colours, cell)


def draw_wire(
    sheet: Sheet, cell: Cell, skeleton: Skeleton, points: np.ndarray, labelled: np.ndarray, colour: str = INK
) -> None:
    """A 2D pose (J, 2) as thin lines of one colour, to be compared with another."""
    bones = skeleton.bones[labelled[skeleton.bones].all(axis=1)]
    sheet.lines(points[bones], [colour] * len(bones), [1.0] * len(bones), cell)


def turned(points: np.ndarray, azimuth: float, tilt: float = TILT) -> np.ndarray:
    """Points (…, 3) of a camera's frame seen from elsewhere: turned by `azimuth`, then tilted, in degrees."""
    a, t = np.radians(azimuth), np.radians(tilt)
    x, y, z = np.moveaxis(np.asarray(points, float), -1, 0)
    right, away = np.cos(a) * x - np.sin(a) * z, np.sin(a) * x + np.cos(a) * z
    return np.stack([right, np.cos(t) * y - np.sin(t) * away, np.sin(t) * y + np.cos(t) * away], axis=-1)


def fitting_scale(points: np.ndarray, cell: Cell, most: float) -> float:
    """Px per mm so that points (…, 2) fit into the cell, with a margin, and at most `most`."""
    spread = np.ptp(points.reshape(-1, 2), axis=0)
    sizes = 0.9 * np.array([cell.width, cell.height])
    return float(min(most, *(sizes / np.maximum(spread, 1e-6))))


def draw_pose_3d(
    sheet: Sheet,
    cell: Cell,
    skeleton: Skeleton,
    joints_mm: np.ndarray,
    azimuth: float,
    labelled: np.ndarray | None = None,
    most: float = 0.1,
    width: float = 2.5,
) -> None:
    """A 3D pose (J, 3) seen from `azimuth` degrees beside its camera, near bones over far ones.

    The disc is the floor below the lowest joint, its line points to the camera that the pose belongs to.
    """
    known = np.ones(len(joints_mm), bool) if labelled is None else labelled
    center, low = joints_mm[known].mean(axis=0), joints_mm[known, 1].max()
    foot = np.array([center[0], low, center[2]])
    marks = turned(np.stack([foot, foot - np.array([0, 0, DISC_MM])]), azimuth)[:, :2]
    seen = turned(joints_mm, azimuth)
    disc = np.array([2 * DISC_MM, 2 * DISC_MM * np.sin(np.radians(TILT))])
    outline = np.concatenate([seen[known, :2], [marks[0] - disc / 2, marks[0] + disc / 2]])
    scale = fitting_scale(outline, cell, most)
    middle = (outline.min(axis=0) + outline.max(axis=0)) / 2

    def on_sheet(points: np.ndarray) -> np.ndarray:
        return np.asarray((points - middle) * scale + cell.center)

    sheet.ellipse(on_sheet(marks[0]), disc * scale, cell)
    sheet.lines(on_sheet(marks)[None], [PALE], [1.2], cell)
    bones = skeleton.bones[known[skeleton.bones].all(axis=1)]
    bones = bones[np.argsort(-seen[bones, 2].mean(axis=1), kind="stable")]  # far ones first
    ends = np.repeat(on_sheet(seen[bones, :2]), 2, axis=0)  # each bone twice: its rim, then its colour
    colours = [colour for own in bone_colours(skeleton, bones) for colour in (RIM, own)]
    sheet.lines(ends, colours, [width + 1.6, width] * len(bones), cell)
