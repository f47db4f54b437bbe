"""What goes around a model, around any of them: what it does in training, what it changes after it, what is stored."""

import pytest
import torch

from core.config.model import ModelConfig
from core.config.models import MODEL_SPECS
from core.config.presets import list_presets
from core.config.train import TrainConfig, build_config
from core.models.build import build_model, build_refined
from core.models.inputs import ModelInputs, build_inputs
from core.models.ops.adjacency import build_adjacency
from core.models.refine.alignment import Alignment
from core.models.refine.averages import AveragedModel
from core.models.refine.refined import Refined
from core.models.refine.smoothing import Smoothing

SIZES = {"in_channels": 4, "out_channels": 2}
ALL = {"link_dropout": 0.5, "feature_dropout": 0.25, "distribution_alignment": True, "smoothing_steps": 3}
LINKED = [name for name, spec in MODEL_SPECS.items() if spec.links]
STEP = 1e-6


def make(graph, **fields):
    torch.manual_seed(0)
    config = ModelConfig(**{"hidden_channels": 6, "heads": 2, "dropout": 0.0} | fields)
    return build_refined(config, **SIZES), build_inputs(config, graph)


@pytest.mark.parametrize("name", MODEL_SPECS)
def test_without_refinements_it_is_the_model(name, tiny_graph):
    model, inputs = make(tiny_graph, model=name)
    for training in (True, False):
        assert torch.equal(model.train(training)(inputs), model.base(inputs.x, inputs.adj))
    assert inputs.around is None


@pytest.mark.parametrize("name", LINKED)
def test_link_dropout_works_in_training_alone(name, tiny_graph):
    model, inputs = make(tiny_graph, model=name, link_dropout=0.9)
    whole = model.base(inputs.x, inputs.adj)
    one, two = model(inputs), model(inputs)
    assert not torch.allclose(one, two)
    assert not torch.allclose(one, whole)
    assert torch.equal(model.eval()(inputs), whole)


def test_links_that_attention_drops_carry_no_message(tiny_graph):
    """All but the self-loops: what is left of an article is its own share of its attention."""
    model, inputs = make(tiny_graph, model="gat", num_layers=1, link_dropout=0.99)
    conv = model.base.layers[0]
    is_loop = torch.zeros(len(inputs.adj.matrix.weights)).index_fill_(0, inputs.adj.loops, 1.0)
    alone = model.base(inputs.x, inputs.adj.masked(is_loop)) - conv.bias
    torch.manual_seed(0)
    rows = [model(inputs) - conv.bias for _ in range(20)]
    same = torch.stack([torch.isclose(row, alone, rtol=1e-4).all(dim=1) for row in rows])
    assert same.float().mean() > 0.8


@pytest.mark.parametrize("name", MODEL_SPECS)
def test_feature_dropout_works_in_training_alone(name, tiny_graph):
    model, inputs = make(tiny_graph, model=name, feature_dropout=0.5)
    whole = model.base(inputs.x, inputs.adj)
    assert not torch.allclose(model(inputs), model(inputs))
    torch.testing.assert_close(model.eval()(inputs), whole)


@pytest.mark.parametrize("name", MODEL_SPECS)
def test_aligned_and_then_smoothed_over_normalised_links_whatever_the_model_reads(name, tiny_graph):
    model, inputs = make(tiny_graph, model=name, **ALL)
    model.alignment.shift.copy_(torch.tensor([1.0, -1.0]))
    model.smoothing.choice.fill_(2)
    smoothing = Smoothing(3)
    smoothing.choice.fill_(2)
    around = build_adjacency(tiny_graph.undirected, "symmetric")
    logits = model.eval().base(inputs.x, inputs.adj)
    torch.testing.assert_close(model(inputs), smoothing(logits + model.alignment.shift, around))
    model.reset()
    torch.testing.assert_close(model(inputs), logits)


def test_inputs_that_lack_what_smoothing_needs_are_refused(tiny_graph):
    model, inputs = make(tiny_graph, model="mlp", smoothing_steps=3)
    with pytest.raises(TypeError, match="smoothing needs links: build the inputs with the config"):
        model.eval()(ModelInputs(inputs.x, None))


