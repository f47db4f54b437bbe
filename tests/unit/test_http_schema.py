"""The contract that clients are made from: every route declares its answers, and gives no others."""

import json
import subprocess
import sys
from copy import deepcopy

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from core.backends.base import Place
from core.errors import ConflictError
from core.evaluation.gates import Limits
from core.http import build_api
from core.runs.sweeps import Trial
from tests.rigs import save_weights
from tests.sweep_rig import with_backend

pytestmark = pytest.mark.slow

OPERATIONS = {
    "list_graphs": "GraphList",
    "describe_graph": "GraphDescription",
    "search_articles": "ArticleList",
    "read_article": "ArticleCard",
    "read_neighbourhood": "Rings",
    "list_links": "LinkList",
    "find_paths": "Paths",
    "read_map": "MapColumns",
    "read_layout_progress": "LayoutProgress",
    "list_runs": "RunList",
    "submit_run": "RunRecord",
    "read_run": "RunDetails",
    "label_run": "RunRecord",
    "compare_runs": "RunComparison",
    "stop_run": "RunRecord",
    "resume_run": "RunRecord",
    "fork_run": "RunRecord",
    "predict_articles": "PredictionAnswer",
    "read_metrics": "MetricsTick",
    "read_histograms": "HistogramHistory",
    "list_benchmarks": "BenchmarkList",
    "read_benchmark": "BenchmarkSummary",
    "compare_benchmarks": "BenchmarkDifference",
    "list_backends": "BackendList",
    "list_models": "ModelList",
    "check_model": "GateReport",
    **dict.fromkeys(("promote_model", "roll_back_model", "withdraw_alias"), "Model"),
    "list_reports": "ReportList",
    **dict.fromkeys(("create_report", "read_report"), "ReportDetails"),
    "export_report": "text/html",
    "delete_report": "DeletedReport",
    "list_sweeps": "SweepList",
    "submit_sweep": "SweepRecord",
    "read_sweep": "SweepDetails",
    "narrow_sweep": "SweepDetails",
    "confirm_sweep": "Confirmed",
    **dict.fromkeys(("pause_sweep", "resume_sweep", "stop_sweep"), "SweepRecord"),
}


class IdleBackend:
    """Takes every run and lets it wait for ever."""

    def __init__(self):
        self.waiting = set()

    def submit(self, run_id):
        self.waiting.add(run_id)

    def stop(self, run_id):
        raise ConflictError(f"run {run_id} ended just now")

    def resume(self, run_id, **_):
        if run_id in self.waiting:
            raise ConflictError(f"run {run_id} is pending already")

    def describe_place(self):
        return Place("Nowhere", "nothing", 1)


@pytest.fixture
def explorer(make_explorer):
    return make_explorer(IdleBackend())


@pytest.fixture(scope="module")
def document():
    """Of no Explorer: what is declared is what is written."""
    return build_api(lambda: None).openapi()


@pytest.fixture(scope="module")
def check(document):
    """Says what does not fit of JSON and the schema of this name, keys that it does not know included."""
    schemas = deepcopy(document["components"]["schemas"])
    for schema in schemas.values():
        schema["additionalProperties"] = False

    def check_(name, content):
        root = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(root).iter_errors(content)]

    return check_


def list_operations(document):
    return [operation for path in document["paths"].values() for operation in path.values()]


def name_of(response):
    """The media type of a declared answer, and its schema's name."""
    ((media_type, content),) = response["content"].items()
    return media_type, content["schema"]["$ref"].removeprefix("#/components/schemas/")


def test_every_operation_names_its_answer_and_its_problems(document):
    declared = {}
    for operation in list_operations(document):
        responses = dict(operation["responses"])
        (good,) = [status for status in responses if status.startswith("2")]
        name = operation["operationId"]
        if name == "export_report":  # a file
            (declared[name],) = responses.pop(good)["content"]
        else:
            media_type, declared[name] = name_of(responses.pop(good))
            assert media_type == "application/json"
        assert {name_of(problem) for problem in responses.values()} == {("application/problem+json", "Problem")}
        assert "default" in responses
    assert declared == OPERATIONS


