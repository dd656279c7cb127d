"""Everybody reads every colour and tells it apart (ux.md 11.7 and 11.8), computed from mops.css."""

import math
import re

import pytest
from django.conf import settings

CSS = (settings.BASE_DIR / "static/css/mops.css").read_text()
TOKEN = re.compile(r"--(m-[a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
TOKENS = {
    "light": {name: light for name, light, _dark in TOKEN.findall(CSS)},
    "dark": {name: dark for name, _light, dark in TOKEN.findall(CSS)},
}

TEXT = 4.5
SHAPE = 3.0
STATUSES = ["on", "risk", "off", "none", "done"]
PAIRS = [
    *[(name, ground, TEXT) for name in ["text", "muted", "action"] for ground in
      ["page", "surface", "sunken"]],
    ("text", "none-tint", TEXT),
    ("selected-text", "selected", TEXT),
    ("text", "selected", TEXT),
    ("inverse-action", "text", TEXT),
    ("cell-on-text", "cell-on", TEXT),
    ("cell-risk-text", "cell-risk", TEXT),
    ("cell-off-text", "cell-off", TEXT),
    *[(name, ground, TEXT) for name in STATUSES for ground in
      ["surface", "page", "sunken", f"{name}-tint"]],
    *[("text", f"{name}-tint", TEXT) for name in STATUSES],
    *[("edge", ground, SHAPE) for ground in ["page", "surface"]],
    *[("fill", ground, SHAPE) for ground in ["page", "surface"]],
    ("on", "cell-on", SHAPE),
    ("chart-actual", "surface", SHAPE),
]  # fmt: skip

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB; grey is a black-and-white
# print.
SIGHTS = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "grey": ((0.2126, 0.7152, 0.0722),) * 3,
}


def linear(colour):
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one, other):
    """WCAG 2.2: the ratio of two relative luminances."""
    bright, dark = sorted(
        (0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in map(linear, (one, other))),
        reverse=True,
    )
    return (bright + 0.05) / (dark + 0.05)


def seen(colour, sight):
    parts = linear(colour)
    rows = [sum(weight * part for weight, part in zip(row, parts, strict=True)) for row in sight]
    return [min(1, max(0, value)) for value in rows]


def lab(rgb):
    """CIELAB under D65, from linear RGB."""
    r, g, b = rgb
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047
    y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883
    fx, fy, fz = (
        t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one, other):
    """CIEDE2000, as Sharma, Wu and Dalal (2005) write it."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - math.sqrt(mean_c**7 / (mean_c**7 + 25**7)) / 2
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    far = (lightness - 50) ** 2
    dl = (l2 - l1) / (1 + 0.015 * far / math.sqrt(20 + far))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    blue = 60 * math.exp(-(((hue - 275) / 25) ** 2))
    twist = 2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * math.sin(math.radians(blue))
    return math.sqrt(dl**2 + dc**2 + dh**2 - twist * dc * dh)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # From the test data that Sharma, Wu and Dalal published with the formula.
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0011), 7.2195),
        ((50.0, 2.5000, 0.0000), (73.0, 25.0000, -18.0000), 27.1492),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_distance_is_the_published_one(one, other, expected):
    assert distance(one, other) == pytest.approx(expected, abs=0.0001)


def test_black_on_white_is_21_to_1():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["fill", "fill-strong"])
def test_white_words_are_read_on_every_filled_button(theme, ground):
    assert contrast("#ffffff", TOKENS[theme][f"m-{ground}"]) >= TEXT


def test_both_themes_name_every_token():
    assert len(TOKENS["light"]) == CSS.count("light-dark(#") > 30
    assert TOKENS["light"].keys() == TOKENS["dark"].keys()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_every_pair_of_tokens_has_contrast_enough(theme, front, back, least):
    tokens = TOKENS[theme]

    assert contrast(tokens[f"m-{front}"], tokens[f"m-{back}"]) >= least


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(("one", "other"), [("on", "risk"), ("risk", "off"), ("on", "off")])
def test_scorecard_cells_are_told_apart_by_every_eye_and_on_grey_paper(theme, sight, one, other):
    tokens = TOKENS[theme]
    cells = [lab(seen(tokens[f"m-cell-{each}"], SIGHTS[sight])) for each in (one, other)]

    assert distance(*cells) >= 15
