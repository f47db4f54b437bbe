"""Two columns that stand one below the other on a phone, their parts in an order of their own (base/page.css)."""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def split(
    left: Sequence[int], right: Sequence[int], *, widths: tuple[int, int], key: str
) -> Mapping[int, DeltaGenerator]:
    """The parts of both columns by their numbers, which say in what order a phone shows them."""
    with st.container(key=f"{key}_columns"):
        sides = st.columns(widths, gap="large")
    return {
        number: side.container(key=f"{key}_part_{number}")
        for side, numbers in zip(sides, (left, right), strict=True)
        for number in numbers
    }