def test_answers_leave_nothing_out_and_questions_may(document):
    schemas = document["components"]["schemas"]
    optional = {name: set(each["properties"]) - set(each.get("required", ())) for name, each in schemas.items()}
    assert {name: fields for name, fields in optional.items() if fields} == {
        "Labelling": {"name", "tags", "notes", "starred", "archived"},
        "LongerRun": {"config"},
        "Fork": {"epoch", "config"},
        "NewRun": {"preset", "graph", "config", "backend"},
        "NewSweep": {"preset", "graph", "config", "trials"},
        "NewReport": {"text", "metrics", "fields"},
        "Promotion": {"alias", "graph", "drop", "ece", "by"},
        "Change": {"by"},
        "Withdrawal": {"by"},
        "NarrowedRange": {"low", "high", "values"},
        "Confirmation": {"count"},
        "ArticlesToPredict": {"articles"},
        "Problem": {"detail", "errors"},
    }


DIAGNOSES = ["divergence", "learning rate too high", "plateau", "over-fitting", "dead category", "race"]


def test_words_of_a_fixed_set_are_enumerated(document):
    schemas = document["components"]["schemas"]
    found = {
        (name, field): about["enum"]
        for name, each in schemas.items()
        for field, about in each["properties"].items()
        if "enum" in about
    }
    states = ["pending", "running", "stopping", "stopped", "finished", "failed", "crashed"]
    assert found == {
        ("Histogram", "kind"): ["weights", "gradients", "logits"],
        ("Diagnosis", "kind"): DIAGNOSES,
        ("ArticleCard", "role"): ["train", "stopping", "validation", "test", "unused"],
        ("BenchmarkSummary", "unit"): ["splits", "seeds"],
        **{(name, "alias"): ["candidate", "production"] for name in ("Step", "Promotion", "Withdrawal")},
        ("Step", "act"): ["promote", "roll back", "withdraw"],
        ("ReportRun", "since"): ["same", "changed", "deleted"],
        ("LinkedArticle", "direction"): ["in", "out", "both"],
        ("GraphSummary", "kind"): ["wikics", "twin", "archive"],
        ("RunDifference", "basis"): ["splits and articles", "splits", "articles"],
        **{(name, "method"): ["grid", "random", "bayes"] for name in ("SweepDetails", "SweepRecord")},
        **{(name, "goal"): ["minimize", "maximize"] for name in ("SweepDetails", "SweepRecord")},
        ("Trial", "state"): ["asked", "running", "stopping", "finished", "pruned", "stopped", "failed"],
        **{(name, "state"): states for name in ("RunDetails", "RunRecord", "RunTick")},
    }
    assert schemas["MapColumns"]["properties"]["role"]["items"]["enum"] == found["ArticleCard", "role"]


SWEEP = "method: grid\nparameters:\n  lr: {values: [0.1, 0.2]}\n"
BODIES = {
    "fork_run": {"config": {"epochs": 20}},
    "submit_sweep": {"file": SWEEP},
    "narrow_sweep": {"field": "lr", "values": [0.1]},
}


