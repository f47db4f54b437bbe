"""Reports: written, pinned to runs and their data, read with what changed since, exported for anywhere."""

import json
import re
import string
from dataclasses import asdict, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from core.app import columns
from core.app.report_page import render_markdown, say_value, thin_out
from core.app.reports import Reports
from core.errors import DamagedFileError, ForbiddenError, InvalidInputError, ReportNotFoundError, RunNotFoundError
from core.http import build_api
from core.runs import files
from core.runs.labels import LabelChanges
from core.runs.metrics import COLUMNS
from core.runs.reports import MAX_RUNS, Panel, PinnedRun, ReportStore, WrittenReport
from core.storage.memory import MemoryStorage
from tests.node import call_js
from tests.shared_memory import SharedMemoryStorage

RUN = "20261123-142501-gcn-k3f"
HOSTILE = "<script>alert(1)</script> ![x](http://elsewhere.example/x.png) [y](javascript:alert(1)) {{plotly}} $&"


@pytest.fixture
def client(explorer):
    return TestClient(build_api(lambda: explorer))


def change_rows(explorer, run_id):
    path = explorer.settings.home_folder / "runs" / run_id / files.METRICS
    path.write_text(path.read_text() + path.read_text().splitlines()[-1].replace("3,3,", "4,4,", 1) + "\n")


def build(name="Rates", **fields):
    told = {"text": "Words.", "runs": (PinnedRun(RUN, "mine", "ab"),), "panels": (Panel("val_acc"),), "fields": ("lr",)}
    return WrittenReport(name, **told | fields)


@pytest.mark.parametrize("storage", [MemoryStorage(), SharedMemoryStorage()], ids=["alone", "shared"])
def test_row_31_a_report_is_one_file_in_every_storage(storage):
    reports = ReportStore(storage, now=lambda: 1e9)
    made = reports.create(build("GCN, SAGE"))
    assert re.fullmatch(r"20010909-014640-gcn-sage-[a-z0-9]{3}", made.id)
    assert made == replace(build("GCN, SAGE"), id=made.id, created_at=1e9)
    assert [file.name for file in storage.list("reports/**")] == [f"reports/{made.id}.json"]
    assert ReportStore(storage).read_all() == ([made], [])
    for ref in (made.id, made.id[:-1], "GCN, SAGE", "latest"):
        assert ReportStore(storage).find(ref) == made
    other = reports.create(build("日本"))
    assert other.id.startswith("20010909-014640-report-")
    with pytest.raises(ReportNotFoundError, match=r"^'2001' means '.*', '.*': write the id$"):
        reports.find("2001")
    reports.delete(made.id)
    assert reports.read_all() == ([other], [])
    with pytest.raises(ReportNotFoundError, match=f"^no report 'GCN, SAGE': there are '{other.id}'$"):
        reports.find("GCN, SAGE")


WORDS = st.text(string.printable + "äß日🔑<>&", max_size=40).map(lambda text: "".join(filter(str.isprintable, text)))
IDS = st.sampled_from([RUN, "x", "20261123-142501-0.a_b"])
PINNED = st.builds(PinnedRun, IDS, WORDS, WORDS)
PANELS = st.builds(Panel, WORDS.filter(bool), WORDS.filter(bool))
REPORTS = st.builds(
    WrittenReport,
    WORDS.map(lambda name: " ".join(name.split())).filter(bool),
    WORDS.map(str.strip),
    st.lists(PINNED, min_size=1, max_size=3).map(tuple),
    st.lists(PANELS, max_size=3).map(tuple),
    st.lists(WORDS, max_size=3).map(tuple),
)


@given(REPORTS)
@settings(max_examples=20)
def test_row_31_whatever_was_written_is_read_back(report):
    storage = MemoryStorage()
    made = ReportStore(storage, now=lambda: 5.0).create(report)
    assert ReportStore(storage).read_all() == ([replace(report, id=made.id, created_at=5.0)], [])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, r"^the report has no name: give it one"),
        ({"name": "x" * 61}, r"cannot name a report: it has 61 characters, expected at most 60$"),
        ({"text": "x" * 50_001}, r"^the words of the report have 50,001 characters: at most 50,000 are kept"),
        ({"text": "a\u202eb"}, r"^the words of the report hold a character that is not seen, '\\u202e': leave it out$"),
        ({"runs": ()}, r"^the report is about no run: name one or more$"),
        ({"runs": (PinnedRun(RUN),) * (MAX_RUNS + 1)}, r"^101 runs are too many: a report holds at most 100; leave"),
        ({"panels": (Panel("lr"),) * 25}, r"^25 charts are too many: a report holds at most 24; leave some out$"),
        ({"fields": ("lr",) * 25}, r"^25 columns of its table are too many: a report holds at most 24"),
        ({"panels": (Panel("a\0b"),)}, r"is no column of metrics.csv: name one, such as val_acc$"),
    ],
)
def test_row_31_what_is_more_than_a_report_holds_is_refused_on_its_way_in_and_out(changes, said):
    storage = MemoryStorage()
    with pytest.raises(InvalidInputError, match=said):
        ReportStore(storage).create(build(**{"name": "Rates"} | changes))
    written = asdict(replace(build(), **changes)) | {"id": "written-by-hand"}
    storage.write("reports/written-by-hand.json", json.dumps(written).encode())
    kept = ReportStore(storage).create(build())
    (found,), (damage,) = ReportStore(storage).read_all()
    assert (found, damage.file) == (kept, "reports/written-by-hand.json")
    assert "is damaged, since it" in damage.message and damage.message.endswith("delete it; its runs stay")


