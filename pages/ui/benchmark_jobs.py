"""Benchmarks in the making: start one, watch how far each is, stop it."""

import shlex

import streamlit as st

from core.app.benchmarks import BenchmarkJob
from core.app.explorer import Explorer
from core.errors import WikicsError
from core.runs.state import ACTIVE
from pages.ui import held, inputs
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown, say_time
from pages.ui.theme import STAGE_COLORS

EVERY_SECONDS = 2.0  # while one is queued or trained
MOST_SEEDS = 20


def draw_start(explorer: Explorer, graph_id: str, presets: dict[str, str]) -> None:
    """Which preset to measure, on how much, what that takes, and the button that queues it. presets: title by name."""
    num_splits = explorer.graphs.load(graph_id).num_splits
    with st.container(border=True, key="benchmark_start_box"):
        with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
            preset = inputs.choose(
                st.selectbox,
                "Preset",
                list(presets),
                param="preset",
                default=next(iter(presets)),
                key="benchmark_preset",
                format_func=presets.get,
                width=220,
            )
            splits = inputs.enter_int(
                "Splits",
                param="splits",
                default=num_splits,
                high=num_splits,
                key="benchmark_splits",
                help="How many of the graph's splits, from the first on.",
                width=140,
            )
            seeds = inputs.enter_int(
                "Seeds a split", param="seeds", default=1, high=MOST_SEEDS, key="benchmark_seeds", width=140
            )
        st.caption(_describe_effort(explorer, graph_id, preset, splits * seeds))
        words = ["wikics", "benchmark", "--graph", graph_id, "--preset", preset]
        words += ["--splits", f"0-{splits - 1}"] if splits < num_splits else []
        words += ["--seeds", str(seeds)] if seeds > 1 else []
        st.code(shlex.join(words), language=None, wrap_lines=True)
        if inputs.may_train(explorer):
            st.button(
                "Start the benchmark",
                type="primary",
                icon=":material/play_arrow:",
                key="benchmark_start",
                on_click=_start,
                args=(explorer, graph_id, preset),
            )
        if refusal := st.session_state.pop("benchmark_refusal", None):
            st.error(escape_markdown(refusal), icon=":material/error:")


def _describe_effort(explorer: Explorer, graph_id: str, preset: str, count: int) -> str:
    runs = "1 run" if count == 1 else f"{count} runs"
    estimate = explorer.estimates.estimate(explorer.configs.build(preset, {}, graph=graph_id))
    takes = f", here {say_time(estimate, times=count)}" if estimate else ""
    return f"{runs}{takes}. What is done already is kept and not trained again."


def _start(explorer: Explorer, graph_id: str, preset: str) -> None:
    """Queues what stands in the fields now before the page is drawn, which then shows how far it is."""
    splits, seeds = (st.session_state[held.key_of(f"benchmark_{name}")] for name in ("splits", "seeds"))
    pairs = [(split, seed) for seed in range(seeds) for split in range(splits)]
    try:
        explorer.benchmarks.submit(explorer.configs.build(preset, {}, graph=graph_id), pairs)
    except WikicsError as error:
        st.session_state["benchmark_refusal"] = str(error)
    else:
        inputs.write_params(preset=preset)  # the form keeps it, also once it is no longer the first that is to be done


def _resume(explorer: Explorer, benchmark_id: str) -> None:
    try:
        explorer.benchmarks.resume(benchmark_id)
    except WikicsError as error:
        st.session_state["benchmark_refusal"] = str(error)


def draw_jobs(explorer: Explorer, graph_id: str) -> None:
    """Every benchmark of the graph that is not done, as it goes on; the page is drawn anew when a result is there."""
    jobs = explorer.benchmarks.list_jobs(graph_id)
    st.session_state["benchmark_seen"] = _summarise(jobs)
    if jobs:
        is_live = any(job.state in ACTIVE for job in jobs)
        st.fragment(_draw_jobs, run_every=EVERY_SECONDS if is_live else None)(graph_id)


def _draw_jobs(graph_id: str) -> None:
    explorer = get_explorer()
    jobs = explorer.benchmarks.list_jobs(graph_id)
    if _summarise(jobs) != st.session_state["benchmark_seen"]:
        inputs.draw_page_anew()  # there is a new result, or one has ended
    for job in jobs:
        with st.container(border=True, key=f"benchmark_job_{job.id}"):
            _draw_job(explorer, job)


def _draw_job(explorer: Explorer, job: BenchmarkJob) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escape_markdown(job.preset)}**", width="content")
        word = "waiting" if job.state == "pending" else job.state
        st.badge(word, color=STAGE_COLORS[word])
        st.space("stretch")
        if job.state in ACTIVE and inputs.may_train(explorer, quiet=True):
            st.button(
                "Stop",
                icon=":material/stop:",
                key=f"benchmark_stop_{job.id}",
                disabled=job.state == "stopping",
                on_click=explorer.benchmarks.stop,
                args=(job.id,),
            )
        elif inputs.may_train(explorer, quiet=True):
            st.button(
                "Resume",
                icon=":material/resume:",
                key=f"benchmark_resume_{job.id}",
                help="Results and a run that was in the middle are kept, and not trained again.",
                on_click=_resume,
                args=(explorer, job.id),
            )
    doing = job.message or ("other runs have their turn first" if job.state == "pending" else "")
    st.progress(job.fraction, text=escape_markdown(f"{job.done} of {job.total} runs are done{doing and ': '}{doing}"))


def _summarise(jobs: list[BenchmarkJob]) -> list[tuple[str, str, int]]:
    """What decides whether the rest of the page is still true."""
    return [(job.id, "live" if job.state in ACTIVE else job.state, job.done) for job in jobs]
