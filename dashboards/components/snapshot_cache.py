"""Answers of queries, cached by snapshot: the pointer is read once per script run, so all numbers are of one moment.

Belongs here: which snapshot is shown, and the cache. Not here: the queries (`renewables/queries`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any, TypeVar, cast

import duckdb
import streamlit as st

from warehouse.connection import configured_warehouse, newest_version, reading
from warehouse.errors import SnapshotPruned
from warehouse.interface import PublishedVersion

R = TypeVar("R")

ANSWERS_KEPT = 300
SNAPSHOTS_OPEN = 2
"The shown snapshot, and one that another session still shows. An open file stays readable after its removal."
_SHOWN = "snapshot shown"
_GONE = "snapshot that was removed while it was shown"


def pin_snapshot() -> PublishedVersion | None:
    """Read the pointer for this script run and its fragments, and return the snapshot; None before the first one."""
    snapshot = newest_version()
    st.session_state[_SHOWN] = snapshot
    return snapshot


def current_snapshot() -> PublishedVersion | None:
    """Return the snapshot of this script run."""
    return cast("PublishedVersion | None", st.session_state.get(_SHOWN))


def cached_query(question: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    """Return the answer of a function of the read layer (one that takes `con`) for the snapshot shown.

    The version is part of the key, so each answer is computed once. The key has the name of `question`, which is not
    hashed. Raises WarehouseError.
    """
    snapshot = current_snapshot()
    name = f"{question.__module__}.{question.__qualname__}"
    identity = snapshot.identity if snapshot else ""
    try:
        return cast(R, _cached_answer(identity, name, args, kwargs, snapshot, question))
    except SnapshotPruned:
        _move_on(snapshot)
        raise


def _move_on(gone: PublishedVersion | None) -> None:
    """Draw the page again if a newer snapshot has replaced the one that it showed, which was removed."""
    there_now = newest_version()
    if gone and there_now and there_now.version != gone.version:
        st.session_state[_GONE] = gone.version
        st.rerun()


def render_move_notice() -> None:
    """Show once that the snapshot of the page is no longer kept. Call it at the top of a page."""
    gone, now = st.session_state.pop(_GONE, None), current_snapshot()
    if gone is not None and now is not None:
        st.info(
            f"This page was updated from snapshot {gone}, which is no longer kept, to snapshot {now.version}.",
            icon=":material/history:",
        )


@contextmanager
def opened_snapshot(snapshot: PublishedVersion | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open that snapshot, or the newest one if it is no longer kept: for data that is read after a click."""
    version = snapshot.version if snapshot else None
    with reading(version=version if snapshot and snapshot.is_kept else None) as con:
        yield con


@st.cache_data(max_entries=ANSWERS_KEPT, show_spinner=False)
def _cached_answer(
    identity: str,
    name: str,  # noqa: ARG001 (part of the key)
    args: tuple[object, ...],
    kwargs: dict[str, object],
    _snapshot: PublishedVersion | None,
    _question: Callable[..., object],
) -> object:
    opened = _open_snapshot(identity, _snapshot.version if _snapshot else None)
    naming_damage = configured_warehouse().naming_damage(_snapshot) if _snapshot else nullcontext()
    with opened.cursor() as con, naming_damage:
        return _question(*args, **kwargs, con=con)


class _Open:
    """A snapshot that is kept open, since opening it takes as long as a short query.

    It is closed once neither the cache nor a running query refers to it; the cursor of the query would end with it.
    """

    def __init__(self, version: int | None) -> None:
        self._held = reading(version=version)
        self._con = self._held.__enter__()
        [(self._database,)] = self._con.execute("SELECT current_database()").fetchall()
        with suppress(duckdb.TransactionException):  # that of a lake would stay open at its catalogue as well
            self._con.rollback()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a separate connection to the same version, in UTC, since threads must not share one."""
        con = self._con.cursor()
        con.execute(f'USE "{self._database}"')  # a lake is not the first database of its instance
        con.execute("SET TimeZone = 'UTC'")
        con.begin()  # the statements of one question then ask the catalogue of a lake for the version once
        return con


@st.cache_resource(max_entries=SNAPSHOTS_OPEN, show_spinner=False)
def _open_snapshot(
    identity: str,  # noqa: ARG001 (part of the key: two warehouses count their versions alike)
    version: int | None,
) -> _Open:
    return _Open(version)
