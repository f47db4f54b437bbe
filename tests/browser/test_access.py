"""What one without a mouse, or with many tabs, goes by: names, what has the focus; and the values of the curves."""

import pytest

from tests.browser.homes import HOSTILE
from tests.browser.shots import PAGES

AREA = """(tip) => {
    const [a, b] = [tip, tip.parentElement.querySelector(".c-plot")].map((one) => one.getBoundingClientRect());
    const across = Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left));
    const down = Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
    return (across * down) / (b.width * b.height);
}"""


@pytest.mark.parametrize("name", PAGES)
def test_i06_each_tab_is_called_after_what_is_open(app, home, trained, page, name):
    titles = {"map": "Log 9 of", "article": "Log 9 of", "train": trained, "runs": trained}
    page.goto(f"{app.url}/{PAGES[name]}?graph={home.small}&run={trained}&article=9")
    page.wait_for_function("document.title.split(' · ').length === 3")
    opened, called, product = page.title().split(" · ")
    assert opened.startswith(titles.get(name, "small"))
    assert (called, product) == (name.capitalize(), "WikiCS Explorer")


def test_i06_a_tab_takes_a_title_as_it_is(app, home, page):
    page.goto(f"{app.url}/article?graph={home.hostile}&article=0")
    page.wait_for_function("document.title.includes(' · ')")
    assert page.title().startswith(f"{HOSTILE[0]} 0 · Article")


def test_i06_the_focused_entry_is_told_from_the_open_page(app, home, page):
    page.goto(f"{app.url}/map?graph={home.small}")
    links = page.locator(".st-key-router_row").get_by_role("link")
    links.filter(has_text="Map").wait_for()
    page.locator(".map-chip").first.wait_for()
    links.filter(has_text="Article").focus()
    page.keyboard.press("Shift+Tab")  # by keyboard, so that the browser shows the focus
    page.keyboard.press("Tab")
    look = "(link) => [getComputedStyle(link).outlineStyle, !!link.querySelector('strong')]"
    looks = {link.inner_text().split()[-1]: link.evaluate(look) for link in links.all()}
    assert looks == {name.capitalize(): ["none", False] for name in PAGES} | {
        "Map": ["none", True],
        "Article": ["solid", False],
    }


@pytest.mark.parametrize("name", ["map", "article"])
def test_i06_fit_is_called_fit(app, home, page, name):
    page.goto(f"{app.url}/{name}?graph={home.small}&article=0")
    page.get_by_role("button", name="Fit", exact=True).wait_for()


def test_i12_values_stand_beside_the_chart(app, home, trained, page):
    page.goto(f"{app.url}/runs?graph={home.small}&runs={trained}")
    page.locator(".c-gd .scatterlayer .js-line").first.wait_for()
    plot = page.locator(".c-plot").first
    for share in (0.3, 0.6, 0.9):
        box = plot.bounding_box()
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.5)
        tip = page.locator(".c-tip:visible").first
        tip.wait_for()
        assert tip.evaluate(AREA) == 0


def test_i09_on_a_phone_presets_fold_a_form_shows_its_button_and_one_acts_first(app, home, trained, page):
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto(f"{app.url}/train?graph={home.small}&run={trained}")
    fold = page.locator("summary", has_text="more presets")
    fold.click()
    chosen = page.get_by_role("button", name="MLP")
    chosen.scroll_into_view_if_needed()
    at = chosen.bounding_box()["y"]
    chosen.click()
    page.wait_for_url("**preset=mlp**")
    page.locator("summary", has_text="MLP is chosen").wait_for()
    assert chosen.bounding_box()["y"] == at  # it stays under the finger
    fold.click()
    page.get_by_test_id("stPopoverButton").filter(has_text="Fork").click()
    form = page.get_by_test_id("stPopoverBody")
    start = form.get_by_role("button", name="Start the fork")
    start.wait_for()
    assert form.evaluate("form => form.scrollHeight > form.clientHeight")
    inside, whole = start.bounding_box(), form.bounding_box()
    assert whole["y"] <= inside["y"] and inside["y"] + inside["height"] <= whole["y"] + whole["height"] <= 700
    page.keyboard.press("Escape")
    parts = (".st-key-train_presets", ".st-key-train_start", ".c-root", ".st-key-train_settings_head")
    tops = [page.locator(part).bounding_box()["y"] for part in parts]
    assert tops == sorted(tops)


def test_i12_a_double_click_shows_one_curve_alone(app, home, trained, page):
    page.goto(f"{app.url}/runs?graph={home.small}&runs={trained}")
    chips = page.locator(".c-chip")
    chips.nth(2).wait_for()

    def read():
        return {chip.inner_text(): chip.get_attribute("aria-pressed") for chip in chips.all()}

    chips.filter(has_text="Validation").dblclick()
    assert read() == {"Train": "false", "Stopping": "false", "Validation": "true"}
    page.get_by_role("button", name="Show all", exact=True).click()
    assert set(read().values()) == {"true"}
    chips.filter(has_text="Train").focus()
    page.keyboard.press("Shift+Enter")
    assert read() == {"Train": "true", "Stopping": "false", "Validation": "false"}