@pytest.mark.parametrize("name", MODEL_SPECS)
def test_weights_are_named_as_the_model_names_them(name, tiny_graph):
    fields = {"model": name, "norm": "batch"}
    model, inputs = make(tiny_graph, **fields, **ALL)
    model.alignment.shift.fill_(3.0)
    plain = build_model(ModelConfig(hidden_channels=6, heads=2, **fields), **SIZES)
    state = model.state_dict()
    assert state.keys() == plain.state_dict().keys() | {"alignment.shift", "smoothing.choice"}
    other, _ = make(tiny_graph, **fields, **ALL)
    average = AveragedModel(model, decay=0.9)
    for module, names in ((other, state), (AveragedModel(other, decay=0.9), average.state_dict())):
        module.load_state_dict(names)
        assert all(torch.equal(value, names[key]) for key, value in module.state_dict().items())
    assert average.state_dict().keys() == {f"model.{key}" for key in state} | {"num_updates"}
    assert torch.equal(other.eval()(inputs), model.eval()(inputs))


def test_weights_of_a_run_that_ignored_its_refinements_load_as_not_refined(tiny_graph):
    model, inputs = make(tiny_graph, model="sage", **ALL)
    model.alignment.shift.fill_(3.0)
    plain = build_model(ModelConfig(model="sage", hidden_channels=6), **SIZES)
    model.load_state_dict(plain.state_dict())
    torch.testing.assert_close(model.eval()(inputs), plain.eval()(inputs.x, inputs.adj))
    with pytest.raises(RuntimeError, match="Missing key"):
        model.load_state_dict({name: value for name, value in plain.state_dict().items() if "norms" not in name})


def move_choices(model):
    for part in model.modules():
        if isinstance(part, Alignment):
            part.shift.copy_(torch.tensor([0.5, -0.5]))
        if isinstance(part, Smoothing):
            part.choice.fill_(2)


CONFIGS = {preset.name: build_config(preset.values) for preset in list_presets()}
CONFIGS |= {f"refined {name}": TrainConfig(model=name, hidden_channels=8, **ALL) for name in MODEL_SPECS}


@pytest.mark.parametrize("name", CONFIGS)
def test_gradients_by_links_equal_finite_differences_through_all_of_it(name, tiny_graph):
    torch.manual_seed(0)
    config = CONFIGS[name].model_copy(update={"hidden_channels": 8})
    model = build_refined(config, **SIZES).double().eval()
    move_choices(model)
    inputs = build_inputs(config, tiny_graph).double()
    with torch.no_grad():
        whole = model(inputs)  # fills what is kept
    size = tiny_graph.undirected.nnz
    mask = torch.linspace(0.3, 1.2, size, dtype=torch.float64).requires_grad_()
    direction = torch.linspace(-1, 1, whole.numel(), dtype=torch.float64).view_as(whole)

    def measure(mask):
        return (model(inputs.masked(mask)) * direction).sum()

    (ours,) = torch.autograd.grad(measure(mask), mask, allow_unused=True)
    with torch.no_grad():
        moves = STEP * torch.eye(size, dtype=torch.float64)
        theirs = torch.stack([(measure(mask + move) - measure(mask - move)) / (2 * STEP) for move in moves])
        torch.testing.assert_close(model(inputs.masked(torch.ones_like(mask))), whole)
        assert torch.equal(model(inputs), whole)
    if inputs.adj is None and inputs.around is None:  # blind to links
        assert ours is None
        assert not theirs.any()
        return
    assert ours.abs().max() > 1e-4
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)


def test_a_mask_of_links_leaves_self_loops_alone(tiny_graph):
    inputs = build_inputs(ModelConfig(model="sage", smoothing_steps=2), tiny_graph)
    masked = inputs.masked(torch.zeros(tiny_graph.undirected.nnz))
    assert not masked.adj.matrix.weights.any()  # of neighbours alone
    kept = masked.around.matrix.weights
    assert torch.equal(kept.nonzero().flatten(), inputs.around.loops)
    one = build_inputs(ModelConfig(smoothing_steps=2), tiny_graph).masked(torch.ones(tiny_graph.undirected.nnz))
    assert one.around is one.adj


def test_masks_come_on_top_of_dropped_links(tiny_graph):
    """A mask is not lost where a step drops links, nor where features change."""
    config = ModelConfig(model="gcn", link_dropout=0.5, feature_dropout=0.5, hidden_channels=6)
    model, inputs = build_refined(config, **SIZES), build_inputs(config, tiny_graph)
    mask = torch.full((tiny_graph.undirected.nnz,), 0.5, requires_grad=True)
    model(inputs.masked(mask)).square().sum().backward()
    assert mask.grad.any()
    loops = torch.zeros_like(inputs.adj.matrix.weights).index_fill_(0, inputs.adj.loops, 1.0)
    quiet = Refined(build_model(config.model_copy(update={"dropout": 0.0}), **SIZES), 2, link_dropout=0.5)
    torch.testing.assert_close(
        quiet(inputs.masked(torch.zeros_like(mask))), quiet.base(inputs.x, inputs.adj.masked(loops))
    )
