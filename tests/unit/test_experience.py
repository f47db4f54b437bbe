"""What past runs teach of the next."""

from dataclasses import replace

from core.config.train import TrainConfig
from core.runs.experience import Experience, summarise_experience
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
