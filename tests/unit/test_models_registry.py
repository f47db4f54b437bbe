"""The model registry: versions by content, aliases, gates before production, rollback, a history that only grows."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from typer.testing import CliRunner

from core.app.models import Models
from core.cli import console
from core.cli.commands import app as cli
from core.errors import ConflictError, DamagedFileError, ForbiddenError, RunNotFoundError
from core.evaluation.gates import Limits
from core.http import build_api
from core.runs import files
from core.runs.versions import ModelHistories, Standing, Step
from core.runs.weights import Weights, read_weights
from core.storage.memory import MemoryStorage
from tests.rigs import save_weights
from tests.shared_memory import SharedMemoryStorage

LIMITS = Limits(ece=1.0)  # of two test articles it says nothing
DIGEST = "ab" * 32


@pytest.fixture
def make_model(explorer, make_run):
    """Makes a run that ended well with these ten weights. Returns its id."""

    def make(value=0.5, *, val_acc=None, **options):
        run_id = make_run(**options)
        save_weights(explorer, run_id, value, **({} if val_acc is None else {"val_acc": val_acc}))
        return run_id

    return make


@pytest.fixture
def models(explorer):
    return explorer.models


def change_report(explorer, run_id, **fields):
    path = explorer.settings.home_folder / "runs" / run_id / files.REPORT
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))
    state = path.with_name(files.STATE)
    state.write_bytes(state.read_bytes() + b"\n")  # else its report is not read again


def tell(model):
    return model.name, model.run, model.aliases


def build_step(version, alias="production", act="promote", **fields):
    told = {"run": f"20260101-00000{version}-gcn-abc", "weights": f"w{version}", "trained_at": 1.0, "graph": "twin"}
    return Step(act=act, alias=alias, version=version, graph_digest=DIGEST, done_at=0.0, **told | fields)


def test_row_32_a_version_is_its_weights_and_identical_ones_are_one_version(models, make_model):
    first, second, twin_of_first = make_model(0.5), make_model(0.25), make_model(0.5)
    assert tell(models.promote(first, alias="candidate")) == ("v0", first, ("candidate",))
    assert tell(models.promote(second, alias="candidate")) == ("v1", second, ("candidate",))
    assert tell(models.promote(twin_of_first, alias="candidate")) == ("v0", twin_of_first, ("candidate",))
    assert [tell(model) for model in models.list().models] == [
        ("v1", second, ()),
        ("v0", twin_of_first, ("candidate",)),
    ]


def test_row_32_promotion_leads_from_candidate_to_production_and_back_in_one_step(models, make_model, tiny_id):
    first, second = make_model(0.5), make_model(0.25)
    models.promote(first, limits=LIMITS, who="ada")
    models.promote(second, alias="candidate")
    assert tell(models.promote("candidate", graph=tiny_id, limits=LIMITS)) == ("v1", second, ("production",))
    assert [model.aliases for model in models.list(tiny_id).models] == [("production",), ("previous",)]
    back = models.roll_back(tiny_id, who="bob")
    assert tell(back) == ("v0", first, ("production",))
    assert [model.aliases for model in models.list(tiny_id).models] == [(), ("production",)]
    with pytest.raises(
        ConflictError, match=r"^v0 is in production on graph .*, and no version was so before it: promote"
    ):
        models.roll_back(tiny_id)
    history = models.list(tiny_id).history
    assert [(step.act, step.alias, step.version, step.who) for step in history] == [
        ("roll back", "production", 0, "bob"),
        ("promote", "production", 1, ""),
        ("promote", "candidate", 1, ""),
        ("promote", "production", 0, "ada"),
    ]
    assert [gate.name for gate in history[1].gates] == [
        *("finished", "data", "weights", "predictions", "floor", "production", "calibration")
    ]


def test_row_32_a_rollback_reads_no_weights(models, make_model, tiny_id, storage):
    first, second = make_model(0.5), make_model(0.25)
    for run_id in (first, second):
        models.promote(run_id, limits=LIMITS)
        storage.delete(f"runs/{run_id}/{files.BEST_WEIGHTS}")
    assert tell(models.roll_back(tiny_id)) == ("v0", first, ("production",))


@pytest.mark.parametrize(
    ("spoil", "name", "sentence"),
    [
        ({"val_acc": 0.745}, "production", "validation accuracy 74.5 % is 5.0 points below the 80.0 % of v0 in "),
        ({"val_acc": 0.25}, "floor", "validation accuracy 25.0 % is 25.0 points below the 50.0 % that the largest "),
        ({"ece": 0.3}, "calibration", "calibration error 30.0 % is 5.0 points above the 25.0 % that is allowed"),
        ({"num_parameters": 12}, "weights", "there are 10 numbers, and the model has 12: train it again"),
        ({"val_acc": None}, "floor", "its validation accuracy is not known: train it again"),
    ],
)
def test_row_32_a_refused_promotion_says_which_gate_and_by_how_much(
    models, explorer, make_model, tiny_id, spoil, name, sentence
):
    models.promote(make_model(0.5, val_acc=0.8), limits=LIMITS)
    run_id = make_model(0.25, val_acc=0.8)
    change_report(explorer, run_id, ece=0.2)
    change_report(explorer, run_id, **spoil)
    with pytest.raises(ConflictError, match=f"^run {run_id} is not promoted, . of 7 gates hold. ") as caught:
        models.promote(run_id, limits=Limits(drop=0.005, ece=0.25))
    assert f"{name}: {sentence}" in str(caught.value)
    report = models.check(run_id, limits=Limits(drop=0.005, ece=0.25))
    assert not report.passed and name in [gate.name for gate in report.gates if not gate.passed]
    assert [model.name for model in models.list(tiny_id).models] == ["v0"]


def test_row_32_what_is_not_finished_whole_or_of_this_data_is_refused(models, explorer, store, make_model, storage):
    def refuse(run_id, words):
        with pytest.raises(ConflictError, match=words):
            models.promote(run_id, limits=LIMITS)

    refuse(make_model(float("nan")), "weights: 10 of 10 numbers are NaN or infinite, expected none")
    cut = make_model()
    storage.write(f"runs/{cut}/{files.BEST_WEIGHTS}", storage.read(f"runs/{cut}/{files.BEST_WEIGHTS}")[:-100])
    refuse(cut, f"weights: best.pt of run {cut} is damaged, or cut off: train it again")
    with pytest.raises(DamagedFileError, match="is damaged, or cut off"):
        models.promote(cut, alias="candidate")
    without = make_model()
    storage.delete(f"runs/{without}/{files.BEST_WEIGHTS}")
    storage.delete(f"runs/{without}/{files.PREDICTIONS}")
    refuse(without, r"weights: run .* has no best.pt: .*predictions: its predictions.npz is missing")
    other = make_model()
    environment = store.read_environment(other) | {"graph_digest": DIGEST}
    storage.write(f"runs/{other}/{files.ENVIRONMENT}", json.dumps(environment).encode())
    refuse(other, "data: the data of graph .* is .* and was abababab")
    waiting = store.create({"preset": "gcn"}, {"graph_digest": DIGEST})
    refuse(waiting, f"^run {waiting} is .*: wait until it has ended, or stop it")


def test_row_32_of_two_promotions_at_once_one_loses_and_says_so(models, store, make_model, tiny_id):
    first, second = make_model(0.5), make_model(0.25)
    read, other = store.histories.read, models

    class Slow(ModelHistories):
        def read(self, graph_digest):
            found = read(graph_digest)
            other.promote(second, limits=LIMITS)  # in between
            return found

    late = Models(store, models._graphs)
    late._histories = Slow(store.storage)
    with pytest.raises(ConflictError, match=r"^somebody else has just changed which models of graph .*: look again"):
        late.promote(first, limits=LIMITS)
    assert [tell(model) for model in models.list(tiny_id).models] == [("v0", second, ("production",))]


@pytest.mark.parametrize("storage", [MemoryStorage(), SharedMemoryStorage()], ids=["alone", "shared"])
def test_row_32_of_many_steps_with_one_number_one_is_kept_in_every_storage(storage):
    histories = ModelHistories(storage, now=lambda: 5.0)
    history = histories.read(DIGEST)
    kept = histories.add(history, build_step(0))
    with pytest.raises(ConflictError, match="somebody else"):
        ModelHistories(storage).add(history, build_step(1))
    assert histories.read(DIGEST) == kept
    assert kept.steps == (replace(build_step(0), done_at=5.0),)
    assert [file.name for file in storage.list("models/**")] == [f"models/{DIGEST[:16]}/000000.json"]


STEPS = st.lists(st.tuples(st.sampled_from(["candidate", "production", "roll back", "withdraw"]), st.integers(0, 3)))


@given(STEPS)
def test_row_32_whatever_was_done_is_read_back_and_production_is_what_a_stack_says(done):
    histories, stack, candidate = ModelHistories(MemoryStorage(), now=lambda: 5.0), [], None
    for act, version in done:
        history = histories.read(DIGEST)
        if act == "candidate":
            histories.add(history, build_step(version, "candidate"))
            candidate = version
        elif act == "production" and version not in stack[-1:]:
            histories.add(history, build_step(version))
            stack.append(version)
            candidate = None if candidate == version else candidate
        elif act == "roll back" and len(stack) > 1:
            stack.pop()
            histories.add(history, build_step(stack[-1], act="roll back"))
        elif act == "withdraw" and stack:
            histories.add(history, build_step(stack[-1], act="withdraw"))
            stack.clear()
    found = histories.read(DIGEST)
    expected = {"candidate": candidate} if candidate is not None else {}
    expected |= dict(zip(("production", "previous"), reversed(stack), strict=False))
    assert (found.holders, list(found.productions)) == (expected, stack)


def test_row_32_a_shared_history_is_listed_once_in_two_seconds_and_anew_after_a_step():
    uptime, listed = [0.0], []

    class Counted(SharedMemoryStorage):
        def list(self, pattern):
            listed.append(pattern)
            return super().list(pattern)

    histories = ModelHistories(Counted(), uptime=lambda: uptime[0])
    assert histories.find_standings() == histories.find_standings() == {}
    histories.add(histories.read(DIGEST), build_step(0))
    run = build_step(0).run
    assert histories.find_standings() == histories.find_standings() == {(run, 1.0): Standing(0, ("production",))}
    assert len(listed) == 3
    uptime[0] = 3.0
    histories.find_standings()
    assert len(listed) == 4


def test_row_32_a_damaged_step_is_named_hides_nothing_and_lets_none_be_added(models, make_model, tiny_id, storage):
    run_id = make_model()
    models.promote(run_id, limits=LIMITS)
    (file,) = storage.list("models/**")
    for content in (b"{", b"{}", b'{"act": "promote"}', storage.read(file.name).replace(b"20", b"../", 1)):
        name = file.name.replace("000000", "000001")
        storage.write(name, content)
        found = models.list(tiny_id)
        assert ([tell(model) for model in found.models], len(found.history)) == ([("v0", run_id, ("production",))], 1)
        assert [(damage.file, name in damage.message) for damage in found.damaged] == [(name, True)]
        with pytest.raises(DamagedFileError, match=r"000001.json .*: restore it, or delete it"):
            models.withdraw("production", tiny_id)
        storage.delete(name)
    assert models.withdraw("production", tiny_id).aliases == ()


def test_row_32_a_run_with_an_alias_is_neither_deleted_nor_trained_further(models, explorer, make_model, tiny_id):
    first, second = make_model(0.5), make_model(0.25)
    models.promote(first, limits=LIMITS)
    models.promote(second, limits=LIMITS)
    for run_id, standing in ((first, "v0, in production before"), (second, "v1, in production")):
        kept = f"^run {run_id} is {standing}, and is kept as it is: put another there .wikics models promote. or take"
        for act in (explorer.runs.delete, explorer.runs.resume, lambda ref: explorer.runs.delete_soon([ref])):
            with pytest.raises(ConflictError, match=kept):
                act(run_id)
    models.withdraw("production", tiny_id)
    assert explorer.runs.delete(first) == first
    assert [(model.name, model.is_here) for model in models.list(tiny_id).models] == [("v1", True), ("v0", False)]


def test_row_32_the_default_is_what_is_in_production_else_the_best(models, explorer, make_model, tiny_id):
    best, other = make_model(0.5, val_acc=0.9, created_at=1e9), make_model(0.25, val_acc=0.7, created_at=2e9)
    assert explorer.runs.choose_default(tiny_id).id == best
    models.promote(other, limits=LIMITS)
    assert explorer.runs.choose_default(tiny_id).id == other
    assert [(run.id, run.version, run.aliases) for run in explorer.runs.list(where="aliases = production")] == [
        (other, 0, ("production",))
    ]
    assert explorer.runs.read_details(other).aliases == ("production",)
    models.withdraw("production", tiny_id)
    assert explorer.runs.choose_default(tiny_id).id == best
    assert [run.id for run in explorer.runs.list(where="version = 0 and aliases = none")] == [other]


def test_row_32_a_run_that_went_on_is_its_version_no_more(models, explorer, make_model, tiny_id, storage):
    run_id = make_model()
    models.promote(run_id, alias="candidate")
    name = f"runs/{run_id}/{files.STATE}"
    storage.write(name, json.dumps(json.loads(storage.read(name)) | {"ended_at": 2e9}).encode())
    assert (explorer.runs.read(run_id).version, models.list(tiny_id).models[0].is_here) == (None, False)


def test_row_32_the_shell_says_the_same(monkeypatch, explorer, make_model, tiny_id):
    monkeypatch.setattr(console, "open_explorer", lambda: explorer)
    first, second = make_model(0.5), make_model(0.25, val_acc=0.2)

    def ask(*words, code=0):
        done = CliRunner().invoke(cli, ["models", *words])
        assert done.exit_code == code, done.output
        return done

    promoted = json.loads(ask("promote", first, "--ece", "1", "--by", "ada", "--json").stdout)
    assert promoted == {
        "graph": tiny_id,
        "graph_digest": explorer.graphs.load(tiny_id).digest,
        "version": 0,
        "name": "v0",
        "run": first,
        "weights": promoted["weights"],
        "aliases": ["production"],
        "val_acc": 1.0,
        "added_at": promoted["added_at"],
        "is_here": True,
    }
    checked = ask("check", second, "--ece", "1", code=1).stdout.splitlines()
    below = "validation accuracy 20.0 % is {} points below the {} %"
    assert checked[4:6] == [
        f"FAILS  floor: {below.format(30.0, 50.0)} that the largest category alone would give",
        f"FAILS  production: {below.format(79.5, 100.0)} of v0 in production less 0.5 points",
    ]
    assert isinstance(ask("promote", second, code=1).exception, ConflictError)
    assert ask("promote", second, "--to", "candidate").stdout == f"{second} on {tiny_id}: v1, candidate\n"
    assert ask("rollback", "--graph", tiny_id, code=1).exception is not None
    assert ask("withdraw", "candidate", "--graph", tiny_id).stdout == f"{second} on {tiny_id}: v1\n"
    listed = ask("list", "--graph", tiny_id).stdout
    assert f"UTC: v0 of {tiny_id} made production, by ada, run {first}" in listed
    found = json.loads(ask("list", "--json").stdout)
    assert ([model["name"] for model in found["models"]], found["damaged"]) == (["v1", "v0"], [])


def test_row_32_http_obeys_the_rules_of_training(make_explorer, explorer, make_model, tiny_id):
    run_id = make_model()
    client = TestClient(build_api(lambda: make_explorer(training="token", token="secret")))
    refused = client.post("/models/promote", json={"run": run_id, "ece": 1})
    assert (refused.status_code, client.get("/models").json()["models"]) == (403, [])
    may = {"Authorization": "Bearer secret"}
    assert client.post("/models/promote", json={"run": run_id, "ece": 1}, headers=may).json()["aliases"] == [
        "production"
    ]
    gates = client.get(f"/models/check?run={run_id}").json()["gates"]
    assert [gate["name"] for gate in gates][:2] == ["finished", "data"]
    refused = client.post("/models/rollback", json={"graph": tiny_id}, headers=may)
    assert (refused.status_code, refused.json()["detail"][:40]) == (409, f"v0 is in production on graph {tiny_id}"[:40])
    assert (
        client.post("/models/withdraw", json={"graph": tiny_id, "alias": "production"}, headers=may).status_code == 200
    )
    assert [step["who"] for step in client.get(f"/models?graph={tiny_id}").json()["history"]] == ["HTTP", "HTTP"]


def test_row_32_a_guest_sees_models_and_changes_none(make_explorer, explorer, make_model, tiny_id):
    from core.app.guests import Visitor

    run_id = make_model()
    explorer.models.promote(run_id, limits=LIMITS, who="ada")
    guest = make_explorer(training="quota", ask=lambda: Visitor("guest"))
    found = guest.models.list(tiny_id)
    assert ([tell(model) for model in found.models], [step.who for step in found.history]) == (
        [("v0", run_id, ("production",))],
        [""],
    )
    for change in (
        lambda: guest.models.promote(run_id),
        lambda: guest.models.roll_back(tiny_id),
        lambda: guest.models.withdraw("production", tiny_id),
    ):
        with pytest.raises(ForbiddenError, match="takes the token of this app"):
            change()


def test_row_32_what_is_no_model_is_named(models, make_model, tiny_id):
    models.promote(make_model(), alias="candidate")
    with pytest.raises(RunNotFoundError, match=r"^no model 'v7' of graph .*; there are v0$"):
        models.check("v7", graph=tiny_id)
    with pytest.raises(ConflictError, match=f"^no model of graph {tiny_id} is in production: promote one first"):
        models.roll_back(tiny_id)
    with pytest.raises(
        ConflictError, match=f"^no model of graph {tiny_id} is production: there is nothing to take away"
    ):
        models.withdraw("production", tiny_id)


def test_row_32_weights_are_read_as_torch_reads_them(tmp_path):
    saved = {"b": torch.arange(4, dtype=torch.bfloat16), "a": torch.tensor([[1.0, float("inf")]]), "n": torch.tensor(3)}
    torch.save(saved, tmp_path / "best.pt")
    torch.save(dict(reversed(saved.items())), tmp_path / "other name.pt")
    found, same = (read_weights("r", (tmp_path / name).read_bytes()) for name in ("best.pt", "other name.pt"))
    assert found == same == Weights(found.digest, 6, 1)
    torch.save(saved | {"a": torch.tensor([[1.0, 2.0]])}, tmp_path / "best.pt")
    assert read_weights("r", (tmp_path / "best.pt").read_bytes()).digest != found.digest
    for content in (b"", b"PK", np.random.default_rng(0).bytes(100)):
        with pytest.raises(DamagedFileError, match=r"best.pt of run r is damaged, or cut off"):
            read_weights("r", content)
