"""Tests of the nightly landing: it runs every night, proves all tables, repairs and reports."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster import DagsterRunStatus

from pipeline_assets.ledger import outbox, schema
from pipeline_assets.schedules import every_night_landing
from tests.orchestration.landing_runs import change, materialize, run_of
from warehouse.connection import reading, writing


@pytest.fixture
def opened(home: Path) -> Iterator[dg.DagsterInstance]:  # noqa: ARG001 (sets the home first)
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def engine(home: Path) -> Iterator[sa.Engine]:  # noqa: ARG001 (the ledger is in the home)
    with schema.ledger_for_task() as ledger:
        yield ledger


def test_a_table_that_differs_from_a_rebuild_is_repaired_at_night_and_reported(
    engine: sa.Engine, opened: dg.DagsterInstance, home: Path
) -> None:
    change(engine, "Ada")
    assert materialize("landing", opened).success
    with writing(home / "warehouse.duckdb") as con:
        con.execute("UPDATE contacts SET name = 'Eve'; DROP VIEW open_risks")
    result = materialize("nightly_landing", opened)
    assert result.success
    assert all(evaluation.passed for evaluation in result.get_asset_check_evaluations())
    with reading() as con:
        assert con.execute("SELECT name FROM contacts").fetchall() == [("Ada",)]
    (waiting,) = outbox.list_notices(engine)
    assert waiting.notice.topic == "Tables repaired"
    assert "contacts, open risks" in waiting.notice.text
    assert materialize("nightly_landing", opened).success
    assert len(outbox.list_notices(engine)) == 1


def test_the_nightly_landing_always_runs_but_never_twice_at_once(
    dagster_instance: dg.DagsterInstance,
) -> None:
    opened = dagster_instance

    def tick() -> dg.RunRequest | dg.SkipReason:
        context = dg.build_schedule_context(
            instance=opened, scheduled_execution_time=datetime(2026, 5, 10, 2, 30, tzinfo=UTC)
        )
        message = every_night_landing(context)
        assert isinstance(message, dg.RunRequest | dg.SkipReason)
        return message

    assert isinstance(tick(), dg.RunRequest)
    for job in ("landing", "nightly_landing"):
        run = run_of(opened, DagsterRunStatus.STARTED, job)
        skipped = tick()
        assert isinstance(skipped, dg.SkipReason)
        assert run.run_id in str(skipped.skip_message)
        opened.report_run_failed(run)
        assert isinstance(tick(), dg.RunRequest)
