"""The app and all that waits are killed; the app comes back: what trained has gone on, what waited begins."""

import psutil

from tests.browser.test_training import read_points


def read_epochs(server, run_id):
    return server.get(f"/metrics-since?run={run_id}:0:0")["runs"][run_id]["columns"].get("epoch", [])


def test_killed_app_leaves_runs_alone(home, start, page):
    server = start()
    running = server.train(home.small, epochs=10_000, patience=10_000)
    server.wait_for(running, "running", epoch=3)
    queued = server.train(home.small, epochs=5)
    assert server.get(f"/runs/{queued}")["state"] == "pending"
    before = len(read_epochs(server, running))
    server.stop(kill=True)
    found = psutil.process_iter(["cmdline"])  # None for a process that is gone or whose remains nobody has taken up
    waiting = [process for process in found if queued in " ".join(process.info["cmdline"] or ())]
    for process in waiting:
        process.kill()
    assert len(waiting) == 1

    again = start()
    again.wait_for(running, "running", epoch=before + 5)
    epochs = read_epochs(again, running)
    assert epochs == list(range(1, len(epochs) + 1))
    assert again.get(f"/runs/{queued}")["state"] == "pending"  # one run at a time
    page.goto(f"{again.url}/runs?graph={home.small}&runs={running},{queued}")
    page.get_by_role("button", name=queued).wait_for()  # the legend of the curves
    again.post(f"/runs/{running}/stop")
    again.wait_for(running, "stopped")
    again.wait_for(queued, "finished", epoch=5)
    page.wait_for_function("""() => {
        const roots = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
        return roots.map((root) => root.querySelector(".c-root")).find(Boolean)?.dataset.states?.includes("finished");
    }""")
    assert read_points(page, queued) == 5
    assert read_points(page, running) == len(read_epochs(again, running))