def test_row_31_a_damaged_report_is_named_and_hides_no_other(explorer, client, finished_run, storage):
    made = explorer.reports.create([finished_run], name="Rates")
    for name, content in {
        "noise": b"noise",
        "renamed": storage.read(f"reports/{made.id}.json"),
        "no-run": json.dumps(asdict(replace(build(runs=(PinnedRun("../x"),)), id="no-run"))).encode(),
    }.items():
        storage.write(f"reports/{name}.json", content)
    said = client.get("/reports").json()
    assert [one["id"] for one in said["reports"]] == [made.id]
    way_on = "restore it, or delete it; its runs stay"
    assert said["damaged"] == [
        {"file": f"reports/{name}.json", "message": f"reports/{name}.json is damaged, {reason}: {way_on}"}
        for name, reason in (
            ("no-run", "since it names something under 'runs' that is no run"),
            ("noise", "or cut off"),
            ("renamed", "since it is called otherwise inside"),
        )
    ]
    with pytest.raises(DamagedFileError, match=r"^reports/noise.json is damaged, or cut off: restore it"):
        explorer.reports.read("noise")
    assert client.get("/reports/noise").status_code == 503


def test_row_31_a_report_shows_its_runs_as_they_are_and_says_whose_data_changed(explorer, make_run):
    first, second, third = make_run(), make_run("mlp"), make_run(lr=0.05)
    explorer.runs.rename(second, "baseline")
    made = explorer.reports.create([first, second, third], name="Rates", text=" Words. ", fields=["lr", "val_acc"])
    assert asdict(made) | {"runs": 3} == {
        "id": made.id,
        "name": "Rates",
        "text": "Words.",
        "created_at": made.created_at,
        "panels": ({"metric": "val_acc", "x": "epoch"}, {"metric": "val_loss", "x": "epoch"}),
        "fields": ("lr", "val_acc"),
        "runs": 3,
        "notice": "",
    }
    assert {run.state for run in made.runs} == {"finished"}
    assert [(run.id, run.name, run.since, run.values["lr"]) for run in made.runs] == [
        (first, "", "same", 0.01),
        (second, "baseline", "same", 0.01),
        (third, "", "same", 0.05),
    ]
    explorer.runs.label(first, LabelChanges(name="other name", tags=["x"], notes="Seen."))
    assert explorer.reports.read(made.id).notice == ""  # which are no data
    change_rows(explorer, first)
    explorer.runs.delete(second)
    now = explorer.reports.read("Rates")
    assert now.notice == (
        f"Data changed since this was written: other name ({first}). Deleted since: baseline ({second})."
    )
    assert [(run.since, run.values.get("lr")) for run in now.runs] == [
        ("changed", 0.01),
        ("deleted", None),
        ("same", 0.05),
    ]


@pytest.mark.parametrize("name", [files.CONFIG, files.METRICS, files.REPORT, files.ENVIRONMENT])
def test_row_31_any_of_a_runs_data_counts(explorer, finished_run, storage, name):
    made = explorer.reports.create([finished_run], name="Rates")
    storage.write(f"runs/{finished_run}/{name}", b'{"lr": 5}')
    assert explorer.reports.read(made.id).runs[0].since == "changed"
    storage.delete(f"runs/{finished_run}/{name}")
    assert explorer.reports.read(made.id).runs[0].since == "changed"


