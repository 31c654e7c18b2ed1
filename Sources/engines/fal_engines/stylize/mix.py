"""From two prompts, a guidance scale and a seed to the mix of styles that is painted with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import prompt
from .network import STYLES

GAIN = np.float32(2.3)  # logits for each unit of guidance and lean
CHANCE = np.float32(0.4)  # standard deviation of the seed's noise, in logits: enough to swap near-tied styles
AGAINST = np.float32(0.7)  # of the unwanted lean; at 1 a word in both prompts would leave nothing of the prompt
KEPT = 3  # styles that the prompt chooses; more of them average out to grey
ASIDE = (0.06, 0.20)  # least and most weight of one more style, the seed's own; or one style's seeds would look alike

# In logits: which styles keep a picture legible when nothing else decides. The dense patterns (cells, weaving, shards)
# swallow what they paint, and are for those who ask for them.
PRIOR = np.array([.8, -.6, .3, -.9, .6, .5, -.9, .1, .3, -.8, .1, .3, .8, .4, .7, -.4, -.2, -.9, 0, .6, -.3, -.1, .3, 0, .6, .4],
                 np.float32)

NAMES = (
    "ochre and sky-blue oil", "bold black and yellow", "charcoal and chalk", "neon shards", "crimson and sand pastel",
    "rust expressionism", "violet cells", "dark primaries", "comic ink", "linocut flecks", "burnt sienna",
    "gold engraving", "lavender impressionism", "acid jungle", "ice-blue watercolour", "crystal lines", "blue chalk",
    "woven grid", "sepia relief", "starry swirls", "fire red", "pop shapes", "cubist brush", "muted dusk",
    "indigo woodblock", "ornate tapestry",
)


@dataclass(frozen=True)
class Mix:
    """weights: float32 (26,), sum 1, at most KEPT + 1 of them not zero."""

    weights: np.ndarray

    def parts(self) -> list[tuple[int, float]]:
        """(style, weight), the heaviest first."""
        order = np.argsort(-self.weights, kind="stable")
        return [(int(i), float(self.weights[i])) for i in order if self.weights[i] > 0]

    def sentence(self) -> str:
        return ", ".join(f"{NAMES[style]} {weight:.0%}" for style, weight in self.parts() if weight >= 0.005)


def choose(wanted: str, unwanted: str, guidance_scale: float, seed: int) -> Mix:
    """The mix for a prompt. The seed's own style aside, it is a softmax over

        prior + noise(seed) + guidance * (lean(wanted) - 0.7 lean(unwanted))

    At guidance 0 the prompts say nothing and the seed chooses. More guidance never lowers the mean of
    (wanted - unwanted) under the mix: the derivative of a softmax's mean is a variance, and where the set of kept
    styles changes, the one that comes in has the same weight as the one that goes, and fits better.
    """
    chance = np.random.Generator(np.random.PCG64(seed % (1 << 64)))
    noise = chance.standard_normal(STYLES, np.float32)
    aside = int(np.argmax(PRIOR + 2 * CHANCE * chance.standard_normal(STYLES, np.float32)))
    share = np.float32(chance.uniform(*ASIDE))
    towards = prompt.lean(wanted) - AGAINST * prompt.lean(unwanted)
    logits = PRIOR + CHANCE * noise + GAIN * np.float32(guidance_scale) * towards
    kept = np.argsort(-logits, kind="stable")[:KEPT]
    raw = np.exp(logits[kept] - logits[kept[0]])
    weights = np.zeros(STYLES, np.float32)
    weights[kept] = (1 - share) * raw / raw.sum()
    weights[aside] += share
    return Mix(weights)
