"""Opening the warehouse: `writing()` for Dagster's runs, `reading()` for everyone else.

Belongs here: locks, waiting, the errors for a broken file, whether a table exists. Not here: the contents. DuckDB
allows one writing process or many readers, so a writer opens late and closes at once, and readers open a published
snapshot, never the file itself.
"""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import duckdb
import tenacity

from warehouse import snapshots
from warehouse.errors import (
    DiskNearlyFull,
    HomeNotWritable,
    SnapshotPruned,
    WarehouseBusy,
    WarehouseDamaged,
    WarehouseError,
    WarehouseLost,
    WarehouseMissing,
    WarehouseTooNew,
)
from warehouse.private_files import make_private_folder, private_umask, refuse_link
from warehouse.settings import Settings
from warehouse.snapshots import Snapshot

FORMAT_VERSION = 1
"The layout version of our tables. A higher number in the file means that a newer gb-renewables wrote it."

INFO = "CREATE TABLE IF NOT EXISTS warehouse_info (key VARCHAR, value VARCHAR)"
"Facts about the file itself, by key."

_DAMAGE = re.compile(r"Corrupt database file|Could not read enough bytes|checksum|database has been invalidated")
WITHOUT_SNAPSHOT = "Remove the file; readers then use the snapshot before it until the next one is published."

_this_process = threading.Lock()
"DuckDB's file lock works between processes; opening the file a second time inside one process can release it."