def test_row_31_charts_are_columns_that_the_runs_have_logged(explorer, finished_run):
    def chart(*metrics):
        return explorer.reports.create([finished_run], name="Charts", metrics=metrics).panels

    assert chart() == ()
    assert chart("loss", "accuracy", "lr@elapsed_seconds", "val_loss", "train_acc@metric.lr", "lr@wall_seconds") == (
        Panel("val_loss"),
        Panel("val_acc"),
        Panel("lr", "elapsed_seconds"),
        Panel("train_acc", "lr"),
        Panel("lr", "wall_seconds"),
    )
    for wrong in ("nothing", "gpu_percent", "lr@nothing"):
        name = wrong.partition("@")[2] or wrong
        with pytest.raises(InvalidInputError, match=f"^'{name}' is no metric that these runs have logged: name one of"):
            chart(wrong)
    with pytest.raises(InvalidInputError, match=r"^'nothing' is nothing that is known of a run: name a column as"):
        explorer.reports.create([finished_run], name="Charts", fields=["nothing"])
    with pytest.raises(RunNotFoundError, match=r"^no run 'nobody'"):
        explorer.reports.create(["nobody"], name="Charts")


def read_data(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_row_31_the_exported_file_holds_all_that_it_shows(explorer, make_run):
    first, second, gone = make_run(), make_run("mlp"), make_run("sage")
    explorer.runs.rename(first, "a <b> & c")
    made = explorer.reports.create(
        [first, second, gone],
        name="Rates & <i>",
        text=f"# Found\n\n*{HOSTILE}*",
        metrics=["val_acc", "lr@wall_seconds"],
    )
    explorer.runs.delete(gone)
    report_id, content = explorer.reports.export(made.id, now=0.0)
    assert report_id == made.id
    page = content.decode()
    words = page.partition('<script type="application/json"')[0]
    assert "<title>Rates &amp; &lt;i&gt;</title>" in words and "<h1>Found</h1>" in words
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in words and "{{plotly}} $&amp;" in words
    assert re.findall(r"<script|<img|<iframe|javascript:(?!alert)|href=\"[^\"]*", words) == [
        'href="http://elsewhere.example/x.png'
    ]
    assert f"Deleted since: {gone}." in words and "this copy made 1970-01-01 00:00 UTC" in words
    assert "<td>a &lt;b&gt; &amp; c</td><td>gcn</td>" in words and "<td>deleted since</td>" in words
    data = read_data(page)
    assert data["runs"] == [{"name": "a <b> & c", "color": "#2563c9"}, {"name": second, "color": "#c8620a"}]
    lines = [{"run": run, "x": [1.0, 2.0, 3.0], "y": [0.25, 0.5, 0.75]} for run in (0, 1)]
    plain = {"unit": "share", "x": "Epoch", "xUnit": "", "isDate": False, "lines": lines}
    assert data["plots"][0] == plain
    assert data["plots"][1]["lines"][0] == {"run": 0, "x": [0.5, 1.5, 2.5], "y": [0.01, 0.01, 0.01]}
    assert re.findall(r"(?:src|href)=\"(?!http://elsewhere)", page.partition("<body>")[0]) == []
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-") and "unsafe-inline" not in policy.split(";")[1]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("![x](http://e.example/x.png)", '<p>!<a href="http://e.example/x.png">x</a></p>\n'),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](data:text/html,x)", "<p>[x](data:text/html,x)</p>\n"),
        ("~~x~~", "<p><s>x</s></p>\n"),
    ],
)
def test_row_31_markdown_fetches_nothing_and_runs_nothing(text, html):
    assert render_markdown(text) == html


POINTS = st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(-9, 9)), max_size=60)


@given(POINTS, st.integers(4, 40))
@settings(max_examples=40)
def test_row_31_thinning_keeps_the_order_the_bound_and_every_spike(points, most):
    kept = thin_out(points, most)
    assert len(kept) <= most
    rest = iter(points)
    assert all(point in rest for point in kept)
    heights = [y for _, y in points if y is not None]
    if heights:
        left = [y for _, y in kept if y is not None]
        assert (min(left), max(left)) == (min(heights), max(heights))


def test_row_31_columns_have_the_units_that_the_charts_of_pages_have():
    names = [*COLUMNS, "grad_norm", "f1", "macro/recall", "wall_seconds", "some loss"]
    units = call_js('import { unitOf } from "./curves/columns.js"; done(input.map(unitOf));', names)
    assert units == [columns.unit_of(name) for name in names]
    assert [columns.title_of(name) for name in ("val_acc", "lr", "gpu_memory_bytes", "_")] == [
        *("Validation accuracy", "Learning rate", "GPU memory", "_"),
    ]
    said = {"test_acc": 0.775, "lr": 0.012341, "epochs": 300, "starred": True, "tags": ("a", "b"), "name": None}
    assert [say_value(*each) for each in said.items()] == ["77.5 %", "0.01234", "300", "yes", "a, b", "–"]


