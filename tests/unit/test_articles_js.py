"""In which order picked articles are listed, and that the map shows some alone; modules run by Node."""

from tests.node import call_js

ARTICLES = [
    {"index": at, "title": title, "category": category, "predicted": predicted, "before": None}
    | {"confidence": confidence, "degree": degree}
    for at, (title, category, predicted, confidence, degree) in enumerate(
        [("Index 10", 0, 1, 0.5, 3), ("Index 9", 1, 0, 0.9, 1), ("SQL", 0, 0, 0.7, 2)]
    )
]
ORDERS = {
    "": [0, 1, 2],
    "title": [1, 0, 2],
    "-confidence": [1, 2, 0],
    "degree": [1, 2, 0],
    "category": [1, 0, 2],
    "-predicted": [1, 2, 0],
}
SCRIPT = """
import { listColumns, nextSort, sortArticles } from "./articles/order.js";
import { limitOf } from "./map/filter.js";
const { articles, sorts, map, limits } = input;
const go = (column) => [1, 2, 3].reduce((seen) => [...seen, nextSort(seen.at(-1), column)], [""]);
const list = (only) => [0, 1, 2].filter(limitOf(map, { ...limits, only }));
done({
  orders: sorts.map((sort) => sortArticles(articles, sort, ["B", "A"]).map(({ index }) => index)),
  clicks: [go("title"), go("confidence")],
  columns: [listColumns(articles), listColumns(articles.map((article) => ({ ...article, before: 1 })))],
  shown: [list([0, 2]), list(null)],
});
"""


def test_row_26_picked_articles_sort_and_alone_are_shown_on_the_map():
    found = call_js(
        SCRIPT,
        {
            "articles": ARTICLES,
            "sorts": list(ORDERS),
            "map": {"role": ["test"] * 3, "degree": [1, 2, 3], "category": [0, 1, 1], "pred": [0, 0, 1]},
            "limits": {"roles": None, "least": None, "most": None, "error": None},
        },
    )
    plain = ["title", "category", "predicted", "confidence", "degree"]
    assert found == {
        "orders": list(ORDERS.values()),
        "clicks": [["", "title", "-title", ""], ["", "-confidence", "confidence", ""]],
        "columns": [plain, ["title", "category", "before", *plain[2:]]],
        "shown": [[0, 2], [0, 1, 2]],
    }
