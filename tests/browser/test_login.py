"""A login of one's own: a real provider, from the first refusal to the last, and what is told before it."""

import secrets
from pathlib import Path

import pytest

from tests.browser import chrome
from tests.browser.axe import find_violations
from tests.browser.provider import PEOPLE, Provider, write_secrets
from tests.browser.proxy import Proxy
from tests.browser.server import find_port

TOKEN = secrets.token_hex(16)
NEEDED = "training here takes a login: log in on Train, or send the token of this app"
ENDED = "fetch('api/runs').then((answer) => answer.json()).then(({ runs }) => runs[0]?.state === 'finished')"


@pytest.fixture
def provider():
    provider = Provider()
    yield provider
    provider.end()


@pytest.fixture
def browse(chromium, provider):
    """Opens pages of an app; at the end nothing else but its provider was asked, and no page complained."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    witness, addresses = chrome.Witness(context), [provider.url]

    def open_page(address):
        addresses.append(address)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_page
    context.close()
    assert not witness.strangers(*addresses) and not witness.errors


def log_in(page, label, name):
    page.get_by_role("button", name=label, exact=True).click()
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Log out", exact=True).wait_for()


def test_d12_a_visitor_logs_in_trains_and_logs_out_below_a_base_path(start, home, provider, browse, tmp_path):
    proxy = Proxy(port := find_port(), "/wikics")
    given = write_secrets(tmp_path, provider, proxy.url)
    demo = {"WIKICS_LOGIN": "train", "WIKICS_TRAINING": "quota", "STREAMLIT_SERVER_BASE_URL_PATH": "wikics"}
    app = start(port=port, **demo, **given)
    try:
        page = browse(f"{proxy.url}/train?graph={home.small}")
        page.get_by_text("Training here takes a login").wait_for()
        assert page.get_by_role("button", name="Start", exact=True).count() == 0 and find_violations(page) == []
        new = {"graph": home.small, "config": {"epochs": 5}}
        refused = page.request.post(f"{proxy.url}/api/runs", data=new)
        assert (refused.status, refused.json()["detail"]) == (403, NEEDED)
        log_in(page, "Log in to train", "Anna")
        page.goto(f"{proxy.url}/train?graph={home.small}&set=epochs:5")
        page.get_by_role("button", name="Start", exact=True).click()
        page.locator(".c-gd .scatterlayer .js-line").first.wait_for()  # its rows come with the login
        [run] = page.request.get(f"{proxy.url}/api/runs").json()["runs"]
        page.wait_for_function(ENDED, polling=500, timeout=60_000)
        page.get_by_role("button", name="Log out", exact=True).click()
        page.get_by_role("button", name="Log in", exact=True).wait_for()
        assert page.request.get(f"{proxy.url}/api/runs").json()["runs"] == []
        assert page.request.post(f"{proxy.url}/api/runs", data=new).json()["detail"] == NEEDED
    finally:
        proxy.end()
        app.url = f"http://127.0.0.1:{port}/wikics"  # where it is asked, at the end, for what trains
    kept = b"".join(path.read_bytes() for path in (app.home / "runs" / run["id"]).iterdir())
    told = kept + Path(app.log.name).read_bytes()
    assert not [word for word in ("Anna", "anna@", PEOPLE["Anna"], "Traceback") if word.encode() in told]
    assert proxy.refused == [] and provider.asked.count("/token") == 1


def test_d12_where_a_login_comes_first_nothing_is_told_before_it(start, home, provider, browse, tmp_path):
    app = start(WIKICS_LOGIN="see", WIKICS_TOKEN=TOKEN, **write_secrets(tmp_path, provider, "http://127.0.0.1:{port}"))
    page = browse(f"{app.url}/article?graph={home.small}&article=5")
    page.get_by_role("button", name="Log in to see it", exact=True).wait_for()
    assert page.locator(".st-key-router_row").count() == 0 and find_violations(page) == []
    for path in ("api/graphs", "api", "metrics"):
        answer = page.request.get(f"{app.url}/{path}")
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    app.headers = {"authorization": f"Bearer {TOKEN}"}
    assert [graph for graph in app.get("/graphs")["graphs"] if graph["id"] == home.small]
    log_in(page, "Log in to see it", "Bert")
    assert page.request.get(f"{app.url}/api/graphs").status == 200
    page.goto(f"{app.url}/article?graph={home.small}&article=5")
    page.locator(".rings-node").first.wait_for()
