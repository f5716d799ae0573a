"""What the pages ask, remembered by snapshot: the pointer is read once a script run, and all numbers are of one moment.

Belongs here: which snapshot is shown, and the cache. Not here: the questions (`dashboards/queries`).
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import streamlit as st

from warehouse import snapshots
from warehouse.connection import reading
from warehouse.settings import Settings
from warehouse.snapshots import Snapshot

R = TypeVar("R")

ANSWERS_KEPT = 300
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
    file: str,  # noqa: ARG001 (part of the key: two warehouses count their versions alike)
    version: int | None,
    name: str,  # noqa: ARG001 (part of the key)
    _question: Callable[..., object],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> object:
    with reading(version=version) as con:
        return _question(*args, **kwargs, con=con)
