"""What the map and the rings draw, as plain columns and rows; with a run's predictions where one is chosen."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import GetPydanticSchema
from pydantic_core.core_schema import CoreSchema, any_schema, float_schema, int_schema, list_schema
from typing_extensions import TypedDict

from core.graph.graph import Graph
from core.graph.neighbourhood import Neighbourhood
from core.inference.articles import Role, compute_roles
from core.inference.predict import RunPredictions


def _written_as_list(item: CoreSchema) -> GetPydanticSchema:
    """How an array looks in JSON. It is written there as it is, without a detour through a list."""
    return GetPydanticSchema(lambda *_: any_schema(), lambda _, describe: describe(list_schema(item)))


Numbers = Annotated[NDArray[np.float32], _written_as_list(float_schema())]
Indices = Annotated[NDArray[np.int64], _written_as_list(int_schema())]


@dataclass(frozen=True)
class MapColumns:
    """What the map draws, column by column, one value an article; `pred` and `confidence` are None without a run."""

    x: Numbers
    y: Numbers
    category: Indices
    degree: Indices
    titles: tuple[str, ...]
    role: list[Role]
    class_names: tuple[str, ...]  # [C], by category
    pred: Indices | None
    confidence: Numbers | None


class RingArticle(TypedDict):  # 300 of them a picture: making frozen dataclasses takes three times as long
    """One article of a neighbourhood; `hop` is its distance from the centre, `category` and `pred` are indices."""

    index: int
    title: str
    category: int
    hop: int
    degree: int
    pred: int | None
    confidence: float | None


@dataclass(frozen=True)
class Rings:
    """The articles of a neighbourhood in the order of the rings, the links among them as positions in `articles`.

    See `core.graph.neighbourhood.Neighbourhood` for `counts`, `num_links` and which links are shown.
    """

    centre: int
    hops: int
    counts: tuple[int, ...]
    num_links: int
    articles: list[RingArticle]
    links: tuple[tuple[int, int], ...]
    class_names: tuple[str, ...]


def build_map(
    graph: Graph, layout: NDArray[np.float32], *, split: int, predictions: RunPredictions | None
) -> MapColumns:
    """Every article's place [N, 2] and traits."""
    return MapColumns(
        x=np.ascontiguousarray(layout[:, 0]),
        y=np.ascontiguousarray(layout[:, 1]),
        category=graph.y,
        degree=graph.degree,
        titles=graph.titles,
        role=compute_roles(graph, split),
        class_names=graph.class_names,
        pred=predictions.pred if predictions else None,
        confidence=predictions.confidence if predictions else None,
    )


def build_rings(graph: Graph, found: Neighbourhood, predictions: RunPredictions | None) -> Rings:
    """The rings of a neighbourhood, as they are drawn."""
    articles: list[RingArticle] = [
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
    ]
    return Rings(
        centre=found.centre,
        hops=found.hops,
        counts=found.counts,
        num_links=found.num_links,
        articles=articles,
        links=found.links,
        class_names=graph.class_names,
    )
