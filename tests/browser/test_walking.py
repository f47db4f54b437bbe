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
    page.locator(".s-option").nth(1).wait_for()
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


def links_table(page):
    table = page.locator(".links-table")
    table.locator("tbody tr").first.wait_for()
    return table


def test_i05_titles_in_the_table_are_links_by_mouse_and_keyboard(app, home, trained, page):
    titles = app.get(f"/graphs/{home.small}/map")["titles"]
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{app.url}/article?graph={home.small}&run={trained}&article=5&hops=1")
    table = links_table(page)
    assert table.evaluate("(table) => table.scrollWidth <= table.clientWidth + 1")
    first = table.locator("tbody a").first
    title, href = first.inner_text(), first.get_attribute("href")
    assert titles[int(re.search(r"article=%23(\d+)", href)[1])] == title
    first.click()
    heading(page, title).wait_for()
    page.locator(".st-key-article_trail").get_by_text(titles[5]).first.wait_for()
    page.locator(f".links-table a[title='{titles[5]}']").wait_for()
    page.locator(f".links-table a[title='{titles[5]}']").focus()
    page.keyboard.press("Enter")
    heading(page, titles[5]).wait_for()
    links_table(page).locator("a:focus").wait_for()  # of which one sees the beginning nevertheless
    page.wait_for_function("document.querySelector('[data-testid=stMain]')?.scrollTop === 0")


def test_i05_links_sort_and_filter_in_the_url(app, home, trained, page):
    page.goto(f"{app.url}/article?graph={home.small}&run={trained}&article=5&hops=1")
    links = app.get(f"/graphs/{home.small}/articles/5/links?run={trained}")["links"]
    table = links_table(page)
    table.get_by_role("button", name="Article").press("Enter")
    page.wait_for_url("**sort=title**")
    page.get_by_label("Direction", exact=True).select_option("in")
    page.wait_for_url("**direction=in**")
    inward = [link for link in links if link["direction"] == "in"]
    assert table.locator("tbody tr").count() == len(inward)
    page.reload()
    links_table(page)
    assert page.locator(".links-caption").inner_text() == f"{len(inward)} of {len(links)} linked articles."


def test_i11_the_path_between_two_articles_and_the_way_back(app, home, trained, page):
    titles = app.get(f"/graphs/{home.small}/map")["titles"]
    page.goto(f"{app.url}/article?graph={home.small}&run={trained}&article=5&hops=1")
    heading(page, titles[5]).wait_for()
    page.get_by_text("The path to another article").click()
    box = page.get_by_role("combobox", name="Search the article to find a path to")
    ask = f"/graphs/{home.small}/paths?source=5&target="
    target = next(at for at in range(600, 700) if app.get(f"{ask}{at}")["distance"] == 3)
    box.fill(titles[target])
    page.locator(".s-option").first.wait_for()
    box.press("Enter")
    page.wait_for_url(f"**to={target}**")
    page.locator(".paths-stop").first.wait_for()
    found = app.get(f"{ask}{target}")
    assert page.locator(".paths-list li").first.locator("a").count() == found["distance"] + 1
    between = found["paths"][0][1]
    page.locator(".paths-list li").first.locator("a").nth(1).click()
    heading(page, titles[between]).wait_for()
    page.go_back()
    heading(page, titles[5]).wait_for()


def test_i10_show_on_map_search_and_filter(app, home, trained, page):
    titles = app.get(f"/graphs/{home.small}/map")["titles"]
    page.goto(f"{app.url}/article?graph={home.small}&run={trained}&article=5&hops=1")
    page.get_by_role("link", name="Show on the map").click()
    page.locator(".map-stage[aria-busy=false]").wait_for()
    heading(page, titles[5]).wait_for()
    page.locator(".map-stage.w-zoomed").wait_for()  # it came nearer
    box = page.get_by_role("combobox", name="Search articles on the map")
    box.fill(titles[77])
    page.locator(".s-option").first.wait_for()
    box.press("Enter")
    page.wait_for_url("**article=77**")
    heading(page, titles[77]).wait_for()
    page.goto(f"{app.url}/map?graph={home.small}&run={trained}&role=test&least=2")
    columns = app.get(f"/graphs/{home.small}/map")
    wanted = sum(
        role == "test" and degree >= 2 for role, degree in zip(columns["role"], columns["degree"], strict=True)
    )
    page.get_by_text(f"{wanted} of {len(titles)} articles").wait_for()


def test_i09_on_a_phone_a_tapped_article_is_seen_at_once(app, home, trained, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{app.url}/map?graph={home.small}&run={trained}")
    stage = page.locator(".map-stage[aria-busy=false]")
    stage.wait_for()
    box = stage.bounding_box()
    tops = [page.locator(f".st-key-map_{part}").bounding_box()["y"] for part in ("looks", "filters")]
    assert [*tops, box["y"]] == sorted([*tops, box["y"]])
    for share in (0.5, 0.45, 0.55, 0.4, 0.6):  # some article is under one of these
        page.touchscreen.tap(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.5)
        page.wait_for_timeout(300)
        if page.locator(".map-sheet").is_visible():
            break
    sheet = page.locator(".map-sheet").bounding_box()
    assert sheet["y"] + sheet["height"] <= 844 and sheet["x"] >= 0
    page.locator(".map-sheet").get_by_role("link", name="Open its neighbourhood").tap()
    page.wait_for_url("**/article?**")
    page.locator(".rings-node").first.wait_for()
    said, rings = page.get_by_text(re.compile("predicted as")), page.locator(".rings-stage")
    assert said.bounding_box()["y"] < rings.bounding_box()["y"] < 844
    context.close()


def test_i11_links_of_a_page_to_itself_are_in_the_address(app, home, trained, page):
    page.goto(f"{app.url}/article?graph={home.small}&run={trained}")
    page.locator(".st-key-article_start").get_by_role("link", name=re.compile(" of ")).first.click()
    page.wait_for_url(re.compile(r"article=\d+"))
    begun = page.url
    page.locator(".rings-node").first.wait_for()
    walk_to_neighbour(page, but=[])
    page.wait_for_url("**from=**")
    page.locator(".st-key-article_trail").get_by_role("link").first.click()
    page.wait_for_url(begun)
    page.get_by_role("link", name="Article", exact=True).click()
    page.locator(".st-key-article_start").wait_for()
    page.wait_for_url(re.compile("^((?!article=|via=).)*$"))
    page.go_back()
    page.wait_for_url(begun)
    page.locator(".rings-node").first.wait_for()


def test_i09_the_card_of_a_deep_link_opens_its_article(app, home, trained, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{app.url}/map?graph={home.small}&run={trained}&article=5")
    page.locator(".map-stage[aria-busy=false]").wait_for()
    page.locator(".map-sheet").get_by_role("link", name="Open its neighbourhood").tap()
    page.wait_for_url("**/article?**article=5**", timeout=10_000)
    context.close()
