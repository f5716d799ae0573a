"""Invented histories of the ledger as plain changes, landed in a warehouse in memory."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import orjson
import polars as pl

from pipeline_assets import tables
from pipeline_assets.comparison import Comparison, compare_portfolio
from pipeline_assets.ledger.changes import Action
from pipeline_assets.tables import INFO, SUBMITTED_CHANGES
from pipeline_assets.upgrades import field_defaults
from pipeline_assets.vocabulary import Stage, Technology
from warehouse import landing

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(hours=7)
Change = tuple[str, str, dict[str, Any]]
"The kind and id of a record, and the fields that the change sets."
State = dict[tuple[str, str], dict[str, Any]]


def instant_of(position: int) -> datetime:
    """Return when the change at a position was submitted."""
    return BEGINNING + position * STEP


def landed(changes: Sequence[Change]) -> duckdb.DuckDBPyConnection:
    """Return a warehouse in memory with the tables that result from changes, each submitted `STEP` after the last."""
    rows, versions, state = [], Counter[tuple[str, str]](), defaultdict[tuple[str, str], dict[str, Any]](dict)
    for position, (kind, id, after) in enumerate(changes, 1):
        before = {name: state[kind, id][name] for name in after if name in state[kind, id]}
        versions[kind, id] += 1
        state[kind, id].update(after)
        action = str(Action.EDIT if versions[kind, id] > 1 else Action.CREATE)
        texts = [orjson.dumps(fields).decode() for fields in (before, after)]
        submitted = int(instant_of(position).timestamp() * 1_000_000)
        head = (position, f"b{position}", kind, id, versions[kind, id], action)
        rows.append((*head, *texts, "ana", "", submitted, "unverified"))
    frame = tables.submitted_frame(rows)
    info = pl.DataFrame({"landed_position": [len(rows)], "landed_at_utc": [datetime.now(UTC)]})
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    for name, table in {**tables.table_frames(frame), SUBMITTED_CHANGES: frame, INFO: info}.items():
        landing.replace_rows(con, name, table)
    return con


def created(kind: str, id: str, **fields: Any) -> Change:
    """Return the change that creates a record with the given fields and the defaults of the others."""
    return kind, id, {**field_defaults(kind), **fields}


def project(id: str, stage: str = Stage.DESIGN, **fields: Any) -> Change:
    return created("pipelines", id, name=f"Project {id}", stage=stage, status_date="2026-01-01", **fields)


def facility(id: str, owner: str, technology: str = Technology.SOLAR, mwp: float = 10.0) -> list[Change]:
    """Return the changes that create a facility and link it to a project."""
    plant = created("facilities", id, name=f"Plant {id}", technology=technology, capacity_mwp=mwp)
    return [plant, created("pipeline_facilities", f"{owner}-{id}", pipeline_id=owner, facility_id=id)]


def point(id: str, impact: int, likelihood: int, **fields: Any) -> Change:
    return created("information_points", id, name=id, impact=impact, likelihood=likelihood, **fields)


def compare_around(opening: Sequence[Change], later: Sequence[Change]) -> Comparison:
    """Compare the state after `opening` with the state after `later` too."""
    first = len(opening)
    with landed([*opening, *later]) as con:
        return compare_portfolio(con, instant_of(first), instant_of(first + len(later)))


def moves_of(comparison: Comparison) -> dict[tuple[str, str, str], float]:
    return {(row["movement"], row["stage"], row["technology"]): row["mwp"] for row in comparison.bridge.to_dicts()}
