"""Behind a proxy that lets only a prefix through, everything works: pages, pictures, the interface, health."""

import json
import urllib.request

import pytest

from tests.browser.proxy import Proxy

IN_A_COMPONENT = "() => [...document.querySelectorAll('*')].some((one) => one.shadowRoot?.querySelector"
IS_MAP_DRAWN = IN_A_COMPONENT + "('.map-stage[aria-busy=false]'))"
HAS_POINTS = IN_A_COMPONENT + "('.c-gd')?.data?.[0]?.x.length)"


@pytest.fixture
def proxy(start):
    server = start(STREAMLIT_SERVER_BASE_URL_PATH="wikics")
    proxy = Proxy(server.port, "/wikics")
    yield proxy
    proxy.end()


def ask(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read().decode()


def test_i07_all_is_below_the_base_path(proxy, home, page):
    assert json.loads(ask(f"{proxy.url}/healthz"))["ready"]
    assert "wikics_http_requests_total" in ask(f"{proxy.url}/metrics")
    assert "/wikics/api/openapi.json" in ask(f"{proxy.url}/api/docs")
    assert [graph["id"] for graph in json.loads(ask(f"{proxy.url}/api/graphs"))["graphs"]]
    page.goto(f"{proxy.url}/article/7?graph={home.small}")
    page.locator(".rings-node").first.wait_for()
    page.get_by_role("combobox", name="Search articles by title").fill("cache 415")
    page.locator(".s-option").first.click()
    page.wait_for_url("**/wikics/article?*article=415*")
    page.get_by_role("link", name="Map", exact=True).click()
    page.wait_for_url("**/wikics/map?*")
    page.locator(".map-stage canvas").first.wait_for()
    page.wait_for_function(IS_MAP_DRAWN, timeout=120_000)  # its layout is computed
    page.get_by_role("link", name="Train", exact=False).first.click()
    page.locator(".st-key-train_start button").click()
    page.wait_for_function(HAS_POINTS, timeout=120_000)
    page.goto(f"{proxy.url}/a/b/c")
    page.get_by_text("There is nothing at /a/b/c").wait_for()
    assert proxy.refused == []
