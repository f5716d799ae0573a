"""Landing from the ledger to the warehouse: changes are appended, then everything derived from them is rebuilt.

Belongs here: the order of the steps and their transactions. Not here: what the tables hold (`tables.py`), Dagster.
Readers see both steps at once: a snapshot is published when the tables are as new as the changes.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import polars as pl
import sqlalchemy as sa

from pipeline_assets import contract, metrics, tables
from pipeline_assets.errors import AnotherLedger, ContractBroken
from pipeline_assets.ledger import reader
from pipeline_assets.tables import CHANGES, INFO, SUBMITTED_CHANGES, landed_position
from warehouse import landing, snapshots
from warehouse.connection import has_table, writing

OpenWarehouse = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


@dataclass(frozen=True)
class Appended:
    """The number of changes that were new to the warehouse (`rows`), and the position of its newest change now."""

    rows: int
    position: int


@dataclass(frozen=True)
class Rebuilt:
    """The number of rows by table, the position of the tables, and the version of the snapshot that shows them."""

    rows: dict[str, int]
    position: int
    snapshot: int


def land_changes(engine: sa.Engine, open_warehouse: OpenWarehouse = writing) -> Rebuilt:
    """Append new changes and rebuild the derived tables.

    Raises AnotherLedger, ContractBroken, LedgerUnavailable or WarehouseError; in each case nothing landed.
    """
    append_changes(engine, open_warehouse)
    return rebuild_tables(open_warehouse)


def append_changes(engine: sa.Engine, open_warehouse: OpenWarehouse = writing) -> Appended:
    """Append the changes that the warehouse does not have yet. Raises like `land_changes`."""
    with open_warehouse() as con:
        newest = _newest_landed(con)
    after = newest.position if newest else 0
    # Read from the newest landed change on, to compare it with the ledger's own.
    rows = reader.rows_since(engine, max(after - 1, 0))
    frame = tables.submitted_frame(rows)
    if newest and frame.filter(pl.col("position") == after).select("batch", "kind", "id").rows() != [newest.same]:
        raise AnotherLedger(
            f"Change {after} of the warehouse is not change {after} of the ledger: this is another one, or an older "
            "copy of it. Set LEDGER_URL to the right ledger, or RENEWABLES_HOME to another folder. Nothing was landed."
        )
    new = frame.filter(pl.col("position") > after)
    contract.validate({SUBMITTED_CHANGES: new})
    if new["position"].to_list() != list(range(after + 1, after + len(new) + 1)):
        raise ContractBroken(f"The positions of the ledger past {after} have holes. Nothing was landed.")
    with open_warehouse() as con, landing.transaction(con):
        _ensure_tables(con)
        landed = landing.append_new(con, SUBMITTED_CHANGES, new, key=("position",), range_column="position")
    return Appended(landed, after + len(new))


def rebuild_tables(open_warehouse: OpenWarehouse = writing) -> Rebuilt:
    """Rebuild the current tables, status_history, audit and views from all landed changes, and publish.

    It never uses fewer changes than the last rebuild. Raises ContractBroken, WarehouseError.
    """
    with open_warehouse() as con:
        _ensure_tables(con)
        changes = landed_changes(con)
    frames = tables.table_frames(changes)
    contract.validate(frames)
    position = len(changes)
    info = pl.DataFrame({"landed_position": [position], "landed_at_utc": [datetime.now(UTC)]})
    with open_warehouse() as con:
        if landed_position(con) <= position:
            with landing.transaction(con):
                for table, frame in {**frames, INFO: info}.items():
                    landing.replace_rows(con, table, frame)
                for statement in metrics.view_statements():
                    con.execute(statement)
        snapshot = snapshots.publish_snapshot(con)
        rows = {name: _count_rows(con, name) for name in [*frames, *metrics.VIEWS]}
        return Rebuilt(rows, landed_position(con), snapshot.version)


def landed_changes(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return all changes that have landed, in order, as `tables.CHANGES`."""
    return con.sql(f"SELECT {', '.join(CHANGES)} FROM {SUBMITTED_CHANGES} ORDER BY position").pl()


@dataclass(frozen=True)
class _Newest:
    position: int
    same: tuple[str, str, str]
    "The batch, kind and id, which identify a change: the name of a batch is never used twice."


def _newest_landed(con: duckdb.DuckDBPyConnection) -> _Newest | None:
    if not has_table(con, SUBMITTED_CHANGES):
        return None
    rows = con.execute(
        f"SELECT position, batch, kind, id FROM {SUBMITTED_CHANGES} ORDER BY position DESC LIMIT 1"
    ).fetchall()
    return _Newest(rows[0][0], rows[0][1:]) if rows else None


def _ensure_tables(con: duckdb.DuckDBPyConnection) -> None:
    if not has_table(con, SUBMITTED_CHANGES):
        landing.replace_rows(con, SUBMITTED_CHANGES, pl.DataFrame(schema=CHANGES))


def _count_rows(con: duckdb.DuckDBPyConnection, name: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0])
