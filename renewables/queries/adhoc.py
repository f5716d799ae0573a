"""Queries that a person typed: locked down, bounded in rows and in time.

Belongs here: the bounds. Not here: queries of our own.
"""

import re
import threading
from dataclasses import dataclass

import duckdb
import polars as pl

from warehouse.connection import reading


class QueryRefused(Exception):
    """DuckDB's own complaint, or ours, as one line."""


@dataclass(frozen=True)
class Answer:
    """`is_cut`: there are more rows than were asked for."""

    frame: pl.DataFrame
    is_cut: bool


def ask(sql: str, *, row_limit: int, seconds: float, version: int | None = None) -> Answer:
    """Runs against the newest snapshot, or that version; no files, extensions or settings.

    Raises QueryRefused, WarehouseMissing.
    """
    with reading(locked_down=True, version=version) as con:
        too_long = threading.Event()

        def interrupt() -> None:
            too_long.set()
            con.interrupt()

        timer = threading.Timer(seconds, interrupt)
        timer.daemon = True
        timer.start()
        try:
            relation = con.sql(sql)
            if relation is None:
                raise QueryRefused("That statement answers no rows: only queries can be asked.")
            frame = relation.limit(row_limit + 1).pl()
        except duckdb.Error as error:
            if too_long.is_set():
                raise QueryRefused(
                    f"The query was stopped after {seconds:g} s: narrow it, for example by start_time_utc, or allow "
                    "it more seconds."
                ) from error
            raise QueryRefused(_one_line(str(error))) from error
        finally:
            timer.cancel()
    return Answer(frame.head(row_limit), len(frame) > row_limit)


def _one_line(text: str) -> str:
    """Without the excerpt that DuckDB draws beneath its complaint."""
    return re.sub(r"\s*\n+\s*", " ", re.split(r"\n+LINE \d+:", text)[0]).strip()
