"""A sweep in the browser: begun from its file, watched, narrowed, its process killed and gone on with, confirmed.

Two trials of three epochs; `tests/bench/sweep.py` has thirty.
"""

import os
import signal
import time

import psutil

from tests.browser.shots import AT_REST

TEXT = """\
method: random
name: in the browser
metric: {name: val_acc, goal: maximize}
run_cap: 2
parameters:
  lr: {distribution: log_uniform_values, min: 0.001, max: 0.1}
  hidden_channels: {value: 8}
  epochs: {value: 3}
"""
LONG_SECONDS = 90
LONG_MS = 1000 * LONG_SECONDS


def wait_for(sweep, is_so):
    deadline = time.monotonic() + LONG_SECONDS
    while not is_so(found := sweep()):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


def kill_leader(sweep_id):
    """Ends the process that leads the sweep, and no other, as nobody can prepare for."""
    processes = psutil.process_iter(["pid", "cmdline", "create_time"])
    found = [one for one in processes if (one.info["cmdline"] or [])[-2:] == ["core.app.sweep_leader", sweep_id]]
    # A process that it is just starting bears its command for a moment.
    leader = min(found, key=lambda one: one.info["create_time"])
    os.kill(leader.pid, signal.SIGKILL)


def test_c06_a_sweep_is_begun_narrowed_killed_gone_on_with_and_confirmed(app, home, page):
    page.goto(f"{app.url}/sweeps?graph={home.small}")
    file, another = (
        page.get_by_role("textbox", name="sweep.yaml, as W&B has it"),
        page.get_by_text("Begin another sweep"),
    )
    file.or_(another).first.wait_for()
    if another.is_visible():  # a second try: the first has begun one
        another.click()
    file.fill(TEXT)
    file.press("Control+Enter")
    page.get_by_role("button", name="Start the sweep").click()
    page.wait_for_url("**sweep=*", timeout=LONG_MS)
    sweep_id = page.url.partition("sweep=")[2].partition("&")[0]

    def read():
        return app.get(f"/sweeps/{sweep_id}")

    wait_for(read, lambda found: any(trial["run"] for trial in found["trials"]))
    kill_leader(sweep_id)
    wait_for(read, lambda found: found["state"] in ("crashed", "running", "pending"))
    page.get_by_role("button", name="Narrow a range").click()
    page.get_by_role("spinbutton", name="To").fill("0.02")
    page.get_by_role("spinbutton", name="To").press("Enter")
    page.get_by_role("button", name="Narrow it").click()
    wait_for(read, lambda found: found["parameters"][0]["narrowed"])
    app.post(f"/sweeps/{sweep_id}/resume")  # the app does it too, within a quarter of a minute
    found = wait_for(read, lambda found: found["state"] == "finished")
    assert [trial["state"] for trial in found["trials"]] == ["finished", "finished"]
    assert found["trials"][1]["params"]["lr"] <= 0.02
    runs = [run for run in app.get(f"/runs?graph={home.small}")["runs"] if run["sweep"] == sweep_id]
    assert sorted(run["trial"] for run in runs) == [0, 1]

    page.get_by_text("all 2 trials are done").wait_for(timeout=LONG_MS)
    page.locator(".parallel-canvas").wait_for()
    page.wait_for_function(AT_REST)
    handle = page.get_by_role("slider", name="The least of lr")  # two trials may be equally good
    handle.press("ArrowUp")
    page.wait_for_url("**brush=lr*")
    page.get_by_text("of 2 trials pass the brushes; the others are left out.").wait_for()
    page.get_by_role("button", name="Confirm the best 2 on all 2 splits").click()
    page.get_by_role("link", name="See how sure that is").wait_for()
    page.get_by_role("link", name="See how sure that is").click()
    page.get_by_text("runs are done").first.wait_for()
    stop = page.get_by_role("button", name="Stop")
    for place in range(stop.count()):
        stop.nth(place).click()
