"""Dropout by random bytes: the right share, the right mean, the same values dropped in the gradient."""

import pytest
import torch

from core.models.ops.dropout import CHUNK, Dropout, draw_mask


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_share_and_scale(p):
    torch.manual_seed(0)
    mask = draw_mask(torch.Size([1000, 203]), p)
    effective = round(p * 256) / 256
    assert mask.unique().tolist() == [0.0, pytest.approx(1 / (1 - effective))]
    # Five standard deviations of a binomial share.
    assert abs((mask == 0).float().mean().item() - effective) < 5 * (p * (1 - p) / mask.numel()) ** 0.5
    # Every byte of a word alike: a plain random_() would leave the last one of eight small.
    by_byte = (mask.flatten()[: 8 * 25_000].view(-1, 8) == 0).float().mean(dim=0)
    assert (by_byte - effective).abs().max() < 0.02


def test_gradient_passes_where_values_passed():
    torch.manual_seed(0)
    x = torch.randn(50, 30, requires_grad=True)
    dropped = Dropout(0.5)(x)
    dropped.sum().backward()
    torch.testing.assert_close(dropped, x * x.grad)
    assert set(x.grad.unique().tolist()) == {0.0, 2.0}


@pytest.mark.parametrize("rows", [1, 3, CHUNK // 35 + 2])
def test_row_14_features_are_dropped_bit_for_bit_as_by_a_whole_mask(rows):
    wide = torch.randn(rows, 38)
    for x in (wide, wide[:, :35]):
        torch.manual_seed(0)
        dropped, next_one = Dropout(0.3)(x), torch.rand(1)
        torch.manual_seed(0)
        assert torch.equal(dropped, x * draw_mask(x.shape, 0.3))
        assert torch.equal(next_one, torch.rand(1))


def test_follows_the_seed_and_rests_in_evaluation():
    x, layer = torch.ones(9, 5), Dropout(0.3)
    torch.manual_seed(3)
    first = layer(x)
    torch.manual_seed(3)
    assert torch.equal(layer(x), first)
    assert not torch.equal(layer(x), first)
    layer.eval()
    assert layer(x) is x
    assert Dropout(0.0)(x) is x
    assert draw_mask(torch.Size([1000]), 0.9999).max() > 0


def test_other_number_formats_take_torch_s_dropout():
    torch.manual_seed(0)
    dropped = Dropout(0.5)(torch.ones(100, dtype=torch.float64))
    assert dropped.dtype == torch.float64
    assert set(dropped.unique().tolist()) == {0.0, 2.0}
