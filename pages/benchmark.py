"""Which model is best on this graph, and by more than chance?"""

import streamlit as st

from core.errors import ConflictError
from core.evaluation.leaderboard import BenchmarkSummary
from core.evaluation.published import PublishedResult
from pages.ui import benchmark_jobs, charts, inputs, leaderboard
from pages.ui.damage import draw_damage
from pages.ui.loaders import get_explorer
from pages.ui.text import UNKNOWN, escape_markdown, write_minus

PARAMS = {"first": "First", "second": "Second"}

explorer = get_explorer()
graph_id: str = st.session_state["open_graph"]


def draw_empty() -> None:
    """What a benchmark is."""
    st.markdown(
        "No result on this graph yet. A benchmark trains a preset on every split and says how good it is, and how "
        "sure that is; each split appears here as it ends."
    )


def draw_start(board: list[BenchmarkSummary]) -> None:
    """The form that starts one; presets that have none yet come first."""
    done = {summary.preset for summary in board}
    presets = sorted(explorer.configs.list_presets(), key=lambda preset: preset.name in done)
    benchmark_jobs.draw_start(explorer, graph_id, {preset.name: preset.title for preset in presets})


def draw_board(board: list[BenchmarkSummary], published: tuple[PublishedResult, ...]) -> None:
    """The picture, and the same as a table."""
    st.plotly_chart(
        charts.build_leaderboard(leaderboard.build_marks(board, published)),
        key="benchmark_chart",
        config=charts.CONFIG,
        alt="Test accuracy of each benchmark with its 95 % interval, best first; the table below has the numbers",
    )
    percent = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        leaderboard.build_rows(board),
        key="benchmark_table",
        hide_index=True,
        height="content",
        column_config={
            "benchmark": st.column_config.TextColumn(width=200),  # a long name leaves room for numbers on a phone
            "mean": percent,
            "validation": percent,
            "s/epoch": st.column_config.NumberColumn(format="%.3g", help="Seconds of an epoch, median over all runs."),
            "95 % interval": st.column_config.TextColumn(help="Percentile bootstrap over test articles and splits."),
            "group": st.column_config.TextColumn(
                help="Benchmarks that share a letter have intervals that overlap: they are not told apart."
            ),
            "commit": st.column_config.TextColumn(help="Version of this program's code that measured it."),
            "splits alone": st.column_config.TextColumn(
                help="Student's interval over splits: too narrow, since all splits share their test articles."
            ),
        },
        placeholder=UNKNOWN,
        alt="Benchmarks of this graph, best first, accuracies in per cent",
    )
    st.caption(
        "Accuracy on test articles in per cent, ± the standard deviation over splits (with one split, over seeds). "
        "The interval is over test articles and splits." + (" Hollow marks are published." if published else "")
    )


def draw_published(published: tuple[PublishedResult, ...]) -> None:
    """What others reached on this graph, and how they measured."""
    st.header("Published on this graph")
    st.dataframe(
        leaderboard.build_published_rows(published),
        key="benchmark_published",
        hide_index=True,
        height="content",
        column_config={"mean": st.column_config.NumberColumn(format="%.2f")},
        placeholder=UNKNOWN,
        alt="Published test accuracies in per cent with their protocols",
    )
    st.caption("As their sources give them: protocols differ, so compare with those of the same splits.")


def draw_difference(board: list[BenchmarkSummary]) -> None:
    """Two benchmarks of one's choice, run by run."""
    st.header("Is one better?")
    labels = leaderboard.name_apart(board)
    ids = list(labels)
    chosen = []
    with st.container(horizontal=True, gap="medium"):
        for place, (param, label) in enumerate(PARAMS.items()):
            chosen.append(
                inputs.choose(
                    st.selectbox,
                    label,
                    ids,
                    param=param,
                    default=ids[place],
                    key=f"benchmark_{param}",
                    format_func=labels.get,
                    width=320,
                )
            )
    if chosen[0] == chosen[1]:
        st.caption("Choose two that differ.")
        return
    try:
        found = explorer.benchmarks.compare(*chosen)
    except ConflictError as error:
        st.caption(escape_markdown(str(error)))
        return
    st.markdown(f"**{escape_markdown(write_minus(found.sentence))}**")
    st.caption("Paired: the splits and seeds that both have, on the same test articles.")


st.title("Benchmark")
with st.spinner("Drawing test articles and splits anew for the intervals"):
    board = explorer.benchmarks.list(graph_id)
published = explorer.benchmarks.list_published(graph_id)
for param in PARAMS:
    inputs.read_choice(param, [summary.id for summary in board], default=None)
draw_damage(explorer.benchmarks.list_damaged())
benchmark_jobs.draw_jobs(explorer, graph_id)
if board:
    draw_board(board, published)
else:
    draw_empty()
    draw_start(board)
if published:
    draw_published(published)
if len(board) > 1:
    draw_difference(board)
if board:
    st.header("Measure another")
    draw_start(board)
