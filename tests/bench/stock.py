"""The models as a reader of PyG's documentation would write them: stock layers on `edge_index`."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn
from torch_geometric.nn import GATConv, GCNConv, SAGEConv

CONVS = {"gcn": GCNConv, "sage": SAGEConv, "gat": GATConv}


class StockModel(nn.Module):
    """h ← dropout(relu(norm(conv(h)))), its parameters named as in `core.models.stack.Stack`."""

    def __init__(self, model, in_channels, hidden_channels, num_layers, out_channels, *, dropout):
        super().__init__()
        widths = list(pairwise([in_channels, *[hidden_channels] * (num_layers - 1), out_channels]))
        self.layers = nn.ModuleList(CONVS[model](*pair) for pair in widths)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _, width in widths[:-1])
        self.dropout = dropout

    def forward(self, x, edge_index):
        for layer, norm in zip(self.layers, self.norms, strict=False):
            x = F.dropout(F.relu(norm(layer(x, edge_index))), self.dropout, self.training)
        return self.layers[-1](x, edge_index)


class StockTraining:
    """An epoch in plain PyTorch: one step on `train_index`, then the logits of all articles."""

    def __init__(self, model, x, edge_index, y, train_index, *, lr):
        self.model, self.x, self.edge_index, self.y, self.train_index = model, x, edge_index, y, train_index
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def backward(self):
        """The training loss, its gradients left in the parameters."""
        self.model.train()
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.model(self.x, self.edge_index)[self.train_index], self.y[self.train_index])
        loss.backward()
        return loss.detach()

    def predict(self):
        """Logits [N, C] of the weights as they are."""
        self.model.eval()
        with torch.inference_mode():
            return self.model(self.x, self.edge_index)

    def epoch(self):
        self.backward()
        self.optimizer.step()
        return self.predict()
