"""A large chart with the table of its figures beside it, whose coloured squares are the legend of the chart.

Below 1,100 pixels the table is under the chart (`page_style.py`). Not here: the chart itself (`chart.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.components.plain_text import plain
from renewables.charts.colours import colour_of, dash_of

SQUARE = "■"
MARKS = {"solid": SQUARE, "dash": "╍", "dot": "┅", "dashdot": "┉"}
"The mark of a row by the dash of its line."


@dataclass(frozen=True)
class FigureRow:
    """A row of the table: a name, its figures, and the colour and the dash of its line, if the chart has one."""

    name: str
    cells: Sequence[str]
    colour: str = ""
    dash: str = "solid"


@dataclass(frozen=True)
class FiguresTable:
    """A table of figures: the titles of its columns, its rows, and what should be known about it."""

    titles: Sequence[str]
    rows: Sequence[FigureRow]
    help: str = ""


@dataclass(frozen=True)
class ChartNotes:
    """What is beside a chart: how to read it, and its table of figures, if that is not the usual one of the page."""

    text: str = ""
    table: FiguresTable | None = None


def category_row(category: str, name: str, cells: Sequence[str]) -> FigureRow:
    """Return the row of a technology or fuel in its colour."""
    return FigureRow(name, cells, colour_of(category), dash_of(category))


def chart_and_table() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return the places of the chart and of the table to its right."""
    with st.container(key="chart-and-table"):
        left, right = st.columns([4, 3], gap="medium")
    return left, right.container(key="figures")


def two_columns(widths: Sequence[int] = (1, 1), *, gap: Literal["medium", "large"] = "medium") -> list[DeltaGenerator]:
    """Return two places side by side, which are one below the other where the page is narrow; once per page."""
    with st.container(key="two-columns"):
        return st.columns(widths, gap=gap)


def render_figures(table: FiguresTable) -> None:
    """Draw the table; its first column has the names."""
    lines = [f"| {' | '.join(table.titles)} |", f"|:--|{'--:|' * (len(table.titles) - 1)}"]
    for row in table.rows:
        mark = f':color[{MARKS[row.dash]}]{{foreground="{row.colour}"}} ' if row.colour else ""
        lines.append(f"| {mark}{plain(row.name)} | {' | '.join(row.cells)} |")
    st.markdown("\n".join(lines), help=table.help or None)
