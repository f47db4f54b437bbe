"""A run on a rented machine, from the page: started on Train, watched, stopped, resumed, asked about an article."""

import time
from itertools import pairwise

import pytest

from core.runs.store import RunStore
from tests.browser.test_training import read_points, wait_for_points
from tests.cloud.machines import WIKICS, Machines
from tests.cloud.vertex import VertexServer

LATEST_SECONDS = 4.0  # of 95 rows in 100, from the trainer's row to the page


@pytest.fixture
def bucket(emulator, home):
    """One that holds the home's graphs, and nothing else."""
    storage = emulator.open("team")
    for path in (home.folder / "graphs").rglob("*"):
        if path.is_file():
            storage.write(path.relative_to(home.folder).as_posix(), path.read_bytes())
    return storage


@pytest.fixture
def vertex(emulator):
    """A stand-in for Vertex AI that trains for real, and reaches the bucket alone."""
    environment = {"OMP_NUM_THREADS": "1", "STORAGE_EMULATOR_HOST": emulator.url}
    server = VertexServer(Machines(program=WIKICS, environment=environment))
    yield server
    server.close()


def watch_rows(page, run_id, *, seconds):
    """When the page's curves first held so many rows of a run: pairs of rows and Unix time."""
    seen, deadline = [], time.time() + seconds
    while time.time() < deadline:
        rows = read_points(page, run_id)
        if not seen or rows > seen[-1][0]:
            seen.append((rows, time.time()))
        page.wait_for_timeout(100)
    return seen


def measure_delays(seen, logged_at):
    """Seconds of each row that came while the page was watched, from the trainer's clock, which is this machine's."""
    return sorted(at - logged_at[row] for (before, _), (rows, at) in pairwise(seen) for row in range(before, rows))


def test_c01_a_run_trains_on_vertex_from_the_page(vertex, bucket, emulator, start, home, page):
    app = start(
        WIKICS_PROJECT="wikics-tests",
        WIKICS_IMAGE="wikics",
        WIKICS_VERTEX_ENDPOINT=vertex.endpoint,
        WIKICS_BUCKET=bucket.location,
        STORAGE_EMULATOR_HOST=emulator.url,
    )
    page.goto(f"{app.url}/train?graph={home.small}&set=epochs=10000,patience=10000")
    page.get_by_role("combobox", name="Where it trains").click()
    page.get_by_role("option", name="Vertex AI").click()
    page.get_by_text("A machine of its own for this run").wait_for()
    page.locator(".st-key-train_start button:enabled").click()
    page.wait_for_url("**run=**")
    run_id = page.url.split("run=")[1].split("&")[0]
    first = wait_for_points(page, 0, seconds=90)
    assert wait_for_points(page, first) > first
    seen = watch_rows(page, run_id, seconds=20)
    delays = measure_delays(seen, RunStore(bucket).read_metrics(run_id).columns["logged_at"])
    p95 = delays[int(0.95 * len(delays))]
    print(f"{len(delays)} rows on the page after {delays[len(delays) // 2]:.1f} s (median), {p95:.1f} s (95 in 100)")
    assert p95 <= LATEST_SECONDS
    page.get_by_text("Vertex AI: JOB_STATE_RUNNING").wait_for(timeout=30_000)
    link = page.get_by_role("link", name="open it there").get_attribute("href")
    assert link.startswith("https://console.cloud.google.com/vertex-ai/locations/us-central1/training/")

    page.locator(".st-key-train_stop button").click()
    stopped = app.wait_for(run_id, "stopped")
    page.locator(".st-key-train_resume button").click()
    app.wait_for(run_id, "running", epoch=stopped["epoch"] + 1)
    page.locator(".st-key-train_stop button").click()
    app.wait_for(run_id, "stopped")
    assert [app.get(f"/runs/{run_id}")[key] for key in ("backend", "machine", "generation")] == [
        "vertex",
        "g2-standard-4",
        1,
    ]
    page.goto(f"{app.url}/article?graph={home.small}&run={run_id}&article=3")
    page.get_by_text("Predicted", exact=False).first.wait_for()
