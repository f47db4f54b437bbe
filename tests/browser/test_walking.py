"""Finding and walking: search by keyboard, a click on the map, neighbours, and the browser's back button."""

import re

NODES = ".rings-svg:not(.rings-spot) .rings-node"
# Whether the rings stand around the article with this title, every article grown to its size.
IN_THE_MIDDLE = """title => {
    const roots = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
    const stage = roots.map((root) => root.querySelector(".rings-stage[aria-busy=false]")).find(Boolean);
    const nodes = [...(stage?.querySelectorAll(".rings-svg:not(.rings-spot) .rings-node") ?? [])];
    const grown = nodes.every((node) => !node.getAttribute("transform").includes("scale("));
    return grown && nodes.some((node) => node.dataset.at === "0" && node.ariaLabel.includes(`: ${title},`));
}"""


def heading(page, title):
    return page.get_by_role("heading", name=title, exact=True)


def walk_to_neighbour(page, *, but):
    """Clicks a linked article that is none of these and returns its title."""
    labels = page.locator(NODES).evaluate_all("(nodes) => nodes.map((node) => node.getAttribute('aria-label'))")
    title = next(title for title in (label.split(": ")[1].split(",")[0] for label in labels[1:]) if title not in but)
    page.locator(f"{NODES}[aria-label*=': {title},']").click(force=True)
    return title


def test_search_by_keyboard(app, home, page):
    page.goto(f"{app.url}/article?graph={home.small}")
    page.get_by_role("combobox", name="Search articles by title").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("router 1", delay=20)
    page.get_by_role("option").nth(1).wait_for()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true] .s-title").inner_text()
    page.keyboard.press("Enter")
    heading(page, chosen).wait_for()
    index = re.search(r"article=(\d+)", page.url)[1]
    assert app.get(f"/graphs/{home.small}/articles/{index}")["title"] == chosen
    page.locator(".rings-node").first.wait_for()


def test_click_an_article_on_the_map_and_arrive(app, home, trained, page):
    page.goto(f"{app.url}/map?graph={home.small}")
    stage = page.locator(".map-stage[aria-busy=false]")
    stage.locator("canvas").first.wait_for()
    titles = app.get(f"/graphs/{home.small}/map")["titles"]
    box = stage.bounding_box()
    for share in (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65):  # some article is under one of these
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.5)
        if page.locator(".map-over").count():
            break
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url("**article=**")
    index = int(re.search(r"article=(\d+)", page.url)[1])
    heading(page, titles[index]).wait_for()
    page.get_by_role("link", name="Open its neighbourhood").click()
    page.wait_for_url("**/article?**")
    heading(page, titles[index]).wait_for()
    page.locator(".rings-node").first.wait_for()
    assert f"article={index}" in page.url


def test_walk_three_articles_and_come_back(app, home, trained, page):
    titles = app.get(f"/graphs/{home.small}/map")["titles"]
    page.goto(f"{app.url}/article?graph={home.small}&run={trained}&article=5&hops=1")
    walked = [titles[5]]
    for step in range(4):
        heading(page, walked[-1]).wait_for()
        page.wait_for_function(IN_THE_MIDDLE, arg=walked[-1])
        assert titles[int(re.search(r"article=(\d+)", page.url)[1])] == walked[-1]
        if step < 3:
            walked.append(walk_to_neighbour(page, but=walked))
            page.locator(".st-key-article_trail").get_by_text(walked[-2]).first.wait_for()
    for title in reversed(walked[:-1]):
        page.go_back()
        heading(page, title).wait_for()
        page.wait_for_function(IN_THE_MIDDLE, arg=title)
        assert titles[int(re.search(r"article=(\d+)", page.url)[1])] == title
