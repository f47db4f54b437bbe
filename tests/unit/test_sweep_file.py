import math
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from core.config.sweep.distributions import FAMILIES
from core.config.sweep.expressions import parse_expression
from core.config.sweep.read import find_bands, read_sweep
from core.config.sweep.spec import EarlyStopping, Range
from core.config.train import TrainConfig
from core.errors import ConfigError

FILES = sorted((Path(__file__).parents[1] / "sweeps").glob("*.yaml"))
SHARES = (np.arange(2_000) + 0.5) / 2_000


def read_one(name, lines):
    """The distribution of one parameter that a file tells in these lines."""
    body = "".join(f"    {line}\n" for line in lines)
    return read_sweep(f"method: random\nparameters:\n  {name}:\n{body}").by_name[name].distribution


def test_row_34_thirty_files_are_read_as_they_are():
    specs = [read_sweep(path.read_text()) for path in FILES]
    kinds = {parameter.distribution.kind for spec in specs for parameter in spec.parameters}
    assert len(specs) == 30
    assert kinds == set(FAMILIES)
    assert {spec.method for spec in specs} == {"grid", "random", "bayes"}


def test_row_34_keys_that_mean_nothing_here_are_explained():
    spec = read_sweep(next(path for path in FILES if "28" in path.name).read_text())
    assert [note.partition(" ")[0] for note in spec.notes] == ["program", "project", "entity", "command", "controller"]
    assert (spec.name, spec.run_cap, spec.early_terminate.bands[:4]) == ("all keys", 10, (5, 15, 45, 135))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "method: grid\nmetho: x\nparameters:\n  lr: {value: 1}",
            "line 2: no key is called 'metho': did you mean method",
        ),
        (
            "method: gird\nparameters:\n  lr: {value: 1}",
            "line 1: method is 'gird': expected one of grid, random, bayes",
        ),
        (
            "method: random\nparameters:\n  heds: {value: 1}",
            "line 3: no config field is called 'heds': did you mean heads",
        ),
        (
            "method: random\nparameters:\n  lr:\n    valu: 1",
            "line 4: no key of lr is called 'valu': did you mean value",
        ),
        (
            "method: random\nparameters:\n  lr:\n    values:\n    - 0.1\n    - -1",
            "line 6: lr is -1: input should be gr",
        ),
        ("method: random\nparameters:\n  num_layers:\n    min: 0\n    max: 3", "line 4: num_layers is 0: input should"),
        (
            "method: random\nparameters:\n  num_layers:\n    min: 1.5\n    max: 3",
            "line 3: num_layers takes whole numbers",
        ),
        ("method: random\nparameters:\n  lr:\n    min: 1\n    max: 0.1", "line 4: min 1 of lr is above its max 0.1"),
        ("method: random\nparameters:\n  lr:\n    distribution: gauss", "line 4: no distribution is called 'gauss'"),
        (
            "method: random\nparameters:\n  lr:\n    min: 0\n    max: 1\n    mu: 3",
            "line 6: mu means nothing to int_unif",
        ),
        ("method: grid\nparameters:\n  lr: {min: 0.1, max: 1}", "line 3: a grid cannot go over lr (uniform)"),
        ("method: bayes\nparameters:\n  lr: {value: 1}", "the sweep's file has no 'metric'"),
        ("method: bayes\nmetric:\n  name: acc\nparameters:\n  lr: {value: 1}", "line 3: no metric is called 'acc'"),
        (
            "method: bayes\nmetric:\n  name: val_acc\nparameters:\n  lr: {value: 1}",
            "val_acc is better the higher it is",
        ),
        (
            "method: bayes\nmetric: {name: test_acc}\nparameters:\n  lr: {value: 1}",
            "line 2: test articles measure once",
        ),
        ("method: grid\nmethod: grid\nparameters: {}", "has the key 'method' twice, in lines 1 and 2"),
        (
            "method: random\nparameters:\n  lr:\n    values: [1]\n    when: lr(",
            "line 5: 'lr(' cannot be read as an expr",
        ),
        (
            "method: random\nparameters:\n  lr: {value: 1}\nconstraints:\n- True\n- a < 1",
            "line 5: 'True' is no expression",
        ),
        (
            "method: random\nparameters:\n  lr: {value: 1}\nconstraints:\n- a < 1",
            "line 5: 'a < 1' asks about 'a', which",
        ),
        ("[1, 2]", "the sweep's file has no 'method' and 'parameters'"),
        ("a: &x 1", "the sweep's file has &x in line 1: write each value out"),
        ("a: {", "the sweep's file cannot be read as YAML"),
    ],
)
def test_row_34_what_is_wrong_is_said_with_its_line(text, told):
    with pytest.raises(ConfigError) as raised:
        read_sweep(text)
    assert told in str(raised.value)


