"""A warehouse on DuckLake: Parquet files in a folder or a bucket, and their catalogue in PostgreSQL or SQLite.

Belongs here: versions, the one writer, the exported file, the work of every night. Not here: DuckDB's instance
(`lake_engine.py`), waiting for the lock (`writer_locks.py`).

Every commit is a version of DuckLake, and readers see those that `publish()` made: they are marked in the catalogue, so
that no reader sees half of a landing. Locked-down reads never touch the lake, because SQL could write into its folder
and read its catalogue there: they open a DuckDB file that is exported from it.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from warehouse import lake_tables, snapshots
from warehouse.errors import LakeUnavailable, SnapshotPruned, WarehouseLost, WarehouseMissing, WarehouseTooNew
from warehouse.file import open_snapshot
from warehouse.file_errors import nothing_published
from warehouse.interface import FORMAT_VERSION, INFO, Condition, PublishedVersion, Warehouse, has_table
from warehouse.lake_address import LakeAddress
from warehouse.lake_engine import CATALOGUE, NO_VERSION, OPTIONS, WRITTEN, engine_of, forget_engine
from warehouse.landing import transaction
from warehouse.settings import Settings
from warehouse.snapshots import Snapshot
from warehouse.writer_locks import file_lock, postgres_lock

EXPORT_AGE = timedelta(days=1)
"The age beyond which the exported file is made again before it is read."


@dataclass(frozen=True, order=True)
class LakeVersion:
    """One published version; `version` is the number of DuckLake's own snapshot."""

    version: int
    published_at_utc: datetime
    warehouse: "LakeWarehouse" = field(compare=False)

    @property
    def identity(self) -> str:
        """Return a text that no other version of any warehouse has."""
        return f"{self.warehouse.name} {self.version} {self.published_at_utc.isoformat()}"

    @property
    def is_kept(self) -> bool:
        """Return whether the version has not expired."""
        return self.warehouse.of_version(self.version) == self

    @property
    def size_bytes(self) -> int:
        """Return the size of the lake's files."""
        return self.warehouse.size_bytes() or 0


