"""The rules of a hosted demo: what a visitor may begin, see and change, in the use cases and over HTTP."""

import secrets
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.testclient import TestClient

from core.app.guests import OWNER, Visitor
from core.errors import ForbiddenError, RunNotFoundError
from core.http import build_api
from core.http.hosts import KnownHosts
from core.http.visitors import COOKIE, KnowVisitors, LimitRates, find_address, who_asks
from core.runs.labels import LabelChanges
from core.runs.state import RunState
from tests.rigs import NoBackend

ANNA, BERT = Visitor("anna", "10.0.0.1"), Visitor("bert", "10.0.0.2")
TOKEN = secrets.token_hex(16)
QUOTAS = {"quota_runs": 1, "quota_epochs": 20, "quota_work": 8 * 20, "quota_hour": 8 * 30, "quota_minutes": 5}


class Demo:
    """An app that is open to visitors; `at` says who asks now."""

    def __init__(self, make_explorer):
        self.visitor = OWNER
        self.explorer = make_explorer(
            NoBackend(), lambda: self.visitor, training="quota", token=TOKEN, max_waiting=100, **QUOTAS
        )
        self.runs, self.graph = self.explorer.runs, self.explorer.graphs.list()[0].id

    def at(self, visitor):
        self.visitor = visitor
        return self

    def config(self, epochs=10):
        return self.explorer.configs.build("gcn", {"epochs": epochs}, graph=self.graph)

    def begin(self, epochs=10):
        return self.runs.submit(self.config(epochs)).id

    def end(self, store, run_id):
        store._states.write(f"runs/{run_id}", RunState("finished", created_at=store.read(run_id).created_at))


@pytest.fixture
def demo(make_explorer):
    return Demo(make_explorer)


def refusal(act, *arguments):
    with pytest.raises(ForbiddenError) as refused:
        act(*arguments)
    return str(refused.value)


def test_d12_a_visitors_run_has_bounds(demo):
    demo.at(ANNA)
    assert refusal(demo.begin, 21) == (
        "a visitor's run may have 20 epochs on this graph, and this asks for 21: "
        "set epochs to 20 or fewer, or enter the token"
    )
    assert demo.at(OWNER).begin(21) != demo.at(replace(ANNA, trusted=True)).begin(30)


def test_d12_visitors_take_turns_and_have_a_share(demo, store):
    first = demo.at(ANNA).begin(20)
    assert refusal(demo.begin) == (
        "a visitor, and an address, has one run at a time, and yours is pending: "
        "start this when it has ended, 5 min after it begins, or stop it"
    )
    assert refusal(demo.at(replace(ANNA, name="another cookie")).begin).startswith("a visitor, and an address, has one")
    assert refusal(demo.at(BERT).begin) == (
        "visitors' runs have taken all places that they may, which is 1: "
        "start this when one has ended, 5 min after it begins"
    )
    demo.end(store, first)
    demo.at(ANNA)
    assert refusal(demo.begin, 20) == (
        "you have begun 160 articles × epochs within an hour, and 240 are a visitor's share: start this in 60 min"
    )
    assert "start this in 60 min" in refusal(demo.at(replace(ANNA, name="another cookie")).begin, 20)
    assert demo.at(BERT).begin(20)
    assert refusal(demo.at(Visitor()).begin).startswith("a visitor without a cookie cannot train")


def test_d12_of_many_starts_at_once_one_is_let_in(demo):
    from concurrent.futures import ThreadPoolExecutor

    demo.at(ANNA)

    def begin(_number):
        try:
            return demo.begin()
        except ForbiddenError:
            return None

    with ThreadPoolExecutor(8) as pool:
        begun = [run for run in pool.map(begin, range(30)) if run]
    assert len(begun) == 1


def test_d12_a_visitors_run_ends_by_the_clock(demo, store):
    run = demo.at(ANNA).begin()
    store._states.write(f"runs/{run}", RunState("running", created_at=1.0, started_at=1.0, host="elsewhere"))
    guests = demo.explorer.guests
    record = replace(store.read(run), state="running")
    guests._now = lambda: 1.0 + 299.0
    assert guests.find_overdue([record]) == []
    guests._now = lambda: 1.0 + 301.0
    assert guests.find_overdue([record, replace(record, visitor="")]) == [run]


def test_d12_a_run_is_its_visitors_alone_until_it_is_published(demo, store):
    own = demo.at(OWNER).begin()
    private = demo.at(ANNA).begin()
    demo.end(store, private)
    assert {record.id for record in demo.runs.list()} == {own, private}
    runs = demo.at(BERT).runs
    assert [record.id for record in runs.list()] == [own] and runs.read("latest").id == own
    ways = [
        runs.read,
        runs.read_details,
        runs.read_log,
        runs.export,
        runs.stop,
        runs.resume,
        runs.delete,
        runs.read_config,
    ]
    ways += [demo.explorer.predictions.predict, lambda ref: runs.delete_soon([ref])]
    for way in ways:
        with pytest.raises(RunNotFoundError) as missing:
            way(private)
        assert private not in str(missing.value).partition(";")[2]
    with pytest.raises(RunNotFoundError):
        runs.read(private[:-2])
    from core.runs.metrics import Cursor

    assert runs.read_metrics([(private, Cursor())]).missing == [private]
    demo.at(OWNER).runs.tag(private, ["published"])
    assert runs.read(private).id == private == demo.at(BERT).runs.read(private).id


