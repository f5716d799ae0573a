"""The asset checks of the pipeline's tables; each docstring says what holds when the check passes.

A broken structure is an ERROR, a delay is a WARN. The checks read the published snapshot, in the run of the nightly
landing: they read all changes, so a single landing does not wait for them. Not here: the contract before the write
(`contract.py`).
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import dagster as dg
import duckdb
import polars as pl

from pipeline_assets import contract, landing, tables
from pipeline_assets.errors import ContractBroken
from pipeline_assets.ledger import reader, schema
from pipeline_assets.models import ENTITIES, Counterparty
from pipeline_assets.resources import WarehouseResource
from pipeline_assets.tables import SUBMITTED_CHANGES

ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
Outcome = tuple[bool, dict[str, dg.MetadataValue]]


@dataclass(frozen=True)
class Landed:
    """The published tables, and the position of the newest change in the ledger."""

    con: duckdb.DuckDBPyConnection
    ledger_position: int

    @cached_property
    def replayed(self) -> Mapping[str, pl.DataFrame]:
        """Return the tables that follow from the landed changes, computed once and only when a check compares them."""
        return tables.table_frames(landing.landed_changes(self.con))

    def table(self, name: str) -> pl.DataFrame:
        """Return a table as it is published."""
        return self.con.sql(f"FROM {name}").pl()

    def number(self, sql: str) -> int:
        """Return the single number of a query."""
        return int(self.con.execute(sql).fetchall()[0][0])


Check = Callable[[Landed, str], Outcome]


def positions_are_contiguous(landed: Landed, table: str) -> Outcome:
    """Check that the positions are 1, 2, 3, … without a gap or a duplicate."""
    wrong = landed.number(
        f"SELECT count(*) FROM (SELECT position, row_number() OVER (ORDER BY position) AS n FROM {table}) "
        "WHERE position IS DISTINCT FROM n"
    )
    return wrong == 0, {"changes out of place": dg.MetadataValue.int(wrong)}


def versions_are_contiguous(landed: Landed, table: str) -> Outcome:
    """Check that the versions of every record are 1, 2, 3, … in the order of the positions."""
    wrong = landed.number(
        "SELECT count(*) FROM (SELECT version, row_number() OVER (PARTITION BY kind, id ORDER BY position) AS n "
        f"FROM {table}) WHERE version IS DISTINCT FROM n"
    )
    return wrong == 0, {"changes out of place": dg.MetadataValue.int(wrong)}


def the_ledger_has_landed(landed: Landed, table: str) -> Outcome:  # noqa: ARG001 (all checks have the same signature)
    """Check that the tables contain the ledger's newest change.

    A change that is made while the run is in progress lands with the next run.
    """
    position = tables.landed_position(landed.con)
    return position == landed.ledger_position, {
        "landed position": dg.MetadataValue.int(position),
        "position of the ledger": dg.MetadataValue.int(landed.ledger_position),
    }


def the_history_replays_to_it(landed: Landed, table: str) -> Outcome:
    """Check that replaying all landed changes from the first one gives this table."""
    stands, replayed = landed.table(table), landed.replayed[table]
    same = tables.same_rows(stands, replayed)
    return same, {"rows": dg.MetadataValue.int(len(stands)), "rows replayed": dg.MetadataValue.int(len(replayed))}


def the_vocabulary_is_closed(landed: Landed, table: str) -> Outcome:
    """Check that every value is one that the model allows."""
    try:
        contract.validate({table: landed.table(table)})
    except ContractBroken as error:
        return False, {"first": dg.MetadataValue.text(str(error))}
    return True, {"first": dg.MetadataValue.text("none")}


def references_hold(landed: Landed, table: str) -> Outcome:
    """Check that every reference leads to an existing record, and that of a live record to a live one.

    A record that was archived together with its owner may still refer to it.
    """
    entity = ENTITIES[table]
    joins = " ".join(
        f"LEFT JOIN {kind} AS of_{name} ON of_{name}.id = this.{name}" for name, kind in entity.references.items()
    )
    missing = " OR ".join(f"(this.{name} IS NOT NULL AND of_{name}.id IS NULL)" for name in entity.references)
    archived = " OR ".join(f"coalesce(of_{name}.archived, false)" for name in entity.references)
    gone = " OR ".join(f"coalesce(of_{name}.archived, false)" for name in entity.owners) or "false"
    broken = landed.number(
        f"SELECT count(*) FROM {table} AS this {joins} "
        f"WHERE ({missing}) OR (NOT this.archived AND NOT ({gone}) AND ({archived}))"
    )
    return broken == 0, {"records with a broken reference": dg.MetadataValue.int(broken)}


def every_one_has_a_name(landed: Landed, table: str) -> Outcome:
    """Check that no name is empty or blank."""
    nameless = landed.number(f"SELECT count(*) FROM {table} WHERE name IS NULL OR trim(name) = ''")
    return nameless == 0, {"without a name": dg.MetadataValue.int(nameless)}


SEVERITIES: dict[Check, dg.AssetCheckSeverity] = {
    positions_are_contiguous: ERROR,
    versions_are_contiguous: ERROR,
    the_ledger_has_landed: WARN,
    the_history_replays_to_it: ERROR,
    the_vocabulary_is_closed: ERROR,
    references_hold: ERROR,
    every_one_has_a_name: ERROR,
}


def _check_results() -> Iterator[tuple[str, Check]]:
    """Yield each table with each of its checks."""
    for check in (positions_are_contiguous, versions_are_contiguous, the_ledger_has_landed):
        yield SUBMITTED_CHANGES, check
    for table in (*ENTITIES, tables.STATUS_HISTORY, tables.AUDIT):
        yield table, the_history_replays_to_it
        yield table, the_vocabulary_is_closed
    for kind, entity in ENTITIES.items():
        if entity.references:
            yield kind, references_hold
    yield Counterparty.kind, every_one_has_a_name


CHECKS = tuple(_check_results())


@dg.multi_asset_check(
    name="portfolio_checks",
    specs=[
        dg.AssetCheckSpec(check.__name__, asset=table, description=inspect.getdoc(check)) for table, check in CHECKS
    ],
    can_subset=True,
)
def portfolio_checks(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource
) -> Iterator[dg.AssetCheckResult]:
    """Run the selected checks in one step, on one snapshot."""
    selected = {(key.asset_key.to_user_string(), key.name) for key in context.selected_asset_check_keys}
    with schema.ledger_for_task() as engine:
        position = reader.newest_position(engine)
    with warehouse.snapshot() as con:
        landed = Landed(con, position)
        for table, check in CHECKS:
            if (table, check.__name__) not in selected:
                continue
            passed, metadata = check(landed, table)
            yield dg.AssetCheckResult(
                check_name=check.__name__,
                asset_key=table,
                passed=passed,
                severity=SEVERITIES[check],
                metadata=metadata,
            )
