"""What the table of links and the picture of paths decide by themselves; their modules run by Node."""

import re

from pages.ui.components.assets import STATIC
from tests.node import call_js

LINKS = [
    {"index": at, "title": title, "label": label, "category": category, "degree": degree, "direction": way}
    | {"pred": pred, "predicted": predicted}
    for at, (title, label, category, degree, way, pred, predicted) in enumerate(
        [
            ("SQL", "Databases", 0, 40, "both", "Databases", 0),
            ("Linux", "Systems", 1, 30, "in", "Databases", 0),
            ("Index 10", "Databases", 0, 20, "out", "Systems", 1),
            ("Index 9", "Databases", 0, 10, "out", "Databases", 0),
        ]
    )
]
NOTHING = {"sort": "", "category": "", "predicted": "", "direction": "", "wrong": ""}


def select(**wishes):
    script = 'import { selectLinks } from "./links/order.js";\ndone(selectLinks(input.links, input.wishes));'
    return [link["title"] for link in call_js(script, {"links": LINKS, "wishes": NOTHING | wishes})]


def test_i05_links_filter_by_category_prediction_direction_and_error():
    assert select() == ["SQL", "Linux", "Index 10", "Index 9"]
    assert select(category="0") == ["SQL", "Index 10", "Index 9"]
    assert select(predicted="0", direction="in") == ["Linux"]
    assert select(wrong="1") == ["Linux", "Index 10"]
    assert select(wrong="1", category="0") == ["Index 10"]


def test_i05_links_sort_by_every_column_both_ways():
    assert select(sort="title") == ["Index 9", "Index 10", "Linux", "SQL"]
    assert select(sort="-title") == ["SQL", "Linux", "Index 10", "Index 9"]
    assert select(sort="degree") == ["Index 9", "Index 10", "Linux", "SQL"]
    assert select(sort="-category") == ["Linux", "SQL", "Index 10", "Index 9"]
    assert select(sort="predicted") == ["SQL", "Linux", "Index 9", "Index 10"]
    assert select(sort="direction") == ["SQL", "Index 10", "Index 9", "Linux"]
    assert select(sort="nonsense") == ["SQL", "Linux", "Index 10", "Index 9"]


def test_i05_a_click_on_a_head_sorts_up_then_down_then_not():
    script = (
        'import { nextSort } from "./links/order.js";\n'
        "const go = (column) => [1, 2, 3].reduce((seen) => [...seen, nextSort(seen.at(-1), column)], ['']);\n"
        "done([go('title'), go('degree')]);"
    )
    assert call_js(script) == [["", "title", "-title", ""], ["", "-degree", "degree", ""]]


def test_i05_a_title_leads_to_its_article_whatever_the_base_path():
    script = (
        'import { addressOfPage, extendTrail } from "./base/address.js";\n'
        "done([addressOfPage(input, '', { article: 7, from: extendTrail([1, 2, 3], 5, 3).join(',') }),\n"
        "      addressOfPage(input, 'map', { article: null })]);"
    )
    here = "http://host/base/article?graph=twin&article=5&hops=1#top"
    assert call_js(script, here) == [
        "http://host/base/article?graph=twin&article=7&hops=1&from=2%2C3%2C5",
        "http://host/base/map?graph=twin&hops=1",
    ]


def test_i14_the_browser_names_articles_by_marked_indices():
    script = (
        'import { addressOfPage, writeIndex } from "./base/address.js";\n'
        'import { addressOf } from "./base/api.js";\n'
        "done([addressOfPage(input, '', { article: writeIndex(7) }),\n"
        "      addressOf('/graphs/{g}/articles/{i}/links', { g: 'g', i: writeIndex(7) }, {})]);"
    )
    here = "http://host/base/article?article=Seven&hops=1#top"
    assert call_js(script, here) == [
        "http://host/base/article?article=%237&hops=1",
        "/api/graphs/g/articles/%237/links",
    ]
    for module in sorted(STATIC.glob("*/*.js")):
        assert not re.search(r"i: String|article: (index|link\.index)|\(.*\{ article, from", module.read_text()), module


def test_i11_paths_are_laid_out_in_layers_and_what_is_left_out_is_counted():
    script = 'import { layOut } from "./paths/layers.js";\ndone(layOut(input, 2));'
    found = call_js(script, [[0, 3, 9], [0, 4, 9], [0, 5, 9]])
    assert found["layers"] == [
        {"shown": [{"article": 0, "paths": 3}], "rest": 0},
        {"shown": [{"article": 3, "paths": 1}, {"article": 4, "paths": 1}], "rest": 1},
        {"shown": [{"article": 9, "paths": 3}], "rest": 0},
    ]
    assert found["steps"] == [[0, 3], [3, 9], [0, 4], [4, 9]]
