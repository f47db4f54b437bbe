"""What past runs teach of the next."""

from dataclasses import replace

from core.app.estimates import Estimate
from core.backends.probe import Probe
from core.config.train import TrainConfig
from core.runs.experience import Experience, estimate_by_pace, summarise_experience
from core.runs.record import compute_variant


def test_finished_runs_of_the_config_and_graph_count(explorer, tiny_id, finished_run):
    record = explorer.runs.read(finished_run)
    slower = replace(record, seconds=4.5, test_acc=1.0)
    others = [replace(record, variant="other"), replace(record, graph="other"), replace(record, state="stopped")]
    found = summarise_experience([record, slower, *others], graph=tiny_id, variant=record.variant)
    assert found == Experience(runs=2, seconds=3.0, test_acc=0.75)


def test_nothing_is_known_without_runs():
    assert summarise_experience([], graph="twin", variant="none") == Experience(runs=0, seconds=None, test_acc=None)


def test_a_variant_is_a_config_but_for_split_seed_and_device(explorer, tiny_id):
    def variant(**changes):
        return compute_variant(explorer.configs.build("gcn", changes, graph=tiny_id).model_dump())

    assert variant() == variant(split=1) == variant(seed=7) == variant(device="cpu")
    assert len({variant(), variant(epochs=40), variant(hidden_channels=64)}) == 3
    assert compute_variant({}) == ""


def test_a_run_keeps_its_variant_when_a_field_is_added():
    whole = TrainConfig(hidden_channels=64, split=2).model_dump()
    for name in whole:
        before = {key: value for key, value in whole.items() if key != name}  # as written before the field existed
        assert (compute_variant(before) == compute_variant(whole)) is (name != "hidden_channels")
    assert compute_variant(whole | {"of_a_later_version": 1}) != compute_variant(whole)
    assert compute_variant(TrainConfig().model_dump()) != ""


def test_i13_a_time_is_known_of_other_numbers_of_epochs(explorer, tiny_id, finished_run, storage):
    def estimate(**changes):
        found = explorer.estimates.estimate(explorer.configs.build("gcn", changes, graph=tiny_id))
        return found and found.seconds

    record = explorer.runs.read(finished_run)
    assert estimate(epochs=3) == record.seconds
    assert estimate(epochs=300) == estimate(epochs=300, lr=0.5, patience=7) == 300 * record.seconds_per_epoch
    assert estimate(epochs=300, hidden_channels=8) is None
    storage.write(f"runs/{finished_run}/config.json", b"{}")
    explorer.estimates._paces.clear()
    assert estimate(epochs=300) is None


def test_i13_a_run_that_ended_early_takes_no_longer_with_more_epochs(explorer, tiny_id, finished_run):
    record = replace(explorer.runs.read(finished_run), seconds_per_epoch=2.0, epochs=40, max_epochs=100)
    told = [replace(record, state="failed", seconds_per_epoch=9.0), record]
    assert [estimate_by_pace(told, epochs=epochs) for epochs in (10, 500)] == [20.0, 80.0]
    assert estimate_by_pace([replace(record, state="stopped")], epochs=500) == 1000.0


def test_i13_a_probe_tells_the_time_of_other_numbers_of_epochs(explorer, tiny_id, monkeypatch):
    monkeypatch.setattr("core.app.estimates.probe_preset", lambda *_: Probe(seconds=101.0, seconds_per_epoch=1.0))
    explorer.estimates.probe_default()
    own = explorer.configs.build_default()
    assert (min(own.epochs, 2 * own.patience), own.graph) == (100, tiny_id)
    times = [explorer.estimates.estimate(own.model_copy(update={"epochs": epochs})) for epochs in (30, 100)]
    assert times == [Estimate(31.0, is_probed=True), Estimate(101.0, is_probed=True)]
