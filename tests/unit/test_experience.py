"""What past runs teach of the next."""

from dataclasses import replace

from core.runs.experience import Experience, summarise_experience


def test_finished_runs_of_the_preset_and_graph_count(explorer, tiny_id, finished_run):
    record = explorer.store.read(finished_run)
    slower = replace(record, seconds=4.5, test_acc=1.0)
    others = [replace(record, preset="sage"), replace(record, graph="other"), replace(record, state="stopped")]
    found = summarise_experience([record, slower, *others], graph=tiny_id, preset="gcn")
    assert found == Experience(runs=2, seconds=3.0, test_acc=0.75)


def test_nothing_is_known_without_runs():
    assert summarise_experience([], graph="twin", preset="gcn") == Experience(runs=0, seconds=None, test_acc=None)
