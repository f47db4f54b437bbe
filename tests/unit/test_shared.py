"""The first layer that an evaluation and the next training step share: the same numbers, made once."""

import copy

import pytest
import torch

from core.config.model import ModelConfig
from core.models.build import build_model
from core.models.inputs import build_inputs


@pytest.fixture
def make(tiny_graph):
    def make(model="gcn", **fields):
        torch.manual_seed(0)
        config = ModelConfig(model=model, hidden_channels=6, num_layers=3, heads=2, **fields)
        inputs = build_inputs(config, tiny_graph)
        return build_model(config, in_channels=4, out_channels=2), inputs.x, inputs.adj

    return make


def count_calls(model):
    calls = []
    model.layers[0].register_forward_hook(lambda *_: calls.append(1))
    return calls


def train(model, x, adj, *, epochs=3, evaluate=True):
    """Logits of every evaluation, and the weights."""
    torch.manual_seed(1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    logits = []
    for _ in range(epochs):
        model.train()
        optimizer.zero_grad()
        model(x, adj).square().sum().backward()
        optimizer.step()
        model.eval()
        if evaluate:
            with torch.inference_mode():
                logits.append(model(x, adj).clone())
    return logits, [parameter.detach().clone() for parameter in model.parameters()]


@pytest.mark.parametrize("norm", ["none", "layer", "batch"])
@pytest.mark.parametrize("name", ["gcn", "sage", "gat", "gatv2", "mlp", "appnp"])
def test_training_is_bit_for_bit_that_without_sharing(name, norm, make):
    model, x, adj = make(name, norm=norm, residual=True)
    calls = count_calls(model)
    logits, weights = train(model, x, adj)
    assert len(calls) == 4  # one for the first step, one for each evaluation
    alone, x, adj = make(name, norm=norm, residual=True)
    _, weights_alone = train(alone, x, adj, evaluate=False)
    assert all(map(torch.equal, weights, weights_alone))
    with torch.no_grad():
        assert torch.equal(alone.eval()(x, adj), logits[-1])


def test_attention_dropout_shares_nothing(make):
    model, x, adj = make("gat", attention_dropout=0.3)
    calls = count_calls(model)
    train(model, x, adj)
    assert len(calls) == 6


def test_anything_that_changes_makes_it_anew(make):
    model, x, adj = make(norm="layer")
    model.eval()
    calls = count_calls(model)

    def evaluate(*arguments):
        with torch.no_grad():
            return model(*arguments)

    first = evaluate(x, adj)
    assert torch.equal(evaluate(x, adj), first)
    assert len(calls) == 1
    with torch.no_grad():
        model.norms[0].bias += 1.0
    assert not torch.equal(evaluate(x, adj), first)
    model.load_state_dict({name: torch.zeros_like(value) for name, value in model.state_dict().items()})
    assert evaluate(x, adj).abs().max() == 0
    evaluate(x.clone(), adj)
    x += 1
    evaluate(x, adj)
    assert len(calls) == 5


def test_gradients_may_be_taken_twice_and_by_the_features(make):
    model, x, adj = make(norm="layer")
    model.eval()
    with torch.no_grad():
        model(x, adj)
    gradients = []
    for _ in range(2):
        model.zero_grad()
        model(x, adj).square().sum().backward()
        gradients.append([parameter.grad.clone() for parameter in model.parameters()])
    assert all(map(torch.equal, *gradients))
    asked = x.clone().requires_grad_()
    model(asked, adj).square().sum().backward()
    assert asked.grad.abs().sum() > 0


def test_a_copy_of_a_model_computes_for_itself(make):
    model, x, adj = make(norm="layer")
    model.eval()
    with torch.no_grad():
        logits = model(x, adj)
        twin = copy.deepcopy(model)
        calls = count_calls(twin)
        assert torch.equal(twin(x, adj), logits)
    assert len(calls) == 1
