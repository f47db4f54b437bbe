"""Every page and the default run at both ends of every setting."""

import pytest

from core.errors import ConfigError

PAGES = ("overview", "train", "runs", "benchmark", "map", "article")


@pytest.mark.parametrize("max_epochs", [1, 500, 10_000])
def test_n03_any_limit_of_epochs_leaves_every_preset_usable(open_page, explorer, finished_run, max_epochs):
    limited = explorer.configs.max_epochs
    explorer.configs.max_epochs = max_epochs
    try:
        for preset in explorer.configs.list_presets():
            assert explorer.configs.build(preset.name, {}).epochs == preset.values["epochs"] <= max_epochs
        for name in PAGES:
            at = open_page(name, run=finished_run)
            assert not at.exception and not at.error
        at = open_page("train", preset="tuned-gcn")
        assert at.number_input(key="train_epochs").value == min(1_000, max_epochs)
        assert not at.button(key="train_start").disabled
        with pytest.raises(ConfigError, match=f"this app allows at most {max_epochs}"):
            explorer.configs.build("gcn", {"epochs": max_epochs + 1})
    finally:
        explorer.configs.max_epochs = limited
