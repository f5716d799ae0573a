"""Landing from the ledger to the warehouse: changes are appended, then the records that they touch are updated.

Belongs here: the order of the steps and their transactions. Not here: what the tables hold (`tables.py`), the proof
that they equal a complete rebuild (`landing_proof.py`), Dagster. Changes and tables are committed together: whoever
publishes next, a landing of Elexon's data for example, shows readers both or neither.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import polars as pl
import sqlalchemy as sa

from pipeline_assets import contract, metrics, tables
from pipeline_assets.access import Identity
from pipeline_assets.errors import AnotherLedger, ContractBroken
from pipeline_assets.fingerprint import tables_fingerprint
from pipeline_assets.ledger import reader
from pipeline_assets.models import ENTITIES
from pipeline_assets.tables import AUDIT, CHANGES, INFO, STATUS_HISTORY, SUBMITTED_CHANGES, landed_position
from warehouse import landing
from warehouse.connection import has_table, publish, writing

OpenWarehouse = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]

LARGEST_STEP = 20_000
"""The most new changes that are landed record by record: the warehouse is open for writing meanwhile, and a rebuild,
which holds it only for the write, is not slower for more.
"""
HISTORIES = {STATUS_HISTORY: ("position",), AUDIT: ("position", "field")}
"The tables with rows of single changes, which are only ever appended to, and the key of each."
DERIVED_TABLES = (*ENTITIES, *HISTORIES)


@dataclass(frozen=True)
class Appended:
    """The number of changes that were new to the warehouse (`rows`), and the position of its newest change now."""

    rows: int
    position: int


@dataclass(frozen=True)
class Landed:
    """The number of rows by table, the position of the tables, and the version of the snapshot that shows them."""

    rows: dict[str, int]
    position: int
    snapshot: int


def land_changes(engine: sa.Engine, open_warehouse: OpenWarehouse = writing) -> Landed:
    """Append new changes and update the derived tables.

    Raises AnotherLedger, ContractBroken, LedgerUnavailable or WarehouseError; in each case nothing landed.
    """
    append_changes(engine, open_warehouse)
    return update_tables(open_warehouse)


def append_changes(engine: sa.Engine, open_warehouse: OpenWarehouse = writing) -> Appended:
    """Append the changes that the warehouse does not have yet and update the derived tables, in one commit.

    Does not publish. Raises like `land_changes`.
    """
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
    with open_warehouse() as con:
        _ensure_tables(con)
        if can_follow(con) and after + len(new) - landed_position(con) <= LARGEST_STEP:
            with landing.transaction(con):
                landed = _append(con, new)
                _follow_changes(con)
            return Appended(landed, after + len(new))
    _rebuild(open_warehouse, new)
    return Appended(len(new), after + len(new))


def update_tables(open_warehouse: OpenWarehouse = writing) -> Landed:
    """Update the derived tables to the newest landed change, if they are not, and publish.

    Only the records that the new changes touch are replayed and merged, and the histories are appended to. Everything
    is rebuilt on the first landing, after tables of another version of the code (`tables_fingerprint`), and for more
    than `LARGEST_STEP` changes. Raises ContractBroken, WarehouseError.
    """
    with open_warehouse() as con:
        _ensure_tables(con)
        if can_follow(con) and _newest_position(con) - landed_position(con) <= LARGEST_STEP:
            with landing.transaction(con):
                _follow_changes(con)
            return _published(con)
    return rebuild_tables(open_warehouse)


def rebuild_tables(open_warehouse: OpenWarehouse = writing) -> Landed:
    """Rebuild the current tables, status_history, audit and views from all landed changes, and publish.

    It never uses fewer changes than the last landing. Raises ContractBroken, WarehouseError.
    """
    _rebuild(open_warehouse)
    with open_warehouse() as con:
        return _published(con)


def _rebuild(open_warehouse: OpenWarehouse, new: pl.DataFrame | None = None) -> None:
    """Rebuild everything from the landed changes and those in `new`, which are appended in the same commit."""
    with open_warehouse() as con:
        _ensure_tables(con)
        changes = landed_changes(con)
    if new is not None:
        changes = pl.concat([changes, new.filter(pl.col("position") > len(changes)).select(changes.columns)])
    frames = tables.table_frames(changes)
    contract.validate(frames)
    position = len(changes)
    with open_warehouse() as con:
        if landed_position(con) <= position:
            with landing.transaction(con):
                if new is not None:
                    _append(con, new)
                for table, frame in frames.items():
                    landing.replace_rows(con, table, frame)
                for statement in metrics.view_statements():
                    con.execute(statement)
                landing.replace_rows(con, INFO, _info_frame(position))


def can_follow(con: duckdb.DuckDBPyConnection) -> bool:
    """Return whether this version of the code landed the tables, so that further changes can be merged into them."""
    return tables.landed_fingerprint(con) == tables_fingerprint() and tables.is_current(con)


def _append(con: duckdb.DuckDBPyConnection, new: pl.DataFrame) -> int:
    """Append the changes that another landing has not appended meanwhile, and return their number."""
    return landing.append_new(con, SUBMITTED_CHANGES, new, key=("position",), range_column="position")


def _follow_changes(con: duckdb.DuckDBPyConnection) -> None:
    """Merge the records that were touched since the landed position, and append to the histories."""
    landed, newest = landed_position(con), _newest_position(con)
    if newest <= landed:
        return
    frames = tables.table_frames(_changes_of_touched_records(con, landed))
    frames |= {table: frames[table].filter(pl.col("position") > landed) for table in HISTORIES}
    frames = {table: frame for table, frame in frames.items() if not frame.is_empty()}
    contract.validate(frames)
    for table, frame in frames.items():
        if table in HISTORIES:
            landing.append_new(con, table, frame, key=HISTORIES[table], range_column="position")
        else:
            landing.merge_rows(con, table, frame, key=("id",), range_column="id")
    _store_position(con, newest)


def _changes_of_touched_records(con: duckdb.DuckDBPyConnection, after: int) -> pl.DataFrame:
    """Return all changes, from the first one on, of the records with a change past the position."""
    touched = f"SELECT kind, id FROM {SUBMITTED_CHANGES} WHERE position > {after}"
    # The positions come first: a join would read the JSON of every change.
    positions = con.execute(
        f"SELECT position FROM {SUBMITTED_CHANGES} SEMI JOIN ({touched}) AS touched USING (kind, id)"
    ).fetchall()
    return con.sql(
        f"SELECT {', '.join(CHANGES)} FROM {SUBMITTED_CHANGES} WHERE position IN (SELECT unnest(?)) ORDER BY position",
        params=[[position for (position,) in positions]],
    ).pl()


def _info_frame(position: int) -> pl.DataFrame:
    """Return the one row of the table INFO."""
    info = {"landed_position": [position], "landed_at_utc": [datetime.now(UTC)], "fingerprint": [tables_fingerprint()]}
    return pl.DataFrame(info)


def _store_position(con: duckdb.DuckDBPyConnection, position: int) -> None:
    """Replace the row of the table INFO; replacing the table would make each landing a new schema of a lake."""
    con.register("info_frame", _info_frame(position))
    con.execute(f"DELETE FROM {INFO}")
    con.execute(f"INSERT INTO {INFO} BY NAME FROM info_frame")
    con.unregister("info_frame")


def _published(con: duckdb.DuckDBPyConnection) -> Landed:
    """Publish a snapshot and return what it shows."""
    snapshot = publish(con)
    rows = {name: _count_rows(con, name) for name in [*DERIVED_TABLES, *metrics.VIEWS]}
    return Landed(rows, landed_position(con), snapshot.version)


def landed_changes(con: duckdb.DuckDBPyConnection, *, up_to: int | None = None) -> pl.DataFrame:
    """Return the changes that have landed, in order, as `tables.CHANGES`: all, or those up to a position."""
    where = "" if up_to is None else f"WHERE position <= {up_to}"
    return con.sql(f"SELECT {', '.join(CHANGES)} FROM {SUBMITTED_CHANGES} {where} ORDER BY position").pl()


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


def _newest_position(con: duckdb.DuckDBPyConnection) -> int:
    newest = _newest_landed(con)
    return newest.position if newest else 0


def _ensure_tables(con: duckdb.DuckDBPyConnection) -> None:
    if not has_table(con, SUBMITTED_CHANGES):
        landing.replace_rows(con, SUBMITTED_CHANGES, pl.DataFrame(schema=CHANGES))
    # A warehouse from before the column existed: the ledger counts the authors of its changes as unverified too.
    column = f"identity VARCHAR DEFAULT '{Identity.UNVERIFIED}'"
    con.execute(f"ALTER TABLE {SUBMITTED_CHANGES} ADD COLUMN IF NOT EXISTS {column}")


def _count_rows(con: duckdb.DuckDBPyConnection, name: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0])
