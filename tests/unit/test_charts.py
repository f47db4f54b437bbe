"""Pictures say numbers as people write them, and know how much room their numbers need."""

import math

import numpy as np
import pytest

from pages.ui import charts
from pages.ui.text import escape_plotly

TEN = ["Computational linguistics", *(f"Category {index}" for index in range(9))]


def test_i09_a_matrix_needs_room_for_its_numbers():
    counts = np.full((10, 10), 12)
    few = charts.build_confusion(TEN, counts)
    counts[3, 3] = 1234
    many = charts.build_confusion(TEN, counts)
    rooms = [charts.room_for_numbers(TEN, figure.data[0].text) for figure in (few, many)]
    assert rooms[0] < 390 < rooms[1] < 440
    assert (many.data[0].text[3][3], many.data[0].customdata[3][3]) == ("1234", "1,234")


def test_i09_a_hundred_categories_have_low_rows_and_no_numbers():
    names = [f"Category {index}" for index in range(100)]
    figure = charts.build_confusion(names, np.ones((100, 100), dtype=int))
    assert figure.layout.height == 100 * 9 + 130
    assert math.isinf(charts.room_for_numbers(names, figure.data[0].text))


def test_i09_names_beside_a_matrix_are_left_out_where_they_would_overlap():
    axis = charts.build_confusion(TEN, np.eye(10, dtype=int)).layout.xaxis
    assert axis.tickmode is None and axis.type == "category"  # as many as fit
    assert axis.labelalias == {"Computational linguistics": "Computational linguis…"}


def test_i13_rates_read_as_people_write_them():
    figure = charts.build_link_rates(["A", "B"], [[1.5, 0.0123], [0.00002, 0]])
    assert [list(row) for row in figure.data[0].text] == [["1,500", "12.3"], ["", ""]]
    assert [list(row) for row in figure.data[0].customdata] == [["1,500", "12.3"], ["0.02", "0"]]
    assert "of 1,000 possible" not in figure.data[0].hovertemplate


@pytest.mark.parametrize("build", [charts.build_category_sizes])
def test_i13_the_number_beside_the_longest_bar_fits_a_phone(build):
    figure = build(TEN, [1234] * 10)
    assert figure.layout.xaxis.range[1] >= 1.3 * 1234
    assert figure.layout.yaxis.ticktext[0] == "Computational linguis…"


def test_i13_a_category_beside_its_bar_has_two_lines_and_a_probability_is_not_rounded_to_nothing():
    names = ["Databases", "Computer architecture", "Distributed computing architecture", "A<b", "None"]
    probs = dict(zip(names, (0.5, 0.4, 0.0996, 0.0004, 0.0), strict=True))
    figure = charts.build_probabilities(probs, names, label="Databases", pred="Computer architecture")
    assert list(figure.layout.yaxis.ticktext) == [
        "<b>Databases</b>",
        "<b>Computer<br>architecture</b>",
        "Distributed<br>computing arc…",
        escape_plotly("A<b"),
        "None",
    ]
    assert list(figure.data[0].text) == ["50.0 %", "40.0 %", "10.0 %", "< 0.1 %", "0.0 %"]
