"""Where a run comes from and what came of it, drawn and in words, and the command that trains it once more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from core.config.command import build_command, build_fork_command
from core.errors import RunNotFoundError
from core.runs.details import RunDetails
from core.runs.versions import describe_standing
from pages.ui import inputs
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown, percent

DIGITS: Final = 10  # of a digest
_HERE: Final = "runs.py"  # the page that it is drawn on


@dataclass(frozen=True)
class Node:
    """One part of the chain: a word for what it is, what is known of it, and the page that shows it, if one does."""

    kind: str
    what: str = ""
    label: str = ""  # in the drawing, where it is not `what`
    page: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return f"{self.kind} {self.what}".rstrip()


def draw_lineage(details: RunDetails, *, key: str) -> None:
    """The chain from the data to the predictions, a box each, with a way to what there is to open; boxes wrap."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"{key}_lineage"):
        for place, node in enumerate(build_nodes(details, has_parent=_is_here(details.parent))):
            if place:
                st.markdown(":material/arrow_right_alt:", width="content")
            with st.container(border=True, width="content", gap=None, key=f"lineage_node_{key}_{place}"):
                st.caption(node.kind.capitalize(), width="content")
                shown = escape_markdown(node.label or node.what)
                if node.page:
                    via = {inputs.VIA: "link"} if node.page == _HERE else {}
                    st.page_link(node.page, label=shown, query_params={**via, **node.params})
                else:
                    st.markdown(shown, width="content")


def list_steps(details: RunDetails) -> list[str]:
    """Each link of the chain in words, as far as it is known."""
    return [node.sentence for node in build_nodes(details)]


def build_nodes(details: RunDetails, *, has_parent: bool = True) -> list[Node]:
    """Each link of the chain, as far as it is known. has_parent: the run that it was forked from is still here."""
    of_graph = {"graph": details.graph}
    data = f"{details.graph} {details.graph_digest[:DIGITS]}".rstrip()
    nodes = [Node("data", data, page="overview.py", params=of_graph), Node("split", str(details.split))]
    if details.parent:
        page = "runs.py" if has_parent else ""
        to = f"{details.parent} to epoch {details.forked_at or 0:,}"
        nodes.append(Node("run", to, page=page, params=of_graph | {"run": details.parent}))
    resumed = {0: "", 1: ", resumed once"}.get(details.generation, f", resumed {details.generation} times")
    nodes.append(Node("fork" if details.parent else "run", f"{details.id}{resumed}"))
    if details.best_epoch is not None:
        nodes.append(Node("kept epoch", f"{details.best_epoch:,}, validation {percent(details.val_acc)}"))
    if details.report:
        nodes.append(Node("calibrated", f"at temperature {details.report.temperature:.3g}"))
    if details.version is not None:
        standing = describe_standing(details.version, details.aliases)
        nodes.append(Node("model", standing, page="runs.py", params=of_graph | {"filter": "version >= 0"}))
    if details.has_predictions:
        params = of_graph | {"run": details.id, "color": "correct"}
        nodes.append(Node("predictions", label="Show on the map", page="map.py", params=params))
    return nodes


def _is_here(run_id: str) -> bool:
    """Whether a run can be opened."""
    try:
        return bool(run_id and get_explorer().runs.read(run_id))
    except RunNotFoundError:
        return False


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
