"""What a prompt says about style: a number for each of the 26, out of a table of words made at development time.

A row of words.txt is a word or phrase and, for each style, how much nearer it lies to that style's description than
words do on average (see tools/make_words.py). Common words that say nothing about style have no row.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import numpy as np

from .network import STYLES

LEVELS = 90
FULL_SCALE = 0.6
LONGEST = 4  # words of the longest phrase in the table
MIN_HALF = 4  # letters; a compound is only split into halves at least this long
FAULTS = frozenset("bad worst worse poor poorly ugly low lowres deformed wrong badly cheap".split())
USUAL_PEAK = 0.4  # the highest number of a prompt that names a style outright
MAX_WEIGHT = 4.0  # of `(words:4)`; more is taken for that

_TOKEN = re.compile(r"(?P<open>\()|(?P<close>(?::\s*(?P<weight>\d+(?:\.\d+)?)\s*)?\))|(?P<word>[^\W_]+(?:['’-][^\W_]+)*)|(?P<stop>[,.;:!?|])")


@cache
def _table() -> dict[str, str]:
    text = resources.files(__package__).joinpath("words.txt").read_text("ascii")
    return dict(line.split("\t") for line in text.splitlines())


def _row(levels: str) -> np.ndarray:
    values = np.frombuffer(levels.encode("ascii"), np.uint8).astype(np.float32) - 33
    return (values / LEVELS * 2 - 1) * FULL_SCALE


def weighted_words(text: str) -> list[tuple[str | None, float]]:
    """Words in order, each with its weight; None where a phrase ends. `(a:1.3)` weighs 1.3, `(a)` weighs 1.1."""
    words: list[tuple[str | None, float]] = []
    opened: list[int] = []
    for token in _TOKEN.finditer(text.lower()):
        if token["open"]:
            opened.append(len(words))
            words.append((None, 1.0))
        elif token["close"]:
            if opened:
                weight = min(float(token["weight"] or 1.1), MAX_WEIGHT)
                start = opened.pop()
                words[start:] = [(word, value * weight) for word, value in words[start:]]
            words.append((None, 1.0))
        elif token["word"]:
            words.append((token["word"].replace("’", "'"), 1.0))
        else:
            words.append((None, 1.0))
    return words


def _forms(word: str) -> list[str]:
    """Spellings to try for a word without a row: its parts at a hyphen joined or apart, its stem without an ending."""
    forms = [word, word.replace("-", " "), word.replace("-", "")]
    for ending, instead in (("'s", ""), ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""),
                            ("ing", "e"), ("ly", ""), ("y", ""), ("ish", ""), ("like", ""), ("esque", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            forms.append(word[: len(word) - len(ending)] + instead)
    return forms


def _rows(words: list[str]) -> tuple[list[np.ndarray], int]:
    """Rows of the longest phrase that `words` begins with, and how many words it takes. No row: neutral."""
    table = _table()
    for length in range(min(LONGEST, len(words)), 1, -1):
        if levels := table.get(" ".join(words[:length])):
            return [_row(levels)], length
    word = words[0]
    for form in _forms(word):
        if levels := table.get(form):
            return [_row(levels)], 1
    if "-" in word:
        return [_row(table[part]) for part in word.split("-") if part in table], 1
    for cut in range(len(word) - MIN_HALF, MIN_HALF - 1, -1):  # "steamship" is steam and ship
        if word[:cut] in table and word[cut:] in table:
            return [_row(table[word[:cut]]), _row(table[word[cut:]])], 1
    return [], 1


def lean(text: str) -> np.ndarray:
    """How a prompt leans to each style: float32 (26,), about -0.3 to 0.6; zeros where it says nothing of style.

    The mean of its words' rows, in which a word counts by its weight and by how much it has to say, so that
    "van gogh" isn't drowned by the rabbit in the meadow. Then brought half-way (by a square root) to one length, or
    prompts of many words, whose means are short, would hardly count beside those of two.
    """
    total, counted = np.zeros(STYLES, np.float32), 0.0
    words = weighted_words(text)
    at = 0
    while at < len(words):
        word, weight = words[at]
        if word is None:
            at += 1
            continue
        run = []
        for candidate, candidate_weight in words[at : at + LONGEST]:
            if candidate is None or candidate_weight != weight:
                break
            run.append(candidate)
        if word in FAULTS:  # "bad anime", "ugly faces" complain of quality and name no style
            at += min(2, len(run))
            continue
        rows, taken = _rows(run)
        for row in rows:
            counts = weight * float(row @ row)
            total += row * np.float32(counts)
            counted += counts
        at += taken
    if not counted:
        return total
    total /= np.float32(counted)
    return total * np.sqrt(USUAL_PEAK / max(float(total.max()), 1e-3), dtype=np.float32)
