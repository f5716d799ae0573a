"""The toolbar of a page: its main controls in one row, the rest in a popover, and the active filters as chips below.

    with toolbar():
        days = ...  # widgets with `label_visibility="collapsed"` where they explain themselves
        with more_options():
            flagged = st.toggle("Flagged only", key="flagged", bind="query-params", persist_state=KEPT)
    render_chips([Chip("Flagged only", "flagged", False)] if flagged else [])

Belongs here: the row, the popover and the chips. Not here: the controls (`filters.py`, the pages).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from dashboards.components.plain_text import plain

KEPT: Literal["page"] = "page"
"""The `persist_state` of each widget in the popover, which the browser draws only while the popover is open.

Without it, a value from the address would be lost when the popover opens.
"""
_CLEARED = "toolbar: cleared filters"
"The defaults of the filters that were cleared by a chip, by their key."


@dataclass(frozen=True)
class Chip:
    """An active filter: its words, the key of its widget (which is its query parameter), and the value without it."""

    text: str
    key: str
    default: Any = None


@contextmanager
def toolbar() -> Iterator[None]:
    """Draw the main controls of a page in one row: range, technology, view, and `more_options` last."""
    _keep_cleared()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="toolbar"):
        yield


@contextmanager
def more_options(label: str = "Options", icon: str = ":material/tune:") -> Iterator[None]:
    """Draw the controls that most readers leave alone in a popover; each of them needs `persist_state=KEPT`."""
    with st.popover(label, icon=icon, key=f"popover {label}"):
        yield


def render_chips(chips: Sequence[Chip]) -> None:
    """Draw each active filter as a button that clears it, and one that clears all if there are several."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key="chips"
    ):  # always there, so that the page below stays
        for chip in chips:
            st.button(
                f"{plain(chip.text)} ×",  # noqa: RUF001 (a cross is meant)
                key=f"chip {chip.key}",
                help="Remove this filter",
                on_click=clear_filters,
                args=([chip],),
            )
        if len(chips) > 1:
            st.button("Clear all", type="tertiary", key="chips all", on_click=clear_filters, args=(list(chips),))


def clear_filters(chips: Sequence[Chip]) -> None:
    """Set the widgets of filters to their defaults, which also takes them out of the address."""
    cleared: dict[str, Any] = st.session_state.setdefault(_CLEARED, {})
    for chip in chips:
        st.session_state[chip.key] = cleared[chip.key] = copy(chip.default)


def _keep_cleared() -> None:
    """Clear a filter again that the browser sends although a chip cleared it.

    A widget in a closed popover does not learn of its new value, and the browser sends the old one with the next click
    anywhere. A value that a person chooses is in the address as well.
    """
    cleared: dict[str, Any] = st.session_state.get(_CLEARED, {})
    for key, default in list(cleared.items()):
        if st.session_state.get(key, default) == default:
            continue
        if key in st.query_params:
            del cleared[key]
        else:
            st.session_state[key] = copy(default)
