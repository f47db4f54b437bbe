"""The HTTP door: answers in the shapes that clients rely on, and errors as problem documents."""

import pytest
from starlette.testclient import TestClient

from core.http import build_api


@pytest.fixture
def client(explorer):
    return TestClient(build_api(lambda: explorer))


def test_graphs_are_listed(client, explorer, tiny_id):
    graphs = client.get("/graphs").json()["graphs"]
    assert [graph["id"] for graph in graphs] == [tiny_id]
    assert client.get(f"/graphs/{tiny_id}").json()["statistics"]["num_articles"] == 8


def test_search_finds_a_title(client, tiny_id):
    found = client.get(f"/graphs/{tiny_id}/articles", params={"q": "linx"}).json()["articles"]
    assert found[0] == {"index": 4, "title": "Linux", "label": "Operating systems", "category": 1, "degree": 3}


def test_article_without_a_run(client, tiny_id):
    card = client.get(f"/graphs/{tiny_id}/articles/4").json()
    assert (card["title"], card["role"], card["pred"], card["probs"]) == ("Linux", "train", None, None)
    assert card["agreement"] == pytest.approx(2 / 3)


def test_article_with_a_run(client, tiny_id, finished_run):
    card = client.get(f"/graphs/{tiny_id}/articles/0", params={"run": finished_run}).json()
    assert card["pred"] == "Databases"
    assert sum(card["probs"].values()) == pytest.approx(1.0)
    assert card["confidence"] == max(card["probs"].values())


def test_i05_links_of_an_article_with_direction_and_prediction(client, tiny_id, finished_run):
    links = client.get(f"/graphs/{tiny_id}/articles/3/links", params={"run": finished_run}).json()["links"]
    assert {(link["title"], link["direction"], link["predicted"] is None) for link in links} == {
        ("B-tree", "in", False),
        ("SQL", "out", False),
        ("Linux", "out", False),
    }
    assert client.get(f"/graphs/{tiny_id}/articles/99/links").status_code == 404


def test_i10_the_first_layout_tells_how_far_it_is(client, tiny_id):
    assert client.get(f"/graphs/{tiny_id}/layout").json() == {"num_articles": 8, "fraction": 0.0}
    client.get(f"/graphs/{tiny_id}/map")
    assert client.get(f"/graphs/{tiny_id}/layout").json() == {"num_articles": 8, "fraction": 1.0}
    assert client.get("/graphs/nowhere/layout").status_code == 404


def test_neighbourhood(client, tiny_id):
    answer = client.get(f"/graphs/{tiny_id}/articles/0/neighbourhood", params={"hops": 2}).json()
    assert (answer["centre"], answer["hops"], answer["counts"]) == (0, 2, [1, 2, 2])
    assert next(article["index"] for article in answer["articles"]) == 0
    shown = [article["index"] for article in answer["articles"]]
    links = {(shown[source], shown[target]) for source, target in answer["links"]}
    assert {(0, 1), (1, 2), (2, 3), (3, 0), (3, 4)} == links


def test_paths(client, tiny_id):
    answer = client.get(f"/graphs/{tiny_id}/paths", params={"source": "SQL", "target": "Linux"}).json()
    assert answer["distance"] == 2
    assert answer["paths"] == [[0, 3, 4]]


def test_map_has_a_place_for_every_article(client, tiny_id, finished_run):
    columns = client.get(f"/graphs/{tiny_id}/map", params={"run": finished_run}).json()
    assert {
        name: len(columns[name]) for name in ("x", "y", "category", "titles", "role", "pred", "confidence")
    } == dict.fromkeys(("x", "y", "category", "titles", "role", "pred", "confidence"), 8)


def test_run_is_read_and_predicts(client, explorer, finished_run):
    run = client.get(f"/runs/{finished_run}").json()
    assert (run["id"], run["state"]) == (finished_run, "finished")
    answer = client.post("/runs/latest/predict", json={"articles": [0, "Linux"]}).json()
    assert (answer["run"], [row["index"] for row in answer["articles"]]) == (finished_run, [0, 4])
    assert set(answer["articles"][0]) == {"index", "title", "label", "pred", "probs"}
    assert len(client.post("/runs/latest/predict", json={}).json()["articles"]) == 8


def test_metrics_come_by_cursor(client, finished_run):
    first = client.get("/metrics-since", params={"run": [f"{finished_run}:0:0", "nobody:0:0"]}).json()
    assert first["missing"] == ["nobody"]
    chunk = first["runs"][finished_run]
    assert (chunk["columns"]["epoch"], chunk["row"], chunk["state"]) == ([1, 2, 3], 3, "finished")
    again = client.get("/metrics-since", params={"run": f"{finished_run}:0:3"}).json()["runs"][finished_run]
    assert (again["columns"]["epoch"], again["reset"]) == ([], False)


