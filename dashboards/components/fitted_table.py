"""A table of data that only shows: its columns fit the page, its text wraps, and it is as high as its rows.

Not here: tables whose rows open a record (`clickable_rows.py`), small tables of sentences (`text_table.py`).
"""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components.column_widths import PAGE_PIXELS, fitted_columns

HEADER_PIXELS = 38
MOST_PIXELS = 560
"The height from which on a table scrolls."


def table_pixels(rows: int, row_height: int, most_pixels: int = MOST_PIXELS) -> int:
    """Return the height of a table of so many rows; one without rows keeps the room of one."""
    return min(HEADER_PIXELS + row_height * max(rows, 1), most_pixels)


def render_fitted_table(
    frame: pl.DataFrame, columns: Mapping[str, Any], *, key: str, alt: str, pixels: int = PAGE_PIXELS
) -> None:
    """Draw all rows; `columns` are labels or configurations by name, and `pixels` the width on a desktop."""
    config, row_height = fitted_columns(frame, columns, pixels)
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="",
        column_config=config,
        height=table_pixels(len(frame), row_height),
        row_height=row_height,
        key=key,
        alt=alt,
    )