def list_addresses(tiny_id, finished_run, other, benchmarks, sweep):
    """What every operation is asked for, in order."""
    first, second = benchmarks
    graph, run = f"/graphs/{tiny_id}", f"?run={finished_run}"
    return {
        "list_graphs": ["/graphs"],
        "describe_graph": [graph],
        "search_articles": [f"{graph}/articles?q=linx", f"{graph}/articles"],
        "read_article": [f"{graph}/articles/4", f"{graph}/articles/0{run}"],
        "read_neighbourhood": [f"{graph}/articles/0/neighbourhood", f"{graph}/articles/0/neighbourhood{run}"],
        "list_links": [f"{graph}/articles/3/links", f"{graph}/articles/3/links{run}"],
        "find_paths": [f"{graph}/paths?source=SQL&target=Linux", f"{graph}/paths?source=4&target=0&directed=true"],
        "read_map": [f"{graph}/map", f"{graph}/map{run}"],
        "read_layout_progress": [f"{graph}/layout"],
        "submit_run": ["/runs"],
        "list_runs": ["/runs", "/runs?graph=none"],
        "read_run": [f"/runs/{finished_run}", "/runs/latest"],
        "label_run": [f"/runs/{finished_run}"],
        "compare_runs": [f"/runs/compare?run={finished_run}&run={other}"],
        "stop_run": ["/runs/latest/stop"],
        "resume_run": [f"/runs/{finished_run}/resume"],
        "fork_run": [f"/runs/{finished_run}/fork"],
        "predict_articles": [f"/runs/{finished_run}/predict"],
        "read_histograms": [f"/runs/{finished_run}/histograms", "/runs/latest/histograms"],
        "read_metrics": [f"/metrics-since?run={finished_run}:0:0&run=nobody"],
        "list_benchmarks": ["/benchmarks"],
        "read_benchmark": [f"/benchmarks/{first}"],
        "compare_benchmarks": [f"/benchmarks/{first}/difference?to={second}"],
        "list_backends": ["/backends"],
        "promote_model": ["/models/promote"],
        "list_models": ["/models", f"/models?graph={tiny_id}"],
        "check_model": [f"/models/check{run}"],
        "roll_back_model": ["/models/rollback"],
        "withdraw_alias": ["/models/withdraw"],
        "create_report": ["/reports"],
        "list_reports": ["/reports"],
        "read_report": ["/reports/Rates", "/reports/latest"],
        "export_report": ["/reports/latest.html"],
        "delete_report": ["/reports/latest"],
        "submit_sweep": ["/sweeps"],
        "list_sweeps": ["/sweeps", "/sweeps?graph=none"],
        "read_sweep": [f"/sweeps/{sweep}"],
        **{f"{verb}_sweep": [f"/sweeps/{sweep}/{verb}"] for verb in ("narrow", "confirm", "pause", "resume", "stop")},
    }


def test_every_answer_fits_its_schema(
    explorer, document, check, tiny_id, finished_run, make_run, two_benchmarks, monkeypatch
):
    monkeypatch.setattr(explorer.benchmarks, "submit", lambda _config, _pairs: two_benchmarks[0])
    explorer = with_backend(explorer, [])
    sweep = explorer.sweeps.submit(SWEEP).id
    explorer.sweeps.store.write_trial(sweep, Trial(0, {"lr": 0.1}, "finished", finished_run, 0.5))
    asked = list_addresses(tiny_id, finished_run, make_run(lr=0.05), two_benchmarks, sweep)
    assert set(asked) == {operation["operationId"] for operation in list_operations(document)}
    (explorer.settings.home_folder / "runs" / finished_run / "last.ckpt").write_bytes(b"weights")
    save_weights(explorer, other := make_run())
    explorer.models.promote(other, limits=Limits(ece=1.0))
    save_weights(explorer, finished_run, 0.25)
    bodies = BODIES | {
        "promote_model": {"run": finished_run, "ece": 1},
        "roll_back_model": {"graph": tiny_id},
        "withdraw_alias": {"graph": tiny_id, "alias": "production"},
        "create_report": {"name": "Rates", "runs": [finished_run, other], "fields": ["tags", "lr", "starred", "name"]},
    }
    for operation, url, answer in ask_all(explorer, asked, bodies):
        assert answer.is_success, (url, answer.text)
        if operation == "export_report":
            assert answer.headers["content-type"].partition(";")[0] == OPERATIONS[operation]
        else:
            assert check(OPERATIONS[operation], answer.json()) == [], url


