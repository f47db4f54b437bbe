"""A run on a rented machine, from the page: started on Train, watched, stopped, resumed, asked about an article."""

import pytest

from tests.browser.test_training import wait_for_points
from tests.cloud.machines import WIKICS, Machines
from tests.cloud.vertex import VertexServer


@pytest.fixture
def vertex():
    """A stand-in for Vertex AI that trains for real."""
    server = VertexServer(Machines(program=WIKICS, environment={"OMP_NUM_THREADS": "1"}))
    yield server
    server.close()


def test_c01_a_run_trains_on_vertex_from_the_page(vertex, start, home, page):
    app = start(WIKICS_PROJECT="wikics-tests", WIKICS_IMAGE="wikics", WIKICS_VERTEX_ENDPOINT=vertex.endpoint)
    page.goto(f"{app.url}/train?graph={home.small}&set=epochs=10000,patience=10000")
    page.get_by_role("combobox", name="Where it trains").click()
    page.get_by_role("option", name="Vertex AI").click()
    page.get_by_text("A machine of its own for this run").wait_for()
    page.locator(".st-key-train_start button:enabled").click()
    page.wait_for_url("**run=**")
    run_id = page.url.split("run=")[1].split("&")[0]
    first = wait_for_points(page, 0, seconds=90)
    assert wait_for_points(page, first) > first
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
