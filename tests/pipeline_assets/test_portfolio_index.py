"""The portfolio in memory: after a change only the changes are read, with the same result as reading everything."""

import shutil
from pathlib import Path

import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import ENTITIES
from pipeline_assets.seed_loader import load_seeds
from pipeline_assets.spreadsheets.portfolio_index import Portfolio, portfolio_since, read_portfolio


def contents_of(portfolio: Portfolio) -> list[object]:
    return [
        portfolio.position,
        *(portfolio.of_kind(kind, archived=archived) for kind in ENTITIES for archived in (False, True)),
    ]


def edit_record(engine: sa.Engine, kind: str, id: str, token: str, **fields: object) -> None:
    record = reader.find_record(engine, kind, id)
    assert record
    submit(engine, [Change.edit(kind, id, fields, base_version=record.version)], actor=Actor.typed("me"), token=token)


def test_reading_only_the_changes_gives_the_same_portfolio_as_reading_everything(engine: sa.Engine) -> None:
    load_seeds(engine)
    before = read_portfolio(engine)
    seen = contents_of(before)
    company = before.of_kind("counterparties")[0]
    edit_record(engine, "counterparties", company.id, "rename", name="Renamed & Co")
    link = before.of_kind("comments")[0]
    submit(
        engine,
        [Change.archive("comments", link.id, base_version=link.version)],
        actor=Actor.typed("me"),
        token="archive",
    )
    submit(
        engine,
        [Change.create("counterparties", {"name": "New & Co"}, id="new")],
        actor=Actor.typed("me"),
        token="create",
    )
    after, whole = portfolio_since(engine, before), read_portfolio(engine)
    assert contents_of(after) == contents_of(whole)
    assert [record.id for record in after.by_name("counterparties", "RENAMED & co")] == [company.id]
    assert after.by_name("counterparties", str(company.fields["name"])) == []
    assert after.referencing("comments", "pipeline_id", str(link.fields["pipeline_id"])) == whole.referencing(
        "comments", "pipeline_id", str(link.fields["pipeline_id"])
    )
    assert contents_of(before) == seen, "who still holds the older one sees no half of a change"


def test_a_restored_ledger_is_read_completely(engine: sa.Engine, home: Path) -> None:
    load_seeds(engine)
    file, backup = home / "ledger.sqlite", home / "backup.sqlite"
    engine.dispose()
    shutil.copy(file, backup)
    submit(
        engine,
        [Change.create("counterparties", {"name": "Lost & Co"}, id="lost")],
        actor=Actor.typed("me"),
        token="lost",
    )
    known = read_portfolio(engine)
    engine.dispose()
    shutil.copy(backup, file)
    again = open_ledger(f"sqlite:///{file}")
    submit(
        again,
        [Change.create("counterparties", {"name": "Other & Co"}, id="other")],
        actor=Actor.typed("me"),
        token="other",
    )
    assert contents_of(portfolio_since(again, known)) == contents_of(read_portfolio(again))
    again.dispose()
