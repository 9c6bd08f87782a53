"""Scores and claims made by hand, and what was run."""

import numpy as np

from repose.report.premises import Evidence
from repose.report.published import claim
from repose.report.scores import Score
from repose.report.setting import Setting

SMALL = Setting("default", {"h36m": "world"})
PUBLISHED = Setting("paper", {"h36m": "real"})


def made_score(generator, offset, seeds=4, units=40, seed_sd=1.0, hardness=None):
    """Scores whose units are hard or easy alike for all runs, as test clips are."""
    hardness = generator.normal(60, 15, units) if hardness is None else hardness
    frames = np.full(units, 10.0)
    values = (
        hardness + offset + generator.normal(0, seed_sd, (seeds, 1)) + generator.normal(0, 1, (seeds, units))
    )
    return Score(values * frames, frames, np.arange(units) % 5, ("a", "b", "c", "d", "e"))


def scored(**means):
    """Scores `m` of runs that differ from each other by so much; their level is about 60."""
    generator = np.random.default_rng(3)
    hardness = generator.normal(60, 15, 40)
    return {
        (run, "m"): made_score(generator, mean, seed_sd=0.2, hardness=hardness) for run, mean in means.items()
    }


def evidence(scores, facts=None, setting=SMALL):
    """What claims are judged on."""
    return Evidence(scores, facts or {}, setting)


def made_claim(shared=None, **fields):
    """A claim of which only the named fields matter."""
    base = {"id": "c", "claim": "text", "metric": "m", "unit": "mm", "table": 1, "published_effect": 1.0}
    return claim(base | fields, shared)
