"""Pictures of every page in both themes and on a phone, with data, empty and with an error: `make shots`.

Exits non-zero when a page shows an exception, logs an error, asks another server or scrolls sideways.
The pictures lie in build/shots/; with --readme the README's one is taken as well.
"""

import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import TimeoutError, sync_playwright

from tests.browser import chrome
from tests.browser.homes import Home, add_benchmarks
from tests.browser.server import ROOT, Server
from tests.browser.sweep_home import add_sweep

FOLDER = ROOT / "build" / "shots"
README = ROOT / "docs" / "images" / "overview.png"
README_SHOT = "overview-data-light"
PAGES = {"overview": ""}
PAGES |= {name: name for name in ("train", "runs", "compare", "sweeps", "benchmark", "map", "article")}
BESIDE = {"reports": "reports"}  # pages without an entry of their own above
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"},
    "small": {"viewport": {"width": 1024, "height": 768}, "color_scheme": "light"},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "light",
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
}
# What each page draws last, with a run and without.
DRAWN = {
    "overview": ".st-key-overview_rates .heatmaplayer path, .st-key-overview_rates .heatmaplayer image",
    "train": ".c-gd .scatterlayer .js-line",
    "runs": ".c-gd .scatterlayer .js-line",
    "compare": ".articles-table",
    "sweeps": ".st-key-sweeps_effect .scatterlayer .point",
    "benchmark": ".st-key-benchmark_chart .scatterlayer .point",
    "map": ".map-chip",
    "article": ".rings-node",
}
WITHOUT_RUN = DRAWN | {
    "train": ".st-key-train_start",
    "runs": ".st-key-runs_example .scatterlayer .js-line",
    "compare": ".st-key-compare_train",
    "sweeps": ".st-key-sweeps_start",
    "benchmark": ".st-key-benchmark_start",
    "article": ".st-key-article_start a",
}
TALLEST = 3_000
# When nothing on the page moves any more.
AT_REST = """() => {
    const all = [...document.querySelectorAll("*")];
    const roots = [document, ...all.map((one) => one.shadowRoot).filter(Boolean)];
    const busy = "[data-testid=stSkeleton], [aria-busy=true], .w-skeleton:not([hidden]), [data-stale=true]";
    const shown = (one) => one.getClientRects().length > 0;
    return document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]")
        && document.querySelector(".st-key-router_row")
        && !roots.some((root) => [...root.querySelectorAll(busy)].some(shown));
}"""
HEIGHT = "document.querySelector('[data-testid=stMain]').scrollHeight"
# How far a page is wider than the screen: the document, or what scrolls in it.
TOO_WIDE = """Math.max(document.documentElement.scrollWidth - innerWidth,
    ...[...document.querySelectorAll("[data-testid=stMain], [data-testid=stMainBlockContainer]")]
        .map((one) => one.scrollWidth - one.clientWidth))"""


@dataclass(frozen=True)
class Shot:
    """One page in one state: its name, its address below the app's, and what stands on it when it is drawn."""

    name: str
    path: str
    ready: str


def list_shots(home, run_id, other_id, report_id):
    """Every page with data, and with an error."""
    article = 4321
    data = f"graph={home.twin}&run={run_id}"
    own = {"map": f"&article={article}", "article": f"&article={article}", "runs": f"&runs={run_id}"}
    own["compare"] = f"&runs={run_id},{other_id}"
    shots = [Shot(f"{name}-data", f"{path}?{data}{own.get(name, '')}", DRAWN[name]) for name, path in PAGES.items()]
    unknown = WITHOUT_RUN | {name: DRAWN[name] for name in ("runs", "sweeps", "benchmark")}
    unknown["compare"] = ".st-key-compare_newest"
    shots += [
        Shot(f"{name}-no-such-run", f"{PAGES[name]}?graph={home.twin}&run=nobody", unknown[name]) for name in PAGES
    ]
    return [
        *shots,
        Shot("overview-no-such-graph", "?graph=none", DRAWN["overview"]),
        Shot("article-none-chosen", f"article?{data}", WITHOUT_RUN["article"]),
        Shot("article-no-such-article", f"article?{data}&article=zzz", "[data-testid=stAlert]"),
        Shot("benchmark-no-such-benchmark", f"benchmark?{data}&first=nobody", DRAWN["benchmark"]),
        Shot("benchmark-one", f"benchmark?graph={home.hostile}", DRAWN["benchmark"]),
        Shot("runs-picked", f"runs?{data}&pick=cell:0:1", ".articles-table"),
        Shot("reports-data", f"reports?graph={home.twin}&report={report_id}", DRAWN["runs"]),
        Shot("reports-list", f"reports?graph={home.twin}", "[class*=st-key-reports_one_]"),
        Shot("reports-no-such-report", f"reports?graph={home.twin}&report=nobody", "[data-testid=stAlert]"),
        Shot("map-picked", f"map?{data}&only=cell:0:1&color=pred", DRAWN["map"]),
        Shot("map-right-or-wrong", f"map?{data}&color=correct", DRAWN["map"]),
    ]


