"""A run as a model of its graph: its badge, made candidate, promoted, rolled back; and the list of all versions."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from core.runs.versions import CANDIDATE, PREVIOUS, PRODUCTION, WORDS, Alias, Step, describe_standing
from pages.ui import inputs, run_acts
from pages.ui.loaders import get_explorer
from pages.ui.text import UNKNOWN, escape_markdown, percent

BY_PAGE = "page"  # who a history names for what was done here
MEANINGS = {
    CANDIDATE: "the version to look at next: a mark alone, which takes no gates and shows it nowhere by itself",
    PRODUCTION: "the version that is shown wherever no run is named",
    PREVIOUS: "the version that was in production before: a rollback leads there",
}
DID = {"promote": "made {alias}", "roll back": "rolled back to", "withdraw": "no longer {alias}"}


def draw_badge(record: RunRecord) -> None:
    """Version and aliases; nothing for a run that is no model."""
    if said := describe_standing(record.version, record.aliases):
        told = explain(record.aliases) or None
        st.badge(said, icon=":material/deployed_code:", color="blue" if record.aliases else "gray", help=told)


def explain(aliases: Iterable[str] = MEANINGS) -> str:
    """What these words mean, or all: `Candidate: the version to look at next. …`."""
    told = {alias: WORDS[alias] for alias in aliases if alias in MEANINGS}
    return " ".join(f"{word[0].upper()}{word[1:]}: {MEANINGS[alias]}." for alias, word in told.items())


def draw_model(record: RunRecord, *, key: str) -> None:
    """What can be done with a run that has ended, by who may train without bounds."""
    if record.state in ACTIVE or record.imported or not record.has_predictions:
        return
    if not inputs.may_train(get_explorer(), quiet=True):
        return
    models = get_explorer().models

    def offer(label: str, icon: str, name: str, action: object, told: str | None = None) -> None:
        button = partial(st.button, icon=f":material/{icon}:", key=f"{key}_{name}", on_click=run_acts.act, help=told)
        button(label, args=(action, record.id), type="primary" if name == "promote" else "secondary")

    def promote(alias: Alias) -> object:
        return lambda run_id: models.promote(run_id, alias=alias, who=BY_PAGE)

    with st.popover("Model", icon=":material/deployed_code:", type="tertiary", key=f"{key}_model"):
        st.markdown(_describe(record))
        if PRODUCTION not in record.aliases:
            if CANDIDATE not in record.aliases:
                offer("Make it the candidate", "flag", "candidate", promote("candidate"), explain([CANDIDATE]))
            offer("Promote to production", "rocket_launch", "promote", promote("production"))
        elif any(PREVIOUS in model.aliases for model in models.list(record.graph).models):
            back = partial(models.roll_back, record.graph, who=BY_PAGE)
            offer("Roll back to the version before", "undo", "rollback", lambda _run: back())
        for alias in (CANDIDATE, PRODUCTION):
            if alias in record.aliases:
                away = partial(models.withdraw, alias, record.graph, who=BY_PAGE)
                offer(f"Take “{alias}” away", "remove_done", f"withdraw_{alias}", lambda _run, away=away: away())


def _describe(record: RunRecord) -> str:
    standing = describe_standing(record.version, record.aliases)
    is_now = f"It is **{standing}**." if standing else "It is no model yet."
    return (
        f"{is_now} What is in production is shown wherever no run is named. It gets there if it is finished and whole, "
        "its data are as they were, and it is not worse than what is there now: what does not hold is said."
    )


def draw_list(graph_id: str) -> None:
    """All versions of a graph and what was done with them, folded; nothing where there are none."""
    found = get_explorer().models.list(graph_id)
    for damage in found.damaged:
        st.warning(escape_markdown(damage.message), icon=":material/warning:")
    if not found.models:
        return
    with st.expander(f"Models of this graph ({len(found.models):,})", icon=":material/deployed_code:"):
        st.dataframe(
            {
                "version": [model.name for model in found.models],
                "aliases": [list(model.aliases) for model in found.models],
                "validation": [percent(model.val_acc) for model in found.models],
                "run": [model.run if model.is_here else f"{model.run} (gone)" for model in found.models],
                "added": [datetime.fromtimestamp(model.added_at, UTC) for model in found.models],
            },
            hide_index=True,
            key="runs_models",
            column_config={
                "aliases": st.column_config.ListColumn(help=explain()),
                "added": st.column_config.DatetimeColumn(format="distance"),
            },
            placeholder=UNKNOWN,
            alt="Models of this graph, newest first",
        )
        st.dataframe(
            {
                "when": [datetime.fromtimestamp(step.done_at, UTC) for step in found.history],
                "what": [tell_step(step) for step in found.history],
                "by": [step.who for step in found.history],
                "gates": ["; ".join(gate.sentence for gate in step.gates) for step in found.history],
            },
            hide_index=True,
            key="runs_models_history",
            placeholder=UNKNOWN,
            alt="What was done with these models, newest first",
        )


def tell_step(step: Step) -> str:
    """One line of a history."""
    return f"v{step.version} {DID[step.act].format(alias=step.alias)}"
