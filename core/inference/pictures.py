"""What the map and the rings draw, as plain columns and rows; with a run's predictions where one is chosen."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.graph.graph import Graph
from core.graph.neighbourhood import Neighbourhood
from core.inference.articles import compute_roles
from core.inference.predict import RunPredictions


def build_map(
    graph: Graph, layout: NDArray[np.float32], *, split: int, predictions: RunPredictions | None
) -> dict[str, Any]:
    """Every article's place [N, 2] and traits, column by column, N values each."""
    return {
        "x": np.ascontiguousarray(layout[:, 0]),
        "y": np.ascontiguousarray(layout[:, 1]),
        "category": graph.y,
        "degree": graph.degree,
        "titles": graph.titles,
        "role": compute_roles(graph, split).tolist(),
        "class_names": graph.class_names,
        "pred": predictions.pred if predictions else None,
        "confidence": predictions.confidence if predictions else None,
    }


def build_rings(graph: Graph, found: Neighbourhood, predictions: RunPredictions | None) -> dict[str, Any]:
    """The articles of a neighbourhood in the order of the rings, and the links among them as positions."""
    return {
        "centre": found.centre,
        "hops": found.hops,
        "counts": found.counts,
        "num_links": found.num_links,
        "articles": [
            {
                "index": index,
                "title": graph.titles[index],
                "category": int(graph.y[index]),
                "hop": hop,
                "degree": int(graph.degree[index]),
                "pred": int(predictions.pred[index]) if predictions else None,
                "confidence": float(predictions.confidence[index]) if predictions else None,
            }
            for index, hop in zip(found.articles, found.hop_of, strict=True)
        ],
        "links": found.links,
        "class_names": graph.class_names,
    }