def list_live_shots(home, run_id):
    """What moves."""
    return [Shot(f"{name}-live", f"{name}?graph={home.small}&run={run_id}", DRAWN[name]) for name in ("train", "runs")]


def list_empty_shots(home):
    """Every page before anything was trained."""
    shots = [Shot(f"{name}-empty", f"{path}?graph={home.twin}", WITHOUT_RUN[name]) for name, path in PAGES.items()]
    return [*shots, Shot("reports-empty", f"reports?graph={home.twin}", ".st-key-router_row")]


def take(browser, server, look, shots):
    """Takes these pictures in one look; returns what is wrong with them."""
    problems = []
    for shot in shots:
        context = browser.new_context(**LOOKS[look])
        witness = chrome.Witness(context)
        page = context.new_page()
        page.goto(f"{server.url}/{shot.path}")
        name = f"{shot.name}-{look}"
        viewport = LOOKS[look]["viewport"]
        try:
            wait_until_drawn(page, shot, viewport)
            page.wait_for_function(AT_REST, timeout=60_000)
        except TimeoutError:  # the picture shows what it waited for
            problems.append(f"{name}: not drawn after 60 s")
        page.wait_for_timeout(700)
        show_whole(page, viewport)
        page.screenshot(path=FOLDER / f"{name}.png")
        wide = page.evaluate(TOO_WIDE)
        boxes = page.get_by_test_id("stException").count()
        problems += [f"{name}: {wide} px too wide"] if wide > 0 else []
        problems += [f"{name}: an exception is shown"] if boxes else []
        problems += [f"{name}: {error}" for error in witness.errors]
        problems += [f"{name}: asked {url}" for url in witness.strangers(server.url)]
        context.close()
        print(f"{name}.png", flush=True)
    return problems


def wait_until_drawn(page, shot, viewport, *, seconds=60):
    """What is not in view is not drawn, and the page grows while it loads. Raises TimeoutError."""
    page.locator(".st-key-router_row").wait_for(timeout=1000 * seconds)
    deadline = time.monotonic() + seconds
    while not page.locator(shot.ready).count():
        show_whole(page, viewport)
        page.wait_for_timeout(300)
        if time.monotonic() > deadline:
            raise TimeoutError(shot.ready)


def show_whole(page, viewport):
    """Makes the window as high as the page, which may grow in it."""
    height = viewport["height"]
    for _ in range(4):
        wanted = min(max(page.evaluate(HEIGHT), viewport["height"]), TALLEST)
        if wanted == height:
            break
        height = wanted
        page.set_viewport_size({"width": viewport["width"], "height": height})
        page.wait_for_timeout(900)


def write_report(server, run_ids):
    """A report about these runs; its id."""
    text = "## Found\n\nThe graph is worth **more than ten points**.\n\n- `gcn` reads links\n- `mlp` does not"
    metrics = ["accuracy", "loss", "lr@elapsed_seconds"]
    return server.post("/reports", name="What links are worth", runs=run_ids, text=text, metrics=metrics)["id"]


def save_readme_picture():
    """One of the pictures for the README, in few colours, so that a repository can hold it."""
    README.parent.mkdir(parents=True, exist_ok=True)
    Image.open(FOLDER / f"{README_SHOT}.png").convert("RGB").quantize(160).save(README, optimize=True)


def main(arguments):
    """Takes the pictures whose names contain any of the arguments, or all."""
    words = [word for word in arguments if not word.startswith("-")]

    def take_wanted(shots):
        found = []
        for look in LOOKS:
            wanted = [shot for shot in shots if not words or any(word in f"{shot.name}-{look}" for word in words)]
            found += take(browser, server, look, wanted)
        return found

    FOLDER.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the app and its runs are ended all the same
    problems = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Home(Path(folder) / "home")
        server = Server(home.folder)
        browser = chrome.launch(playwright)
        try:
            problems += take_wanted(list_empty_shots(home))
            run_id = server.train(home.twin, "gcn", epochs=40, hidden_channels=64)
            server.wait_for(run_id, "finished", seconds=600)
            other_id = server.train(home.twin, "mlp", epochs=20, hidden_channels=64)
            server.wait_for(other_id, "finished", seconds=600)
            add_benchmarks(home, home.twin)
            add_sweep(home, home.twin, run=run_id)
            add_benchmarks(home, home.hostile, count=1)
            problems += take_wanted(list_shots(home, run_id, other_id, write_report(server, [run_id, other_id])))
            live_id = server.train(home.small, hidden_channels=512, num_layers=4, epochs=10_000, patience=10_000)
            server.wait_for(live_id, "running", epoch=20)
            problems += take_wanted(list_live_shots(home, live_id))
        finally:
            browser.close()
            server.end()
    if "--readme" in arguments:
        save_readme_picture()
    print("\n".join(problems) or "nothing wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
