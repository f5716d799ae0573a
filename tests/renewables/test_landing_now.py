"""Saved changes land immediately on request, with or without a Dagster server."""

from pathlib import Path

import pytest

from pipeline_assets.access import Actor
from pipeline_assets.ledger import schema
from renewables.dagster_control.landing_now import LandingFailed, land_now
from renewables.queries.pipeline import landed_position
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, submit_batch
from warehouse import snapshots
from warehouse.connection import writing
from warehouse.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _saved(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (sets the home first)
    """Save changes while no Dagster runs."""
    monkeypatch.setenv("DAGSTER_URL", "http://127.0.0.1:9")
    with schema.ledger_for_task() as engine:
        submit_batch(engine, *PORTFOLIO)


def test_without_a_server_the_changes_land_in_a_separate_process() -> None:
    assert (
        land_now(Settings(), requested_by="a test", actor=Actor.typed("a test")) == "The charts now include your edits."
    )
    assert landed_position() == len(PORTFOLIO)


def test_a_failed_landing_gives_the_reason_in_one_sentence(home: Path) -> None:
    with writing() as con:
        snapshots.publish_snapshot(con)
    (home / "warehouse.duckdb").unlink()
    with pytest.raises(LandingFailed, match=r"could not be updated: .*`renewables restore`") as failed:
        land_now(Settings(), requested_by="a test", actor=Actor.typed("a test"))
    assert "\n" not in str(failed.value)