@dataclass(frozen=True)
class LakeWarehouse(Warehouse):
    """The lake with the catalogue at `address` and its files in `data`; exports are in the home."""

    address: LakeAddress
    data: str
    home: Path

    @property
    def name(self) -> str:
        """Return the address of the catalogue."""
        return str(self.address)

    @property
    def database_name(self) -> str:
        """Return the name under which the writer attaches the lake."""
        return WRITTEN

    @property
    def folder(self) -> Path:
        """Return the folder of the data, or the home if the data is in a bucket."""
        return self.home if self._is_in_bucket else Path(self.data)

    @property
    def exports_folder(self) -> Path:
        """Return the folder of the exported DuckDB files."""
        return self.home / "exports"

    @contextmanager
    def writing(self, *, wait_seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hold the lock of the lake and open it for writing. Raises WarehouseBusy, WarehouseLost, LakeUnavailable."""
        wait_seconds = Settings().warehouse_wait_seconds if wait_seconds is None else wait_seconds
        engine = engine_of(self.address, self.data)
        with self._writer_lock(wait_seconds), self._unusable_engine_forgotten():
            self.refuse_lost()
            with engine.written() as con:
                self._prepare(con)
                yield con

    def publish(self, con: duckdb.DuckDBPyConnection) -> LakeVersion:
        """Mark what is committed as the newest version for readers."""
        lake_tables.mark_published(con)
        return self._versions(con, WRITTEN, "ORDER BY snapshot_id DESC LIMIT 1")[0]

    def newest(self, *, locked_down: bool = False) -> PublishedVersion | None:
        """Return the newest published version; with `locked_down`, that of the exported file, made if it is old."""
        newest = self._newest()
        return newest if newest is None or not locked_down else self._recent_export(newest)

    def kept(self) -> list[LakeVersion]:
        """Return the published versions that have not expired, oldest first."""
        with engine_of(self.address, self.data).catalogue() as con:
            return [] if con is None else self._versions(con, CATALOGUE, "ORDER BY snapshot_id")

    def of_version(self, version: int) -> LakeVersion | None:
        """Return the published version of that number, or None if it is no longer kept."""
        with engine_of(self.address, self.data).catalogue() as con:
            rows = [] if con is None else self._versions(con, CATALOGUE, f"AND snapshot_id = {int(version)}")
        return next(iter(rows), None)

    @contextmanager
    def reading(self, *, version: int | None = None, locked_down: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the newest version or the given one, pinned; with `locked_down`, the exported file alone."""
        if locked_down:
            with open_snapshot(self._exported(version), locked_down=True) as con:
                yield con
            return
        published = self._version_to_read(version)
        with (
            self.naming_damage(published),
            engine_of(self.address, self.data).pinned(published.identity, published.version) as con,
        ):
            yield con

    @contextmanager
    def naming_damage(self, version: PublishedVersion) -> Iterator[None]:
        """Translate errors of reading a version. Raises SnapshotPruned if it has expired, and LakeUnavailable."""
        try:
            with self._unusable_engine_forgotten():
                yield
        except duckdb.Error as error:
            if not isinstance(error, duckdb.IOException | duckdb.HTTPException) and NO_VERSION not in str(error):
                raise
            if not version.is_kept:
                raise SnapshotPruned(self._pruned_sentence(version.version)) from error
            raise LakeUnavailable(
                f"Data of {self.name} cannot be read from {self.data}: {error}. Check that the place can be reached; "
                "a file that is gone comes back from the backup (docs/scaling.md)."
            ) from error

    def export_file(self, version: int | None = None) -> Path:
        """Return the exported DuckDB file of the newest version (or of the given one), and write it if needed."""
        return self._export(self._version_to_read(version)).path

    def maintain(self) -> Mapping[str, int]:
        """Compact and remove what has expired while holding the lock, and then export."""
        with self.writing() as con:
            rows = lake_tables.compact(con)
            # The commits above are newer than every published version, and only published ones can be read.
            self.publish(con)
            done = {"rows_moved_to_files": rows, **lake_tables.remove_expired(con, Settings().backup_days)}
        self.export_file()
        return done

    def load_file(self, path: Path) -> LakeVersion:
        """Replace all tables, views and macros by those of a DuckDB file, in one commit, and publish it.

        Earlier versions stay readable until they expire.
        """
        with self.writing() as con:
            lake_tables.replace_all(con, path)
            return self.publish(con)

    def refuse_lost(self) -> None:
        """Raise WarehouseLost if only one of the catalogue and the folder of the data still exists."""
        if self._is_in_bucket:
            return
        folder = Path(self.data)
        files = next(folder.rglob("*.parquet"), None) if folder.is_dir() else None
        with engine_of(self.address, self.data).catalogue() as con:
            if con is None and files is not None:
                raise WarehouseLost(
                    f"The catalogue {self.name} is gone or empty, and its data is in {folder}. Put the catalogue back "
                    "from its dump (docs/scaling.md); to start afresh, move that folder away. Nothing was changed."
                )
            if con is not None and files is None and lake_tables.size_of_files(con, CATALOGUE):
                raise WarehouseLost(
                    f"The data of {self.name} is gone from {folder}. Make that folder available again, or put it back "
                    "from the backup (docs/scaling.md). Nothing was changed."
                )

    def condition(self) -> Condition:
        """Return whether the catalogue can be reached and its data exists."""
        try:
            self.refuse_lost()
            size = self.size_bytes()
        except (WarehouseLost, LakeUnavailable) as error:
            return Condition(False, str(error))
        if size is None:
            return Condition(True, f"{self.name} has no lake yet: the first fetch creates it.")
        return Condition(True, f"{self.name}, {size / 1e6:,.1f} MB of files in {self.data}.")

    def size_bytes(self) -> int | None:
        """Return the size of the files that the newest commit refers to."""
        with engine_of(self.address, self.data).catalogue() as con:
            if con is None:
                return None
            return lake_tables.size_of_files(con, CATALOGUE)

    def local_parts(self) -> Mapping[str, tuple[Path, list[Path]]]:
        """Return the exports, and what of the lake is on this machine."""
        parts = {"exports": (self.exports_folder, [self.exports_folder])}
        if not self._is_in_bucket:
            parts["lake"] = (Path(self.data), [Path(self.data)])
        if self.address.catalogue == "sqlite":
            catalogue = Path(self.address.connection)
            parts["catalogue"] = (catalogue, [catalogue, catalogue.with_name(f"{catalogue.name}-wal")])
        return parts

    @property
    def _is_in_bucket(self) -> bool:
        return self.data.startswith("s3://")

    def _writer_lock(self, wait_seconds: float) -> AbstractContextManager[None]:
        if self.address.catalogue == "postgres":
            return postgres_lock(self.address.connection, self.name, wait_seconds)
        catalogue = Path(self.address.connection)
        return file_lock(catalogue.with_name(f"{catalogue.name}.lock"), self.name, wait_seconds)

    def _prepare(self, con: duckdb.DuckDBPyConnection) -> None:
        """Create what a new lake needs, and refuse one that a newer gb-renewables wrote."""
        if not has_table(con, "warehouse_info"):
            # An option of ATTACH would last only as long as its connection.
            for option, value in OPTIONS.items():
                con.execute(f"CALL {WRITTEN}.set_option('{option}', '{value}')")
            with transaction(con):
                con.execute(INFO)
                con.execute("INSERT INTO warehouse_info VALUES ('format_version', ?)", [str(FORMAT_VERSION)])
        rows = con.execute("SELECT value FROM warehouse_info WHERE key = 'format_version'").fetchall()
        if rows and int(rows[0][0]) > FORMAT_VERSION:
            raise WarehouseTooNew(
                f"{self.name} was written by a newer gb-renewables (format {rows[0][0]}, this one supports "
                f"{FORMAT_VERSION}). Update this installation; nothing was changed."
            )

    def _newest(self) -> LakeVersion | None:
        with engine_of(self.address, self.data).catalogue() as con:
            rows = [] if con is None else self._versions(con, CATALOGUE, "ORDER BY snapshot_id DESC LIMIT 1")
        return next(iter(rows), None)

    def _version_to_read(self, version: int | None) -> LakeVersion:
        published = self._newest() if version is None else self.of_version(version)
        if published is None:
            if version is not None:
                raise SnapshotPruned(self._pruned_sentence(version))
            raise WarehouseMissing(nothing_published(self.name))
        return published

    def _versions(self, con: duckdb.DuckDBPyConnection, database: str, rest: str) -> list[LakeVersion]:
        return [LakeVersion(*row, self) for row in lake_tables.published_versions(con, database, rest)]

    def _exported(self, version: int | None) -> Snapshot:
        """Return the exported file of a version, or without one a recent export."""
        published = self._version_to_read(version)
        return self._recent_export(published) if version is None else self._export(published)

    def _recent_export(self, newest: LakeVersion) -> Snapshot:
        """Return the newest export of this lake, made again if it is more than a day behind."""
        export = snapshots.newest_snapshot(self.exports_folder)
        exported = self.of_version(export.version) if export else None
        if export and exported and newest.published_at_utc - exported.published_at_utc < EXPORT_AGE:
            return export
        return self._export(newest)

    def _export(self, published: LakeVersion) -> Snapshot:
        """Write the file of a version, unless it exists, and point `current.duckdb` to the newest."""
        folder = self.exports_folder
        with file_lock(self.home / "exports.lock", str(folder), Settings().warehouse_wait_seconds):
            export = snapshots.of_version(folder, published.version)
            # A file from before the version is of another lake that had the same number.
            if export is None or export.published_at_utc < published.published_at_utc:
                with self.reading(version=published.version) as con:
                    con.commit()  # the file is attached and detached, which ends with no transaction
                    export = snapshots.publish_export(con, folder, published.version)
            return export

    def _pruned_sentence(self, version: int) -> str:
        kept = self.kept()
        span = f"{kept[0].version} to {kept[-1].version}" if kept else "none"
        return (
            f"Version {version} of {self.name} has expired or was never published (kept: {span}). Newer data has been "
            "published since then: load the page again, or omit the version."
        )

    @contextmanager
    def _unusable_engine_forgotten(self) -> Iterator[None]:
        """Close DuckDB's instance after an error that leaves it unusable; the next call opens another."""
        try:
            yield
        except (duckdb.FatalException, duckdb.InternalException):
            forget_engine(self.address, self.data)
            raise
