"""The fifteen actions of Human3.6M as smooth movements at 50 Hz, by subject and take."""

from collections.abc import Callable

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.world import seated, standing, walks
from repose.world.body import Subject
from repose.world.frames import Array
from repose.world.script import Script

RECIPES: dict[str, Callable[[Script], None]] = {
    "Directions": standing.directions,
    "Discussion": standing.discussion,
    "Eating": seated.eating,
    "Greeting": standing.greeting,
    "Phoning": seated.phoning,
    "Photo": standing.photo,
    "Posing": standing.posing,
    "Purchases": standing.purchases,
    "Sitting": seated.sitting,
    "SittingDown": seated.sitting_down,
    "Smoking": seated.smoking,
    "Waiting": standing.waiting,
    "WalkDog": walks.walk_dog,
    "Walking": walks.walking,
    "WalkTogether": walks.walk_together,
}
ACTIONS = tuple(RECIPES)
HERTZ = 50


def action_sequence(subject: Subject, action: str, take: int, frames: int, seed: int) -> Array:
    """Points (T, P, 3) in mm of one take: the same for the same names and seed, another for another take."""
    if action not in RECIPES:
        raise ReposeError(f"unknown action {action!r}, expected one of {', '.join(ACTIONS)}")
    draw = rng(seed, "action", subject.name, action, take)
    script = Script(subject, draw, frames)
    RECIPES[action](script)
    spot = np.zeros(2) if script.walking else draw.normal(0.0, 380.0, 2)
    return script.perform(spot, float(draw.uniform(0, 2 * np.pi)))
