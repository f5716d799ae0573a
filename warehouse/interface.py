"""What a warehouse can do, whatever engine holds it: the interface that all other packages use.

Belongs here: the operations and what they promise. Not here: how a DuckDB file does it (`file.py`), which warehouse is
configured (`connection.py`), the contents.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import duckdb

FORMAT_VERSION = 1
"The layout version of our tables. A higher number in the warehouse means that a newer gb-renewables wrote it."

INFO = "CREATE TABLE IF NOT EXISTS warehouse_info (key VARCHAR, value VARCHAR)"
"Facts about the warehouse itself, by key."


class PublishedVersion(Protocol):
    """One published state of a warehouse; a later one has a greater `version`."""

    @property
    def version(self) -> int:
        """Return the number of the version."""

    @property
    def published_at_utc(self) -> datetime:
        """Return when the version was completed, UTC."""

    @property
    def identity(self) -> str:
        """Return a text that no other version of any warehouse has."""

    @property
    def is_kept(self) -> bool:
        """Return whether the version can still be read."""

    @property
    def size_bytes(self) -> int:
        """Return the size of the data."""


PINNED = "version_"
"The start of the names of databases that show one version of a lake; a process uses each name once."
_names_by_version: dict[str, frozenset[str]] = {}


@dataclass(frozen=True)
class Condition:
    """What `renewables doctor` says about a warehouse; `fix` is empty if it is sound."""

    is_sound: bool
    sentence: str
    fix: str = ""


class Warehouse(ABC):
    """A warehouse: one writer at a time, and any number of readers, each of one published version."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Return the name that people are shown; it contains no secret."""

    @property
    @abstractmethod
    def database_name(self) -> str:
        """Return the first part of a table's full name, as other tools show it."""

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Return the local folder whose disk must have room for the next write."""

    @property
    @abstractmethod
    def exports_folder(self) -> Path:
        """Return the local folder with the files for other tools, such as `current.duckdb`."""

    @abstractmethod
    def writing(self, *, wait_seconds: float | None = None) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """Open the warehouse for the single writer, as the default catalogue and in UTC, and always close it.

        Creates the warehouse on first use. Raises WarehouseBusy (naming the holder) after a bounded wait.
        """

    @abstractmethod
    def publish(self, con: duckdb.DuckDBPyConnection) -> PublishedVersion:
        """Make the committed data the newest version for readers. Needs the connection of `writing()`."""

    @abstractmethod
    def newest(self, *, locked_down: bool = False) -> PublishedVersion | None:
        """Return the newest version, or None before the first one.

        With `locked_down`, it is the newest one that `reading(locked_down=True)` and `export_file` can open at once.
        """

    @abstractmethod
    def kept(self) -> Sequence[PublishedVersion]:
        """Return all versions that can still be read, oldest first."""

    @abstractmethod
    def reading(
        self, *, version: int | None = None, locked_down: bool = False
    ) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """Open the newest version (or the given one), read-only and in UTC.

        With `locked_down`, SQL reaches no other files, extensions or settings. Raises WarehouseMissing before the
        first publication, SnapshotPruned, and WarehouseDamaged, including for damage that the body meets.
        """

    @abstractmethod
    def naming_damage(self, version: PublishedVersion) -> AbstractContextManager[None]:
        """Translate errors that show while data of a version is read. Raises WarehouseDamaged and SnapshotPruned."""

    @abstractmethod
    def export_file(self, version: int | None = None) -> Path:
        """Return a complete DuckDB file of the newest version for locked-down reads (or of the given one).

        Raises WarehouseMissing and SnapshotPruned.
        """

    @abstractmethod
    def maintain(self) -> Mapping[str, int]:
        """Do the work of every night as the only writer, and return what was done by name."""

    @abstractmethod
    def refuse_lost(self) -> None:
        """Raise WarehouseLost if the warehouse is gone although versions of it exist."""

    @abstractmethod
    def condition(self) -> Condition:
        """Return whether the warehouse can be opened; never raises for a fault of the warehouse."""

    @abstractmethod
    def size_bytes(self) -> int | None:
        """Return the size of the warehouse itself, or None if it does not exist yet."""

    @abstractmethod
    def local_parts(self) -> Mapping[str, tuple[Path, list[Path]]]:
        """Return the parts on this machine by name: the path that is shown, and the files and folders to count."""


def table_names(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return the names of the tables of the connection's own database."""
    [(database, kind)] = con.execute(
        "SELECT database_name, type FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchall()
    if kind == "ducklake" and database in _names_by_version:
        return _names_by_version[database]
    # Without a bound parameter: at the first one DuckDB imports pandas, which takes half a second.
    rows = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()").fetchall()
    names = frozenset(name for (name,) in rows)
    if kind == "ducklake" and database.startswith(PINNED):
        _names_by_version[database] = names
    return names


def has_table(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Return whether a table or view of that name can be queried; a version lacks tables that were created after it."""
    kind = con.execute("SELECT type FROM duckdb_databases() WHERE database_name = current_database()").fetchall()
    if kind == [("ducklake",)]:  # listing the tables of a lake takes a tenth of a second
        try:
            return bool(con.execute("SELECT 1 FROM pragma_table_info(?) LIMIT 1", [name]).fetchall())
        except duckdb.CatalogException:
            return False
    statement = (
        "SELECT 1 FROM information_schema.tables WHERE table_name = ? AND in_search_path(table_catalog, table_schema)"
    )
    return bool(con.execute(statement, [name]).fetchall())
