"""What a run that has ended reached on the test articles, and the articles behind each number."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import streamlit as st

from core.errors import DamagedFileError
from core.evaluation.thresholds import ThresholdCurve, thin
from core.graph.graph import Graph
from core.runs.record import RunRecord
from core.runs.report import CategoryScores, Report
from pages.ui import charts, inputs, matrix, picks
from pages.ui.loaders import get_explorer
from pages.ui.text import UNKNOWN, escape_markdown, percent

SHARES = ("precision", "recall", "f1")  # of a category's scores
MOST_POINTS = 80  # of a curve over thresholds
KINDS = {"pr": "Precision and recall", "roc": "ROC"}
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def draw_outcome(record: RunRecord, *, key: str) -> None:
    """Numbers, then pictures whose parts can be clicked; a click draws this part of the page alone anew."""
    st.fragment(_draw_outcome)(record, key=key)


def _draw_outcome(record: RunRecord, *, key: str) -> None:
    report = get_explorer().runs.read_report(record.id)
    if record.damage and not report:
        st.caption("Its report cannot be shown.")
        return
    if not report or not record.graph:
        st.caption("This run has no report: it ended before its first epoch was evaluated, or it has to be resumed.")
        return
    numbers = {
        "Test accuracy": (report.test_acc, "Share of test articles named rightly, at the best epoch."),
        "Macro-F1": (report.macro_f1, "F1 averaged over categories, each counted alike."),
        "Validation": (report.val_acc, "Accuracy on validation articles: what runs are compared by."),
        "Calibration error": (
            report.ece,
            f"Expected calibration error (15 bins) after temperature scaling; {percent(report.ece_before)} before.",
        ),
    }
    with st.container(horizontal=True, gap="small", key=f"{key}_numbers"):  # as many in a row as fit
        for label, (value, meaning) in numbers.items():
            st.metric(label, percent(value), help=meaning, width=124)
    graph = get_explorer().graphs.load(record.graph)
    confusion, reliability, curve, categories = st.tabs(["Confusion", "Reliability", "Thresholds", "Categories"])
    with confusion:
        _draw_confusion(report, graph, record, key=key)
    with reliability:
        _draw_reliability(report, graph, record, key=key)
    with curve:
        _draw_thresholds(graph, record, key=key)
    with categories:
        _draw_categories(report, graph.class_names, key=key)


def _draw_confusion(report: Report, graph: Graph, record: RunRecord, *, key: str) -> None:
    """Who is taken for whom."""
    names, counts = graph.class_names, report.confusion
    if len(counts) != len(names):
        st.caption(UNKNOWN)
        return
    places = range(len(names))
    texts = [[f"cell:{true}:{pred}" for pred in places] for true in places]
    can_pick = record.has_predictions
    chart = f"{key}_confusion"
    matrix.draw_matrix(
        charts.build_confusion(names, counts, picks=texts if can_pick else ()),
        names,
        key=chart,
        alt="Test articles by true category (rows) and predicted category (columns)",
        on_click=picks.take_click(chart) if can_pick else None,
    )
    if can_pick:
        cells = [(true, pred) for true in places for pred in places if counts[true][pred]]
        cells.sort(key=lambda cell: (cell[0] == cell[1], -counts[cell[0]][cell[1]]))  # the commonest error first
        options = {texts[true][pred]: _name_cell(names, true, pred, counts[true][pred]) for true, pred in cells}
        if picked := picks.choose("Articles of a cell", options, key=f"{key}_cells"):
            picks.draw_picked(graph, record.id, picked, key=f"{key}_cell")
    with st.expander("As a table", icon=":material/table:"):
        matrix.draw_table(names, counts, corner="true", key=f"{key}_confusion_table", unit="%d")


def _name_cell(names: Sequence[str], true: int, pred: int, count: int) -> str:
    said = f"{names[true]} named rightly" if true == pred else f"{names[true]} taken for {names[pred]}"
    return f"{said}: {count:,}"


def _draw_reliability(report: Report, graph: Graph, record: RunRecord, *, key: str) -> None:
    """How far confidence can be trusted."""
    bins = report.reliability
    if not bins:
        st.caption(UNKNOWN)
        return
    texts = [f"bin:{place}" for place in range(len(bins))]
    chart = f"{key}_reliability"
    clicks: dict[str, Any] = (
        {"on_select": picks.take_click(chart), "selection_mode": "points"} if record.has_predictions else {}
    )
    st.plotly_chart(
        charts.build_reliability(bins, picks=texts),
        key=chart,
        config=charts.CONFIG,
        alt="Accuracy against confidence on test articles",
        **clicks,
    )
    if record.has_predictions:
        options = {
            text: f"{percent(item.lower)} to {percent(item.upper)} sure: {item.count:,}, {percent(item.accuracy)} right"
            for text, item in zip(texts, bins, strict=True)
            if item.count
        }
        if picked := picks.choose("Articles of a bar", options, key=f"{key}_bins"):
            picks.draw_picked(graph, record.id, picked, key=f"{key}_bin")


def _draw_thresholds(graph: Graph, record: RunRecord, *, key: str) -> None:
    """How well one category is told from all others, at every threshold of its probability."""
    if not record.has_predictions or record.graph_digest != graph.digest:
        st.caption(UNKNOWN)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        category = inputs.choose(
            st.selectbox,
            "Category",
            list(range(graph.num_classes)),
            param="of",
            default=0,
            key=f"{key}_of",
            format_func=lambda place: graph.class_names[place],
            width=280,
        )
        kind = inputs.choose(
            st.segmented_control,
            "Curve",
            list(KINDS),
            param="curve",
            default="pr",
            key=f"{key}_curve",
            format_func=KINDS.get,
            required=True,
        )
    try:
        curve = get_explorer().evidence.read_curve(graph.id, record.id, category)
    except DamagedFileError as error:
        st.caption(escape_markdown(str(error)))
        return
    if curve is None:
        st.caption("No test article is of this category, or all are: there is no curve.")
        return
    _draw_curve(curve, category, kind, key=key)
    st.caption(
        f"Average precision {percent(curve.average_precision)}, area below ROC {percent(curve.auc)}. Each point takes "
        "all test articles for the category that have at least its probability."
    )
    options = {f"above:{category}:{least}": f"at least {percent(least)}" for least in THRESHOLDS}
    picks.choose("Articles above a threshold", options, key=f"{key}_thresholds")
    picked = inputs.read_param(picks.PARAM)
    if picked.startswith(f"above:{category}:"):
        picks.draw_picked(graph, record.id, picked, key=f"{key}_threshold")


def _draw_curve(curve: ThresholdCurve, category: int, kind: str, *, key: str) -> None:
    kept = thin(curve, MOST_POINTS)
    columns = (curve.thresholds, curve.precision, curve.recall, curve.false_positive_rate)
    rows = list(zip(*(column[kept].tolist() for column in columns), strict=True))
    said = [
        f"at least {percent(least)}: precision {percent(precision)}, recall {percent(recall)}, "
        f"false positives {percent(false_rate)}"
        for least, precision, recall, false_rate in rows
    ]
    is_pr, chart = kind == "pr", f"{key}_threshold_{kind}"
    st.plotly_chart(
        charts.build_threshold_curve(
            [row[2] if is_pr else row[3] for row in rows],
            [row[1] if is_pr else row[2] for row in rows],
            said,
            [f"above:{category}:{least!r}" for least, *_ in rows],
            titles=("recall (%)", "precision (%)") if is_pr else ("false positives (%)", "true positives (%)"),
        ),
        key=chart,
        config=charts.CONFIG,
        alt=f"{KINDS[kind]} of one category over thresholds of its probability",
        on_select=picks.take_click(chart),
        selection_mode="points",
    )


def _draw_categories(report: Report, names: Sequence[str], *, key: str) -> None:
    """Each category; a dash where it is not known."""
    scores = report.per_category if len(report.per_category) == len(names) else [CategoryScores()] * len(names)
    st.dataframe(
        [{"category": name} | _in_per_cent(row) for name, row in zip(names, scores, strict=True)],
        hide_index=True,
        key=f"{key}_categories",
        placeholder=UNKNOWN,
        column_config=dict.fromkeys(SHARES, st.column_config.NumberColumn(format="%.1f %%")),
    )


def _in_per_cent(scores: CategoryScores) -> dict[str, float | None]:
    values = asdict(scores)
    return {name: 100 * value if name in SHARES and value is not None else value for name, value in values.items()}
