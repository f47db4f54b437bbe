"""One feed: no two places of a page disagree about a run; and what a person has set on Train stays."""

import re

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LAG_SECONDS = 2.5
# What each place says of the run's epoch now, and how many points the curve has.
WATCH = """(run) => {
    window.seen = [];
    const roots = () => [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
    const epochIn = (text) => Number((text ?? "").match(/epoch ([\\d,]+) of/)?.[1].replaceAll(",", "") ?? NaN);
    setInterval(() => {
        const root = roots().map((one) => one.querySelector(".c-root")).find(Boolean);
        const box = document.querySelector("[class*=st-key-router_run] input");
        const cells = [...document.querySelectorAll("[role=gridcell]")].map((one) => one.textContent);
        window.seen.push({
            at: performance.now() / 1000,
            curve: JSON.parse(root?.dataset.points ?? "{}")[run] ?? 0,
            box: epochIn(box?.value),
            head: epochIn(document.querySelector("[class*=st-key-runs_stage]")?.textContent),
            table: epochIn(cells.find((text) => /epoch/.test(text))),
        });
    }, 100);
}"""


@pytest.fixture
def live(app, home):
    """A run that goes on until the test ends it, and one that waits behind it."""
    run_id = app.train(home.small, epochs=10_000, patience=10_000)
    app.wait_for(run_id, "running", epoch=5)
    yield run_id, app.train(home.small, epochs=5)
    app.end_runs()


def count_whole_runs(page):
    """A list that grows with every run of a page's whole script; runs of fragments are not in it."""
    found = []

    def take(content):
        message = ForwardMsg.FromString(content)
        if (
            message.WhichOneof("type") == "script_finished"
            and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        ):
            found.append(message)

    page.on("websocket", lambda socket: socket.on("framereceived", take))
    return found


def test_i02_no_place_lags_the_curve(app, home, live, page):
    run_id, waiting = live
    whole_runs = count_whole_runs(page)
    page.goto(f"{app.url}/runs?graph={home.small}&run={run_id}&runs={run_id}")
    page.locator(".c-gd .scatterlayer .js-line").first.wait_for(state="attached")
    page.evaluate(WATCH, run_id)
    before = len(whole_runs)
    page.wait_for_timeout(8000)
    assert len(whole_runs) == before, "what is new of a number draws the whole page"
    seen = page.evaluate("window.seen")
    late = [
        (now["at"], place, now[place], before["curve"])
        for now in seen
        for before in seen
        if before["at"] < now["at"] - LAG_SECONDS
        for place in ("box", "head", "table")
        if not now[place] >= before["curve"]
    ]
    assert seen[-1]["curve"] > seen[0]["curve"]
    assert late[:5] == []
    page.goto(f"{app.url}/train?graph={home.small}&run={waiting}")
    page.locator(".st-key-train_stage").get_by_text("place 1 of 1 in the queue").wait_for()
    assert "place 1 of 1 in the queue" in page.locator("[class*=st-key-router_run] input").input_value()
    page.get_by_text("1 running, 1 waiting").wait_for()
    app.post(f"/runs/{run_id}/stop")
    app.wait_for(waiting, "finished")
    page.get_by_text("Nothing waiting").wait_for()  # by itself
    page.locator(".st-key-train_head").get_by_text("finished").wait_for()


def test_i03_what_was_set_stays_and_i04_start_refuses_what_is_red(app, home, live, page):
    run_id, _ = live
    page.goto(f"{app.url}/train?graph={home.small}&run={run_id}")
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("30")
    epochs.press("Enter")
    page.wait_for_url(re.compile("epochs%3D30"))
    page.get_by_role("button", name="SGC").click()
    page.wait_for_url("**preset=sgc**")
    page.locator(".c-gd .scatterlayer .js-line").first.wait_for(state="attached")
    to_benchmark = page.get_by_role("link", name="Benchmark").first.click
    for leave, title in ((page.reload, "Train a model"), (to_benchmark, "Benchmark")):
        leave()
        page.get_by_role("heading", name=title, exact=True).wait_for()
        page.get_by_role("link", name="Train", exact=True).first.click()
        page.get_by_role("heading", name="Train a model", exact=True).wait_for()
        epochs.wait_for()
        assert epochs.input_value() == "30"
        page.get_by_text("--preset sgc --set epochs=30").wait_for()
    count = len(app.get("/runs")["runs"])
    epochs.fill("99999999")
    epochs.press("Tab")
    page.get_by_text("epochs is 99999999: input should be less than or equal to").wait_for()
    page.wait_for_function("field => field.value === '99999999'", arg=epochs.element_handle(), timeout=10_000)
    assert page.locator(".st-key-train_start button").is_disabled()
    assert len(app.get("/runs")["runs"]) == count
