"""Ledgers with older tables are migrated when they are opened, forward only."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from pipeline_assets.errors import LedgerUnavailable
from pipeline_assets.ledger import migration, reader, schema
from pipeline_assets.ledger.schema import open_ledger
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, all_records, set_fields, submit_batch


def make_first_version(engine: sa.Engine) -> None:
    """Give a ledger the tables that 0.1.0 created."""
    with schema.writing(engine) as con:
        con.execute(sa.text("DROP TABLE alembic_version"))
        schema.conditions.drop(con)
        schema.sign_outs.drop(con)
        schema.access_tokens.drop(con)
        con.execute(sa.text("ALTER TABLE changes DROP COLUMN identity"))
        schema.saved_views.drop(con)


def differences(engine: sa.Engine) -> list[object]:
    """Return how the tables differ from those that a new ledger gets."""
    with engine.connect() as con:
        context = MigrationContext.configure(con)
        return [
            difference
            for difference in compare_metadata(context, schema.metadata)
            if getattr(difference[1], "name", "") != "alembic_version"
        ]


def test_a_ledger_of_the_first_version_is_migrated_and_keeps_its_records(engine: sa.Engine, url: str) -> None:
    submit_batch(engine, *PORTFOLIO)
    before = all_records(engine)
    make_first_version(engine)
    migrated = open_ledger(url)
    assert differences(migrated) == differences(engine) == []
    assert all_records(migrated) == before
    assert set_fields(migrated, "pipelines", "fen", notes="x").position == len(PORTFOLIO) + 1
    migrated.dispose()


def test_opening_twice_migrates_once(engine: sa.Engine, url: str) -> None:
    make_first_version(engine)
    open_ledger(url).dispose()
    open_ledger(url).dispose()
    with schema.reading(engine) as con:
        assert con.execute(sa.select(migration.version_table)).scalars().all() == [migration.HEAD]


def test_a_ledger_that_a_newer_version_migrated_is_refused(engine: sa.Engine, url: str) -> None:
    with schema.writing(engine) as con:
        con.execute(migration.version_table.update().values(version_num="9999"))
    with pytest.raises(LedgerUnavailable, match="written by a newer gb-renewables"):
        open_ledger(url)
    assert reader.newest_position(engine) == 0


def test_the_newest_migration_is_the_version_of_new_ledgers() -> None:
    config = Config()
    config.set_main_option("script_location", str(migration.FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [migration.HEAD]
