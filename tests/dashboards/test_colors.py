"""The contrast of the theme's colors: text on its backgrounds (WCAG), series on paper, adjacent colors on charts."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text()
PAIRS = re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", CSS)
LIGHT, DARK = ({name: pair[place] for name, *pair in PAIRS} for place in (0, 1))
THEMES = [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")]
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "ground", "hover")),
    *(("accent", ground) for ground in ("paper", "ground", "accent-soft", "hover")),
    *(("neg", ground) for ground in ("paper", "ground", "neg-soft", "accent-soft")),
    *(("pos", ground) for ground in ("paper", "pos-soft", "accent-soft")),
    *((ink, "accent-soft") for ink in ("ink", "ink-2", "ink-3")),
    ("warn", "warn-soft"),
    ("ink", "warn-soft"),
    ("ink", "neg-soft"),
    ("ink", "mark"),
    ("ink-2", "mark"),
    ("on-accent", "accent"),
    ("paper", "neg"),
    ("paper", "ink"),
]
# How the three kinds of cones fail: Viénot, Brettel, Mollon 1999 (linear RGB).
DEUTER = ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1))
PROTAN = ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1))
PERFECT = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


def linear(color):
    channels = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def luminance(rgb):
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def contrast(one, other):
    low, high = sorted((luminance(linear(one)), luminance(linear(other))))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    x = (0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.9505
    y = luminance(rgb)
    z = (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (max(x, 0), max(y, 0), max(z, 0)))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def perceived(color, eye):
    rgb = linear(color)
    return lab([min(max(sum(a * b for a, b in zip(row, rgb, strict=True)), 0), 1) for row in eye])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_has_enough_contrast(theme, ink, ground):
    assert contrast(theme[ink], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_series_have_enough_contrast_to_paper(theme):
    for place in range(1, 9):
        assert contrast(theme[f"who-{place}"], theme["paper"]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", [PERFECT, DEUTER, PROTAN], ids=["perfect", "deuteranopia", "protanopia"])
def test_adjacent_series_differ_for_all_kinds_of_color_vision(theme, eye):
    colors = [perceived(theme[f"who-{place}"], eye) for place in range(1, 9)]
    for one, other in pairwise(colors):
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 >= 20


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", [PERFECT, DEUTER, PROTAN], ids=["perfect", "deuteranopia", "protanopia"])
def test_sentiment_bands_differ_for_all_kinds_of_color_vision(theme, eye):
    """Adjacent in the order of the bands; uncertain is hatched."""
    colors = [perceived(theme[name], eye) for name in ("neg-fill", "neu-fill", "pos-fill")]
    for one, other in pairwise(colors):
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 >= 20


@pytest.mark.parametrize("theme", THEMES)
def test_field_border_has_enough_contrast(theme):
    assert contrast(theme["edge"], theme["paper"]) >= 3
