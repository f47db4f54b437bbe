"""What is asked of a home while its artefacts are made: every command with --json, every route, URLs of every page."""

import json
from urllib.parse import urlencode

GRAPH_TITLES = ("Café Zürich", "mercury", '<b>A/B</b> "100 %" #1?&x=1', "1984", "42", "日本語")
SEARCHES = ("mercury", "cafe zurich", "merkury", "article no. 4", "日本", "_under*", "", "zzzzqqqq")


class Home:
    """The ids of a home's graphs, runs and benchmarks, found by its folders' names."""

    def __init__(self, path):
        self.runs = sorted(folder.name for folder in (path / "runs").iterdir())
        self.benchmarks = sorted(folder.name for folder in (path / "benchmarks").iterdir())
        graphs = [folder.name for folder in (path / "graphs").iterdir()]
        self.tiny = next(name for name in graphs if name.startswith("tiny-"))
        self.bare = next(name for name in graphs if name.startswith("bare-"))
        states = {run: json.loads((path / "runs" / run / "state.json").read_text())["state"] for run in self.runs}
        self.predicted = [run for run in self.runs if (path / "runs" / run / "predictions.npz").exists()]
        self.failed = next(run for run in self.runs if states[run] == "failed")
        self.stopped = [run for run in self.runs if states[run] == "stopped"]
        self.crashed = next(run for run in self.runs if states[run] == "running")
        of_graph = {run: json.loads((path / "runs" / run / "config.json").read_text())["graph"] for run in self.runs}
        self.of_tiny = [run for run in self.predicted if of_graph[run] == self.tiny]
        self.of_bare = next(run for run in self.predicted if of_graph[run] == self.bare)
        self.gcn = next(run for run in self.of_tiny if "-gcn-" in run and not run.endswith("-old"))
        self.older = next(run for run in self.runs if run.endswith("-old"))


def list_commands(path):
    """`wikics … --json`, over this home or a fresh one."""
    home = Home(path)
    gcn, mlp = home.benchmarks
    titles = [word for title in GRAPH_TITLES for word in ("--article", title)]
    measure = ["benchmark", "--graph", home.tiny, "--set", "hidden_channels=8", "--set", "epochs=12", "--preset"]
    commands = [
        ["graph"],
        *(["graph", "--graph", graph] for graph in (home.tiny, home.bare, "wikics", "HOME/archives/tiny.npz")),
        ["graph", "--graph", "nowhere"],
        ["runs", "list"],
        ["runs", "list", "--graph", home.bare],
        *(["runs", "show", run] for run in home.runs),
        ["runs", "show", "latest"],
        ["runs", "show", home.older[:8]],
        ["runs", "show", "nobody"],
        *(["predict", "--run", run, "--article", "3"] for run in home.predicted),
        ["predict", "--run", home.gcn, *titles],
        ["predict", "--run", home.gcn, "--all"],
        ["predict", "--run", home.older, "--all"],
        ["predict", "--run", home.failed, "--all"],
        ["predict", "--run", home.gcn, "--article", "No such title"],
        [*measure, "gcn", "--splits", "0-2"],
        [*measure, "gcn", "--against", mlp],
        [*measure, "gcn", "--splits", "0,2", "--against", "mlp"],
        [*measure, "mlp", "--splits", "0,2", "--against", gcn],
    ]
    fresh = [["graph", "--graph", f"HOME/archives/{name}.npz"] for name in ("tiny", "bare")]
    return [
        *({"argv": [*argv, "--json"]} for argv in commands),
        *({"argv": [*argv, "--json"], "home": "HOME/fresh"} for argv in fresh),
    ]


