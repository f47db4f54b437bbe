"""What is said to be wrong with a run: of curves as they are drawn, and of runs that are trained wrongly on purpose."""

import json

import numpy as np
import pytest

from core.config.train import build_config
from core.evaluation.diagnoses import diagnose
from core.runs import files
from core.runs.metrics import parse_columns
from core.runs.report import Report, read_report
from core.training.fit import train_run
from tests.graphs import make_graph

NAMES = ("Databases", "Compilers", "Security")
CHANCE = float(np.log(len(NAMES)))


def kinds_of(train, stopping, *, confusion=()):
    epochs = list(range(1, len(train) + 1))
    columns = {"epoch": epochs, "train_loss": list(train), "stopping_loss": list(stopping)}
    return [told.kind for told in diagnose(columns, Report(confusion=confusion), NAMES)]


def fall(num_epochs, *, to=0.2, over=20):
    return CHANCE * (to + (1 - to) * np.exp(-np.arange(num_epochs) / over))


def test_row_23_nothing_is_wrong_with_a_run_that_learns():
    assert kinds_of(fall(200), fall(200, to=0.4)) == []
    noise = 1 + 0.1 * np.random.default_rng(0).standard_normal(200)
    assert kinds_of(fall(200) * noise, fall(200, to=0.4)) == []


def test_row_23_few_epochs_tell_nothing_and_gaps_are_passed_over():
    assert kinds_of(np.full(10, 100.0), np.full(10, 100.0)) == []
    train = [None, *fall(100).tolist(), None]
    assert kinds_of(train, train) == []
    assert diagnose({"epoch": []}, None, NAMES) == diagnose({}, None, ()) == ()


@pytest.mark.parametrize("end", [30.0, np.inf, np.nan])
def test_row_23_a_loss_that_grows_again_diverges(end):
    train = np.concatenate([fall(100), np.full(60, end)])
    assert kinds_of(train, fall(160)) == ["divergence"]


def test_row_23_a_loss_that_leaps_at_first_has_too_high_a_rate():
    leaping = fall(100)
    leaping[2] = 9 * CHANCE
    assert kinds_of(fall(100), leaping) == ["learning rate too high"]


def test_row_23_a_loss_that_stays_is_a_plateau():
    flat = CHANCE * np.linspace(1.05, 1.04, 100)
    (told,) = diagnose({"epoch": range(1, 101), "train_loss": flat, "stopping_loss": flat}, None, NAMES)
    assert told.sentence == (
        "It hardly learns: the stopping loss fell by 0.5 % in the second half of its epochs, and stands at 1.04 times "
        "that of guessing. Raise the learning rate (lr), or regularise less."
    )


def test_row_23_a_stopping_loss_that_rises_while_training_goes_on_over_fits():
    rising = np.concatenate([fall(50, over=10), fall(50, over=10)[-1] * np.linspace(1, 3, 150)])
    assert kinds_of(fall(200, to=0.001), rising) == ["over-fitting"]


def test_row_23_a_category_that_is_never_named_is_dead():
    confusion = ((5, 0, 1), (4, 0, 2), (0, 0, 9))
    (told,) = diagnose({}, Report(confusion=confusion), NAMES)
    assert (told.kind, told.sentence.startswith("The model puts no test article into Compilers, where 6 belong: ")) == (
        "dead category",
        True,
    )
    assert kinds_of(fall(100), fall(100), confusion=((5, 0), (1, 0))) == []  # of another graph


def test_row_23_several_dead_categories_of_a_stopped_run_are_one_note():
    (told,) = diagnose({}, Report(confusion=((5, 0, 0), (6, 0, 0), (9, 0, 0)), outcome="stopped"), NAMES)
    assert told.sentence == (
        f"The model puts no test article into 2 of 3 categories, where some belong: {NAMES[1]} (6), {NAMES[2]} (9). "
        "It was stopped early: resume it first."
    )


# What each run should be told: any of these, and nothing else.
HIGH = {"learning rate too high", "divergence", "dead category"}
LOW = {"plateau", "dead category"}
TRAINED = [
    *[({"model": model, "lr": lr}, HIGH) for model in ("gcn", "mlp", "gat") for lr in (3.0, 10.0)],
    *[({"model": model, "lr": 1e-6}, LOW) for model in ("gcn", "mlp", "gat")],
    ({"model": "mlp", "lr": 0.03, "epochs": 150}, {"over-fitting"}),
    *[({"model": model, "lr": 0.005}, set()) for model in ("gcn", "mlp", "gat")],
]


@pytest.mark.slow
def test_row_23_of_runs_trained_wrongly_nine_in_ten_are_told_why_and_what_is_told_is_so(new_folder):
    told_right = told = wrong = missed = 0
    for seed in (0, 1):
        graph = make_graph(seed=seed)
        for number, (values, expected) in enumerate(TRAINED):
            folder = new_folder(f"{seed}-{number}")
            config = build_config(
                {"hidden_channels": 16, "epochs": 60, "patience": 1000, "device": "cpu", "seed": seed, **values}
            )
            train_run(folder, config, graph)
            header, *lines = (folder / files.METRICS).read_text().splitlines()
            report = read_report(json.loads((folder / files.REPORT).read_text()))
            found = {each.kind for each in diagnose(parse_columns(header, lines), report, graph.class_names)}
            told, told_right = told + len(found), told_right + len(found & expected)
            wrong, missed = wrong + bool(expected), missed + bool(expected and not found & expected)
    assert told_right >= 0.9 * told and missed <= 0.2 * wrong, (told_right, told, missed, wrong)
