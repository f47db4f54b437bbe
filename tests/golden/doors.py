"""One process of a checkout that answers through its stable doors: commands, HTTP and pages.

`python doors.py CHECKOUT HOME QUESTIONS ANSWERS`, the latter two JSON files. The questions, each part in its order:
{"cli": [{"argv", "home"?}], "http": [{"method", "url", "json"?}], "pages": [{"page", "query"}]}.
Nothing of `core` is named here but its command line, so that the questions outlive any move within it.
"""

import contextlib
import io
import json
import os
import runpy
import sys
import time
from pathlib import Path

READY_SECONDS = 120

# By page and parameter of its URL: the key of the widget that shows the value. A key may follow a rename here.
ON_EVERY_PAGE = {"graph": "router_graph", "run": "router_run"}
WIDGETS = {
    "runs": {"filter": "runs_filter"},
    "benchmark": {"first": "benchmark_first", "second": "benchmark_second"},
    "map": {"color": "map_color", "size": "map_size"},
    "article": {"hops": "article_hops"},
}
# What named two articles of one title, and is refused since, or an index that is another title: what was answered for.
AMBIGUOUS_TITLES = {"mercury": "5", "42": "#42"}
PRESET_KEY = "train_preset_"
# By page: parameters of recorded questions that never meant anything. They may be told and taken out of the URL.
NONSENSE = {
    "train": {"preset": "nothing"},
    "runs": {"x": "nothing", "smooth": "7", "log": "yes"},
    "benchmark": {"first": "nobody"},
    "map": {"color": "nothing", "size": "nothing", "filter": "x", "article": "96"},
    "article": {"hops": "9", "article": "No such title"},
}
# By page and parameter: where it stands in what the page hands to its picture. This may follow a rename too.
PICTURES = {
    "runs": {
        "runs": lambda data: [run["id"] for run in data["runs"]],
        "x": lambda data: data["view"].get("x", "epoch"),
        "smooth": lambda data: float(data["view"].get("smooth", 0)),
        "log": lambda data: data["view"].get("log") == "1",
    },
    "train": {"runs": lambda data: [run["id"] for run in data["runs"]]},
    "map": {"filter": lambda data: data["hidden"], "article": lambda data: data["chosen"]},
    "article": {"article": lambda data: data["article"]},
}


def run_command(home, argv):
    """What `wikics ARGV` prints over a home, as a process of its own would, without its second of start."""
    os.environ["WIKICS_HOME"] = home
    sys.argv = ["wikics", *(AMBIGUOUS_TITLES.get(word, word) for word in argv)]
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            runpy.run_module("core.cli", run_name="__main__")
        except SystemExit as end:
            code = end.code or 0
    return {"code": code, "content": json.loads(out.getvalue()) if out.getvalue() else None, "err": err.getvalue()}


def name_one(body):
    """A request's body in which each title names one article."""
    if body is None or "articles" not in body:
        return body
    return body | {"articles": [AMBIGUOUS_TITLES.get(article, article) for article in body["articles"]]}


def ask_http(questions):
    """Status and JSON of every answer, once the app says that it is ready."""
    from starlette.testclient import TestClient

    import streamlit_app

    with TestClient(streamlit_app.app, base_url="http://localhost") as client:
        deadline = time.monotonic() + READY_SECONDS
        while client.get("/healthz").status_code != 200:
            assert time.monotonic() < deadline, client.get("/healthz").text
            time.sleep(0.02)
        answers = [
            client.request(asked["method"], asked["url"], json=name_one(asked.get("json"))) for asked in questions
        ]
        return [{"status": answer.status_code, "content": answer.json()} for answer in answers]


def look_at(checkout, page, query):
    """What one page shows for these parameters, by the parameters' names, and how it leaves the URL."""
    from streamlit.testing.v1 import AppTest

    at = AppTest.from_file(str(checkout / "pages" / "router.py"), default_timeout=120)
    if page != "overview":
        at.switch_page(f"{page}.py")
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    names = {key: name for name, key in (ON_EVERY_PAGE | WIDGETS.get(page, {})).items()}
    shown = {names[widget.key]: widget.value for widget in at if getattr(widget, "key", None) in names}
    for picture in at.get("bidi_component"):
        data = json.loads(picture.proto.json)
        for name, read in PICTURES.get(page, {}).items():
            with contextlib.suppress(KeyError, TypeError):  # another picture of this page
                shown[name] = read(data)
    for button in at.button:
        if (button.key or "").startswith(PRESET_KEY) and button.proto.type == "primary":
            shown["preset"] = button.key.removeprefix(PRESET_KEY)
    left = {name: values[0] if isinstance(values, list) else values for name, values in at.query_params.items()}
    said = {"warnings": len(at.warning), "errors": len(at.error), "exceptions": [bad.value for bad in at.exception]}
    return {"shown": shown, "query": left, **said}


def main(checkout, home, questions, answers):
    """Asks everything, and writes the answers in the order of the questions."""
    sys.path[0] = checkout
    asked = json.loads(Path(questions).read_text())
    found = {"cli": [run_command(command.get("home", home), command["argv"]) for command in asked["cli"]]}
    os.environ["WIKICS_HOME"] = home
    if asked["http"] or asked["pages"]:
        found["http"] = ask_http(asked["http"])  # and with it the app is ready, which pages wait for
        found["pages"] = [look_at(Path(checkout), **view) for view in asked["pages"]]
    Path(answers).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