@given(st.text(max_size=200) | st.sampled_from([path.read_text() for path in FILES]).map(lambda text: text[::-1]))
def test_row_34_any_text_is_read_or_refused_in_a_sentence(text):
    try:
        read_sweep(text)
    except ConfigError as error:
        assert "\n" not in str(error)[:200]


@pytest.mark.parametrize(
    ("name", "lines", "law"),
    [
        ("dropout", ["min: 0.1", "max: 0.8"], scipy.stats.uniform(0.1, 0.7)),
        ("lr", ["distribution: log_uniform", "min: -7", "max: -2"], scipy.stats.loguniform(math.exp(-7), math.exp(-2))),
        ("lr", ["distribution: log_uniform_values", "min: 0.001", "max: 0.1"], scipy.stats.loguniform(0.001, 0.1)),
        (
            "lr",
            ["distribution: inv_log_uniform", "min: 2", "max: 7"],
            scipy.stats.loguniform(math.exp(-7), math.exp(-2)),
        ),
        ("lr", ["distribution: inv_log_uniform_values", "min: 1e-3", "max: 1"], scipy.stats.loguniform(0.001, 1)),
        ("lr", ["distribution: normal", "mu: 2", "sigma: 0.5"], scipy.stats.norm(2, 0.5)),
        ("lr", ["distribution: log_normal", "mu: -2", "sigma: 0.5"], scipy.stats.lognorm(0.5, scale=math.exp(-2))),
        ("dropout", ["distribution: beta", "a: 2", "b: 3"], scipy.stats.beta(2, 3)),
    ],
)
def test_row_34_continuous_distributions_pass_a_ks_test(name, lines, law):
    distribution = read_one(name, lines)
    drawn = [distribution.draw(share) for share in SHARES]
    assert scipy.stats.kstest(drawn, law.cdf).statistic < 1 / len(SHARES)
    assert np.allclose([distribution.share_below(value) for value in drawn], SHARES, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "lines", "law", "step"),
    [
        ("num_layers", ["min: 2", "max: 9"], scipy.stats.randint(2, 10), None),
        ("dropout", ["distribution: q_uniform", "min: 0.1", "max: 0.8", "q: 0.1"], scipy.stats.uniform(0.1, 0.7), 0.1),
        (
            "epochs",
            ["distribution: q_log_uniform", "min: 2", "max: 5"],
            scipy.stats.loguniform(math.exp(2), math.exp(5)),
            1,
        ),
        (
            "epochs",
            ["distribution: q_log_uniform_values", "min: 8", "max: 99", "q: 4"],
            scipy.stats.loguniform(8, 99),
            4,
        ),
        ("epochs", ["distribution: q_normal", "mu: 50", "sigma: 9", "q: 5"], scipy.stats.norm(50, 9), 5),
        (
            "epochs",
            ["distribution: q_log_normal", "mu: 4", "sigma: 0.5"],
            scipy.stats.lognorm(0.5, scale=math.exp(4)),
            1,
        ),
        ("alpha", ["distribution: q_beta", "a: 2", "b: 3", "q: 0.05"], scipy.stats.beta(2, 3), 0.05),
    ],
)
def test_row_34_counted_distributions_have_the_shares_of_their_reference(name, lines, law, step):
    distribution = read_one(name, lines)
    drawn = np.array([distribution.draw(share) for share in SHARES])
    for value in np.unique(drawn):
        upper = value + (0 if step is None else step / 2)
        assert abs((drawn <= value).mean() - law.cdf(upper)) < 2 / len(SHARES)


