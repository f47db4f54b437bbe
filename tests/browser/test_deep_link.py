"""A link to one article opens it, though nobody has visited this process before."""

import re


def test_first_visit_is_a_deep_link(home, start, page):
    server = start()
    title = server.get(f"/graphs/{home.twin}/articles/4321")["title"]
    page.goto(f"{server.url}/article?article=4321")
    page.get_by_role("heading", name=title, exact=True).wait_for()
    for name in ("Overview", "Train", "Runs", "Benchmark", "Map", "Article"):
        page.get_by_role("link", name=re.compile(f"{name}$")).wait_for()
    assert page.locator(".st-key-router_graph input").input_value() == "WikiCS twin"
    page.locator(".rings-node").first.wait_for()
    assert "graph=twin" in page.url and "article=4321" in page.url
    assert page.get_by_test_id("stSidebar").count() == 0
