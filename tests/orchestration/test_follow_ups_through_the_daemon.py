"""Tests of what follows a landing without help: flags, checks, and a notice of stale data (scenarios 50 and 52)."""

from contextlib import ExitStack
from datetime import date

import pytest

from elexon_assets.datasets import GENERATION_BY_FUEL, OBSERVED
from elexon_assets.quality.flagging import newest_unflagged
from elexon_assets.sensors import flags_and_checks
from pipeline_assets.access import Actor
from pipeline_assets.ledger import outbox, schema
from pipeline_assets.sensors import notice_of_checks
from tests.orchestration.conftest import Server, ticking, until
from warehouse.connection import has_table, reading
from warehouse.errors import WarehouseMissing

FIRST, LAST = date(2022, 9, 5), date(2022, 9, 11)
FLAGS_WITHIN_SECONDS = 45.0


def is_asked(server: Server) -> bool:
    return any(request.params.get("settlementDateFrom") == str(FIRST) for request in server.simulator.requests)


def has_landed(server: Server) -> bool:
    try:
        with reading(server.settings.warehouse_file) as con:
            return has_table(con, "fetch_log") and bool(
                con.execute(
                    "SELECT 1 FROM fetch_log WHERE dataset = ? AND window_start_utc::DATE = ? AND rows_landed > 0",
                    [GENERATION_BY_FUEL.name, FIRST],
                ).fetchall()
            )
    except WarehouseMissing:
        return False


def is_flagged(server: Server) -> bool:
    with reading(server.settings.warehouse_file) as con:
        return newest_unflagged(con) is None


def stale_notices(server: Server) -> list[str]:
    with schema.ledger_for_task(f"sqlite:///{server.home / 'ledger.sqlite'}") as ledger:
        return [w.notice.text for w in outbox.list_notices(ledger) if w.notice.topic == "Data is stale"]


@pytest.mark.timeout(240)
def test_a_cancelled_run_that_landed_rows_is_flagged_checked_and_notified_within_45_s(server: Server) -> None:
    server.simulator.faults = "slow=3@2022-09-05"
    with ExitStack() as sensors:
        sensors.enter_context(ticking(server, "elexon_assets", flags_and_checks))
        sensors.enter_context(ticking(server, "pipeline_assets", notice_of_checks))
        run = server.orchestrator.launch(OBSERVED, FIRST, LAST, requested_by="a test", actor=Actor.typed("a test"))
        until(lambda: is_asked(server), "the first dataset is asked for")
        server.simulator.faults = "slow=60@2022-09-05"  # the second window
        until(lambda: has_landed(server), "the first dataset has landed")
        server.orchestrator.cancel(run, actor=Actor.typed("a test"))
        until(lambda: is_flagged(server), "what landed is flagged", FLAGS_WITHIN_SECONDS)
        until(lambda: bool(stale_notices(server)), "the checks' finding is told", 120)
        assert server.orchestrator.run_state(run.id).status == "CANCELED"
    assert any(GENERATION_BY_FUEL.name in text for text in stale_notices(server))
