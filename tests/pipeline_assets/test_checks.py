"""The asset checks of the pipeline: each passes on landed data, and fails on the fault that it detects."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest
import sqlalchemy as sa

from pipeline_assets import landing, tables
from pipeline_assets.checks import CHECKS, SEVERITIES, Landed
from pipeline_assets.ledger import reader as ledger
from pipeline_assets.ledger.schema import ledger_for_task
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, set_fields, submit_batch
from warehouse.connection import reading, writing
from warehouse.snapshots import folder_of, newest_snapshot

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Land a project with every kind of part."""
    warehouse = tmp_path_factory.mktemp("landed") / "warehouse.duckdb"
    with ledger_for_task(f"sqlite:///{warehouse.parent / 'ledger.sqlite'}") as engine:
        submit_batch(engine, *PORTFOLIO)
        set_fields(engine, "pipelines", "fen", stage="Design")
        landing.land_changes(engine, lambda: writing(warehouse))
    published = newest_snapshot(folder_of(warehouse))
    assert published
    return published.path


@pytest.fixture
def con(snapshot: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the published tables, for the test to corrupt."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{snapshot}' AS snapshot (READ_ONLY)")
        con.execute("SET TimeZone = 'UTC'")
        con.execute("COPY FROM DATABASE snapshot TO memory")
        yield con


def failing_checks(con: duckdb.DuckDBPyConnection, ledger_position: int | None = None) -> set[tuple[str, str]]:
    """Return the failing (table, check) pairs."""
    position = tables.landed_position(con) if ledger_position is None else ledger_position
    landed = Landed(con, position)
    outcomes = {(table, check.__name__): check(landed, table) for table, check in CHECKS}
    assert all(metadata for _, metadata in outcomes.values())
    return {name for name, (passed, _) in outcomes.items() if not passed}


def test_all_checks_pass_on_a_landed_portfolio(con: duckdb.DuckDBPyConnection) -> None:
    assert failing_checks(con) == set()


def test_all_checks_pass_on_an_empty_ledger(engine: sa.Engine) -> None:
    landing.land_changes(engine)
    with reading() as con:
        assert failing_checks(con, ledger.newest_position(engine)) == set()


@pytest.mark.parametrize(
    ("statement", "table", "check"),
    [
        ("UPDATE pipelines SET stage = 'Completed'", "pipelines", "the_history_replays_to_it"),
        ("DELETE FROM audit WHERE position = 3", "audit", "the_history_replays_to_it"),
        ("INSERT INTO status_history FROM status_history", "status_history", "the_history_replays_to_it"),
        ("ALTER TABLE contacts ADD COLUMN age INTEGER", "contacts", "the_history_replays_to_it"),
        ("UPDATE facilities SET technology = 'Coal'", "facilities", "the_vocabulary_is_closed"),
        ("UPDATE information_points SET impact = 101", "information_points", "the_vocabulary_is_closed"),
        ("DELETE FROM facilities", "pipeline_facilities", "references_hold"),
        ("UPDATE counterparties SET archived = true", "pipeline_counterparties", "references_hold"),
        ("UPDATE counterparties SET name = ' '", "counterparties", "every_one_has_a_name"),
    ],
)
def test_a_corrupted_table_fails_its_check(
    con: duckdb.DuckDBPyConnection, statement: str, table: str, check: str
) -> None:
    con.execute(statement)
    assert (table, check) in failing_checks(con)


def test_a_part_of_an_archived_project_may_refer_to_it(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("UPDATE pipelines SET archived = true; UPDATE facilities SET archived = true")
    assert not {name for name in failing_checks(con) if name[1] == "references_hold"}


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("DELETE FROM submitted_changes WHERE position = 3", "positions_are_contiguous"),
        ("INSERT INTO submitted_changes FROM submitted_changes WHERE position = 3", "positions_are_contiguous"),
        ("UPDATE submitted_changes SET version = 3 WHERE version = 2", "versions_are_contiguous"),
    ],
)
def test_missing_or_duplicate_changes_fail_their_check(
    con: duckdb.DuckDBPyConnection, statement: str, check: str
) -> None:
    con.execute(statement)
    assert (tables.SUBMITTED_CHANGES, check) in failing_checks(con)


def test_a_change_that_has_not_landed_is_only_a_warning(con: duckdb.DuckDBPyConnection) -> None:
    newer = tables.landed_position(con) + 1
    assert failing_checks(con, newer) == {(tables.SUBMITTED_CHANGES, "the_ledger_has_landed")}
    warnings = {check.__name__ for check, severity in SEVERITIES.items() if severity == dg.AssetCheckSeverity.WARN}
    assert warnings == {"the_ledger_has_landed"}
