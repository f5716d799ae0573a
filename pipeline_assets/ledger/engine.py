"""Engines of the ledger's database: its address, the driver, private files, and how SQLite begins a transaction.

Not here: tables and transactions (`schema.py`).
"""

from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from pipeline_assets.errors import LedgerUnavailable
from warehouse.errors import WarehouseError
from warehouse.private_files import make_private_folder, open_private

WAIT_SECONDS = 30
"How long a writer waits for earlier writers; each of them takes milliseconds."

_NO_ADDRESS = (
    "LEDGER_URL is not the address of a usable database: write sqlite:////folder/ledger.sqlite or "
    "postgresql://user:password@host/database."
)


def parse_address(url: str) -> sa.URL:
    """Return the address with the driver that we use.

    Raises LedgerUnavailable without showing the address, which is a secret.
    """
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: the port is not a number
        raise LedgerUnavailable(_NO_ADDRESS) from error
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        if parsed.database in (None, "", ":memory:") or parsed.query or parsed.host:
            raise LedgerUnavailable(_NO_ADDRESS)
        return parsed
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "postgresql":
        raise LedgerUnavailable(_NO_ADDRESS)
    return parsed


def create_engine(url: sa.URL) -> sa.Engine:
    """Return an engine for an address, which is not connected yet. Raises LedgerUnavailable."""
    sqlite = url.get_backend_name() == "sqlite"
    try:
        if sqlite and url.database:
            _make_private_file(Path(url.database))
        engine = sa.create_engine(
            url,
            connect_args={"timeout": WAIT_SECONDS} if sqlite else {},
            pool_pre_ping=True,
            json_deserializer=orjson.loads,  # a portfolio of 10,000 projects is 50,000 JSON objects
        )
    except ModuleNotFoundError as error:
        raise LedgerUnavailable(
            f"LEDGER_URL needs {url.drivername}: install it with `pip install 'gb-renewables[postgresql]'`."
        ) from error
    except (OSError, WarehouseError) as error:
        raise LedgerUnavailable(f"The ledger's file cannot be made: {error} See LEDGER_URL.") from error
    if engine.dialect.is_async:
        raise LedgerUnavailable(_NO_ADDRESS)
    if sqlite:
        _begin_explicitly(engine)
    return engine


def _make_private_file(path: Path) -> None:
    """Create an empty database that only its owner can read; SQLite gives its log the same permissions."""
    if path.exists():
        return
    make_private_folder(path.parent)
    open_private(path, "ab").close()


def shown_address(engine: sa.Engine) -> str:
    """Return the address without its password."""
    return engine.url.render_as_string(hide_password=True)


def _begin_explicitly(engine: sa.Engine) -> None:
    """Make SQLite's writers take the lock first, because its driver begins late and reads before it locks."""

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @sa.event.listens_for(engine, "begin")
    def _begun(con: sa.Connection) -> None:
        con.exec_driver_sql("BEGIN IMMEDIATE" if con.get_execution_options().get("writing") else "BEGIN")
