"""One epoch of a stack: the rules of the best epoch, and what recording it as a CUDA graph asks."""

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from core.config.train import build_config
from core.models.build import build_model
from core.models.inputs import build_inputs
from core.models.ops.kernels import use_sparse_kernel
from core.training.checkpoint import Progress
from core.training.replicas.training import ReplicaKey, ReplicaProgress, ReplicaTraining, draw_weights

PAIRS = [ReplicaKey(0, 0), ReplicaKey(1, 5)]


def build_stack(graph, kernel="bag", **fields):
    config = build_config({"hidden_channels": 8, "num_layers": 3, "patience": 100, "device": "cpu", **fields})
    inputs = build_inputs(config, graph)
    if inputs.adj is not None:
        use_sparse_kernel(inputs.adj, kernel)
    return ReplicaTraining(config, graph, inputs, PAIRS, torch.device("cpu"))


def addresses(stack):
    """Where everything lies that outlives an epoch."""
    tensors = [*stack.model.parameters(), *stack.model.buffers(), stack.scores, stack.masks, stack.y]
    tensors += [stack.progress.epoch, *stack.progress.tensors.values()]
    tensors += [value for state in stack.optimizer.state.values() for value in state.values()]
    return [tensor.data_ptr() for tensor in tensors]


class Watch(TorchDispatchMode):
    """Notes every operation whose outcome the host must wait for."""

    WAITS = ("_local_scalar_dense", "nonzero", "masked_select", "unique", "repeat_interleave")

    def __init__(self):
        super().__init__()
        self.waits = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if any(name in str(func) for name in self.WAITS):
            self.waits.append(str(func))
        return func(*args, **(kwargs or {}))


def test_initial_weights_are_those_of_the_single_runs(tiny_graph):
    config = build_config({"model": "gcn", "hidden_channels": 8})
    before = torch.get_rng_state()
    drawn = draw_weights(config, tiny_graph, [3, 4])
    assert torch.equal(torch.get_rng_state(), before)
    for seed, weights in zip((3, 4), drawn, strict=True):
        torch.manual_seed(seed)
        single = build_model(config, in_channels=4, out_channels=2).state_dict()
        assert weights.keys() == single.keys()
        assert all(torch.equal(weights[name], single[name]) for name in single)


@pytest.mark.parametrize("norm", ["layer", "batch"])
@pytest.mark.parametrize("model", ["gcn", "sage", "appnp", "sgc", "mlp"])
@pytest.mark.parametrize("kernel", ["bag", "csr", "edges"])
def test_an_epoch_leaves_everything_where_it_is_and_waits_for_nothing(kernel, model, norm, tiny_graph):
    stack = build_stack(tiny_graph, kernel, model=model, norm=norm)
    stack.run_epoch()
    before, scores = addresses(stack), stack.scores.clone()
    stack.run_epoch()
    assert addresses(stack) == before
    assert not torch.equal(stack.scores, scores)
    stack.optimizer.step = lambda: None  # on a CPU it reads its count of steps
    with Watch() as watch:
        stack.run_epoch()
        assert watch.waits == []
        stack.scores[0, 0].item()
    assert watch.waits == ["aten._local_scalar_dense.default"]


def test_progress_follows_the_rules_of_a_single_run():
    """Against `Progress`, on accuracies full of ties."""
    rng = np.random.default_rng(0)
    accs = rng.integers(0, 4, (40, 6)).astype(np.float32) / 4
    losses = rng.integers(0, 5, (40, 6)).astype(np.float32)
    progress = ReplicaProgress(6, 3, 2, torch.device("cpu"))
    singles = [Progress() for _ in range(6)]
    for epoch, (acc, loss) in enumerate(zip(accs, losses, strict=True), start=1):
        logits = torch.full((3, 6, 2), float(epoch))
        progress.update(torch.tensor(acc), torch.tensor(loss), logits, patience=8)
        for single, one_acc, one_loss in zip(singles, acc.tolist(), loss.tolist(), strict=True):
            if single.is_done(epochs=1000, patience=8):
                continue
            single.epoch += 1
            if single.beats_best(one_acc, one_loss):
                single.best_epoch, single.best_acc, single.best_loss = epoch, one_acc, one_loss
    found = {name: tensor.tolist() for name, tensor in progress.tensors.items()}
    assert found["epochs"] == [single.epoch for single in singles]
    assert found["best_epoch"] == [single.best_epoch for single in singles]
    assert found["best_loss"] == [single.best_loss for single in singles]
    assert found["done"] == [single.is_done(epochs=1000, patience=8) for single in singles]
    assert len(set(found["epochs"])) > 2
    assert torch.equal(progress.tensors["best_logits"][:, 0, 0], progress.tensors["best_epoch"].float())


def test_those_that_are_kept_go_on_as_before(tiny_graph):
    whole, part = (build_stack(tiny_graph, dropout=0.0) for _ in range(2))
    for stack in (whole, part):
        for _ in range(3):
            stack.run_epoch()
    part.keep([1])
    assert part.replicas == 1
    for _ in range(3):
        whole.run_epoch()
        part.run_epoch()
    torch.testing.assert_close(part.scores[:, 0], whole.scores[:, 1], rtol=1e-4, atol=1e-5)
    assert part.progress.tensors["epochs"].tolist() == [6]
