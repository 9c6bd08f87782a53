"""What a person looks like: skin, hair, clothes, colours and patterns."""

from dataclasses import dataclass

import numpy as np

from repose.foundations.rng import rng
from repose.world.paint import BUTTONS, CHECKS, HALVES, HOOPS, JACKET, PLAIN, PRINT, SEAM, STRIPES, YOKE

Colour = tuple[float, float, float]  # linear RGB, 0–1

HAIR_STYLES = ("short", "long", "bald", "tail", "bun", "cap", "hat")

# sRGB of skin from light to dark, of hair, and of clothes that people wear more often than bright ones
SKIN = (
    (244, 208, 177),
    (233, 185, 149),
    (214, 163, 122),
    (187, 129, 92),
    (148, 96, 66),
    (104, 66, 46),
    (74, 48, 37),
)
HAIR = (
    (24, 20, 18),
    (48, 34, 26),
    (84, 56, 34),
    (130, 92, 52),
    (196, 160, 98),
    (150, 150, 148),
    (120, 54, 28),
)
DARK_SKIN, DARK_HAIR = 3.0, (HAIR[0], HAIR[0], HAIR[0], HAIR[1], HAIR[5])  # from a place in SKIN on
CLOTH = (
    *((22, 22, 26), (46, 48, 54), (90, 92, 96), (150, 152, 155), (232, 232, 230)),
    *((28, 38, 70), (44, 72, 120), (96, 130, 170), (70, 78, 50)),
    *(
        (160, 30, 34),
        (210, 80, 40),
        (226, 184, 60),
        (40, 110, 64),
        (36, 120, 130),
        (110, 60, 120),
        (214, 130, 150),
    ),
)


@dataclass(frozen=True)
class Look:
    """One person's appearance; lengths along limbs count limbs (0.5 = the middle of the upper arm)."""

    skin: Colour
    hair: Colour
    hair_style: str
    hat: Colour
    beard: bool
    shirt: Colour
    shirt_accent: Colour
    shirt_pattern: int
    pattern_mm: float  # period of stripes and checks
    sleeves: float  # how far they reach: 0 none, 1 the elbow, 2 the wrist
    neckline: float  # depth of the cut at the neck, share of the trunk
    hem: float  # where the shirt ends over the trousers, share of the trunk above the pelvis
    trousers: Colour
    trousers_accent: Colour
    trousers_pattern: int
    legs: float  # how far the trousers reach: 0.5 mid thigh, 1 the knee, 2 the ankle
    skirt: float  # how far a skirt reaches along the thighs, 0 = none
    shoes: Colour
    loose: float  # how much wider than the limb clothes are, a share
    asymmetry: int  # 0 none, 1 other left sleeve, 2 other left trouser leg
    seed: int  # folds and prints


def srgb(colour: tuple[float, ...] | np.ndarray) -> np.ndarray:
    """Linear RGB of an sRGB colour 0–255 (a square for gamma, as `paint.develop` undoes it)."""
    return (np.asarray(colour, np.float64) / 255.0) ** 2


def _varied(generator: np.random.Generator, palette: tuple[tuple[int, ...], ...], spread: float) -> Colour:
    """One colour of a palette, a little off."""
    colour = np.array(palette[int(generator.integers(len(palette)))], np.float64)
    colour = colour * generator.normal(1.0, spread) + generator.normal(0.0, 60.0 * spread, 3)
    r, g, b = srgb(np.clip(colour, 6, 250)).tolist()
    return r, g, b


def _skin_and_hair(generator: np.random.Generator) -> tuple[Colour, Colour]:
    """Skin between two neighbours of the scale from light to dark, and hair that goes with it."""
    place = generator.uniform(0, len(SKIN) - 1)
    low = int(place)
    mixed = np.array(SKIN[low]) * (low + 1 - place) + np.array(SKIN[low + 1]) * (place - low)
    r, g, b = srgb(mixed).tolist()
    return (r, g, b), _varied(generator, DARK_HAIR if place > DARK_SKIN else HAIR, 0.05)


def _pick(generator: np.random.Generator, chances: tuple[float, ...]) -> int:
    """A place in a row by its chance; `Generator.choice` takes ten times as long."""
    place = np.searchsorted(np.cumsum(chances), generator.random() * sum(chances))
    return min(int(place), len(chances) - 1)


def sample_look(seed: int, *key: str | int) -> Look:
    """The appearance of a key; each trait is common or rare as in a street."""
    generator = rng(seed, "look", *key)
    chance = generator.random(8)
    pattern = (PLAIN, HOOPS, STRIPES, CHECKS, PRINT, HALVES, YOKE, BUTTONS, JACKET)
    skirt = chance[0] < 0.1
    skin, hair = _skin_and_hair(generator)
    return Look(
        skin=skin,
        hair=hair,
        hair_style=HAIR_STYLES[_pick(generator, (0.42, 0.2, 0.07, 0.1, 0.06, 0.1, 0.05))],
        hat=_varied(generator, CLOTH, 0.1),
        beard=bool(chance[1] < 0.2),
        shirt=_varied(generator, CLOTH, 0.1),
        shirt_accent=_varied(generator, CLOTH, 0.1),
        shirt_pattern=pattern[_pick(generator, (0.25, 0.12, 0.08, 0.09, 0.19, 0.015, 0.015, 0.09, 0.15))],
        pattern_mm=float(np.exp(generator.uniform(np.log(28), np.log(100)))),
        sleeves=(0.02, 0.55, 1.3, 1.95)[_pick(generator, (0.12, 0.43, 0.07, 0.38))],
        neckline=(0.02, 0.08, 0.16)[_pick(generator, (0.55, 0.3, 0.15))],
        hem=float(generator.uniform(0.03, 0.22)),
        trousers=_varied(generator, CLOTH[:13], 0.1),
        trousers_accent=_varied(generator, CLOTH, 0.1),
        trousers_pattern=(PLAIN, SEAM, CHECKS)[_pick(generator, (0.9, 0.06, 0.04))],
        legs=0.0 if skirt else (0.45, 0.85, 1.95)[_pick(generator, (0.12, 0.16, 0.72))],
        skirt=float(generator.uniform(0.45, 1.1)) if skirt else 0.0,
        shoes=_varied(generator, CLOTH[:9], 0.12),
        loose=float(generator.uniform(0.02, 0.2)),
        asymmetry=(0, 1, 2)[_pick(generator, (0.96, 0.02, 0.02))],
        seed=int(generator.integers(1 << 16)),
    )