@contextmanager
def writing(path: Path | None = None, *, wait_seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for the single writer, as the default catalogue and in UTC, and always close it.

    Creates the file on first use. Raises WarehouseBusy (naming the holder) after a bounded, jittered wait,
    WarehouseLost, WarehouseDamaged, WarehouseTooNew, DiskNearlyFull, HomeNotWritable and PlantedLink.
    """
    settings = Settings()
    path = path or settings.warehouse
    wait_seconds = settings.warehouse_wait_seconds if wait_seconds is None else wait_seconds
    if not _this_process.acquire(timeout=wait_seconds):
        raise WarehouseBusy(f"Another thread of this process is writing {path}; waited {wait_seconds:.0f} s.")
    try:
        make_private_folder(path.parent)
        refuse_lost(path)
        _refuse_without_room(path)
        with private_umask(), closing(duckdb.connect()) as con:
            _attach_file(con, path, wait_seconds)
            with damage_named(path, _fix_for(path)):
                yield con
    finally:
        _this_process.release()


@contextmanager
def reading(path: Path | None = None, *, version: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the newest published snapshot (or the given `version`), read-only and in UTC.

    Use this for the project's own queries. SQL that a user typed runs in a separate process
    (`renewables/queries/adhoc.py`). Raises WarehouseMissing before the first publication, SnapshotPruned, and
    WarehouseDamaged, including for damage that the body meets while it reads.
    """
    published = snapshot_to_read(path, version=version)
    with _named_errors(published.path, WITHOUT_SNAPSHOT):
        try:
            con = duckdb.connect(str(published.path), read_only=True)
        except duckdb.Error as error:
            if published.path.exists():
                raise
            raise SnapshotPruned(_pruned(published.path.parent, published.version)) from error
    with closing(con):
        con.execute("SET TimeZone = 'UTC'")
        with damage_named(published.path):
            yield con


def snapshot_to_read(path: Path | None = None, *, version: int | None = None) -> snapshots.Snapshot:
    """Return the newest published snapshot, or the given `version`. Raises WarehouseMissing and SnapshotPruned."""
    folder = snapshots.folder_of(path or Settings().warehouse)
    published = snapshots.newest_snapshot(folder) if version is None else snapshots.of_version(folder, version)
    if published is None:
        if version is not None:
            raise SnapshotPruned(_pruned(folder, version))
        raise WarehouseMissing(
            f"Nothing is published in {folder} yet. Fetch some data first, for example: renewables fetch-range "
            "2026-01-01 2026-01-07 (or `renewables demo` for synthetic data)."
        )
    return published


def file_for_queries(version: int | None = None) -> Path:
    """Return the DuckDB file that a process for locked-down queries opens. Raises as `snapshot_to_read` does."""
    return snapshot_to_read(version=version).path


def damaged_snapshot(path: Path, complaint: str) -> WarehouseError:
    """Return the error for a snapshot that another process could not open; `complaint` is DuckDB's message there."""
    return _translate_error(duckdb.Error(complaint), path, WITHOUT_SNAPSHOT)


@contextmanager
def damage_of_snapshot_named(snapshot: Snapshot | None) -> Iterator[None]:
    """Translate damage that shows while the blocks of a snapshot are read. Raises WarehouseDamaged."""
    with damage_named(snapshot.path) if snapshot else nullcontext():
        yield


@contextmanager
def damage_named(path: Path, fix: str = WITHOUT_SNAPSHOT) -> Iterator[None]:
    """Translate damage that shows only while blocks are read, because DuckDB checks each block then.

    Raises WarehouseDamaged. Every other error passes unchanged: a query that fails says nothing about the file.
    """
    try:
        yield
    except duckdb.Error as error:
        if not _DAMAGE.search(str(error)):
            raise
        raise _translate_error(error, path, fix) from error


def refuse_lost(path: Path) -> None:
    """Raise WarehouseLost if the warehouse file is gone although its snapshots or its log still exist."""
    if path.exists():
        return
    if path.is_symlink():
        raise WarehouseLost(
            f"{path} is a symbolic link to {path.readlink()}, and that file does not exist. Make that disk available "
            "again, or remove the link. Nothing was changed."
        )
    folder = snapshots.folder_of(path)
    newest = snapshots.newest_snapshot(folder)
    if newest is not None:
        raise WarehouseLost(_lost(path, newest))
    log = path.with_name(f"{path.name}.wal")
    if log.exists():
        raise WarehouseLost(
            f"{path} is gone, and its log {log} is still there. Put the file back; to start afresh, move the log "
            "away. Nothing was changed."
        )


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
        """Open the newest published snapshot for reading."""
        with reading() as con:
            yield con


def has_table(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Return whether a table or view of that name exists; a snapshot lacks tables that were created after it."""
    return bool(con.execute("SELECT 1 FROM information_schema.tables WHERE table_name = ?", [name]).fetchall())


def _attach_file(con: duckdb.DuckDBPyConnection, path: Path, wait_seconds: float) -> None:
    """Attach the file as soon as no other process holds it."""
    con.execute("SET TimeZone = 'UTC'")
    patiently = tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda e: "Could not set lock" in str(e)),
        wait=tenacity.wait_random(0.05, 0.25),
        stop=tenacity.stop_after_delay(wait_seconds),
        reraise=True,
    )
    # Both supported versions of DuckDB write and read the 1.5 storage format.
    statement = f"ATTACH {_quoted_path(path)} AS warehouse (STORAGE_VERSION 'v1.5.0')"
    fix = _fix_for(path)
    refuse_link(path.with_name(f"{path.name}.wal"))
    with _named_errors(path, fix):
        patiently(con.execute, statement)
        con.execute("USE warehouse")
    newest = snapshots.newest_snapshot(snapshots.folder_of(path))
    if newest is not None and not has_table(con, "warehouse_info"):
        raise WarehouseLost(_lost(path, newest))
    with _named_errors(path, fix):
        con.execute(INFO)
        con.execute(
            "INSERT INTO warehouse_info SELECT 'format_version', ? WHERE NOT EXISTS "
            "(FROM warehouse_info WHERE key = 'format_version')",
            [str(FORMAT_VERSION)],
        )
    rows = con.execute("SELECT value FROM warehouse_info WHERE key = 'format_version'").fetchall()
    if int(rows[0][0]) > FORMAT_VERSION:
        raise WarehouseTooNew(
            f"{path} was written by a newer gb-renewables (format {rows[0][0]}, this one supports {FORMAT_VERSION}). "
            "Update this installation; nothing was changed."
        )


def _quoted_path(path: Path) -> str:
    """Return the path as an SQL literal, because ATTACH takes no bound parameter."""
    return "'" + str(path).replace("'", "''") + "'"


@contextmanager
def _named_errors(path: Path, fix: str) -> Iterator[None]:
    """Translate DuckDB's errors; `fix` is the advice for a damaged file."""
    try:
        yield
    except duckdb.Error as error:
        raise _translate_error(error, path, fix) from error


def _translate_error(error: duckdb.Error, path: Path, fix: str) -> WarehouseError:
    """Return the named error for an error of DuckDB: what is wrong and how to fix it."""
    text = str(error)
    if "Could not set lock" in text:
        holder = re.search(r"held in (.*?) \(PID (\d+)\)", text)
        who = f"process {holder[2]} ({holder[1]})" if holder else "another process"
        return WarehouseBusy(
            f"{path} is in use by {who}. Close it there and try again. Reading is not affected: it uses the snapshots."
        )
    if re.search(r"version number|newer version|storage version", text, re.IGNORECASE):
        return WarehouseTooNew(
            f"{path} was written by a newer DuckDB than {duckdb.__version__}. Update DuckDB, or have the newer one "
            f"write it with (STORAGE_VERSION 'v1.5.0'). DuckDB says: {text}"
        )
    if re.search(r"Permission denied|Read-only file system", text):
        return HomeNotWritable(
            f"{path} cannot be opened: {text.rpartition(': ')[2]}. Make it readable and writable for the user who runs "
            "this, or set RENEWABLES_HOME to another folder."
        )
    if snapshots.NO_ROOM.search(text):
        return DiskNearlyFull(
            f"{path} could not be written to the end: the disk is full. What was committed is kept, and readers keep "
            f"their snapshot. Free some space and run again. DuckDB says: {text}"
        )
    return WarehouseDamaged(f"{path} cannot be opened as a warehouse. Nothing was deleted. {fix} DuckDB says: {text}")


def _fix_for(path: Path) -> str:
    return f"`renewables restore` renames it and replaces it with the newest snapshot of {path}."


def _lost(path: Path, newest: Snapshot) -> str:
    what = "contains no tables of gb-renewables" if path.exists() else "is gone"
    return (
        f"{path} {what}, but its snapshots are in {newest.path.parent}. `renewables restore` puts the newest (version "
        f"{newest.version} of {newest.published_at_utc:%Y-%m-%d %H:%M} UTC) in its place. To start from scratch, move "
        "that folder away first. Nothing was changed."
    )


def _pruned(folder: Path, version: int) -> str:
    kept = ", ".join(str(snapshot.version) for snapshot in snapshots.kept_snapshots(folder)) or "none"
    return (
        f"Snapshot {version} is no longer kept in {folder} (kept: {kept}). Newer data has been published since "
        "then: load the page again, or omit the version."
    )


def _refuse_without_room(path: Path) -> None:
    """Raise DiskNearlyFull if the disk lacks room for the write and for a snapshot as large as the warehouse."""
    size = path.stat().st_size if path.exists() else 0
    free = shutil.disk_usage(path.parent).free
    needed = 2 * size + 64 * 1024**2
    if free < needed:
        raise DiskNearlyFull(
            f"{path.parent} has {free / 1e6:,.0f} MB free; a write and its snapshot may need {needed / 1e6:,.0f} MB. "
            "Free some space and run this again; nothing was changed."
        )
