"""Whatever a page leaves out is counted where it is left out, with a way to the rest."""

import json

import numpy as np
import pytest

from core.graph.archive import dump_arrays


@pytest.fixture
def many_runs(explorer, tiny_id, store):
    """The ids of 22 runs, newest first."""
    from core.runs.environment import collect_environment
    from core.runs.folder import RunFolder
    from core.runs.state import RunState

    digest, config = explorer.graphs.load(tiny_id).digest, explorer.configs.build("gcn", {}, graph=tiny_id)
    environment = collect_environment(tiny_id, digest, command=["test"])
    for _ in range(22):
        run_id = store.create(config.model_dump(), environment)
        state = RunState("finished", epoch=3, created_at=1e9, started_at=1e9, ended_at=1e9 + 2)
        RunFolder(explorer.settings.home_folder / "runs" / run_id).write_state(state)
    return [record.id for record in explorer.runs.list(tiny_id)]


def drawn(at):
    return [run["id"] for element in at.get("bidi_component") for run in json.loads(element.proto.json).get("runs", [])]


def test_i08_ticked_runs_are_drawn_so_many_at_a_time(open_page, many_runs, monkeypatch):
    monkeypatch.setattr("pages.ui.curve_view.MAX_DRAWN", 20)
    at = open_page("runs", runs=",".join(many_runs))
    assert drawn(at) == many_runs[:20]
    assert at.segmented_control(key="runs_part").label == "20 of 22 ticked runs are drawn at a time"
    at = open_page("runs", runs=",".join(many_runs), part=2)
    assert drawn(at) == many_runs[20:]


def test_i08_what_is_not_drawn_at_first_is_counted(open_page, many_runs):
    at = open_page("runs")
    assert drawn(at) == many_runs[:5]
    assert "The newest 5 of 22 runs are drawn: tick others in the table." in [text.value for text in at.caption]


def test_i08_ticked_runs_that_a_filter_hides_are_counted(open_page, many_runs):
    at = open_page("runs", runs=",".join(many_runs[:3]), filter=many_runs[0])
    assert drawn(at) == many_runs[:1]
    assert "2 ticked runs are hidden by the filter." in [text.value for text in at.caption]


def test_i08_a_cut_log_says_so_and_is_had_whole(open_page, explorer, finished_run, storage):
    lines = [f"line {number} {'x' * 80}" for number in range(2000)]
    storage.write(f"runs/{finished_run}/log.txt", "\n".join(lines).encode())
    at = open_page("runs", run=finished_run)
    told = next(text.value for text in at.caption if "whole log" in text.value)
    shown = next(code.value for code in at.code if "line 1999" in code.value).splitlines()
    assert told == f"The last {len(shown)} lines; the whole log has {len(chr(10).join(lines)) / 1024:,.0f} kB."
    assert explorer.runs.read_whole_log(finished_run).splitlines() == lines
    assert at.get("download_button")


def test_i08_a_whole_log_says_nothing(open_page, finished_run, storage):
    storage.write(f"runs/{finished_run}/log.txt", b"one line")
    at = open_page("runs", run=finished_run)
    assert not any("whole log" in text.value for text in at.caption)


def test_i08_words_that_are_not_shown_are_counted_and_shown_on_demand(open_page, explorer, tiny_arrays):
    words = np.array([f"word{number}" for number in range(70)])
    arrays = {
        "tokens_indices": np.arange(70, dtype=np.int32),
        "tokens_offsets": np.array([0, *[70] * 8]),
        "tokens_vocabulary": words,
    }
    graph_id = explorer.graphs.register_upload({"words.npz": dump_arrays(tiny_arrays | arrays)})
    card = explorer.articles.read(graph_id, 0)
    assert (len(card.tokens), card.num_tokens) == (60, 70)
    at = open_page("article", graph=graph_id, article=0)
    toggle = next(toggle for toggle in at.toggle if "words" in toggle.label)
    assert toggle.label == "All 70 words, not the first 60"
    toggle.set_value(True).run()
    assert " ".join(words) in [text.value for text in at.text]


def test_i08_a_search_says_how_many_titles_match(explorer, tiny_id):
    hits, total = explorer.articles.find(tiny_id, "s", limit=1)
    assert ([hit.title for hit in hits], total) == (["SQL"], 2)
    assert explorer.articles.search(tiny_id, "s", limit=1) == hits


def test_i08_categories_without_a_door_are_counted(open_page, explorer, tiny_id, monkeypatch):
    caption = "Search a title above, or start from the best-linked article of "
    hits, total = explorer.articles.suggest(tiny_id, limit=1)
    assert (len(hits), total) == (1, 2)
    assert caption + "each category." in [text.value for text in open_page("article").caption]
    monkeypatch.setattr(explorer.articles, "suggest", lambda _graph: (hits, total))
    assert caption + "1 of the 2 categories." in [text.value for text in open_page("article").caption]
