"""What the map's colours and sizes mean, and that its points are painted where they are; its modules run by Node."""

import numpy as np
import pytest

from tests.node import call_js

GROUPS = 'import { groupArticles, needsRun, scaleSizes, shuffledOrder } from "./map/groups.js";\n'
PALETTE = {
    "categories": ["#111111", "#222222", "#333333"],
    "right": "#00ff00",
    "wrong": "#ff0000",
    "roles": ["#1", "#2", "#3", "#4", "#5"],
    "scale": [f"#{level}" for level in range(10)],
}


def make_columns(num_nodes=200, *, seed=0):
    rng = np.random.default_rng(seed)
    category = rng.integers(0, 3, num_nodes)
    return {
        "category": category.tolist(),
        "pred": np.where(rng.random(num_nodes) < 0.8, category, (category + 1) % 3).tolist(),
        "confidence": rng.random(num_nodes).tolist(),
        "degree": rng.integers(0, 150, num_nodes).tolist(),
        "role": rng.choice(["train", "stopping", "validation", "test", "unused"], num_nodes).tolist(),
        "class_names": ["A", "B", "C"],
    }


def test_every_colouring_sorts_every_article_into_a_counted_group():
    data = make_columns()
    colors = ["category", "pred", "correct", "confidence", "degree", "role"]
    script = GROUPS + "done(input.colors.map((color) => groupArticles(input.data, color, input.palette)));"
    found = dict(zip(colors, call_js(script, {"data": data, "colors": colors, "palette": PALETTE}), strict=True))
    for each in found.values():
        counts = np.bincount(each["of"], minlength=len(each["groups"]))
        assert counts.tolist() == [group["count"] for group in each["groups"]]
        assert len({group["colour"] for group in each["groups"]}) == len(each["groups"])
    wrong = np.not_equal(data["pred"], data["category"])
    assert found["correct"]["of"] == wrong.astype(int).tolist()
    assert [group["label"] for group in found["category"]["groups"]] == ["A", "B", "C"]
    assert found["degree"]["of"] == np.digitize(data["degree"], [5, 10, 20, 50, 100]).tolist()
    assert [found["role"]["groups"][at]["label"].lower() for at in found["role"]["of"]] == data["role"]


@pytest.mark.parametrize("low", [0.2, 0.97])
def test_i10_no_colour_of_confidence_takes_the_whole_map(low):
    confidence = low + (1 - low) * (1 - np.random.default_rng(1).random(4000) ** 6)  # most are very sure
    data = make_columns(4000) | {"confidence": confidence.tolist()}
    script = GROUPS + "done(groupArticles(input.data, 'confidence', input.palette).groups);"
    groups = call_js(script, {"data": data, "palette": PALETTE})
    assert len(groups) == 5 and sum(group["count"] for group in groups) == 4000
    assert max(group["count"] for group in groups) < 0.35 * 4000


def test_i10_confidences_that_are_all_alike_are_one_group():
    data = make_columns(20) | {"confidence": [0.5] * 20}
    groups = call_js(
        GROUPS + "done(groupArticles(input.data, 'confidence', input.palette).groups);",
        {"data": data, "palette": PALETTE},
    )
    assert [(group["label"], group["count"]) for group in groups] == [("All alike", 20)]


def test_i10_filters_by_category_role_degree_and_error_together():
    data = make_columns(400)
    script = (
        'import { Filter } from "./map/filter.js";\n'
        "const filter = new Filter(() => {});\n"
        "filter.take(input.hidden);\n"
        'import { groupArticles } from "./map/groups.js";\n'
        "const sorted = groupArticles(input.data, 'category', input.palette);\n"
        "const { visible, counts } = filter.findVisible('category', sorted, input.data, input.limits);\n"
        "done([[...visible], counts]);"
    )
    limits = {"roles": ["test", "train"], "least": 10, "most": 100, "error": "wrong"}
    visible, counts = call_js(script, {"data": data, "hidden": [1], "limits": limits, "palette": PALETTE})
    category, degree = np.array(data["category"]), np.array(data["degree"])
    wanted = np.isin(data["role"], limits["roles"]) & (degree >= 10) & (degree <= 100)
    wanted &= category != np.array(data["pred"])
    assert counts == np.bincount(category[wanted], minlength=3).tolist()
    wanted &= category != 1
    assert 0 < wanted.sum() < 100 and visible == wanted.astype(int).tolist()


