"""Where the rings put articles, how they mark them, and how one walks them; their modules run by Node."""

import numpy as np
import pytest

from tests.node import call_js

LAYOUT = 'import { layoutRings } from "./rings/layout.js";\n'


def make_neighbourhood(seed, first, second, num_links, *, num_categories=4, homophily=0.8):
    """A centre, `first` articles linked to it, `second` behind them, up to `num_links` more, most within a category."""
    rng = np.random.default_rng(seed)
    hops = [0] + [1] * first + [2] * second
    category = rng.integers(0, num_categories, len(hops))
    links = {(0, at) if rng.random() < 0.5 else (at, 0) for at in range(1, first + 1)}
    behind = [(int(rng.integers(1, first + 1)), at) for at in range(first + 1, len(hops))] if first else []
    links |= set(behind)
    for source, target in rng.integers(1, len(hops), (num_links if first > 1 else 0, 2)).tolist():
        if source != target and (category[source] == category[target] or rng.random() > homophily):
            links.add((source, target))
    articles = [{"category": int(kind), "hop": hop} for kind, hop in zip(category, hops, strict=True)]
    return {"articles": articles, "links": sorted(links)}


def count_crossings(x, y, links):
    """Pairs of straight links that cross, links with a common end left out."""
    links = np.array(links)
    points = np.stack([x, y], axis=1)
    start, end = points[links[:, 0]], points[links[:, 1]]

    def side(points):  # [L, L] on which side of link i point j lies
        way, off = (end - start)[:, None], points[None] - start[:, None]
        return np.sign(way[..., 0] * off[..., 1] - way[..., 1] * off[..., 0])

    parted = side(start) * side(end) < 0
    crossing = parted & parted.T
    common = (links[:, None, :, None] == links[None, :, None, :]).any(axis=(2, 3))
    return int((crossing & ~common).sum() // 2)


@pytest.mark.parametrize(
    ("first", "second", "reach"),
    [(0, 0, 300), (1, 0, 300), (5, 0, 290), (31, 240, 290), (10, 289, 290), (149, 150, 170), (299, 0, 290)],
)
def test_articles_stay_within_reach_and_apart(first, second, reach):
    data = make_neighbourhood(0, first, second, 400)
    placed = call_js(LAYOUT + "done(layoutRings(input.articles, input.links, input.reach));", {**data, "reach": reach})
    x, y, size = (np.array(placed[name]) for name in ("x", "y", "size"))
    assert (x[0], y[0]) == (0, 0)
    assert (np.hypot(x, y) + size <= reach + 1e-6).all()
    apart = np.hypot(x[:, None] - x, y[:, None] - y) - size[:, None] - size
    assert apart[~np.eye(len(x), dtype=bool)].min(initial=1) > 0


def test_categories_form_one_arc_on_each_ring():
    data = make_neighbourhood(1, 40, 200, 900)
    placed = call_js(LAYOUT + "done(layoutRings(input.articles, input.links, 290));", data)
    angle = np.array(placed["angle"]) % (2 * np.pi)
    for hop in (1, 2):
        members = np.array([at for at, article in enumerate(data["articles"]) if article["hop"] == hop])
        kinds = np.array([data["articles"][at]["category"] for at in members[np.argsort(angle[members])]])
        assert (kinds != np.roll(kinds, 1)).sum() == len(set(kinds))


def test_sorting_by_links_leaves_fewer_crossings():
    data = make_neighbourhood(2, 30, 90, 320)
    script = LAYOUT + (
        "const unlinked = layoutRings(input.articles, [], 290);\n"
        "const linked = layoutRings(input.articles, input.links, 290);\n"
        "done([unlinked, linked]);"
    )
    unsorted, ordered = (count_crossings(p["x"], p["y"], data["links"]) for p in call_js(script, data))
    assert ordered < 0.85 * unsorted


def test_the_same_neighbourhood_is_always_drawn_alike():
    data = make_neighbourhood(3, 20, 60, 200)
    once, twice = call_js(LAYOUT + "done([0, 1].map(() => layoutRings(input.articles, input.links, 290)));", data)
    assert once == twice


def test_arrow_keys_go_round_a_ring_and_back_to_the_centre():
    data = make_neighbourhood(4, 12, 40, 120)
    script = LAYOUT + (
        'import { walk } from "./rings/walk.js";\n'
        "const layout = layoutRings(input.articles, input.links, 290);\n"
        "const hops = input.articles.map(({ hop }) => hop);\n"
        "const step = (seen, key) => [...seen, walk(key, seen.at(-1), layout, hops)];\n"
        "const go = (keys, from) => keys.reduce(step, [from]);\n"
        "const first = walk('ArrowUp', 0, layout, hops);\n"
        "done({ round: go(Array(12).fill('ArrowRight'), first), back: go(['ArrowRight', 'ArrowLeft'], first),\n"
        "       out: go(['ArrowUp', 'ArrowUp'], first), home: go(['ArrowUp', 'Home'], first),\n"
        "       down: walk('ArrowDown', first, layout, hops), other: walk('x', first, layout, hops) });"
    )
    walked = call_js(script, data)
    first = walked["round"][0]
    assert sorted(walked["round"][:12]) == list(range(1, 13)) and walked["round"][12] == first
    assert walked["back"][2] == first
    assert data["articles"][walked["out"][1]]["hop"] == 2 and walked["out"][2] is None
    assert (walked["home"][-1], walked["down"], walked["other"]) == (0, 0, None)


def test_a_glyph_tells_truth_prediction_confidence_and_error():
    script = 'import { glyphOf } from "./rings/marks.js";\ndone(input.map((article) => glyphOf(article, 10)));'
    cases = [
        {"category": 1, "pred": None, "confidence": None},
        {"category": 1, "pred": 1, "confidence": 1.0},
        {"category": 1, "pred": 1, "confidence": 0.3},
        {"category": 1, "pred": 2, "confidence": 0.3},
    ]
    plain, sure, unsure, wrong = call_js(script, cases)
    assert plain["ring"] is None
    assert sure["ring"]["width"] > unsure["ring"]["width"] == wrong["ring"]["width"]
    assert (unsure["ring"]["dashes"], wrong["ring"]["dashes"]) == (None, "80 20")
    for glyph in (sure, unsure, wrong):
        inner = glyph["ring"]["radius"] - glyph["ring"]["width"] / 2
        assert glyph["disc"] < inner and glyph["ring"]["radius"] + glyph["ring"]["width"] / 2 == pytest.approx(10)


def test_links_taper_towards_their_target_and_end_at_the_rims():
    script = (
        'import { linkPaths, taperOf } from "./rings/marks.js";\n'
        "const layout = { x: [0, 100, 5], y: [0, 0, 0], size: [20, 10, 10] };\n"
        "const style = { width: 4, bend: 0.3 };\n"
        "const links = [[0, 1], [0, 2]];\n"
        "done([...links.map((link) => taperOf(layout, ...link, style)), linkPaths(links, layout, style)]);"
    )
    taper, touching, path = call_js(script)
    assert (taper["from"], taper["to"]) == ({"x": 20, "y": 0}, {"x": 90, "y": 0})
    assert np.hypot(taper["nx"], taper["ny"]) == 2 and 0 < taper["thin"] < 1
    assert touching is None
    assert path.count("M") == 1 and path.endswith("Z")


def test_labels_meet_neither_each_other_nor_marks_nor_the_edge():
    rng = np.random.default_rng(5)
    bounds = {"left": 0, "top": 0, "right": 600, "bottom": 400}
    marks = [{"x": float(x), "y": float(y), "size": 6} for x, y in rng.uniform(0, 1, (80, 2)) * (600, 400)]
    items = [
        {**mark, "angle": float(rng.uniform(0, 6.3)), "width": float(rng.uniform(30, 120)), "height": 16}
        for mark in marks
    ]
    items[0]["always"] = True
    script = (
        'import { placeLabels } from "./base/labels.js";\ndone(placeLabels(input.items, input.marks, input.bounds));'
    )
    placed = call_js(script, {"items": items, "marks": marks, "bounds": bounds})
    shift = {"start": 0, "middle": 0.5, "end": 1}
    boxes = []
    for spot in placed:
        item = items[spot["item"]]
        left = spot["x"] - shift[spot["anchor"]] * item["width"]
        boxes.append((left, spot["y"] - 8, left + item["width"], spot["y"] + 8))
    assert placed[0]["item"] == 0 and 8 < len(placed) < 60
    for at, (left, top, right, bottom) in enumerate(boxes[1:], start=1):
        assert left >= 0 and top >= 0 and right <= 600 and bottom <= 400
        assert not any(a < right and left < c and b < bottom and top < d for a, b, c, d in boxes[:at])
        for mark in marks:
            near = (mark["x"] - 6 < right - 1e-9, left + 1e-9 < mark["x"] + 6)
            assert not (all(near) and mark["y"] - 6 < bottom - 1e-9 and top + 1e-9 < mark["y"] + 6)


def test_long_titles_are_shortened_and_short_ones_kept():
    script = 'import { shorten } from "./base/labels.js";\ndone(input.map((title) => shorten(title, 8)));'
    assert call_js(script, ["SQL", "Database", "Databases", "Sorting algorithm"]) == [
        "SQL",
        "Database",
        "Databas…",
        "Sorting…",
    ]


def test_i08_what_is_drawn_of_a_neighbourhood_reads_as_sentences():
    script = """
    import { describeCounts } from "./rings/counts.js";
    const say = (counts, articles, links, all) =>
      describeCounts({ counts, articles: Array(articles), links: Array(links), num_links: all });
    const few = [say([1, 3, 15], 19, 20, 20), say([1, 9], 10, 8, 9), say([1], 1, 0, 0)];
    done([...few, say([1, 1395, 8062], 300, 2000, 12927)]);
    """
    assert call_js(script) == [
        "3 linked, 15 two links away, all drawn.",
        "9 linked. Drawn: all these 9 articles, 8 of the 9 links between them.",
        "0 links",
        "1,395 linked, 8,062 two links away. Drawn: 299 of these 9,457 articles, those most linked to one another, "
        "2,000 of the 12,927 links between them. All that are linked stand in the table below.",
    ]
