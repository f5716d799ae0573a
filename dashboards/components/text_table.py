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
    st.html(_phone_style(key, list(rows[0])))
    with st.container(key=key):
        st.table([dict(row) for row in rows], border="horizontal", hide_index=True, hide_header=False, alt=alt)


def _phone_style(key: str, titles: Sequence[str]) -> str:
    """Return the rules that make cards of the rows; the first column is the title of the card."""
    labels = "".join(
        f'.st-key-{key} td:nth-of-type({n}):not(:empty)::before {{ content: "{title}: "; opacity: 0.7 }}\n'
        for n, title in enumerate(titles, 1)
        if n > 1
    )
    return f"""<style>@media (max-width: 820px) {{
.st-key-{key} :is(table, tbody, tr, td) {{ display: block; border: none; width: 100%; padding-block: 0 0.15rem }}
.st-key-{key} tr {{ border-bottom: 1px solid rgba(128, 128, 128, 0.3); padding-block: 0.6rem }}
.st-key-{key} thead {{ display: none }}
.st-key-{key} td > * {{ display: inline }}
{labels}}}</style>"""
