"""How a run's weights, gradients and logits were spread as it went on: over each other, or one behind the other."""

import csv
import io
from collections.abc import Sequence

import streamlit as st

from core.runs.histograms import Histogram, HistogramHistory
from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from pages.ui import charts, held, histogram_charts, inputs
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown

KINDS = {"weights": "Weights", "gradients": "Gradients", "logits": "Logits"}
VIEWS = {"offset": "Offset", "overlay": "Overlay"}
LAST_EPOCH = 1_000_000
EVERY_SECONDS = 10  # a new one comes every few epochs

Kept = Sequence[tuple[int, Histogram]]  # of one tensor, by epoch


def draw_histograms(record: RunRecord, *, key: str) -> None:
    """Its own part of the page, which follows a run that trains."""
    st.fragment(_draw, run_every=EVERY_SECONDS if record.state in ACTIVE else None)(record, key=key)


def _draw(record: RunRecord, *, key: str) -> None:
    runs = get_explorer().runs
    whole = runs.read_histograms(record.id)
    if whole.damage:
        st.warning(escape_markdown(whole.damage), icon=":material/warning:")
    if not whole.epochs:
        if not whole.damage:
            st.caption(_explain_none(record))
        return
    tensor = _choose_tensor(whole, key=key)
    kept = [(epoch.epoch, each) for epoch in whole.epochs for each in epoch.histograms if each.tensor == tensor]
    view = inputs.choose(
        st.segmented_control,
        "View",
        list(VIEWS),
        param="histogram",
        default="offset",
        key=f"{key}_view",
        format_func=VIEWS.get,
        required=True,
    )
    at = _choose_epoch([epoch for epoch, _ in kept], key=key)
    _tell_numbers(dict(kept)[at], whole.epochs[-1].left_out)
    _draw_chart(kept, at, view, key=key)
    _draw_table(record, kept, at, key=key)


def _explain_none(record: RunRecord) -> str:
    if record.imported:
        return "This run was trained elsewhere: its weights and gradients are not known."
    if record.state in ACTIVE:
        return "Histograms come after the first epoch."
    return r"This run keeps no histograms: train again with *histogram\_every* above 0."


def _choose_tensor(whole: HistogramHistory, *, key: str) -> str:
    kinds = list(KINDS)
    return str(
        inputs.choose(
            st.selectbox,
            "Weights, gradients or logits",
            sorted(whole.tensors, key=lambda name: kinds.index(name.partition(":")[0])),
            param="tensor",
            default=whole.tensors[0],
            key=f"{key}_tensor",
            format_func=name_tensor,
        )
    )


def name_tensor(tensor: str) -> str:
    """`weights:layers.0.lin.weight` as people read it."""
    kind, _, name = tensor.partition(":")
    return KINDS[kind] if kind == name else f"{KINDS[kind]}: {name}"


def _choose_epoch(epochs: Sequence[int], *, key: str) -> int:
    """The slider over the epochs that are kept; the last one is the default, and follows a run that trains.

    Runs keep others each: of one that this run does not keep, the nearest.
    """
    wanted = inputs.read_int("epoch", epochs[-1], low=1, high=LAST_EPOCH)
    value = min(epochs, key=lambda epoch: abs(epoch - wanted))

    def changed(chosen: int) -> None:
        inputs.write_params(epoch=None if chosen == epochs[-1] else chosen)

    if len(epochs) > 1:  # a slider needs two ends
        slider = held.hold(f"{key}_epoch", value, changed, begins={"value": value})
        st.select_slider("Epoch", epochs, format_func=lambda epoch: f"{epoch:,}", **slider)
    return value


def _draw_chart(kept: Kept, at: int, view: str, *, key: str) -> None:
    shown = histogram_charts.thin(kept, at)
    build = histogram_charts.build_offset if view == "offset" else histogram_charts.build_overlay
    st.plotly_chart(
        build(shown, at),
        key=f"{key}_{view}",
        config=charts.CONFIG,
        alt=f"How values of one tensor are spread over {len(shown):,} epochs, epoch {at:,} set off",
    )
    of_all = f"Drawn are {len(shown):,} of {len(kept):,} kept epochs" if len(shown) < len(kept) else ""
    st.caption(". ".join(filter(None, [f"Epoch {at:,} is orange, the others paler the older they are", of_all])) + ".")


def _tell_numbers(found: Histogram, left_out: int) -> None:
    """What the picture does not show."""
    if found.nan or found.inf:
        st.warning(
            f"{found.nan:,} values are not a number and {found.inf:,} are infinite: they are in no bar.",
            icon=":material/warning:",
        )
    if left_out:
        st.caption(f"{left_out:,} more tensors of this model are not kept.")


def _draw_table(record: RunRecord, kept: Kept, at: int, *, key: str) -> None:
    with st.expander("As a table", icon=":material/table:"):
        rows = [
            {"from": low, "to": high, "values": count}
            for low, high, count in histogram_charts.list_bins(dict(kept)[at])
        ]
        form = st.column_config.NumberColumn(format="%.4g")
        st.dataframe(
            rows,
            hide_index=True,
            key=f"{key}_bins",
            alt=f"Values in each bin at epoch {at:,}",
            column_config={"from": form, "to": form},
        )
        st.download_button(
            "All epochs as CSV",
            lambda: dump_csv(kept),
            file_name=f"{record.id}.histograms.csv",
            icon=":material/download:",
            key=f"{key}_csv",
            on_click="ignore",
        )


def dump_csv(kept: Kept) -> bytes:
    """A line a bin of every epoch; what is not finite in lines of its own."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("epoch", "from", "to", "values"))
    for epoch, found in kept:
        writer.writerows((epoch, *each) for each in histogram_charts.list_bins(found))
        writer.writerows(
            (epoch, name, name, count) for name, count in (("nan", found.nan), ("inf", found.inf)) if count
        )
    return text.getvalue().encode()
