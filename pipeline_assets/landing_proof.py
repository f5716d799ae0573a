"""The proof that landing change by change gives the tables of a complete rebuild; tables that differ are rebuilt.

Belongs here: the comparison, the repair, its notice. Not here: landing (`landing.py`), when it is proved (`jobs.py`).
"""

from dataclasses import dataclass

import duckdb
import polars as pl

from pipeline_assets import landing, metrics, tables
from pipeline_assets.landing import Landed, OpenWarehouse
from pipeline_assets.ledger.outbox import Notice
from warehouse.connection import has_table, writing

TABLES_REPAIRED = "Tables repaired"


@dataclass(frozen=True)
class Proof:
    """The landing after the proof, and the names of the tables and views that had to be repaired."""

    landed: Landed
    repaired: tuple[str, ...]


def prove_tables(open_warehouse: OpenWarehouse = writing) -> Proof:
    """Compare the derived tables with a complete rebuild at their position, and update or repair them.

    Raises ContractBroken, WarehouseError.
    """
    with open_warehouse() as con:
        stored = _read_stored(con) if landing.can_follow(con) else None
    if stored is None:
        return Proof(landing.update_tables(open_warehouse), ())
    rebuilt = tables.table_frames(stored.changes)
    differing = [name for name, frame in rebuilt.items() if not tables.same_rows(stored.frames[name], frame)]
    repaired = (*differing, *stored.missing_views)
    land = landing.rebuild_tables if repaired else landing.update_tables
    return Proof(land(open_warehouse), repaired)


def repair_notice(proof: Proof, page: str) -> Notice:
    """Return the notice of a repair; `page` is the address of the run."""
    names = ", ".join(name.replace("_", " ") for name in proof.repaired)
    return Notice(
        TABLES_REPAIRED,
        f"The nightly proof found that tables of the pipeline differed from a complete rebuild of all changes, and "
        f"rebuilt them: {names}. Charts and figures were wrong since the change that caused it; the ledger is not "
        "affected.",
        page,
    )


@dataclass(frozen=True)
class _Stored:
    frames: dict[str, pl.DataFrame]
    missing_views: tuple[str, ...]
    changes: pl.DataFrame
    "The changes up to the position of the tables."


def _read_stored(con: duckdb.DuckDBPyConnection) -> _Stored:
    return _Stored(
        {name: con.sql(f"FROM {name}").pl() for name in landing.DERIVED_TABLES},
        tuple(name for name in metrics.VIEWS if not has_table(con, name)),
        landing.landed_changes(con, up_to=tables.landed_position(con)),
    )
