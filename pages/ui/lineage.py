"""Where a run comes from and what came of it, and the command that trains it once more."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from core.config.command import build_command, build_fork_command
from core.runs.record import RunDetails
from pages.ui.text import escape_markdown, percent

DIGITS: Final = 10  # of a digest


def draw_lineage(details: RunDetails) -> None:
    """The chain from the data to the predictions."""
    st.markdown(" :material/arrow_right_alt: ".join(escape_markdown(step) for step in list_steps(details)))


def list_steps(details: RunDetails) -> list[str]:
    """Each link of the chain, as far as it is known."""
    steps = [f"data {details.graph} {details.graph_digest[:DIGITS]}".rstrip(), f"split {details.split}"]
    resumed = {0: "", 1: ", resumed once"}.get(details.generation, f", resumed {details.generation} times")
    if details.parent:
        steps.append(f"run {details.parent} to epoch {details.forked_at or 0:,}")
    steps.append(f"{'fork' if details.parent else 'run'} {details.id}{resumed}")
    if details.best_epoch is not None:
        steps.append(f"kept epoch {details.best_epoch:,}, validation {percent(details.val_acc)}")
    if details.report:
        steps.append(f"calibrated at temperature {details.report.temperature:.3g}")
    if details.has_predictions:
        steps.append("predictions")
    return steps


def draw_reproduce(details: RunDetails) -> None:
    """The command that gives the same run on the same machine, and the code that it was trained with."""
    command = build_fork_command(details.environment) or build_command(details.config)
    if not command:
        return
    st.code(command, language=None, wrap_lines=True)
    code = escape_markdown(describe_code(details.environment))
    st.caption(f"Reproduce: trains it once more, on a CPU to the same accuracy. {code}")


def describe_code(environment: Mapping[str, Any]) -> str:
    """The commit, and whether there were changes beside it."""
    git = environment.get("git")
    commit = git.get("commit") if isinstance(git, Mapping) else None
    if not isinstance(git, Mapping) or not isinstance(commit, str):
        return "Which code it was trained with is not known: it was no checkout."
    changes = ", with changes that were not committed" if git.get("dirty") else ""
    return f"Its code: commit {commit[:DIGITS]}{changes}."