def ask_all(explorer, asked, bodies):
    """Asks every address of every operation, in their order: the operation, the address and the answer."""
    client = TestClient(build_api(lambda: explorer))
    posted = {"submit_run", "stop_run", "resume_run", "predict_articles", *bodies}
    posted |= {f"{verb}_sweep" for verb in ("confirm", "pause", "resume", "stop")}
    for operation, urls in asked.items():
        other = {"label_run": "PATCH", "delete_report": "DELETE"}
        method = other.get(operation, "POST" if operation in posted else "GET")
        for url in urls:
            yield operation, url, client.request(method, url, json=bodies.get(operation, {}))


@pytest.mark.parametrize(
    ("operation", "method", "url", "status"),
    [
        ("describe_graph", "GET", "/graphs/none", 404),
        ("search_articles", "GET", "/graphs/none/articles", 404),
        ("search_articles", "GET", "/graphs/TINY/articles?limit=0", 422),
        ("read_article", "GET", "/graphs/TINY/articles/99", 404),
        ("read_article", "GET", "/graphs/TINY/articles/x", 404),
        ("read_article", "GET", "/graphs/TINY/articles/0?run=latest", 409),
        ("read_neighbourhood", "GET", "/graphs/TINY/articles/0/neighbourhood?hops=9", 422),
        ("read_neighbourhood", "GET", "/graphs/TINY/articles/0/neighbourhood?run=latest", 409),
        ("find_paths", "GET", "/graphs/TINY/paths?source=0&target=99", 404),
        ("find_paths", "GET", "/graphs/TINY/paths?source=0", 422),
        ("read_map", "GET", "/graphs/TINY/map?run=latest", 409),
        ("submit_run", "POST", "/runs", 403),
        ("read_run", "GET", "/runs/nobody", 404),
        ("label_run", "PATCH", "/runs/nobody", 404),
        ("compare_runs", "GET", "/runs/compare?run=latest", 422),
        ("compare_runs", "GET", "/runs/compare?run=latest&run=nobody", 404),
        ("stop_run", "POST", "/runs/nobody/stop", 404),
        ("resume_run", "POST", "/runs/latest/resume", 409),
        ("predict_articles", "POST", "/runs/latest/predict", 409),
        ("read_histograms", "GET", "/runs/nobody/histograms", 404),
        ("read_metrics", "GET", "/metrics-since?run=a:b:c", 422),
        ("read_report", "GET", "/reports/nobody", 404),
        ("export_report", "GET", "/reports/nobody.html", 404),
        ("delete_report", "DELETE", "/reports/nobody", 404),
        ("create_report", "POST", "/reports", 422),
        ("list_benchmarks", "GET", "/benchmarks?graph=none", 404),
        ("read_benchmark", "GET", "/benchmarks/nobody", 404),
        ("compare_benchmarks", "GET", "/benchmarks/nobody/difference", 422),
    ],
)
def test_every_problem_is_declared_and_fits_its_schema(
    explorer, document, check, tiny_id, operation, method, url, status
):
    explorer.runs.submit(explorer.configs.build_default(tiny_id))
    strange = {"origin": "http://elsewhere.example"} if status == 403 else {}
    client = TestClient(build_api(lambda: explorer))
    answer = client.request(method, url.replace("TINY", tiny_id), json={}, headers=strange)
    declared = next(each for each in list_operations(document) if each["operationId"] == operation)["responses"]
    assert answer.status_code == status and str(status) in declared
    assert check("Problem", answer.json()) == []


def test_the_check_sees_what_does_not_fit(explorer, check):
    answer = TestClient(build_api(lambda: explorer)).get("/graphs").json()
    answer["graphs"][0] |= {"surprise": 1, "num_nodes": "8"}
    assert len(check("GraphList", answer)) == 2


def test_document_is_printed_without_torch(document):
    code = "import runpy, sys; runpy.run_module('core.http.openapi', run_name='__main__'); \
unwanted = ('torch', 'lightning', 'torch_geometric', 'grpc', 'optuna'); \
print([name for name in unwanted if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (json.loads(done.stdout), done.stderr.strip()) == (document, "[]")
