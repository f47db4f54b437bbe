"""The colours keep their distances, in every kind of sight and on both backgrounds; the config knows its options."""

import sys
import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE

from pages.ui.theme import ACCENT, RIGHT, WRONG, category_colors, run_colors

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text())
LIGHT, DARK = (CONFIG["theme"][base]["backgroundColor"] for base in ("light", "dark"))


def to_rgb(color):
    return np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])


def contrast(first, second):
    """WCAG 2's ratio, 1 to 21."""
    shares = [np.where((c := to_rgb(x)) <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) for x in (first, second)]
    low, high = sorted(share @ [0.2126, 0.7152, 0.0722] for share in shares)
    return (high + 0.05) / (low + 0.05)


def smallest_distance(colors, deficiency):
    """The least CAM02-UCS distance of any two colours as someone with this deficiency sees them."""
    seen = [to_rgb(color) for color in colors]
    if deficiency:
        space = {"name": "sRGB1+CVD", "cvd_type": deficiency, "severity": 100}
        seen = [np.clip(cspace_convert(rgb, space, "sRGB1"), 0, 1) for rgb in seen]
    return min(deltaE(a, b, input_space="sRGB1") for a, b in combinations(seen, 2))


@pytest.mark.parametrize(
    ("deficiency", "least"), [(None, 24.9), ("deuteranomaly", 13.3), ("protanomaly", 13.8), ("tritanomaly", 12.5)]
)
def test_any_two_categories_stay_apart(deficiency, least):
    assert smallest_distance(category_colors(10), deficiency) >= least - 0.05


@pytest.mark.parametrize(("background", "least"), [(LIGHT, 2.0), (DARK, 2.6)])
def test_categories_stand_out_from_the_page(background, least):
    assert min(contrast(color, background) for color in category_colors(40)) >= least


@pytest.mark.parametrize("background", [LIGHT, DARK])
def test_runs_stand_out_from_the_page(background):
    assert min(contrast(color, background) for color in (*run_colors(20), RIGHT, WRONG, ACCENT)) >= 2.9


def test_more_categories_continue_the_ten():
    assert category_colors(25)[:10] == category_colors(10)
    assert len(set(category_colors(40))) == 40


def test_i10_a_hundred_categories_have_their_colours_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "glasbey", None)  # whose search would hold the page for 12 s
    assert len(set(category_colors.__wrapped__(100))) == 100
    assert category_colors.__wrapped__(100)[:40] == category_colors.__wrapped__(40)


def test_more_than_twenty_runs_begin_again():
    assert run_colors(23)[20:] == run_colors(3)


def test_streamlit_draws_with_the_same_colors():
    assert CONFIG["theme"]["chartCategoricalColors"] == list(category_colors(10))
    assert CONFIG["theme"]["light"]["primaryColor"] == ACCENT


@pytest.mark.parametrize("base", ["light", "dark"])
def test_text_is_legible(base):
    theme = CONFIG["theme"][base]
    for text in ("textColor", "linkColor", "codeTextColor"):
        for surface in ("backgroundColor", "secondaryBackgroundColor"):
            assert contrast(theme[text], theme[surface]) >= 4.5, (text, surface)
    assert contrast(theme["primaryColor"], "#ffffff") >= 4.5  # Streamlit writes white on primary buttons
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= 3.8


def test_every_option_is_one_that_streamlit_knows():
    from streamlit import config

    def flatten(table, prefix):
        for name, value in table.items():
            if isinstance(value, dict):
                yield from flatten(value, f"{prefix}{name}.")
            else:
                yield prefix + name

    assert [name for name in flatten(CONFIG, "") if name not in config._config_options_template] == []


@pytest.mark.parametrize("base", ["light", "dark"])
def test_i06_captions_are_legible(base):
    theme = CONFIG["theme"][base]
    for surface in ("backgroundColor", "secondaryBackgroundColor"):
        mixed = 0.6 * to_rgb(theme["textColor"]) + 0.4 * to_rgb(theme[surface])  # as Streamlit draws them
        caption = "#" + "".join(f"{round(255 * part):02x}" for part in mixed)
        assert contrast(caption, theme[surface]) >= 4.5, surface
