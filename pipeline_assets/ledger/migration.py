"""Upgrades the tables of an older ledger to the present version, forward only, in the transaction that opens it.

Belongs here: which version a ledger has, and running Alembic. Not here: the steps (`migrations/versions/`).
"""

from pathlib import Path

import sqlalchemy as sa

HEAD = "0006"
"The version of the tables in `schema.py`."
BEFORE_MIGRATIONS = "0001"
"The version of ledgers that were created before migrations existed."
FOLDER = Path(__file__).parent / "migrations"

version_table = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True))


def stamp_new_ledger(con: sa.Connection) -> None:
    """Mark a ledger whose tables were just created as being at HEAD."""
    version_table.create(con)
    con.execute(version_table.insert().values(version_num=HEAD))


def is_newer_than_known(con: sa.Connection) -> bool:
    """Return whether a newer gb-renewables has migrated the ledger."""
    return _stored_version(con) > HEAD


def migrate_ledger(con: sa.Connection) -> None:
    """Run the migrations that an existing ledger does not have yet."""
    version = _stored_version(con)
    if version == HEAD:
        return
    from alembic import command  # importing it takes 0.3 s and is rarely needed
    from alembic.config import Config

    config = Config(attributes={"connection": con})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    if version == BEFORE_MIGRATIONS:
        command.stamp(config, BEFORE_MIGRATIONS)
    command.upgrade(config, HEAD)


def _stored_version(con: sa.Connection) -> str:
    if not sa.inspect(con).has_table(version_table.name):
        return BEFORE_MIGRATIONS
    return con.execute(sa.select(version_table.c.version_num)).scalar() or BEFORE_MIGRATIONS
