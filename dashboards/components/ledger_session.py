"""The ledger as pages see it: read once per script run, and which edits the charts have.

Not here: writing (`submit_form.py`), queries (`renewables/queries/records.py`).
"""

from collections.abc import Callable
from typing import Literal

import polars as pl
import sqlalchemy as sa
import streamlit as st

from dashboards.components import snapshot_cache
from pipeline_assets.ledger import reader, schema
from pipeline_assets.spreadsheets.portfolio_index import Portfolio, portfolio_since
from pipeline_assets.vocabulary import Rag
from renewables.formatting import significant
from renewables.queries.pipeline import landed_position
from warehouse.errors import WarehouseError
from warehouse.settings import Settings

RAG_SHAPES = {Rag.GREEN: "●", Rag.AMBER: "▲", Rag.RED: "■"}
"Shapes that can be told apart without colour."
RAG_COLOURS: dict[Rag, Literal["green", "orange", "red"]] = {Rag.GREEN: "green", Rag.AMBER: "orange", Rag.RED: "red"}
NOT_LANDED = "not in charts yet"


def rag_text(rag: str) -> str:
    """Return the shape and the word of a RAG status."""
    return f"{RAG_SHAPES[Rag(rag)]} {rag}"


def rag_markdown(rag: str) -> str:
    """Return the RAG status as a coloured badge in Markdown."""
    return f":{RAG_COLOURS[Rag(rag)]}-badge[{rag_text(rag)}]"


def engine() -> sa.Engine:
    """Return the engine shared by all sessions. Raises LedgerUnavailable."""
    return _shared_engine(schema.ledger_address(Settings()))


def current_portfolio() -> Portfolio:
    """Return all records as they are now. Raises LedgerUnavailable."""
    ledger = engine()
    return _cached_portfolio(schema.ledger_address(Settings()), reader.newest_position(ledger), ledger)


def listed(rows: Callable[..., pl.DataFrame], portfolio: Portfolio, *, archived: bool) -> pl.DataFrame:
    """Return the rows of a list, which are built once for each state of the ledger."""
    key = f"{schema.ledger_address(Settings())} {rows.__qualname__}"
    return _listed(key, portfolio.position, archived, rows, portfolio)


@st.cache_resource(max_entries=16, show_spinner=False)
def _listed(
    key: str,  # noqa: ARG001 (part of the key)
    position: int,  # noqa: ARG001 (part of the key)
    archived: bool,
    _rows: Callable[..., pl.DataFrame],
    _held: Portfolio,
) -> pl.DataFrame:
    return _rows(_held, archived=archived)


def charted_position() -> int:
    """Return the position of the newest change in charts and metrics; 0 for none."""
    if snapshot_cache.current_snapshot() is None:
        return 0
    try:
        return snapshot_cache.cached_query(landed_position)
    except WarehouseError:
        return 0


def capacity_text(mwp: float) -> str:
    """Return a capacity with its unit, such as `12.5 MWp`, from 10,000 MWp on in GWp."""
    return f"{significant(mwp / 1e3)} GWp" if mwp >= 9_999.5 else f"{mwp:,.1f} MWp"


@st.cache_resource(max_entries=8, show_spinner=False, on_release=lambda engine: engine.dispose())
def _shared_engine(address: str) -> sa.Engine:
    return schema.open_ledger(address)


@st.cache_resource(max_entries=8, show_spinner=False)
def _cached_portfolio(
    address: str,
    position: int,  # noqa: ARG001 (part of the key)
    _engine: sa.Engine,
) -> Portfolio:
    newest = _newest(address)
    newest[address] = portfolio_since(_engine, newest[address])
    return newest[address]


@st.cache_resource(max_entries=8, show_spinner=False)
def _newest(address: str) -> dict[str, Portfolio]:
    """Keep the portfolio that was read last, so that after a change only what changed is read."""
    return {address: Portfolio((), 0)}
