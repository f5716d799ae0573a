"""The configured warehouse, and shortcuts to it: `writing()` for Dagster's runs, `reading()` for everyone else.

Belongs here: which warehouse the settings name. Not here: how each kind works (`file.py`, `lake.py`), the contents.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.file import FileWarehouse
from warehouse.interface import INFO, PublishedVersion, Warehouse, has_table
from warehouse.settings import Settings

__all__ = ["INFO", "WarehouseConnections", "configured_warehouse", "has_table", "publish", "reading", "writing"]
"INFO and `has_table` come from `interface.py`; all who open the warehouse need them."


def configured_warehouse() -> Warehouse:
    """Return the warehouse of the setting WAREHOUSE."""
    settings = Settings()
    if isinstance(settings.warehouse, Path):
        return FileWarehouse(settings.warehouse)
    from warehouse.lake import LakeWarehouse  # most homes have a file

    return LakeWarehouse(settings.warehouse, settings.warehouse_data, settings.renewables_home)


def warehouse_at(path: Path | None) -> Warehouse:
    """Return the warehouse in the file at `path`, or the configured one."""
    return configured_warehouse() if path is None else FileWarehouse(path)


@contextmanager
def writing(path: Path | None = None, *, wait_seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the configured warehouse, or the file at `path`, for the single writer. Raises as `Warehouse.writing`."""
    with warehouse_at(path).writing(wait_seconds=wait_seconds) as con:
        yield con


def publish(con: duckdb.DuckDBPyConnection) -> PublishedVersion:
    """Publish what the connection of `writing()` has committed, as `Warehouse.publish` does."""
    [(kind, path)] = con.execute(
        "SELECT type, path FROM duckdb_databases() WHERE database_name = 'warehouse'"
    ).fetchall()
    return (FileWarehouse(Path(path)) if kind == "duckdb" else configured_warehouse()).publish(con)


@contextmanager
def reading(
    path: Path | None = None, *, version: int | None = None, locked_down: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the newest published version (or the given one), read-only and in UTC. Raises as `Warehouse.reading`.

    Use this for the project's own queries. SQL that a user typed runs in a separate process
    (`renewables/queries/adhoc.py`).
    """
    with warehouse_at(path).reading(version=version, locked_down=locked_down) as con:
        yield con


def newest_version() -> PublishedVersion | None:
    """Return the newest published version of the configured warehouse, or None before the first one."""
    return configured_warehouse().newest()


class WarehouseConnections:
    """The writing and the reading connection to the configured warehouse, for Dagster resources.

    The resource of dagster-duckdb is not used: it leaves its connection open when the body raises, and waits without
    limit.
    """

    @contextmanager
    def get_connection(self, *, wait_seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the warehouse for writing. Only one writer is possible at a time, so open it late and close it soon."""
        with writing(wait_seconds=wait_seconds) as con:
            yield con

    @contextmanager
    def snapshot(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the newest published version for reading."""
        with reading() as con:
            yield con