def test_benchmarks_are_listed_best_first_and_compared(client, tiny_id, two_benchmarks):
    best, other = two_benchmarks
    listed = client.get("/benchmarks", params={"graph": tiny_id}).json()["benchmarks"]
    assert [(item["id"], item["mean"], item["num_splits"]) for item in listed] == [(best, 1.0, 2), (other, 0.5, 2)]
    assert client.get("/benchmarks").json()["benchmarks"] == listed
    assert client.get(f"/benchmarks/{best}").json() == listed[0]
    difference = client.get(f"/benchmarks/{best}/difference", params={"to": other}).json()
    assert (difference["mean"], difference["pairs"]) == (0.5, 2)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", None, 404),
        ("DELETE", "/graphs", None, 405),
        ("GET", "/graphs/none", None, 404),
        ("GET", "/graphs/TINY/articles/99", None, 404),
        ("GET", "/graphs/TINY/articles/x", None, 404),
        ("GET", "/graphs/TINY/articles/0/neighbourhood?hops=9", None, 422),
        ("GET", "/runs/nobody", None, 404),
        ("GET", "/benchmarks?graph=none", None, 404),
        ("GET", "/benchmarks/nobody", None, 404),
        ("GET", "/benchmarks/nobody/difference", None, 422),
        ("GET", "/benchmarks/nobody/difference?to=none", None, 404),
        ("GET", "/metrics-since?run=a:b:c", None, 422),
        ("GET", "/metrics-since", None, 422),
        ("POST", "/runs", {"graph": "TINY", "preset": "nobody"}, 404),
        ("POST", "/runs", {"graph": "TINY", "config": {"lr": -1}}, 422),
        ("POST", "/runs", {"graph": "TINY", "config": {"colour": 1}}, 422),
        ("POST", "/runs", {"graph": "TINY", "config": {"split": 7}}, 422),
        ("POST", "/runs", {"graph": 3}, 422),
        ("POST", "/runs", {"surprise": 3}, 422),
        ("POST", "/runs/nobody/stop", None, 404),
        ("POST", "/runs/nobody/predict", {"articles": ["x"]}, 404),
    ],
)
def test_errors_are_problem_documents(client, tiny_id, method, path, body, status):
    if body and body.get("graph") == "TINY":
        body = {**body, "graph": tiny_id}
    answer = client.request(method, path.replace("TINY", tiny_id), json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status and problem["title"] and "Traceback" not in answer.text


def test_problem_says_the_sentence(client, tiny_id):
    problem = client.get(f"/graphs/{tiny_id}/articles/99").json()
    assert problem["detail"] == "article 99 does not exist in tiny: indices run from 0 to 7"


def test_pages_of_others_may_not_train(client):
    answer = client.post("/runs", json={}, headers={"origin": "http://elsewhere.example"})
    assert (answer.status_code, answer.json()["title"]) == (403, "Forbidden")


def test_token_opens_training(make_explorer, tiny_id):
    explorer = make_explorer(training="token", token="secret")
    client = TestClient(build_api(lambda: explorer))
    refused = client.post("/runs/nobody/stop")
    allowed = client.post("/runs/nobody/stop", headers={"authorization": "Bearer secret"})
    assert (refused.status_code, allowed.status_code) == (403, 404)


def test_training_can_be_switched_off(make_explorer):
    explorer = make_explorer(training="off")
    assert TestClient(build_api(lambda: explorer)).post("/runs", json={}).status_code == 403


def test_documentation_needs_no_other_server(client):
    page = client.get("/docs").text
    assert "http://" not in page and "https://" not in page


@pytest.mark.parametrize("authorization", ["secret", "Basic secret", "Bearer", "Bearer wrong", "bearersecret"])
def test_n05_a_token_is_sent_as_bearer(client, monkeypatch, explorer, authorization):
    monkeypatch.setattr(explorer.access, "training", "token")
    monkeypatch.setattr(explorer.access, "_token", "secret")
    refused = client.post("/runs", json={"preset": "gcn"}, headers={"authorization": authorization})
    assert refused.status_code == 403
    allowed = client.post("/runs/nobody/stop", headers={"authorization": "bearer secret"})
    assert allowed.status_code == 404


@pytest.mark.parametrize("origin", ["http://[::1", "null", "evil.example", "http://testserver:80000000", "//"])
def test_n05_an_origin_that_is_none_is_refused(client, origin):
    assert client.post("/runs/nobody/stop", headers={"origin": origin}).status_code == 403


def test_n05_an_origin_without_a_host_is_no_page_of_ours(client):
    headers = {"origin": "null", "host": ""}
    assert client.post("/runs/nobody/stop", headers=headers).status_code == 403


def test_n05_no_folder_of_the_server_is_told(client, finished_run):
    assert [run["folder"] for run in client.get("/runs").json()["runs"]] == [f"runs/{finished_run}"]
    assert client.get(f"/runs/{finished_run}").json()["folder"] == f"runs/{finished_run}"


def test_row_28_a_run_is_labelled_and_archived(client, finished_run):
    changes = {"tags": ["a", "b"], "notes": "*why*", "starred": True}
    said = client.patch(f"/runs/{finished_run}", json=changes).json()
    assert {name: said[name] for name in changes} == changes
    assert client.patch(f"/runs/{finished_run}", json={"archived": True}).json()["tags"] == ["a", "b"]
    assert client.get("/runs").json() == {"runs": []}
    assert [run["id"] for run in client.get("/runs?archived=true").json()["runs"]] == [finished_run]
    assert client.patch(f"/runs/{finished_run}", json={"tags": ["a,b"]}).status_code == 422
    assert client.patch(f"/runs/{finished_run}", json={"state": "failed"}).status_code == 422
    assert client.patch("/runs/nobody", json={}).status_code == 404
    foreign = {"origin": "https://elsewhere.example"}
    assert client.patch(f"/runs/{finished_run}", json={}, headers=foreign).status_code == 403


def test_row_29_runs_are_chosen_by_a_query(client, finished_run):
    found = client.get("/runs", params={"where": "state = finished and not starred"}).json()["runs"]
    assert [run["id"] for run in found] == [finished_run]
    problem = client.get("/runs", params={"where": "state = (" + "x"})
    assert problem.status_code == 422 and problem.json()["detail"].startswith("character 9 of the filter: ")