def list_requests(path):
    """Every route that changes nothing, and errors."""
    home = Home(path)
    run, (gcn, mlp) = home.gcn, home.benchmarks
    tiny, bare = f"/graphs/{home.tiny}", f"/graphs/{home.bare}"
    urls = [
        "/graphs",
        *(tiny, bare, "/graphs/wikics", "/graphs/nowhere"),
        *(f"{tiny}/articles?{urlencode({'q': query})}" for query in SEARCHES),
        *(f"{tiny}/articles?q=article&limit=3", f"{tiny}/articles?q=article&limit=1000", f"{bare}/articles?q=article"),
        *(f"{tiny}/articles/{index}" for index in (0, 8, 95, 96)),
        *(f"{tiny}/articles/3?run={named}" for named in (run, home.older, home.stopped[0], home.failed, "nobody")),
        *(f"{bare}/articles/3", f"{bare}/articles/3?run={home.of_bare}", f"{bare}/articles/3?run={run}"),
        *(f"{tiny}/articles/5/neighbourhood{query}" for query in ("", f"?run={run}", "?hops=1", "?hops=3&limit=10")),
        *(f"{tiny}/articles/95/neighbourhood", f"{tiny}/articles/5/neighbourhood?hops=9"),
        f"{tiny}/paths?source=3&target=40",
        f"{tiny}/paths?{urlencode({'source': GRAPH_TITLES[0], 'target': GRAPH_TITLES[2]})}",
        *(f"{tiny}/paths?source=3&target=40&directed=true", f"{tiny}/paths?source=3&target=95"),
        *(f"{tiny}/map", f"{tiny}/map?run={run}", f"{bare}/map?run={home.of_bare}", "/graphs/wikics/map"),
        *("/runs", f"/runs?graph={home.bare}", "/runs?graph=nowhere"),
        *(f"/runs/{named}" for named in (*home.runs, "latest", "nobody")),
        f"/metrics-since?run={run}:0:0",
        f"/metrics-since?run={run}",
        f"/metrics-since?run={run}:0:5&run={home.stopped[0]}:0:0&run=nobody:0:0&run={home.older}:0:3",
        *(f"/metrics-since?run={run}:{cursor}" for cursor in ("0:12", "0:99", "7:3", "x:y")),
        *(f"/metrics-since?run={named}:0:10" for named in (home.crashed, home.failed)),
        *("/benchmarks", f"/benchmarks?graph={home.tiny}", f"/benchmarks?graph={home.bare}"),
        *(f"/benchmarks/{gcn}", f"/benchmarks/{mlp}", "/benchmarks/nobody"),
        *(f"/benchmarks/{gcn}/difference?to={mlp}", f"/benchmarks/{mlp}/difference?to={gcn}"),
        f"/benchmarks/{gcn}/difference?to=nobody",
        "/openapi.json",
    ]
    bodies = [
        *((run, {"articles": articles}) for articles in ([3], [0, *GRAPH_TITLES], [], [96], ["No such title"])),
        *((run, {}), ("latest", {"articles": [1]}), (home.failed, {}), (run, {"items": [3]})),
        *((named, {"articles": [7]}) for named in home.predicted),
    ]
    return [
        *({"method": "GET", "url": f"/api{url}"} for url in urls),
        *({"method": "POST", "url": f"/api/runs/{named}/predict", "json": body} for named, body in bodies),
    ]


def list_views(path):
    """Pages and the parameters of their URLs."""
    home = Home(path)
    tiny, run, (gcn, mlp) = {"graph": home.tiny}, home.gcn, home.benchmarks
    runs = tiny | {"run": run}
    views = {
        "overview": [{}, tiny, runs, {"graph": "nowhere"}, tiny | {"run": "latest"}, tiny | {"run": run[:20]}],
        "train": [
            tiny | {"preset": "sage"},
            tiny | {"preset": "tuned-gat", "run": run},
            tiny | {"preset": "nothing", "run": home.failed},
            tiny | {"run": home.stopped[0]},
        ],
        "runs": [
            tiny,
            tiny | {"run": home.stopped[1], "runs": f"{home.stopped[1]},{run}"},
            tiny | {"runs": "none", "x": "elapsed_seconds", "smooth": "0.9", "log": "1", "filter": "gcn split0"},
            tiny | {"x": "nothing", "smooth": "7", "log": "yes", "filter": "zzzz", "run": "nobody"},
            {"graph": home.bare, "run": home.of_bare, "x": "logged_at", "smooth": "0.5", "log": "0"},
        ],
        "benchmark": [
            tiny,
            tiny | {"first": mlp, "second": gcn},
            tiny | {"first": "nobody"},
            {"graph": "wikics"},
        ],
        "map": [
            runs,
            runs | {"color": "correct", "filter": "0,2", "size": "degree", "article": "8"},
            runs | {"color": "nothing", "size": "nothing", "filter": "x", "article": "96"},
            tiny | {"color": "degree", "filter": "1"},
            {"graph": home.bare, "color": "role"},
        ],
        "article": [
            tiny,
            runs | {"article": "8", "hops": "3"},
            runs | {"article": GRAPH_TITLES[0], "hops": "1"},
            runs | {"article": "3", "hops": "9"},
            tiny | {"article": "No such title"},
            {"graph": home.bare, "article": "95"},
        ],
    }
    return [{"page": page, "query": query} for page, queries in views.items() for query in queries]
