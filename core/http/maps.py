"""`/graphs/{g}/map` and `/layout`: all articles at once, and how far their places are computed."""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from fastapi import APIRouter, Request, Response

from core.app.explorer import Explorer
from core.app.graphs import LayoutProgress
from core.errors import ConflictError, NotFoundError
from core.http.answers import answer, gives
from core.http.errors import problems
from core.http.slow import once_loaded, once_placed, slowly
from core.inference.pictures import MapColumns

MAX_PACKED: Final = 2  # a map of 100,000 articles is 7 MB, and 2 MB packed


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of a graph's map."""
    router = APIRouter(prefix="/graphs/{g}", tags=["articles"], responses=problems(NotFoundError))
    loaded, placed = once_loaded(get_explorer), once_placed(get_explorer)
    packed = PackedMaps()

    @router.get("/map", responses=gives(MapColumns) | problems(ConflictError), dependencies=[loaded, placed])
    @slowly
    def read_map(request: Request, g: str, run: str | None = None) -> Response:
        """Every article's place on the map, column by column."""
        columns = get_explorer().articles.read_map(g, run=run)
        return packed.answer(columns, may_pack="gzip" in request.headers.get("accept-encoding", ""))

    @router.get("/layout", responses=gives(LayoutProgress))
    def read_layout_progress(g: str) -> Response:
        """How far the places on the map are computed, which `/map` waits for the first time."""
        return answer(get_explorer().graphs.read_layout_progress(g))

    return router


@dataclass(frozen=True)
class _Written:
    plain: bytes
    packed: bytes


class PackedMaps:
    """Answers with a map, the last few of which are written and packed once for all who ask. For many threads."""

    def __init__(self) -> None:
        self._written = OrderedDict[bytes, _Written]()
        self._writing = threading.Lock()

    def answer(self, columns: MapColumns, *, may_pack: bool) -> Response:
        """The map as JSON; packed, where the client may be sent that."""
        key = _digest(columns)
        with self._writing:
            if key not in self._written:
                plain = bytes(answer(columns).body)
                self._written[key] = _Written(plain, gzip.compress(plain, compresslevel=4, mtime=0))
            self._written.move_to_end(key)
            while len(self._written) > MAX_PACKED:
                self._written.popitem(last=False)
            written = self._written[key]
        headers = {"vary": "Accept-Encoding"} | ({"content-encoding": "gzip"} if may_pack else {})
        body = written.packed if may_pack else written.plain
        return Response(body, headers=headers, media_type="application/json")


def _digest(columns: MapColumns) -> bytes:
    """Equal for equal maps: some milliseconds for 100,000 articles, of which writing them takes hundreds."""
    digest = hashlib.blake2b(digest_size=16)
    for numbers in (columns.x, columns.y, columns.category, columns.degree, columns.pred, columns.confidence):
        digest.update(b"none" if numbers is None else np.ascontiguousarray(numbers).tobytes())
        digest.update(b"|")
    for words in (columns.titles, columns.role, columns.class_names):
        digest.update("\0".join(words).encode("utf-8", "surrogatepass"))
        digest.update(b"|")
    return digest.digest()
