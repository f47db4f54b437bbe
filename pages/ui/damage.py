"""Files that cannot be read, said where what they hold would be listed."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.damage import Damage
from core.runs.record import RunRecord
from pages.ui.text import escape_markdown

MOST_SHOWN: Final = 5
ICON: Final = ":material/broken_image:"


def draw_damage(damaged: Sequence[Damage]) -> None:
    """Each with its file and the way on, the first few; nothing where all is whole."""
    if not damaged:
        return
    if len(damaged) == 1:
        st.warning(f"A file cannot be read: {escape_markdown(damaged[0].message)}", icon=ICON)
        return
    lines = [f"- {escape_markdown(damage.message)}" for damage in damaged[:MOST_SHOWN]]
    if len(damaged) > MOST_SHOWN:
        lines.append(f"- and {len(damaged) - MOST_SHOWN:,} more")
    st.warning("\n".join([f"{len(damaged):,} files cannot be read:", "", *lines]), icon=ICON)


def find_damage(records: Sequence[RunRecord]) -> list[Damage]:
    """What is damaged of runs, each named in its sentence."""
    return [Damage(record.folder, f"{record.id}: {record.damage}") for record in records if record.damage]
