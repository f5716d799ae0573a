"""Ledgers written with an older model: fields were added, removed or renamed since (scenario 48)."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline_assets import tables, upgrades
from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.submission import revert
from pipeline_assets.spreadsheets.exporter import export_csv
from pipeline_assets.spreadsheets.import_plan import plan_import
from pipeline_assets.spreadsheets.planned_rows import Outcome
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, set_fields, submit_batch

Fields = dict[str, Any]


def rewrite_stored_fields(engine: sa.Engine, rewrite: Callable[[Fields], Fields]) -> None:
    """Rewrite what the ledger stores of counterparties, as an older version of the model would have stored it."""
    with schema.writing(engine) as con:
        records, changes = schema.records, schema.changes
        for row in con.execute(sa.select(records).where(records.c.kind == "counterparties")).fetchall():
            where = (records.c.kind == row.kind) & (records.c.id == row.id)
            con.execute(records.update().where(where).values(fields=rewrite(dict(row.fields))))
        for row in con.execute(sa.select(changes).where(changes.c.kind == "counterparties")).fetchall():
            where = changes.c.position == row.position
            values = {"before": rewrite(dict(row.before)), "after": rewrite(dict(row.after))}
            con.execute(changes.update().where(where).values(**values))


def without_website(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name != "website"}


def with_a_removed_field(fields: Fields) -> Fields:
    return {**fields, "fax": "020 7946 0000"}


def with_the_old_name(fields: Fields) -> Fields:
    return {("homepage" if name == "website" else name): value for name, value in fields.items()}


@pytest.fixture
def older(engine: sa.Engine) -> sa.Engine:
    submit_batch(engine, *PORTFOLIO)
    set_fields(engine, "counterparties", "octavia", website="https://octavia.example")
    return engine


def counterparty_fields(engine: sa.Engine) -> Fields:
    record = reader.find_record(engine, "counterparties", "octavia")
    assert record
    return dict(record.fields)


def assert_usable(engine: sa.Engine) -> None:
    """Edit, export, import, land, read the history and revert."""
    receipt = set_fields(engine, "counterparties", "octavia", notes="Met in May")
    assert receipt.changes[0].after == {"notes": "Met in May"}
    sheet = export_csv(engine, "counterparties")
    planned = plan_import(engine, "counterparties", sheet.encode(), "counterparties.csv")
    assert [row.outcome for row in planned.rows] == [Outcome.UNCHANGED]
    frames = tables.table_frames(tables.submitted_frame(reader.rows_since(engine)))
    assert frames["counterparties"]["notes"].to_list() == ["Met in May"]
    assert reader.state_at(engine)["counterparties", "octavia"].fields == counterparty_fields(engine)
    assert revert(engine, receipt.batch, actor=Actor.typed("ana"), token="undo").changes[0].after == {"notes": ""}


def test_a_field_that_is_newer_than_the_ledger_has_its_default(older: sa.Engine) -> None:
    rewrite_stored_fields(older, without_website)
    assert counterparty_fields(older) == {"name": "Octavia Energy", "website": "", "notes": ""}
    assert_usable(older)


def test_a_field_that_was_removed_from_the_model_is_ignored(older: sa.Engine) -> None:
    rewrite_stored_fields(older, with_a_removed_field)
    assert "fax" not in counterparty_fields(older)
    assert_usable(older)


def test_a_renamed_field_keeps_its_values(older: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite_stored_fields(older, with_the_old_name)
    monkeypatch.setitem(
        upgrades.UPGRADES, "counterparties", lambda fields: upgrades.rename_fields(fields, homepage="website")
    )
    assert counterparty_fields(older)["website"] == "https://octavia.example"
    assert_usable(older)


def test_reverting_a_change_of_a_removed_field_changes_nothing_else(older: sa.Engine) -> None:
    rewrite_stored_fields(older, with_a_removed_field)
    newest = reader.record_history(older, "counterparties", "octavia")[-1]
    receipt = revert(older, newest.batch, actor=Actor.typed("ana"), token="undo")
    assert receipt.changes[0].after == {"website": ""}
