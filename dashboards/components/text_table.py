"""A small table of text: everything wraps, nothing is cut, and on a phone each row is a card with labels.

Not here: tables of data, which scroll and sort (`st.dataframe`).
"""

from collections.abc import Mapping, Sequence

import streamlit as st


def render_text_table(rows: Sequence[Mapping[str, str]], *, name: str, alt: str) -> None:
    """Draw rows with the same columns. Cells are Markdown: escape text from outside. `name` is the key on the page."""
    if not rows:
        return
    key = f"text-table-{name}"
    st.html(_phone_style(key, rows))
    with st.container(key=key):
        st.table([dict(row) for row in rows], border="horizontal", hide_index=True, hide_header=False, alt=alt)


def _phone_style(key: str, rows: Sequence[Mapping[str, str]]) -> str:
    """Return the rules that make cards of the rows; the first column is the title of the card.

    Streamlit puts a blank into an empty cell, so no rule of CSS can tell it from the others: each is named.
    """
    labels = "".join(
        f'.st-key-{key} td:nth-of-type({n})::before {{ content: "{title}: "; opacity: 0.7 }}\n'
        for n, title in enumerate(rows[0], 1)
        if n > 1
    )
    empty = ", ".join(
        f".st-key-{key} tbody tr:nth-of-type({row}) td:nth-of-type({column})"
        for row, cells in enumerate(rows, 1)
        for column, text in enumerate(cells.values(), 1)
        if not text
    )
    labels += f"{empty} {{ display: none }}\n" if empty else ""
    return f"""<style>@media (max-width: 820px) {{
.st-key-{key} :is(table, tbody, tr, td) {{ display: block; border: none; width: 100%; padding-block: 0 0.15rem }}
.st-key-{key} td {{ padding-inline: 0 }}
.st-key-{key} tr {{ border-bottom: 1px solid rgba(128, 128, 128, 0.3); padding-block: 0.6rem }}
.st-key-{key} thead {{ display: none }}
.st-key-{key} td > * {{ display: inline }}
{labels}}}</style>"""