def test_row_31_from_a_shell(wikics, explorer, make_run, tmp_path):
    first, second = make_run(), make_run("mlp")
    text = tmp_path / "words.md"
    text.write_bytes("\ufeff# Found\r\nWords.".encode())
    asked = ("--metric", "loss", "--column", "val_acc", "--column", "lr")
    code, out, _ = wikics("reports", "create", first, second, "--name", "Rates", "--text", str(text), *asked, "--json")
    made = json.loads(out)
    assert (code, made["text"], made["panels"]) == (0, "# Found\nWords.", [{"metric": "val_loss", "x": "epoch"}])
    assert json.loads(wikics("reports", "show", "latest", "--json")[1]) == made
    change_rows(explorer, second)
    code, out, _ = wikics("reports", "show", "Rates")
    assert code == 0 and f"Data changed since this was written: {second}." in out and "100.0 %" in out
    assert "Charts: Validation loss by epoch" in out
    assert made["id"] in wikics("reports", "list")[1]
    listed = json.loads(wikics("reports", "list", "--json")[1])
    assert [(one["id"], one["num_runs"]) for one in listed["reports"]] == [(made["id"], 2)]
    file = tmp_path / "report.html"
    assert wikics("reports", "export", "Rates", "--out", str(file))[:2] == (0, f"wrote {file}\n")
    assert file.read_bytes().startswith(b"<!doctype html>")
    assert wikics("reports", "delete", "Rates")[:2] == (0, f"deleted {made['id']}\n")
    code, _, err = wikics("reports", "show", "Rates")
    assert (code, err) == (
        1,
        "wikics: no report 'Rates': there are none yet (write one: wikics reports create RUN… --name NAME)\n",
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "cannot be read ("),
        (None, "cannot be read (No such file or directory): name a file of UTF-8 text"),
        (b"x" * 300_000, "the words of the report have 200,005 characters: at most 50,000 are kept"),
        ("日".encode() * 100_000, "the words of the report have "),
    ],
)
def test_row_31_a_text_that_cannot_be_one_is_refused(wikics, finished_run, tmp_path, content, said):
    file = tmp_path / "words.md"
    if content is not None:
        file.write_bytes(content)
    code, _, err = wikics("reports", "create", finished_run, "--name", "x", "--text", str(file))
    assert code == 1 and said in err


def test_row_31_over_http(client, explorer, finished_run):
    body = {"name": "Rates", "runs": [finished_run], "text": HOSTILE, "metrics": ["loss"], "fields": ["tags", "lr"]}
    answer = client.post("/reports", json=body)
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/reports/{made['id']}")
    assert made["text"] == HOSTILE and made["runs"][0]["values"] == {"tags": [], "lr": 0.01}
    assert client.get(f"/reports/{made['id']}").json() == made
    assert [one["name"] for one in client.get("/reports").json()["reports"]] == ["Rates"]
    file = client.get("/reports/Rates.html")
    assert file.headers["content-disposition"] == f'attachment; filename="{made["id"]}.html"'
    assert file.headers["content-type"].startswith("text/html") and "<script>alert" not in file.text
    elsewhere = {"origin": "http://elsewhere.example"}
    assert client.delete(f"/reports/{made['id']}", headers=elsewhere).status_code == 403
    assert client.post("/reports", json=body, headers=elsewhere).status_code == 403
    assert client.delete(f"/reports/{made['id']}").json() == {"deleted": made["id"]}
    assert client.get(f"/reports/{made['id']}").status_code == 404
    assert client.post("/reports", json=body | {"runs": []}).status_code == 422
    assert client.post("/reports", json=body | {"runs": ["nobody"]}).status_code == 404


def test_row_31_a_guest_reads_what_is_about_runs_that_they_see_and_writes_nothing(make_explorer, make_run):
    from core.app.guests import OWNER, Guests, Quotas, Visitor

    private, public = make_run(), make_run("mlp")
    asking = [OWNER]
    guests = Guests(Quotas(1, 10, 10, 10, 10), lambda: asking[0])
    store = make_explorer().runs._store.seen_by(lambda: None if asking[0].trusted else lambda run: run.id == public)
    reports = Reports(store, guests=guests)
    hidden = reports.create([private], name="Private")
    shown = reports.create([public, private], name="Public")
    asking[0] = Visitor("guest")
    assert [one.id for one in reports.list().reports] == [shown.id]
    assert [(run.id, run.since) for run in reports.read(shown.id).runs] == [(public, "same"), (private, "deleted")]
    with pytest.raises(ReportNotFoundError):
        reports.read(hidden.id)
    for act in (lambda: reports.create([public], name="Mine"), lambda: reports.delete(shown.id)):
        with pytest.raises(ForbiddenError):
            act()
