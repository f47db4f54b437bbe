"""A real server and a real browser: every request and console message is recorded and judged at the end of a test."""

import shutil
from pathlib import Path

import pytest

from tests.browser import chrome
from tests.browser.homes import Home
from tests.browser.server import ROOT, Server


def pytest_collection_modifyitems(items):
    """Browser tests go last: from the first one on, Playwright keeps an event loop and a child process.

    One that only waited too long is tried once more, and the summary names it: on two processors a training run and
    Chromium starve each other at times. A wrong value is wrong at once.
    """
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api", reason="the development extras are not installed")
    if not chrome.has_chromium():
        pytest.skip("no chromium on this machine: install Debian's package or set CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = chrome.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return Home(tmp_path_factory.mktemp("browser") / "home")


@pytest.fixture(scope="session")
def app(home):
    """One process for every test that needs no process of its own."""
    server = Server(home.folder)
    yield server
    server.end()


@pytest.fixture
def start(home, tmp_path):
    """Starts a process over a copy of the home; name this fixture before `page`, which then closes first."""
    folder = shutil.copytree(home.folder, tmp_path / "home", ignore=lambda folder, _names: hide_runs(folder, home))
    servers = []

    def start_server(**settings):
        server = Server(folder, wait=False, **settings)
        servers.append(server)
        server.wait_until_ready()
        return server

    yield start_server
    for server in servers:
        server.end()


def hide_runs(folder, home):
    """Of a home, only the graphs are copied."""
    return {path.name for path in home.folder.iterdir()} - {"graphs"} if Path(folder) == home.folder else set()


@pytest.fixture(scope="session")
def trained(app, home):
    """A finished run of the small graph."""
    run_id = app.train(home.small, epochs=30, patience=30)
    app.wait_for(run_id, "finished")
    return run_id


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keeps what a page looked like when its test failed."""
    report = yield
    if report.when == "call" and report.failed and "page" in item.funcargs:
        picture = ROOT / "build" / "failures" / f"{item.name}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        item.funcargs["page"].screenshot(path=picture)
        report.sections.append(("picture", str(picture)))
    return report


@pytest.fixture
def page(chromium):
    """A page that fails its test on a console error, a dialog, or a request that leaves the app's origin."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    witness = chrome.Witness(context)
    page = context.new_page()
    yield page
    app_url = page.url
    context.close()
    assert not witness.strangers(app_url)
    assert not witness.errors