def test_d12_a_visitor_changes_their_own_run_alone(demo):
    own = demo.at(OWNER).begin()
    private = demo.at(ANNA).begin()
    for act in (demo.runs.stop, demo.runs.delete, demo.runs.resume, lambda ref: demo.runs.rename(ref, "mine")):
        assert refusal(act, own).startswith(f"run {own} is not yours")
    assert demo.runs.label(private, LabelChanges(name="mine")).name == "mine"
    assert refusal(demo.runs.tag, private, ["published"]).startswith("the tag 'published', with which everybody")


def test_d12_what_is_more_than_a_run_takes_the_token(demo):
    demo.at(ANNA)
    explorer = demo.explorer
    for act in (
        lambda: explorer.benchmarks.submit(demo.config(), [(0, 0)]),
        lambda: explorer.benchmarks.stop("any"),
        lambda: explorer.sweeps.submit("method: random"),
        lambda: explorer.sweeps.stop("any"),
        lambda: explorer.graphs.register_upload({"a.npz": b""}),
        lambda: explorer.imports.read_sent({"a.csv": b""}),
        lambda: explorer.runs.submit(demo.config(), backend="vertex"),
        lambda: explorer.runs.submit(demo.config(), profile=True),
    ):
        assert "takes the token of this app: enter it on Train, or run your own copy" in refusal(act)


def test_d12_numbers_of_all_count_all(demo):
    demo.at(ANNA).begin()
    assert demo.at(BERT).runs.list() == [] and len(demo.runs.list_all()) == 1
    assert demo.explorer.places.describe().running + demo.explorer.places.describe().waiting == 1


def test_d12_on_a_machine_of_ones_own_nobody_is_asked(make_explorer):
    def ask():
        raise AssertionError

    explorer = make_explorer(NoBackend(), ask)
    config = explorer.configs.build("gcn", {"epochs": 9_000}, graph=explorer.graphs.list()[0].id)
    assert explorer.runs.submit(config).visitor == ""


@pytest.fixture
def site(make_explorer):
    """The interface behind what tells visitors apart; two at an address behind one proxy."""
    explorer = make_explorer(NoBackend(), who_asks, training="quota", token=TOKEN, rate=30, proxies=1, **QUOTAS)
    proxies = lambda: explorer.settings.proxies  # noqa: E731
    layers = [
        Middleware(KnownHosts, hosts=lambda: ("*.run.app",)),
        Middleware(LimitRates, rate=lambda: explorer.settings.rate, proxies=proxies, now=lambda: 0.0),
        Middleware(KnowVisitors, access=lambda: explorer.access, proxies=proxies),
    ]
    app = Starlette(routes=[Mount("/api", app=build_api(lambda: explorer))], middleware=layers)

    def visit(address):
        return TestClient(app, base_url="https://demo.run.app", headers={"x-forwarded-for": f"6.6.6.6, {address}"})

    return explorer, visit


def test_d12_over_http_a_cookie_tells_visitors_apart(site):
    explorer, visit = site
    anna, bert = visit("10.0.0.1"), visit("10.0.0.2")
    new = {"graph": explorer.graphs.list()[0].id, "config": {"epochs": 5}}
    begun = anna.post("/api/runs", json=new)
    assert begun.status_code == 201 and begun.json()["visitor"] == ""
    given = begun.headers["set-cookie"]
    assert given.endswith("HttpOnly; SameSite=Lax; Secure") and len(anna.cookies[COOKIE]) == 32
    run = begun.json()["id"]
    details = anna.get(f"/api/runs/{run}").json()
    assert "visitor" not in details["environment"] and anna.cookies[COOKIE] not in str(details)
    assert [one["id"] for one in anna.get("/api/runs").json()["runs"]] == [run]
    assert bert.get("/api/runs").json()["runs"] == [] and bert.get(f"/api/runs/{run}").status_code == 404
    assert bert.post("/api/runs", json=new).status_code == 403
    assert bert.get(f"/api/runs/{run}", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    foreign = {"origin": "https://evil.example"}
    assert bert.post("/api/runs/latest/predict", json={}, headers=foreign).status_code == 403


def test_d12_an_address_sends_so_many_requests(site):
    _, visit = site
    hostile, honest = visit("10.0.0.1"), visit("10.0.0.2")
    answers = [hostile.get("/api/graphs", headers={"x-forwarded-for": f"7.7.7.{n}, 10.0.0.1"}) for n in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[-1].json()["detail"] == "one address may send 30 requests a minute: try again in 2 s"
    assert answers[-1].headers["retry-after"] == "2" and honest.get("/api/graphs").status_code == 200


def test_d12_an_address_is_what_the_outermost_proxy_saw():
    assert find_address(["1.1.1.1, 2.2.2.2", "3.3.3.3"], "4.4.4.4", 2) == "2.2.2.2"
    assert find_address(["1.1.1.1"], "4.4.4.4", 2) == find_address(["1.1.1.1"], "4.4.4.4", 0) == "4.4.4.4"


def test_d12_no_secret_stands_in_a_run_or_a_log(site, caplog):
    """Neither the token, nor the cookie, nor the address of who began it."""
    explorer, visit = site
    anna = visit("10.0.0.1")
    wrong = {"authorization": f"Bearer {TOKEN}, nearly"}
    new = {"graph": explorer.graphs.list()[0].id, "config": {"epochs": 5}}
    assert anna.post("/api/runs", json=new, headers=wrong).status_code == 201
    written = [path.read_bytes() for path in explorer.settings.home_folder.rglob("*") if path.is_file()]
    for text in (TOKEN, anna.cookies[COOKIE], "10.0.0.1"):
        assert text.encode() not in b"".join(written) and text not in caplog.text
