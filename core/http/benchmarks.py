"""`/benchmarks`: ranked, read and compared; they are made by `wikics benchmark`."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from core.app.explorer import Explorer
from core.errors import ConflictError, InvalidInputError, NotFoundError
from core.evaluation.leaderboard import BenchmarkDifference, BenchmarkSummary
from core.http.answers import BenchmarkList, answer, gives
from core.http.errors import problems
from core.http.slow import slowly


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of benchmarks."""
    router = APIRouter(prefix="/benchmarks", tags=["benchmarks"], responses=problems(NotFoundError))

    @router.get("", responses=gives(BenchmarkList))
    @slowly
    def list_benchmarks(graph: str | None = None) -> Response:
        """All benchmarks, or those of one graph, best first; they are made by `wikics benchmark`."""
        benchmarks = get_explorer().benchmarks
        return answer(BenchmarkList(benchmarks.list(graph), list(benchmarks.list_damaged())))

    @router.get("/{b}", responses=gives(BenchmarkSummary) | problems(ConflictError))
    @slowly
    def read_benchmark(b: str) -> Response:
        """One benchmark with all its runs."""
        return answer(get_explorer().benchmarks.read(b))

    @router.get("/{b}/difference", responses=gives(BenchmarkDifference) | problems(ConflictError, InvalidInputError))
    @slowly
    def compare_benchmarks(b: str, to: str) -> Response:
        """How much better a benchmark is than another of its graph, on the splits and seeds that both have."""
        return answer(get_explorer().benchmarks.compare(b, to))

    return router
