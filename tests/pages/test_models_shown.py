"""What pages say of models: badges, the default, promotion, rollback, and runs that are kept."""

import pytest

from core.evaluation.gates import Limits
from tests.rigs import save_weights

LIMITS = Limits(ece=1.0)


@pytest.fixture
def make_model(explorer, make_run):
    """Makes a run that ended well with these ten weights, of so small a calibration error. Returns its id."""

    def make(value, **options):
        run_id = make_run(**options)
        save_weights(explorer, run_id, value, ece=0.01)
        return run_id

    return make


def texts(at):
    return [text.value.replace("\\", "") for text in (*at.caption, *at.markdown)]


def press(at, key):
    assert not at.exception
    return at.button(key=key).click().run()


def test_row_32_a_run_is_promoted_and_rolled_back_on_its_page(open_page, explorer, tiny_id, make_model):
    first, second = make_model(0.5, created_at=1e9), make_model(0.25, created_at=2e9)
    explorer.models.promote(first, limits=LIMITS, who="ada")
    at = open_page("runs", run=second)
    assert at.button(key="runs_candidate").help.startswith("Candidate: the version to look at next")
    at = press(at, "runs_candidate")
    assert any("v1, candidate" in text for text in texts(at))
    at = press(at, "runs_promote")
    assert any("v1, in production" in text for text in texts(at))
    kept = "It is **v1, in production**, and is kept: under *Model* take that away, or put another in its place, first."
    assert kept in texts(at)
    at = press(at, "runs_rollback")
    assert [model.aliases for model in explorer.models.list(tiny_id).models] == [(), ("production",)]
    gone = "It is **v1** of this graph's models, which is gone then: the history keeps its name alone."
    assert gone in texts(at)
    assert list(at.dataframe[0].value["version"]) == ["v1", "v0 production"]
    history = next(frame.value for frame in at.dataframe if "gates" in frame.value.columns)
    assert list(zip(history["what"], history["by"], strict=True)) == [
        ("v0 rolled back to", "page"),
        ("v1 made production", "page"),
        ("v1 made candidate", "page"),
        ("v0 made production", "ada"),
    ]


def test_row_32_a_refused_promotion_is_said_on_the_page(open_page, explorer, tiny_id, make_model):
    run_id = make_model(float("nan"))
    at = press(open_page("runs", run=run_id), "runs_promote")
    (error,) = [one.value.replace("\\", "") for one in at.error]
    assert error.startswith(f"run {run_id} is not promoted, 5 of 6 gates hold. weights: 10 of 10 numbers are NaN")
    assert explorer.models.list(tiny_id).models == []


def test_row_32_pages_show_what_is_in_production_and_say_so(open_page, explorer, make_model):
    chosen, newer = make_model(0.5, created_at=1e9), make_model(0.25, created_at=2e9)
    assert open_page("map").selectbox(key="router_run").value == newer
    explorer.models.promote(chosen, limits=LIMITS)
    for name in ("map", "article", "overview"):
        at = open_page(name, article=0)
        box = at.selectbox(key="router_run")
        assert box.value == chosen
        assert f"gcn {chosen[-3:]}, in production, test 50.0 % · {chosen}" in box.options
        said = f"Shown by default: **{chosen}**, v0, in production on this graph (validation 100.0 %)."
        if name == "overview":
            said = f"In production, as v0 of this graph's models, is **{chosen}** (gcn, split 0): it names the category"
        assert any(text.startswith(said) for text in texts(at)), texts(at)


def test_row_32_who_may_not_train_is_offered_no_promotion(serve_pages, make_explorer, make_model):
    run_id = make_model(0.5)
    at = serve_pages(make_explorer(training="off"))("runs", run=run_id)
    assert not at.exception and [one.key for one in at.button if one.key == "runs_promote"] == []
