"""axe-core finds nothing: on every page, in both themes, empty, with data, with an error, all unfolded."""

import pytest
import streamlit

from tests.browser import chrome
from tests.browser.axe import STREAMLIT, find_violations
from tests.browser.homes import Home, add_benchmarks
from tests.browser.server import Server
from tests.browser.shots import AT_REST, BESIDE, PAGES
from tests.browser.sweep_home import add_sweep

STATES = {
    "data": "graph={small}&run={run}&article=5&runs={run},{other}&pick=cell:0:0&report={report}",
    "empty": "graph={hostile}",
    "error": "graph={small}&run=nobody&article=zzz&first=nobody&sweep=nobody&report=nobody",
}
THEMES = ("light", "dark")
SETTLING_MS = 250
# Whether the page has this theme. What is on its way to another colour arrives at once: a page at rest draws no frames.
WEARS = """theme => {
    for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
    return getComputedStyle(document.querySelector("[data-testid=stApp]")).colorScheme === theme;
}"""
UNFOLD = """() => {
    const all = [...document.querySelectorAll("*")];
    const roots = [document, ...all.map((one) => one.shadowRoot).filter(Boolean)];
    for (const one of roots.flatMap((root) => [...root.querySelectorAll("details:not([open]) > summary")])) one.click();
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server, and its addresses' parameters by state."""
    home = Home(tmp_path_factory.mktemp("axe") / "home", num_nodes=300)
    server = Server(home.folder)
    run = server.train(home.small, epochs=20, patience=20)
    other = server.train(home.small, "mlp", epochs=20, patience=20)
    for each in (run, other):
        server.wait_for(each, "finished")
    add_benchmarks(home, home.small)
    add_sweep(home, home.small, run=run)
    report = server.post("/reports", name="Rates", runs=[run, other], text="## Found\n\nLess is more.")["id"]
    yield (
        server,
        {state: text.format(run=run, other=other, report=report, **vars(home)) for state, text in STATES.items()},
    )
    server.end()


@pytest.fixture(scope="module")
def browsed(chromium, served):
    """Opens a page in a state, unless it is open, and gives it a theme; the window is tall, so that all is drawn."""
    server, params = served
    context = chromium.new_context(viewport={"width": 1280, "height": 1600})
    context.set_default_timeout(30_000)
    witness = chrome.Witness(context)
    page = context.new_page()
    opened = None

    def browse(name, state, theme):
        nonlocal opened
        page.emulate_media(color_scheme=theme)
        if opened != (name, state):
            page.goto(f"{server.url}/{(PAGES | BESIDE)[name]}?{params[state]}")
            opened = name, state
        for _ in range(2):  # a change of theme comes in steps: none has to be under way some time later either
            page.wait_for_function(AT_REST)
            page.wait_for_function(WEARS, arg=theme)
            page.wait_for_timeout(SETTLING_MS)
        return page

    yield browse
    context.close()
    assert not witness.errors


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", [*PAGES, *BESIDE])
def test_i06_axe_finds_nothing(browsed, name, state, theme):
    assert find_violations(browsed(name, state, theme)) == []


@pytest.mark.parametrize("name", PAGES)
def test_i06_axe_finds_nothing_in_what_is_folded(browsed, name):
    page = browsed(name, "data", "light")
    page.evaluate(UNFOLD)
    found = {theme: find_violations(browsed(name, "data", theme)) for theme in THEMES}
    for tab in reversed(page.get_by_role("tab").all_inner_texts()):  # those within the first tab first
        page.get_by_role("tab", name=tab, exact=True).click()
        found |= {(tab, theme): find_violations(browsed(name, "data", theme)) for theme in THEMES}
    assert {where: lines for where, lines in found.items() if lines} == {}


def test_what_is_excused_is_excused_of_the_streamlit_at_hand():
    assert streamlit.__version__.rpartition(".")[0] == STREAMLIT
