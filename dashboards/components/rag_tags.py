"""RAG statuses in tables: a word in its colour, with a shape beside it for readers who do not see colours.

Not here: the shapes and words (`ledger_session.py`), charts (`renewables/charts/pipeline_rag.py`).
"""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.components.ledger_session import rag_text

RAG_TAGS = {"Green": "#2E7D32", "Amber": "#B26A00", "Red": "#C62828"}
"The colours of the words, on which white text can be read."
_TEXTS = {rag: rag_text(rag) for rag in RAG_TAGS}


def rag_column(label: str) -> Any:
    """Return the configuration of a column of `rag_tag`."""
    return st.column_config.MultiselectColumn(label, options=list(_TEXTS.values()), color=RAG_TAGS.values())


def rag_tag(name: str) -> pl.Expr:
    """Return a column of statuses as lists of one tag; a missing status is an empty list."""
    return pl.concat_list(pl.col(name).replace_strict(_TEXTS, return_dtype=pl.String())).list.drop_nulls().alias(name)
