"""Tables whose rows open what they name: a click on any cell counts, and one on a button of the name.

Not here: what opens (`pipeline_lists.py`, `change_lists.py`, `register_parts.py`).
"""

from collections.abc import Mapping
from typing import Any, Literal

import polars as pl
import streamlit as st


def clicked_cell(
    frame: pl.DataFrame,
    columns: Mapping[str, Any],
    *,
    key: str,
    buttons: Mapping[str, str],
    height: int | Literal["auto"] = "auto",
    row_height: int | None = None,
    alt: str | None = None,
) -> tuple[int, str] | None:
    """Draw a table that is not on paper, and return the row and the column that were clicked.

    `buttons` are the columns of its buttons by their keys.
    """
    with st.container(key=f"on-screen {key}"):
        picked = st.dataframe(
            frame,
            hide_index=True,
            placeholder="",
            column_config=dict(columns),
            height=height,
            row_height=row_height,
            on_select="rerun",
            selection_mode="single-cell",
            key=key,
            alt=alt or f"{len(frame)} rows",
        )
    clicks = [(click["row"], column) for button, column in buttons.items() if (click := st.session_state.get(button))]
    return next((click for click in [*clicks, *picked.selection.cells] if click[0] < len(frame)), None)
