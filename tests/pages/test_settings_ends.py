"""Every page and the default run at both ends of every setting."""

import pytest

from core.errors import ConfigError
from tests.rigs import NoBackend
from tests.setting_ends import DOOR_CASES, TOKEN, complete, name_case

PAGES = ("overview", "train", "runs", "compare", "benchmark", "map", "article")


@pytest.mark.parametrize("max_epochs", [500, *(pytest.param(end, marks=pytest.mark.slow) for end in (1, 10_000))])
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


@pytest.fixture(params=DOOR_CASES, ids=name_case)
def settings(request, tmp_path):
    return complete(*request.param, tmp_path)


@pytest.fixture
def odd_explorer(make_explorer, settings):
    return make_explorer(NoBackend(), **{name: value for name, value in settings.items() if name != "backend"})


@pytest.mark.slow
def test_n03_both_ends_of_a_setting_leave_every_page_usable(serve_pages, odd_explorer, settings):
    open_page = serve_pages(odd_explorer)
    for name in PAGES:
        at = open_page(name, set="epochs:1")
        assert not at.exception and not at.error
    at = open_page("train", set="epochs:1")
    training = settings.get("training", "open")
    if training == "off":
        assert not any(button.key == "train_start" for button in at.button if not button.disabled)
        return
    if training == "token":
        at.text_input(key="router_token").set_value(settings.get("token", TOKEN)).run()
    at.button(key="train_start").click().run()
    assert not at.exception and not at.error
    assert len(odd_explorer.runs.list()) == 1
