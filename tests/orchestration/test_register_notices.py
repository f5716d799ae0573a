"""A new issue that changed a record to which a project refers raises a notice, through the asset that lands issues."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from pipeline_assets.ledger import outbox
from pipeline_assets.register_assets import REGISTER_ASSETS
from pipeline_assets.register_links.link_notices import TOPIC
from pipeline_assets.resources import RESOURCES
from tests.linked_homes import add_portfolio, issue_file


def land_dropped_issue(home: Path, name: str, row: Mapping[str, str]) -> None:
    """Put a file into the home's folder and run the asset, without asking the register's address."""
    (home / "registers").mkdir(exist_ok=True)
    (home / "registers" / name).write_bytes(issue_file("repd", row))
    config = dg.RunConfig({"repd_records": {"config": {"fetch": False}}})
    assert dg.materialize(REGISTER_ASSETS[:1], resources=RESOURCES, run_config=config).success


def test_the_issue_that_changed_a_linked_record_raises_one_notice(home: Path) -> None:
    ledger = add_portfolio(home, repd_ref_id="8263")
    land_dropped_issue(home, "repd-2026-03-01.csv", {})
    for _ in range(2):
        land_dropped_issue(home, "repd-2026-06-01.csv", {"Development Status (short)": "Under Construction"})
    texts = [each.notice.text for each in outbox.list_notices(ledger) if each.notice.topic == TOPIC]
    ledger.dispose()
    assert texts == [
        "Harrow Fen: REPD 8263 (Harrow Fen Solar Farm), status Under Construction (was Awaiting Construction)."
    ]
