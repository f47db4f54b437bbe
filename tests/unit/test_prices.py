"""What a run has cost: its training time at its machine's price."""

from dataclasses import replace

import pytest

from core.errors import ConfigError
from core.runs.prices import Prices, load_prices
from core.runs.store import RunStore
from pages.ui.run_table import build_rows


def write(path, text):
    path.write_text(text)
    return path


def test_c01_a_run_costs_its_training_time_at_the_price_of_its_machine(store, storage, finished_run, explorer):
    assert store.read(finished_run).cost is None
    priced = RunStore(storage, prices=Prices({"local": 7200.0, "other": 1.0}, "USD"))
    [record] = priced.list()
    assert (record.seconds, record.device, record.cost) == (1.5, "", 3.0)
    assert priced.read(finished_run).cost == 3.0
    place = explorer.places.describe()
    assert (
        build_rows([replace(record, machine="g2-standard-4", backend="vertex")], place).items()
        >= {
            "cost": [3.0],
            "place": ["g2-standard-4"],
        }.items()
    )
    assert {"cost", "place"}.isdisjoint(build_rows([store.read(finished_run)], place))


def test_c01_a_machine_comes_before_a_device_and_a_device_before_a_backend():
    prices = Prices({"vertex": 1.0, "NVIDIA L4": 2.0, "g2-standard-4": 3.0, "g2-standard-4 spot": 0.5})
    for names, cost in (
        (("g2-standard-4 spot", "NVIDIA L4", "vertex"), 0.5),
        (("g2-standard-4", "NVIDIA L4", "vertex"), 3.0),
        (("a3", "NVIDIA L4", "vertex"), 2.0),
        (("a3", "", "vertex"), 1.0),
        (("a3", "", "local"), None),
    ):
        assert prices.compute_cost(3600.0, *names) == cost
    assert prices.compute_cost(None, "vertex") is None


def test_c01_prices_are_read_from_yaml_and_what_is_none_is_named(tmp_path):
    path = tmp_path / "prices.yaml"
    assert load_prices(None) == Prices()
    assert load_prices(write(path, "currency: EUR\ng2-standard-4: 0.71\nlocal: 0\n")) == Prices(
        {"g2-standard-4": 0.71, "local": 0.0}, "EUR"
    )
    for text, said in (
        ("- 1", "holds no prices: write one a line, g2-standard-4: 0.71"),
        ("a: -1", "says 'a: -1': expected a machine and its price an hour"),
        ("a: true", "says 'a: True': expected a machine"),
        ("a: .inf", "says 'a: inf': expected a machine"),
        ("1: 1", "says '1: 1': expected a machine"),
        ("currency: 3", "says 'currency: 3': expected a word, such as USD"),
        ("a: [", "which cannot be read (while parsing"),
    ):
        with pytest.raises(ConfigError) as caught:
            load_prices(write(path, text))
        assert said in str(caught.value)
    with pytest.raises(ConfigError, match="which cannot be read \\(No such file or directory\\)"):
        load_prices(tmp_path / "nowhere.yaml")
