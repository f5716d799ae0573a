"""What the pages ask, remembered by snapshot: the pointer is read once a script run, and all numbers are of one moment.

Belongs here: which snapshot is shown, and the cache. Not here: the questions (`renewables/queries`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb
import streamlit as st

from warehouse import snapshots
from warehouse.connection import damage_named, reading
from warehouse.errors import SnapshotPruned
from warehouse.settings import Settings
from warehouse.snapshots import Snapshot

R = TypeVar("R")

ANSWERS_KEPT = 300
SNAPSHOTS_OPEN = 2
"What is shown, and what another session still shows; a file that is removed meanwhile can be read to the end."
_SHOWN = "snapshot shown"
_GONE = "snapshot that was removed while it was shown"


def pin_snapshot() -> Snapshot | None:
    """Reads the pointer, for this script run and the fragments that follow it; None before anything is published."""
    snapshot = newest_snapshot()
    st.session_state[_SHOWN] = snapshot
    return snapshot


def newest_snapshot() -> Snapshot | None:
    """Return the newest published snapshot."""
    return snapshots.newest_snapshot(snapshots.folder_of(Settings().warehouse))


def current_snapshot() -> Snapshot | None:
    """Return the snapshot of this script run."""
    return cast("Snapshot | None", st.session_state.get(_SHOWN))


def cached_query(question: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    """The answer of a function of the read layer (one that takes `con`), of the snapshot shown. Raises WarehouseError.

    The version is part of the key, so an answer is asked for once; `question` is named, since it is not hashed.
    """
    snapshot = current_snapshot()
    name = f"{question.__module__}.{question.__qualname__}"
    file, version = (str(snapshot.path), snapshot.version) if snapshot else ("", None)
    try:
        return cast(R, _cached_answer(file, version, name, question, args, kwargs))
    except SnapshotPruned:
        _move_on(snapshot)
        raise


def _move_on(gone: Snapshot | None) -> None:
    """Draw the page again where there is a newer snapshot than the one that it showed, which was removed."""
    there_now = newest_snapshot()
    if gone and there_now and there_now.version != gone.version:
        st.session_state[_GONE] = gone.version
        st.rerun()


def tell_of_move() -> None:
    """Say once that the snapshot that the page showed is no longer kept. Call at the top of a page."""
    gone, now = st.session_state.pop(_GONE, None), current_snapshot()
    if gone is not None and now is not None:
        st.info(
            f"Snapshot {gone}, which this page showed, is no longer kept. The page now shows snapshot {now.version}.",
            icon=":material/history:",
        )


@contextmanager
def opened_snapshot(snapshot: Snapshot | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open that snapshot, or the newest where it is no longer kept: for what is read after a click."""
    version = snapshot.version if snapshot else None
    is_kept = snapshot is None or snapshots.of_version(snapshot.path.parent, snapshot.version) is not None
    with reading(version=version if is_kept else None) as con:
        yield con


@st.cache_data(max_entries=ANSWERS_KEPT, show_spinner=False)
def _cached_answer(
    file: str,
    version: int | None,
    name: str,  # noqa: ARG001 (part of the key)
    _question: Callable[..., object],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> object:
    snapshot = _open_snapshot(file, version)
    with snapshot.cursor() as con, damage_named(Path(file)):
        return _question(*args, **kwargs, con=con)


class _Open:
    """A snapshot kept open, since opening it takes as long as a short question. It is closed when nobody holds it any
    more: neither the cache nor a question that is under way, whose cursor would end with it."""

    def __init__(self, version: int | None) -> None:
        self._held = reading(version=version)
        self._con = self._held.__enter__()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a connection of its own to the same file, in UTC: threads share none."""
        con = self._con.cursor()
        con.execute("SET TimeZone = 'UTC'")
        return con


@st.cache_resource(max_entries=SNAPSHOTS_OPEN, show_spinner=False)
def _open_snapshot(
    file: str,  # noqa: ARG001 (part of the key: two warehouses count their versions alike)
    version: int | None,
) -> _Open:
    return _Open(version)
