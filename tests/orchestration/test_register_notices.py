"""A new issue that changed a record to which a project refers raises a notice, through the asset that lands issues."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest

from pipeline_assets.errors import LedgerUnavailable
from pipeline_assets.ledger import outbox
from pipeline_assets.register_assets import REGISTER_ASSETS
from pipeline_assets.register_links.link_notices import TOPIC
from pipeline_assets.resources import RESOURCES
from tests.linked_homes import add_portfolio, issue_file


def land_dropped_issue(home: Path, name: str, row: Mapping[str, str]) -> None:
    """Put a file into the home's folder and run the asset, without asking the register's address."""
    (home / "registers").mkdir(exist_ok=True)
    (home / "registers" / name).write_bytes(issue_file("repd", row))
    run_asset()


def run_asset() -> None:
    config = dg.RunConfig({"repd_records": {"config": {"fetch": False}}})
    assert dg.materialize(REGISTER_ASSETS[:1], resources=RESOURCES, run_config=config).success


def test_a_change_that_landed_without_a_ledger_is_told_by_the_next_run(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = add_portfolio(home, repd_ref_id="8263")
    land_dropped_issue(home, "repd-2026-03-01.csv", {})
    with monkeypatch.context() as patch:
        patch.setenv("LEDGER_URL", "postgresql://nobody@127.0.0.1:9/ledger")
        with pytest.raises(LedgerUnavailable):
            land_dropped_issue(home, "repd-2026-06-01.csv", {"Development Status (short)": "Under Construction"})
    topics = [each.notice.topic for each in outbox.list_notices(ledger)]
    run_asset()
    later_topics = [each.notice.topic for each in outbox.list_notices(ledger)]
    ledger.dispose()
    assert (topics.count(TOPIC), later_topics.count(TOPIC)) == (0, 1)


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
