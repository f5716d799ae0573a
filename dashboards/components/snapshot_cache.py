"""What the pages ask, remembered by snapshot: the pointer is read once a script run, and all numbers are of one moment.

Belongs here: which snapshot is shown, and the cache. Not here: the questions (`renewables/queries`).
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import duckdb
import streamlit as st

from warehouse import snapshots
from warehouse.connection import reading
from warehouse.settings import Settings
from warehouse.snapshots import Snapshot

R = TypeVar("R")

ANSWERS_KEPT = 300
SNAPSHOTS_OPEN = 2
"What is shown, and what another session still shows; a file that is removed meanwhile can be read to the end."
_SHOWN = "snapshot shown"


def look_up() -> Snapshot | None:
    """Reads the pointer, for this script run and the fragments that follow it; None before anything is published."""
    snapshot = newest()
    st.session_state[_SHOWN] = snapshot
    return snapshot


def newest() -> Snapshot | None:
    """What is published now."""
    return snapshots.newest(snapshots.folder_of(Settings().warehouse))


def shown() -> Snapshot | None:
    """The snapshot of this script run."""
    return cast("Snapshot | None", st.session_state.get(_SHOWN))


def ask(question: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    """The answer of a function of the read layer (one that takes `con`), of the snapshot shown. Raises WarehouseError.

    The version is part of the key, so an answer is asked for once; `question` is named, since it is not hashed.
    """
    snapshot = shown()
    name = f"{question.__module__}.{question.__qualname__}"
    file, version = (str(snapshot.path), snapshot.version) if snapshot else ("", None)
    return cast(R, _answer(file, version, name, question, args, kwargs))


@st.cache_data(max_entries=ANSWERS_KEPT, show_spinner=False)
def _answer(
    file: str,
    version: int | None,
    name: str,  # noqa: ARG001 (part of the key)
    _question: Callable[..., object],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> object:
    snapshot = _opened(file, version)
    with snapshot.cursor() as con:
        return _question(*args, **kwargs, con=con)


class _Open:
    """A snapshot kept open, since opening it takes as long as a short question. It is closed when nobody holds it any
    more: neither the cache nor a question that is under way, whose cursor would end with it."""

    def __init__(self, version: int | None) -> None:
        self._held = reading(version=version)
        self._con = self._held.__enter__()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the same file, in UTC: threads share none."""
        con = self._con.cursor()
        con.execute("SET TimeZone = 'UTC'")
        return con


@st.cache_resource(max_entries=SNAPSHOTS_OPEN, show_spinner=False)
def _opened(
    file: str,  # noqa: ARG001 (part of the key: two warehouses count their versions alike)
    version: int | None,
) -> _Open:
    return _Open(version)
