"""A landing reads and writes only what is new, unless another version of the code landed the tables."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from pipeline_assets import landing, metrics, tables
from pipeline_assets.fingerprint import tables_fingerprint
from pipeline_assets.landing import land_changes
from pipeline_assets.landing_proof import prove_tables
from pipeline_assets.ledger.changes import Change
from pipeline_assets.models import ENTITIES
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, archive_record, set_fields, submit_batch
from warehouse.connection import reading, writing

pytestmark = pytest.mark.slow


def alter_warehouse(*statements: str) -> None:
    with writing() as con:
        for statement in statements:
            con.execute(statement)


def published_names(table: str) -> list[str]:
    with reading() as con:
        return [name for (name,) in con.execute(f"SELECT name FROM {table} ORDER BY id").fetchall()]


@pytest.fixture
def altered(engine: sa.Engine) -> sa.Engine:
    """Land a portfolio, and then change a record of the warehouse that no later change touches."""
    submit_batch(engine, *PORTFOLIO)
    land_changes(engine)
    alter_warehouse("UPDATE contacts SET name = 'Eve'")
    return engine


def test_a_landing_leaves_records_alone_that_no_new_change_touches(altered: sa.Engine) -> None:
    set_fields(altered, "pipelines", "fen", name="Fen Solar Two")
    archive_record(altered, "counterparty_contacts", "octavia-ann")
    landed = land_changes(altered)
    assert (published_names("pipelines"), published_names("contacts")) == (["Fen Solar Two"], ["Eve"])
    assert landed.position == len(PORTFOLIO) + 2
    with reading() as con:
        positions = con.execute("SELECT DISTINCT position FROM audit ORDER BY position").fetchall()
    assert [position for (position,) in positions] == list(range(1, landed.position + 1))


def test_a_record_with_more_changes_than_one_batch_lands_with_all_of_them(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    land_changes(engine)
    for stage in ("Design", "Procurement"):
        set_fields(engine, "pipelines", "fen", stage=stage)
    land_changes(engine)
    set_fields(engine, "pipelines", "fen", notes="later")
    land_changes(engine)
    with reading() as con:
        rows = con.execute("SELECT stage, notes, version, rtb_date::VARCHAR FROM pipelines").fetchall()
        stages = con.execute("SELECT stage FROM status_history ORDER BY position").fetchall()
    assert rows == [("Procurement", "later", 4, "2027-03-01")]
    assert stages == [("Discovery",), ("Design",), ("Procurement",)]


def test_more_new_changes_than_a_step_are_landed_by_a_rebuild(
    altered: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "LARGEST_STEP", 1)
    submit_batch(altered, *(Change.create("counterparties", {"name": name}) for name in ("Boreas", "Nova")))
    land_changes(altered)
    assert published_names("contacts") == ["Ann Other"]


def add_a_view(monkeypatch: pytest.MonkeyPatch) -> None:
    more = [*metrics.view_statements(), "CREATE OR REPLACE VIEW answers AS SELECT 42 AS answer"]
    monkeypatch.setattr(metrics, "view_statements", lambda: more)


def forget_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (all have one signature)
    alter_warehouse(f"ALTER TABLE {tables.INFO} DROP COLUMN fingerprint")


def lose_a_table(monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (all have one signature)
    alter_warehouse(f"DROP TABLE {tables.AUDIT}")


@pytest.mark.parametrize("change", [add_a_view, forget_the_fingerprint, lose_a_table])
def test_tables_of_another_version_of_the_code_are_rebuilt(
    altered: sa.Engine, monkeypatch: pytest.MonkeyPatch, change: Callable[[pytest.MonkeyPatch], None]
) -> None:
    change(monkeypatch)
    land_changes(altered)
    assert published_names("contacts") == ["Ann Other"]


def test_the_fingerprint_changes_with_the_fields_of_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    before = tables_fingerprint()
    assert tables_fingerprint() == before
    monkeypatch.setitem(ENTITIES, "pipelines", ENTITIES["facilities"])
    assert tables_fingerprint() != before


def test_the_proof_repairs_what_differs_and_names_it(altered: sa.Engine) -> None:
    set_fields(altered, "pipelines", "fen", notes="not landed yet")
    alter_warehouse("DELETE FROM audit WHERE position = 3", "DROP VIEW open_risks")
    proof = prove_tables()
    assert proof.repaired == ("contacts", "audit", "open_risks")
    assert published_names("contacts") == ["Ann Other"]
    land_changes(altered)
    again = prove_tables()
    assert (again.repaired, again.landed.position) == ((), len(PORTFOLIO) + 1)


def test_the_proof_of_a_new_warehouse_lands_everything(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    landing.append_changes(engine)
    proof = prove_tables()
    assert (proof.repaired, proof.landed.position) == ((), len(PORTFOLIO))
