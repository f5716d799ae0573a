"""Tests that a running server's sensor lands a submitted change without help (scenario 18)."""

import pytest

from pipeline_assets.access import Actor
from pipeline_assets.ledger import schema
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from pipeline_assets.tables import landed_position
from tests.orchestration.conftest import Server, landing_changes, until
from warehouse.connection import reading
from warehouse.errors import WarehouseMissing


def contacts(server: Server) -> list[tuple[str, int]]:
    """Return the names and versions that readers see of this test's contacts."""
    try:
        with reading(server.settings.warehouse_file) as con:
            rows = (
                con.execute(
                    "SELECT name, version FROM contacts WHERE starts_with(name, 'Ada') ORDER BY name"
                ).fetchall()
                if landed_position(con)
                else []
            )
    except WarehouseMissing:
        rows = []
    return [(name, version) for name, version in rows]


@pytest.mark.timeout(180)
def test_a_change_submitted_while_the_server_runs_is_landed(server: Server) -> None:
    with schema.ledger_for_task(f"sqlite:///{server.home / 'ledger.sqlite'}") as engine, landing_changes(server):
        submit(engine, [Change.create("contacts", {"name": "Ada"}, id="a")], actor=Actor.typed("ada"), token="1")
        submit(
            engine,
            [Change.edit("contacts", "a", {"name": "Ada L."}, base_version=1)],
            actor=Actor.typed("ada"),
            token="2",
        )
        until(lambda: contacts(server) == [("Ada L.", 2)], "both changes are landed", seconds=120)
