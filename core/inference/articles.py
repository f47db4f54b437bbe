"""What is known of one article: its place in the graph, its role in a split, and what a run predicts of it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.graph.graph import Graph
from core.graph.neighbourhood import Direction, compute_agreement, compute_neighbours
from core.inference.predict import RunPredictions

Role = Literal["train", "stopping", "validation", "test", "unused"]
MAX_TOKENS_SHOWN = 60


@dataclass(frozen=True)
class ArticleHit:
    """One article in a list."""

    index: int
    title: str
    label: str  # name of its category
    category: int  # index of its category
    degree: int  # distinct neighbours


@dataclass(frozen=True)
class ArticleCard(ArticleHit):
    """One article with all that is known of it; `pred` to `probs` are None without a run."""

    in_degree: int
    out_degree: int
    url: str | None
    tokens: list[str] | None  # the first of its words
    num_tokens: int | None  # how many it has
    agreement: float | None  # share of its neighbours that have its category; None without neighbours
    role: Role
    pred: str | None
    confidence: float | None
    probs: dict[str, float] | None


@dataclass(frozen=True)
class PredictedArticle:
    """One row of a prediction: the true category, the predicted one, and the probability of each."""

    index: int
    title: str
    label: str
    pred: str
    probs: dict[str, float]


@dataclass(frozen=True)
class PredictionAnswer:
    """What a run says of some articles."""

    run: str
    graph_digest: str
    articles: list[PredictedArticle]


@dataclass(frozen=True)
class LinkedArticle(ArticleHit):
    """One article linked with another; `direction` is seen from that other."""

    direction: Direction
    pred: str | None


def build_hit(graph: Graph, index: int) -> ArticleHit:
    """The line that stands for an article in a list."""
    category = int(graph.y[index])
    return ArticleHit(index, graph.titles[index], graph.class_names[category], category, int(graph.degree[index]))


def build_card(graph: Graph, index: int, *, split: int, predictions: RunPredictions | None) -> ArticleCard:
    """The card of an article, with its role in `split`."""
    hit = build_hit(graph, index)
    predicted = build_predicted(graph, index, predictions) if predictions else None
    tokens = graph.tokens.of(index) if graph.tokens else None
    is_wikipedia = graph.kind == "wikics" and graph.page_ids is not None and graph.page_ids[index] > 0
    return ArticleCard(
        **vars(hit),
        in_degree=int(np.diff(graph.predecessors.indptr)[index]),
        out_degree=int(np.diff(graph.successors.indptr)[index]),
        url=f"https://en.wikipedia.org/?curid={graph.page_ids[index]}"
        if is_wikipedia and graph.page_ids is not None
        else None,
        tokens=tokens[:MAX_TOKENS_SHOWN] if tokens is not None else None,
        num_tokens=len(tokens) if tokens is not None else None,
        agreement=compute_agreement(graph, index),
        role=compute_roles(graph, split, slice(index, index + 1))[0],
        pred=predicted.pred if predicted else None,
        confidence=max(predicted.probs.values()) if predicted else None,
        probs=predicted.probs if predicted else None,
    )


def build_predicted(graph: Graph, index: int, predictions: RunPredictions) -> PredictedArticle:
    """What a run says of one article."""
    return PredictedArticle(
        index=index,
        title=graph.titles[index],
        label=graph.class_names[graph.y[index]],
        pred=graph.class_names[predictions.pred[index]],
        probs=dict(zip(graph.class_names, predictions.probs[index].tolist(), strict=True)),
    )


def build_linked(graph: Graph, index: int, predictions: RunPredictions | None) -> list[LinkedArticle]:
    """Every article linked with this one."""
    return [
        LinkedArticle(
            **vars(build_hit(graph, link.index)),
            direction=link.direction,
            pred=graph.class_names[predictions.pred[link.index]] if predictions else None,
        )
        for link in compute_neighbours(graph, index)
    ]


def compute_roles(graph: Graph, split: int, articles: slice = slice(None)) -> list[Role]:
    """What each article, or some of them, is for in one split."""
    is_test = graph.test_mask[articles]
    roles = np.full(len(is_test), "unused", dtype="<U10")
    roles[graph.stopping_masks[split][articles]] = "stopping"
    roles[graph.val_masks[split][articles]] = "validation"  # where both are one set, it is the validation articles'
    roles[graph.train_masks[split][articles]] = "train"
    roles[is_test] = "test"
    found: list[Role] = roles.tolist()
    return found