def test_i10_a_hundred_categories_are_folded_in_the_legend():
    script = 'import { foldGroups } from "./map/legend.js";\ndone(foldGroups(input, 15));'
    counts = [{"count": (37 * at) % 101} for at in range(100)]
    folded = call_js(script, counts)
    largest = sorted(range(100), key=lambda at: -counts[at]["count"])[:15]
    assert folded == {"shown": sorted(largest), "rest": 99 - 15}  # one category has no article
    assert call_js(script, counts[:5]) == {"shown": [1, 2, 3, 4], "rest": 0}


def test_i10_a_first_layout_says_how_far_it_is():
    script = 'import { describe } from "./map/progress.js";\ndone(input.map(describe));'
    said = call_js(script, [{"num_articles": 40_000, "fraction": 0.437}, {"num_articles": 40_000, "fraction": 1}])
    assert said == ["Placing 40,000 articles on the map, once for all: 43\u2009%", "Drawing 40,000 articles."]


def test_colourings_that_need_a_run_and_labels_of_ranges():
    script = GROUPS + (
        "done([['category', 'pred', 'correct', 'confidence', 'degree', 'role'].filter(needsRun),\n"
        "groupArticles(input.data, 'degree', input.palette).groups.map(({ label }) => label)]);"
    )
    needing, labels = call_js(script, {"data": make_columns(), "palette": PALETTE})
    assert needing == ["pred", "correct", "confidence"]
    assert labels == [
        "Under 5 links",
        "5 to 9 links",
        "10 to 19 links",
        "20 to 49 links",
        "50 to 99 links",
        "100 links and more",
    ]


def test_sizes_grow_with_the_root_of_links_and_stay_bounded():
    degree = [0, 1, 4, 4, 9, 16, 10_000]
    even, grown = call_js(GROUPS + "done(['even', 'degree'].map((size) => [...scaleSizes(input, size)]));", degree)
    assert even == [1] * 7
    assert np.allclose(grown[:6], 0.45 + 0.5 * np.sqrt(np.array(degree[:6]) / 4)) and grown[6] == 3.5


def test_the_painting_order_is_a_permutation_and_always_the_same():
    once, twice = call_js(GROUPS + "done([0, 1].map(() => [...shuffledOrder(500)]));")
    assert once == twice and sorted(once) == list(range(500))
    assert abs(np.corrcoef(once, range(500))[0, 1]) < 0.15


def paint(size, discs):
    script = (
        'import { clearPicture, createPicture, packColour, paintDisc } from "./map/pixels.js";\n'
        "const picture = createPicture(input.width, input.height);\n"
        "clearPicture(picture, packColour([255, 255, 255]));\n"
        "for (const [x, y, radius, colour, opacity] of input.discs)\n"
        "  paintDisc(picture, x, y, radius, packColour(colour), opacity);\n"
        "done([...picture.bytes]);"
    )
    width, height = size
    flat = call_js(script, {"width": width, "height": height, "discs": discs})
    return np.array(flat, dtype=int).reshape(height, width, 4)


def test_a_disc_covers_its_area_in_its_colour():
    for radius in (1.5, 2.25, 4, 7.5):
        picture = paint((32, 24), [[15, 11, radius, [10, 120, 250], 1]])
        assert (picture[..., 3] == 255).all()
        assert picture[11, 15].tolist() == [10, 120, 250, 255]
        share = (255 - picture[..., 0]) / 245
        assert abs(share.sum() - np.pi * radius**2) < 0.15 * np.pi * radius**2
        rows, columns = np.nonzero(share > 0.01)
        assert np.hypot(rows - 11, columns - 15).max() <= radius + 0.5


def test_discs_mix_by_opacity_and_later_ones_lie_on_top():
    picture = paint((20, 20), [[8, 10, 4, [0, 0, 0], 0.5], [12, 10, 3, [200, 0, 0], 1]])
    assert np.abs(picture[10, 6, :3] - 127).max() <= 1
    assert picture[10, 12, :3].tolist() == [200, 0, 0]


def test_discs_over_the_edge_are_cut_and_never_wrap():
    picture = paint((16, 16), [[0, 8, 3, [0, 0, 0], 1], [40, 8, 3, [0, 0, 0], 1], [8, -1, 3, [0, 0, 0], 1]])
    dark = picture[..., 0] < 128
    assert dark[8, 0] and dark[0, 8] and not dark[:, 12:].any() and not dark[4:, 5:].any()