def test_row_34_values_come_as_often_as_their_probabilities_say():
    chosen = read_one("preset", ["values: [gcn, sage, gat]", "probabilities: [0.5, 0.3, 0.2]"])
    even = read_one("preset", ["values: [gcn, sage]"])
    drawn = [chosen.draw(share) for share in SHARES]
    assert [drawn.count(name) / len(SHARES) for name in ("gcn", "sage", "gat")] == [0.5, 0.3, 0.2]
    assert [even.draw(share) for share in (0.0, 0.49, 0.5, 1.0)] == ["gcn", "gcn", "sage", "sage"]
    assert read_one("lr", ["value: 0.1"]).draw(0.7) == 0.1


def test_row_36_bands_are_those_of_wandb():
    assert find_bands(3, max_iter=81, s=3) == (3, 9, 27)
    assert find_bands(2, max_iter=5, s=2) == (1, 2)
    assert find_bands(3, min_iter=4)[:4] == (4, 12, 36, 108)
    spec = read_sweep(next(path for path in FILES if "26" in path.name).read_text())
    assert spec.early_terminate == EarlyStopping("hyperband", 3.0, (3, 9, 27), 3, 81)


def test_row_38_expressions_are_computed_and_nothing_is_called():
    values = TrainConfig(model="gat", hidden_channels=64, heads=4, residual=True).model_dump()
    told = {
        "model == 'gat' and heads > 2": True,
        "hidden_channels % heads == 0": True,
        "not residual": False,
        "residual == true": True,
        "model in ['gcn', 'sage']": False,
        "0.1 <= dropout < 0.6": True,
        "(num_layers + 1) * hidden_channels // 2 - 1 >= -lr": True,
    }
    assert {text: parse_expression(text, values).holds(values) for text in told} == told
    for text in (
        "__import__('os')",
        "model.upper()",
        "[x for x in jk]",
        "heads ** 9 ** 9",
        "lambda: 1",
        "f'{jk}'",
        "jk[0]",
    ):
        with pytest.raises(ConfigError):
            parse_expression(text, values)
    with pytest.raises(ConfigError, match="cannot be computed"):
        parse_expression("model < 3", values).holds(values)
    with pytest.raises(ConfigError, match="cannot be computed"):
        parse_expression("'a' * 99999999 == jk", values).holds(values)


def test_row_38_conditions_that_ask_about_each_other_are_refused():
    with pytest.raises(ConfigError, match="line 3: the conditions of lr, dropout ask about each other"):
        read_sweep(
            "method: random\nparameters:\n  lr: {value: 1, when: dropout > 0}\n  dropout: {value: 0.1, when: lr > 0}"
        )


def test_row_37_a_range_is_a_part_of_what_is_drawn():
    spec = read_sweep(next(path for path in FILES if "22" in path.name).read_text())
    assert spec.narrow(Range("lr", low=0.01)) == Range("lr", low=0.01)
    assert spec.narrow(Range("hidden_channels", values=("64", "128"))) == Range("hidden_channels", values=(64, 128))
    for wrong in (
        Range("lr", low=1.0),
        Range("heads", low=1),
        Range("hidden_channels", values=(7,)),
        Range("lr", values=(1,)),
    ):
        with pytest.raises(ConfigError):
            spec.narrow(wrong)
