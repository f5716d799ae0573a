"""How wide the columns of a table are so that no word and no title is cut: text wraps, and numbers keep their line.

Streamlit measures only the rows in view, never wraps on its own, and cuts what is wider than the page. Not here: the
height of the rows (`row_heights.py`), the tables.
"""

import math
from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components.row_heights import LETTER_PIXELS, SIDE_PIXELS, row_pixels

PAGE_PIXELS = 1070
"The width of a table that fills the page of a window of 1440 pixels."
WIDEST_PIXELS = 420
"The width from which on a longer text wraps, even where the page has room."
LONGEST_WORD = 24
"The letters from which on a word, such as an address, may be broken."
DATE_LETTERS = len("30 Sep 2029")
TAG_LETTERS = 4
"The letters that the frame of a tag takes."


def fitted_columns(
    frame: pl.DataFrame, columns: Mapping[str, Any], pixels: int = PAGE_PIXELS
) -> tuple[dict[str, Any], int]:
    """Return the configuration of a table's columns with their widths, and the height of its rows.

    `columns` are labels or configurations by name, and None for a hidden column. The widths add up to `pixels` at most,
    unless the words need more.
    """
    shown = frame.select(name for name in frame.columns if columns.get(name, "") is not None)
    widths = column_widths(shown, columns, pixels)
    texts = shown.select(pl.col(pl.String))
    height = max((row_pixels(texts[name].drop_nulls(), widths[name]) for name in texts.columns), default=0)
    configured = {name: _with_width(name, columns.get(name), width) for name, width in widths.items()}
    return {**columns, **configured}, max(height, row_pixels((), 0))


def column_widths(frame: pl.DataFrame, columns: Mapping[str, Any], pixels: int) -> dict[str, int]:
    """Return the width of each column: its longest word at least, and its longest text if there is room.

    A width in pixels that a configuration has is the least one of its column.
    """
    least: dict[str, int] = {}
    most: dict[str, int] = {}
    for values in frame.iter_columns():
        column = columns.get(values.name)
        asked = column.get("width") if isinstance(column, Mapping) else None
        word, text = _letters(values)
        title = text_pixels(len(column_title(values.name, column)))
        least[values.name] = max(title, text_pixels(word), asked if isinstance(asked, int) else 0)
        most[values.name] = max(least[values.name], min(text_pixels(text), WIDEST_PIXELS))
    wanted = sum(most.values()) - sum(least.values())
    room = min(max(pixels - sum(least.values()), 0), wanted)
    return {name: least[name] + (most[name] - least[name]) * room // max(wanted, 1) for name in least}


def column_title(name: str, column: Any) -> str:
    """Return the title of a column from its label or configuration, or from its name without one."""
    if isinstance(column, Mapping):
        return str(column.get("label") or name)
    return column if isinstance(column, str) else name.replace("_", " ").capitalize()


def text_pixels(letters: int) -> int:
    """Return the width of a column in which a text of so many letters keeps its line."""
    return math.ceil(letters * LETTER_PIXELS) + 2 * SIDE_PIXELS


def _with_width(name: str, column: Any, width: int) -> dict[str, Any]:
    if isinstance(column, Mapping):
        return {**column, "width": width}
    return {**st.column_config.Column(column_title(name, column), width=width)}


def _letters(values: pl.Series) -> tuple[int, int]:
    """Return the letters of the longest word and of the longest cell; only words of texts may wrap."""
    if values.dtype == pl.String:
        words = values.drop_nulls().str.split(" ").list.explode().str.len_chars().max()
        return min(_whole(words), LONGEST_WORD), _whole(values.str.len_chars().max())
    if values.dtype.is_temporal():
        return DATE_LETTERS, DATE_LETTERS
    if isinstance(values.dtype, pl.List):
        tags = values.cast(pl.List(pl.String)).list.join(" ").str.len_chars().max()
        letters = _whole(tags) + TAG_LETTERS * _whole(values.list.len().max())
    elif values.dtype.is_numeric():
        letters = max(
            (len(f"{end:+,.1f}") for end in (values.min(), values.max()) if isinstance(end, int | float)), default=0
        )
    else:
        letters = 0
    return letters, letters


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
