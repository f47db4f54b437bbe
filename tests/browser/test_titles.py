"""Titles and category names are text from outside: shown as they are on every page, never run."""

import pytest

from tests.browser.homes import HOSTILE, name_attack

# What would exist if a title had been read as markup: in the page or in any component's shadow.
INTRUDERS = """() => {
    const roots = [document, ...[...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)];
    const selector = "img[src=x], img[onerror], a[href^='javascript:'], mjx-container, .katex";
    const found = roots.flatMap((root) => [...root.querySelectorAll(selector)].map((one) => one.outerHTML));
    const scripts = [...document.scripts].filter((one) => /^alert/.test(one.textContent)).length;
    const bold = roots.flatMap((root) => [...root.querySelectorAll("b, i, em")])
        .filter((one) => /^(bold|italic)$/.test(one.textContent)).length;
    return { found, scripts, bold };
}"""
NONE = {"found": [], "scripts": 0, "bold": 0}


@pytest.fixture(scope="module")
def run(app, home):
    run_id = app.train(home.hostile, epochs=5)
    app.wait_for(run_id, "finished")
    return run_id


def test_articles(app, home, run, page):
    for article in range(len(HOSTILE)):
        title = app.get(f"/graphs/{home.hostile}/articles/{article}")["title"]
        assert title == name_attack(article, 0)
        page.goto(f"{app.url}/article?graph={home.hostile}&run={run}&article={article}")
        heading = page.get_by_role("heading", level=2).first
        heading.wait_for()
        assert heading.inner_text().replace("\u2060", "") == title
        page.locator(".rings-node").first.wait_for()
        for node in page.locator(".rings-svg:not(.rings-spot) .rings-node").all()[:3]:
            node.hover(force=True)
        assert page.evaluate(INTRUDERS) == NONE


def test_beginning_and_trail(app, home, run, page):
    page.goto(f"{app.url}/article?graph={home.hostile}")
    page.locator(".st-key-article_start [data-testid=stPageLink-NavLink]:visible").nth(4).wait_for()
    assert page.evaluate(INTRUDERS) == NONE
    page.locator(".st-key-article_start [data-testid=stPageLink-NavLink]:visible").first.click()
    page.locator(".rings-svg:not(.rings-spot) .rings-node").nth(1).click(force=True)
    page.locator(".st-key-article_trail [data-testid=stPageLink-NavLink]:visible").first.wait_for()
    assert page.evaluate(INTRUDERS) == NONE


def test_search(app, home, page):
    page.goto(f"{app.url}/article?graph={home.hostile}")
    box = page.get_by_role("combobox", name="Search articles by title")
    for query in ("<img", "bold", "script", "alert(3)", "7*7"):
        box.fill(query)
        page.locator(".s-option").first.wait_for()
        assert page.evaluate(INTRUDERS) | {"bold": 0} == NONE  # the typed part of a title stands out in bold


def test_category_names(app, home, run, page):
    ready = {"": ".js-plotly-plot .bars", "runs": ".js-plotly-plot", "map": ".map-chip", "train": ".c-gd .scatterlayer"}
    for name, selector in ready.items():
        page.goto(f"{app.url}/{name}?graph={home.hostile}&run={run}&article=0")
        page.locator(selector).first.wait_for()
        if name == "map":
            box = page.locator(".map-stage").bounding_box()
            for share in (0.3, 0.4, 0.5, 0.6, 0.7):
                page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.5)
        page.wait_for_timeout(300)
        assert page.evaluate(INTRUDERS) == NONE
