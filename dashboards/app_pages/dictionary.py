"""Dictionary: every table and column with its meaning, unit, zone, source and caveats, from the declarations."""

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards.components.chart import render_downloads
from dashboards.components.formatting import number
from dashboards.components.list_cards import Card, page_address, render_card_list, table_of_cards
from dashboards.components.plain_text import plain
from dashboards.components.row_heights import row_pixels
from elexon_assets.datasets import WIND_AND_SOLAR
from renewables.queries.dictionary import TableEntry, data_dictionary, dictionary_frame, matching_entries

NAME_PIXELS, KIND_PIXELS, MEANING_PIXELS = 300, 70, 700
HEADER_PIXELS, ROWS_SHOWN = 37, 9
"The height of the table: the last visible row is complete."
OPENER = "open a table"
COLUMN_TITLES = ("Column", "Type", "Unit", "Zone", "Meaning")


def render_page() -> None:
    """Draw the chosen table with its columns, and the list of all that match the search."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search", key="q", bind="query-params", placeholder="A table, a column, a unit, a word", width=320
        )
        entries = matching_entries(text)
        names = [entry.name for entry in entries]
        first = WIND_AND_SOLAR.name if WIND_AND_SOLAR.name in names else None
        name = st.selectbox(
            "Table, view or macro",
            names,
            index=names.index(first) if first else 0,
            key="table",
            bind="query-params",
            width=360,
        )
    if not entries:
        st.caption(f"No table or column contains {plain(repr(text))}.")
        return
    _render_entry(next(entry for entry in entries if entry.name == name))
    st.subheader("All tables" if len(entries) == len(data_dictionary()) else "Matching tables", anchor=False)
    st.caption(
        f"{number(len(entries))} of {number(len(data_dictionary()))}. Query them on the command line with "
        "`renewables query`, from Python with `reading()`, or with any tool that opens `current.duckdb`."
    )
    meanings = [entry.meaning.partition(". ")[0].removesuffix(".") for entry in entries]
    frame = pl.DataFrame({"Name": names, "Kind": [entry.kind for entry in entries], "Meaning": meanings})
    opener = st.column_config.ButtonColumn(
        "Name",
        type="tertiary",
        alignment="left",
        pinned=True,
        width=NAME_PIXELS,
        key=OPENER,
        on_click=_open,
        args=(names,),
    )
    cards = [
        Card(entry.name, page_address("dictionary.py", table=entry.name), [entry.kind, meaning])
        for entry, meaning in zip(entries, meanings, strict=True)
    ]
    render_card_list(cards, len(entries))
    row_height = row_pixels(meanings, MEANING_PIXELS)
    with table_of_cards():
        st.dataframe(
            frame,
            hide_index=True,
            column_config={
                "Name": opener,
                "Kind": st.column_config.TextColumn(width=KIND_PIXELS),
                "Meaning": st.column_config.TextColumn(width=MEANING_PIXELS),
            },
            height=HEADER_PIXELS + ROWS_SHOWN * row_height,
            row_height=row_height,
            key="all tables",
            alt="Tables, views and macros with their meaning",
        )
        st.caption("Click a name to see its columns above.")
    render_downloads(dictionary_frame(entries), name="dictionary")


def _open(names: Sequence[str]) -> None:
    """Show the table whose name was clicked."""
    row = st.session_state[OPENER]["row"]
    if row < len(names):
        st.session_state["table"] = names[row]


def _render_entry(entry: TableEntry) -> None:
    st.subheader(plain(entry.call), anchor=False)
    st.markdown(plain(entry.meaning))
    st.caption(plain(f"{entry.kind.capitalize()}. Source: {entry.source}."))
    if entry.caveats:
        st.info(plain(entry.caveats), icon=":material/priority_high:")
    rows = [[f"`{c.name}`", c.type, c.unit, c.zone, plain(c.text)] for c in entry.columns]
    lines = [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in [list(COLUMN_TITLES), *rows]]
    with st.container(key="columns"):
        st.markdown("\n".join([lines[0], "|---" * len(COLUMN_TITLES) + "|", *lines[1:]]))


render_page()
