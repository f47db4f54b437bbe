"""The main job from beginning to end, by keyboard alone, and by a finger on a phone.

Open, choose, set, start, watch, stop, go on, compare two runs, find an article, walk, ask. Both are recorded, with a
picture of every move, in build/traces (to be opened by `playwright show-trace`).
"""

import contextlib
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import TimeoutError

from tests.browser import chrome
from tests.browser.server import ROOT
from tests.browser.shots import LOOKS
from tests.browser.test_training import wait_for_points

TRACES = ROOT / "build" / "traces"
PAUSE_MS = 1_500  # a person looks at what has changed before the next move
PICK_MS = 8_000  # until a person who sees nothing happen picks again
NODES = ".rings-svg:not(.rings-spot) .rings-node"


class Keyboard:
    """Someone without a mouse: only keys, and what has the focus."""

    most_tabs = 150

    def __init__(self, page):
        self.page = page

    def go_to(self, target):
        """Tab until the target, or what is in it, has the focus; backwards once the page has been gone through."""
        target.first.wait_for()
        for _ in range(self.most_tabs):
            self.page.keyboard.press("Tab")
            if target.first.evaluate(HAS_FOCUS):
                return
        raise AssertionError(f"no Tab leads to {target}")

    def use(self, target):
        self.go_to(target)
        self.page.keyboard.press("Enter")

    def fill(self, target, text):
        self.go_to(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")


class Finger:
    """Someone with a phone: taps alone, at what can be brought into sight."""

    def __init__(self, page):
        self.page = page

    def go_to(self, target):
        target.first.tap()

    def use(self, target):
        target.first.tap()

    def fill(self, target, text):
        target.first.tap()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")


HAS_FOCUS = """(target) => {
    const active = target.getRootNode().activeElement;
    return active === target || target.contains(active);
}"""
LOOKS_BY_HAND = {Keyboard: {"viewport": {"width": 1280, "height": 900}}, Finger: LOOKS["phone"]}


@pytest.fixture(params=[Keyboard, Finger], ids=["keyboard", "touch"])
def person(request, chromium):
    """Someone before an empty page, whose every move is recorded."""
    context = chromium.new_context(**LOOKS_BY_HAND[request.param])
    context.set_default_timeout(60_000)
    witness = chrome.Witness(context)
    context.tracing.start(screenshots=True)
    page = context.new_page()
    yield request.param(page)
    context.tracing.stop(path=TRACES / f"{request.node.callspec.id}.zip")
    context.close()
    assert not witness.errors


@pytest.fixture
def rival(app, home):
    """A finished run to compare with."""
    run_id = app.train(home.small, epochs=12, patience=12)
    app.wait_for(run_id, "finished", seconds=240)
    yield run_id
    app.end_runs()


def read_run(page):
    return re.search(r"[?&]run=([^&]+)", page.url)[1]


def list_drawn(page):
    """The runs that the URL has in the charts."""
    return parse_qs(urlsplit(page.url).query).get("runs", [""])[0].split(",")


def test_d02_the_main_job(person, app, home, rival):
    page = person.page
    run_id = train_and_go_on(person, app, home)
    compare(person, run_id, rival)
    find_and_walk(person)
    page.get_by_text(re.compile("predicted as")).wait_for()  # ask: what the model says of it


def train_and_go_on(person, app, home):
    """Open, choose, set, start, watch, stop, go on. Returns the run."""
    page = person.page
    page.goto(f"{app.url}/?graph={home.small}")
    person.use(page.get_by_role("link", name="Train a model"))
    person.use(page.get_by_role("button", name="GCN", exact=True))
    page.wait_for_url("**preset=gcn**")
    person.fill(page.get_by_label("Epochs", exact=True), "9000")
    person.use(page.locator("summary", has_text="More settings"))
    person.fill(page.get_by_label("Patience", exact=True), "9000")  # so that nothing but Stop ends it
    page.get_by_text("--set patience=9000").wait_for()
    person.use(page.locator(".st-key-train_start button"))
    page.wait_for_url("**run=**")
    run_id = read_run(page)
    wait_for_points(page, 2, seconds=120)
    person.use(page.get_by_role("button", name="Stop", exact=True))
    app.wait_for(run_id, "stopped", "finished")
    person.use(page.get_by_role("button", name="Resume"))
    app.wait_for(run_id, "running", "finished")
    return run_id


def compare(person, *runs):
    """Two runs, and nothing else, in the charts of Runs."""
    page = person.page
    person.use(page.get_by_role("link", name="Runs", exact=True))
    page.get_by_role("heading", name="Runs", exact=True).wait_for()
    page.locator(".c-chip").first.wait_for()
    person.use(page.locator("summary", has_text="Choose runs by name"))
    menu = page.get_by_role("combobox", name="Runs in the charts")
    menu.wait_for()
    while list_drawn(page) != ["none"]:
        be_in(person, menu)
        page.keyboard.press("Backspace")
        page.wait_for_timeout(PAUSE_MS)
    deadline = time.monotonic() + 120
    while sorted(list_drawn(page)) != sorted(runs):  # a redraw that crosses a pick may take back the one before
        assert time.monotonic() < deadline, f"{runs} were picked again and again, and {page.url} has others"
        for run_id in runs:
            choose(person, menu, run_id)
    page.keyboard.press("Escape")  # closes the list, which hides the rest of the page from a screen reader
    for run_id in runs:
        page.get_by_role("button", name=run_id, exact=True).wait_for()  # the legend of the curves


def choose(person, menu, run_id):
    """Adds a run to the charts; a redraw of the page shuts the list or moves what it marks, and one picks again."""
    page = person.page
    deadline = time.monotonic() + 60
    while run_id not in list_drawn(page):
        assert time.monotonic() < deadline, f"{run_id} was picked again and again and is not in {page.url}"
        be_in(person, menu)
        page.keyboard.press("Control+A")
        page.keyboard.type(run_id)
        option = page.get_by_role("option", name=run_id)
        with contextlib.suppress(TimeoutError):
            option.wait_for(timeout=PICK_MS)
            if isinstance(person, Finger):
                option.tap(timeout=PICK_MS)
            else:
                page.keyboard.press("ArrowDown")
                page.keyboard.press("Enter")
            page.wait_for_url(lambda url: run_id in parse_qs(urlsplit(url).query)["runs"][0], timeout=PICK_MS)
        page.wait_for_timeout(PAUSE_MS)


def be_in(person, field):
    """Goes back to a field that a redraw of the page has taken the focus from."""
    if not field.first.evaluate(HAS_FOCUS):
        person.go_to(field)


def find_and_walk(person):
    """An article by a part of its title, then a neighbour of it."""
    page = person.page
    person.use(page.get_by_role("link", name="Article", exact=True))
    box = page.get_by_role("combobox", name="Search articles by title")
    box.wait_for()
    if isinstance(person, Finger):
        person.use(box)
        page.keyboard.type("router 1")
        person.use(page.locator(".s-option"))
    else:
        person.go_to(box)
        page.keyboard.type("router 1")
        page.locator(".s-option").first.wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    page.wait_for_url("**article=**")
    page.locator(NODES).nth(1).wait_for()
    found = page.url
    if isinstance(person, Finger):
        for _ in range(2):  # the first tap says what it is, the second goes there
            page.locator(NODES).nth(1).tap(force=True)
            page.wait_for_timeout(PAUSE_MS)
    else:
        person.go_to(page.locator(NODES).first)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
    page.wait_for_function("before => location.href !== before && location.search.includes('article=')", arg=found)
