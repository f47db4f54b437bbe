"""What a person does just when the page asks for news, or before the last answer has come: once, and not lost."""

from urllib.parse import parse_qsl, urlsplit

import pytest

# The browser sends what a person does a moment later; this makes the moment so long that timers fall in it.
LONG_MOMENT = """() => {
    const wait = window.setTimeout.bind(window);
    window.setTimeout = (call, milliseconds, ...rest) => wait(call, milliseconds || 1500, ...rest);
}"""
# Leaves the field that is open, and presses a button before the app has answered.
LEAVE_AND_PRESS = """button => {
    document.activeElement.blur();
    setTimeout(() => document.querySelector(`.st-key-${button} button`).click(), 15);
}"""


@pytest.fixture
def live(app, home):
    """A run that goes on until the test ends it."""
    run_id = app.train(home.small, epochs=10_000, patience=10_000)
    app.wait_for(run_id, "running", epoch=1)
    yield run_id
    app.end_runs()


def open_train(page, app, home, run_id):
    page.goto(f"{app.url}/train?graph={home.small}&run={run_id}")
    page.locator(".c-gd .scatterlayer .js-line").first.wait_for(state="attached")
    page.get_by_text("--preset gcn").wait_for()


def test_one_click_begins_one_run(app, home, live, page):
    open_train(page, app, home, live)
    before = {run["id"] for run in app.get("/runs")["runs"]}
    page.evaluate(LONG_MOMENT)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(lambda url: f"run={live}" not in url)
    page.wait_for_timeout(3000)  # in which a second request would begin a second one
    begun = {run["id"] for run in app.get("/runs")["runs"]} - before
    assert len(begun) == 1 and begun.pop() in page.url


def test_a_value_stays_whatever_is_chosen_right_after_it(app, home, live, page):
    open_train(page, app, home, live)
    epochs = page.get_by_label("Epochs", exact=True)
    for value, preset in (("31", "sgc"), ("32", "gcn"), ("33", "sgc")):
        epochs.fill(value)
        page.evaluate(LEAVE_AND_PRESS, f"train_preset_{preset}")
        page.get_by_text(f"--preset {preset} --set epochs={value}").wait_for()
        assert epochs.input_value() == value
    last = page.url
    page.go_back()  # the browser's history still leads to what was, whichever of the two came first
    page.wait_for_url(lambda url: url != last)
    page.wait_for_timeout(2500)  # whatever a request then tells that left before
    told = dict(parse_qsl(urlsplit(page.url).query))
    assert page.url != last
    page.get_by_text(f"--preset {told['preset']} --set {told['set']}").wait_for()
